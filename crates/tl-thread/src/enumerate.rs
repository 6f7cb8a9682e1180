//! The list of live threads.

use crate::{Thread, current, registry};

/// Returns the threads that are alive, in the order in which they were started, the main thread
/// first: those that this library started, daemons and pending timers included, and those that it
/// did not start but that have called it.
///
/// It is Python's
/// [`enumerate`](https://docs.python.org/3/library/threading.html#threading.enumerate).
///
/// # Examples
///
/// ```
/// let threads = tl_thread::enumerate();
/// assert_eq!(threads, [tl_thread::main_thread()]);
/// ```
pub fn enumerate() -> Vec<Thread> {
    current::ensure_main_listed();
    current::ensure_listed();
    registry::threads()
}

/// Returns how many threads are alive: the length of what [`enumerate`] returns.
///
/// It is Python's
/// [`active_count`](https://docs.python.org/3/library/threading.html#threading.active_count).
///
/// # Examples
///
/// ```
/// assert_eq!(tl_thread::active_count(), 1);
/// ```
pub fn active_count() -> usize {
    current::ensure_main_listed();
    current::ensure_listed();
    registry::count()
}
