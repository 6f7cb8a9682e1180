//! What several test files use.
#![allow(dead_code)]

use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;

use tl_condition::Condition;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::ConditionLock;

/// Calls `is_so` until it is.
pub(crate) fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        thread::yield_now();
    }
}

/// Waits, with the lock held, until `count` threads have come: those that count themselves under
/// the lock and then wait are in the queue when this returns.
pub(crate) fn until_waiting<L: ConditionLock>(
    condition: &Condition<L>,
    waiting: &AtomicUsize,
    count: usize,
) {
    loop {
        let _guard = condition.lock();
        if waiting.load(Ordering::Relaxed) == count {
            return;
        }
        drop(_guard);
        thread::yield_now();
    }
}
