//! What a waiter asks for, and what it is told.

/// Tells a waiter that it has its permits.
pub(crate) const HANDED: u32 = 0;
/// Tells a waiter to try to take its permits.
pub(crate) const TRY: u32 = 1;
/// Tells a waiter that the semaphore is closed.
pub(crate) const REFUSED: u32 = 2;

/// A request for more permits than there can be.
pub(crate) const BEYOND_BOUND: u32 = 0;

/// Returns the request of a waiter for `n` permits, at least one.
pub(crate) fn request_for(n: usize, bound: usize) -> u32 {
    if n > bound { BEYOND_BOUND } else { n as u32 }
}
