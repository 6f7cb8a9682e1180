//! The cases, one file a family.

use crate::case::Case;

mod barrier;
mod condition;
mod event;
mod identity;
mod local;
mod locks;
pub(crate) mod logging;
mod semaphore;
mod thread;
mod timer;

/// All cases, in the order in which they are printed.
pub(crate) fn all() -> Vec<Case> {
    let families = [
        locks::cases,
        condition::cases,
        event::cases,
        barrier::cases,
        semaphore::cases,
        thread::cases,
        timer::cases,
        local::cases,
        identity::cases,
        logging::cases,
    ];
    families.into_iter().flat_map(|cases| cases()).collect()
}
