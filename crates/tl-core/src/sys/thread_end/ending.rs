//! Whether the calling thread is at its very end.

use std::cell::Cell;

// It has no destructor, so that it is there as long as the thread runs.
thread_local! {
    static IS_ENDING: Cell<bool> = const { Cell::new(false) };
}

/// Calls what a thread has armed.
pub(super) fn call(at_end: fn()) {
    IS_ENDING.set(true);
    at_end();
}

/// Returns whether the calling thread is past the destructors of its thread-locals: it is in the
/// function of a [`ThreadEnd`](super::ThreadEnd), or such a function has run.
///
/// A thread-local that it makes from now on is never dropped.
///
/// # Examples
///
/// ```
/// assert!(!tl_core::sys::is_thread_ending());
/// ```
pub fn is_thread_ending() -> bool {
    IS_ENDING.get()
}
