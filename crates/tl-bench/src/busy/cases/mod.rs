//! The cases, one file a family.

use super::case::Case;

mod barrier;
mod further;
mod item;
mod lock;
mod notify;
mod rwlock;
mod semaphore;
mod thread;
mod timeout;
mod timer;
mod turns;

/// Returns all cases, in the order in which they are printed.
pub(crate) fn all() -> Vec<Case> {
    let families = [
        turns::cases,
        further::cases,
        item::cases,
        barrier::cases,
        lock::cases,
        rwlock::cases,
        semaphore::cases,
        notify::cases,
        thread::cases,
        timer::cases,
        timeout::cases,
    ];
    families.into_iter().flat_map(|cases| cases()).collect()
}
