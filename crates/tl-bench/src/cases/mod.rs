//! The cases, one file a family.

use crate::case::Case;

pub(crate) mod barrier;
pub(crate) mod condition;
pub(crate) mod event;
pub(crate) mod further;
pub(crate) mod identity;
pub(crate) mod inspect;
pub(crate) mod local;
pub(crate) mod locks;
pub(crate) mod logging;
pub(crate) mod patience;
pub(crate) mod rwlock;
pub(crate) mod semaphore;
pub(crate) mod thread;
pub(crate) mod timer;

/// Returns all cases, in the order in which they are printed.
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
        patience::cases,
        rwlock::cases,
        inspect::cases,
        further::cases,
    ];
    families.into_iter().flat_map(|cases| cases()).collect()
}
