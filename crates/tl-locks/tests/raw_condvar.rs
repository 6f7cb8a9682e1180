//! `RawCondvar`: one with two locks, which is a mistake, is refused and locks nothing forever.

use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::Duration;

use tl_core::door::{Call, Deadline, Operation};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{ConditionLock, Lock, RLock, RawCondvar};

const WAIT: &Operation = &Operation::new("Test", "wait");

fn until_waiting(waiters: &RawCondvar, count: usize) {
    while waiters.n_waiting() != count {
        thread::yield_now();
    }
}

fn until_notified(lock: &Lock, waiters: &RawCondvar) {
    let _guard = lock.lock();
    let wait = ConditionLock::wait(lock, waiters, Deadline::NEVER, Call::here(WAIT));
    assert_eq!(wait, Ok(true));
}

#[test]
fn who_holds_another_lock_notifies_and_the_waiter_takes_its_own_back() {
    let (first, second, waiters) = (Lock::new(), Lock::new(), RawCondvar::new());
    for _ in 0..100 {
        thread::scope(|scope| {
            scope.spawn(|| until_notified(&first, &waiters));
            until_waiting(&waiters, 1);
            let guard = second.lock();
            assert_eq!(ConditionLock::notify(&second, &waiters, 1), Ok(1));
            drop(guard);
        });
        assert!(!first.locked() && !second.locked());
    }
}

#[test]
fn to_wait_with_another_lock_is_refused() {
    let (first, second, waiters) = (Lock::new(), RLock::new(), RawCondvar::new());
    thread::scope(|scope| {
        scope.spawn(|| until_notified(&first, &waiters));
        until_waiting(&waiters, 1);
        let _guard = (second.lock(), second.lock());
        let soon = Deadline::after(Duration::from_millis(1));
        let wait = || ConditionLock::wait(&second, &waiters, soon, Call::here(WAIT));
        assert!(catch_unwind(AssertUnwindSafe(wait)).is_err());
        assert_eq!(second.recursion_count(), 2);
        assert_eq!(waiters.n_waiting(), 1);
        assert_eq!(waiters.notify(usize::MAX), 1);
        // Nobody waits any more, so that the other lock will do.
        assert_eq!(wait(), Ok(false));
        assert_eq!(second.recursion_count(), 2);
    });
}
