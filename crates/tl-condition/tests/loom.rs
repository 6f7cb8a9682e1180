//! Models of the condition: the interleavings of two or three threads, explored by loom, on both
//! kinds of lock. A monitor is the same wait and the same notification on the raw lock of a mutex.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-condition --release --test loom`
#![cfg(loom)]

use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread::{self, JoinHandle};
use tl_condition::Condition;
use tl_core::door::{Call, Deadline, Operation};
use tl_core::model::{explore, let_time_pass};
use tl_locks::{ConditionLock, Lock, RLock, RawCondvar};

/// A timeout that is over when the model lets time pass.
const SOME_TIME: Duration = Duration::from_secs(1);

/// A condition, and a number that its lock guards: loom fails a model in which two accesses are not
/// ordered.
struct Shared<L: ConditionLock> {
    condition: Condition<L>,
    number: UnsafeCell<u32>,
}

// SAFETY: the number is used under the lock of the condition that is checked, or loom fails the
// model.
unsafe impl<L: ConditionLock + Sync> Sync for Shared<L> {}

impl<L: ConditionLock> Shared<L> {
    fn new(lock: L) -> Arc<Shared<L>> {
        Arc::new(Shared {
            condition: Condition::with_lock(lock),
            number: UnsafeCell::new(0),
        })
    }

    fn add_one(&self) {
        // SAFETY: as for `Sync`.
        self.number.with_mut(|number| unsafe { *number += 1 });
    }

    fn number(&self) -> u32 {
        // SAFETY: as for `Sync`.
        self.number.with(|number| unsafe { *number })
    }
}

/// Runs `act` on what is shared in a thread of its own.
fn spawn<L: ConditionLock + 'static, T: 'static>(
    shared: &Arc<Shared<L>>,
    act: impl FnOnce(&Shared<L>) -> T + 'static,
) -> JoinHandle<T> {
    let shared = Arc::clone(shared);
    thread::spawn(move || act(&shared))
}

/// Asserts that, after all threads have ended, nobody waits and nobody holds the lock.
fn assert_idle<L: ConditionLock>(condition: &Condition<L>) {
    assert!(!condition.locked());
    assert!(condition.try_acquire());
    assert_eq!(condition.notify_all(), Ok(0));
    condition.release().unwrap();
}

macro_rules! on_both_locks {
    ($($name:ident, $preemptions:expr => $model:ident;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn on_a_lock() {
                explore($preemptions, || $model(Lock::new()));
            }

            #[test]
            fn on_an_rlock() {
                explore($preemptions, || $model(RLock::new()));
            }
        }
    )*};
}

on_both_locks! {
    a_notified_waiter_sees_what_was_changed, Some(3) => notified;
    of_a_notify_and_a_timeout_at_once_exactly_one_counts, Some(2) => race;
    notify_all_wakes_two_waiters, Some(2) => two_waiters;
    notify_one_wakes_one_of_two_waiters, Some(1) => one_of_two;
}

fn notified<L: ConditionLock + 'static>(lock: L) {
    let shared = Shared::new(lock);
    let waiter = spawn(&shared, |shared| {
        let guard = shared.condition.lock();
        guard.wait_for(|| shared.number() == 1);
        shared.add_one();
    });
    {
        let guard = shared.condition.lock();
        shared.add_one();
        assert!(guard.notify_one() <= 1);
        assert_eq!(guard.notify_all(), 0);
    }
    waiter.join().unwrap();
    assert_idle(&shared.condition);
    let _guard = shared.condition.lock();
    assert_eq!(shared.number(), 2);
}

fn race<L: ConditionLock + 'static>(lock: L) {
    let shared = Shared::new(lock);
    let waiter = spawn(&shared, |shared| {
        let guard = shared.condition.lock();
        let notified = guard.wait_timeout(SOME_TIME);
        shared.add_one();
        usize::from(notified)
    });
    let clock = thread::spawn(let_time_pass);
    let sent = {
        let guard = shared.condition.lock();
        shared.add_one();
        guard.notify_one()
    };
    clock.join().unwrap();
    assert_eq!(waiter.join().unwrap(), sent);
    assert_idle(&shared.condition);
    let _guard = shared.condition.lock();
    assert_eq!(shared.number(), 2);
}

fn two_waiters<L: ConditionLock + 'static>(lock: L) {
    let shared = Shared::new(lock);
    let waiters = [(); 2].map(|()| {
        spawn(&shared, |shared| {
            let guard = shared.condition.lock();
            guard.wait_for(|| shared.number() > 0);
            shared.add_one();
        })
    });
    {
        let guard = shared.condition.lock();
        shared.add_one();
        guard.notify_all();
    }
    for waiter in waiters {
        waiter.join().unwrap();
    }
    assert_idle(&shared.condition);
    let _guard = shared.condition.lock();
    assert_eq!(shared.number(), 3);
}

fn one_of_two<L: ConditionLock + 'static>(lock: L) {
    let shared = Shared::new(lock);
    let waiters = [(); 2].map(|()| {
        spawn(&shared, |shared| {
            usize::from(shared.condition.lock().wait_timeout(SOME_TIME))
        })
    });
    let sent = shared.condition.lock().notify_one();
    let_time_pass();
    let received: usize = waiters.map(|waiter| waiter.join().unwrap()).iter().sum();
    assert_eq!(received, sent);
    assert_idle(&shared.condition);
}

#[test]
fn a_wait_gives_up_both_levels_of_an_rlock_and_takes_both_back() {
    explore(Some(2), || {
        let shared = Shared::new(RLock::new());
        let lock = |shared: &Shared<RLock>| {
            shared.condition.acquire();
            shared.condition.acquire();
        };
        let unlock = |shared: &Shared<RLock>| {
            shared.condition.release().unwrap();
            shared.condition.release().unwrap();
            assert!(shared.condition.release().is_err());
        };
        let waiter = spawn(&shared, move |shared| {
            lock(shared);
            shared.condition.wait_for(|| shared.number() == 1).unwrap();
            unlock(shared);
        });
        lock(&shared);
        shared.add_one();
        shared.condition.notify_one().unwrap();
        unlock(&shared);
        waiter.join().unwrap();
        assert_idle(&shared.condition);
    });
}

#[test]
fn a_bare_lock_released_by_a_stranger_stays_exact() {
    explore(Some(2), || {
        let shared = Shared::new(Lock::new());
        shared.condition.acquire();
        let stranger = spawn(&shared, |shared| {
            let _ = shared.condition.release();
            // Without the lock, or with the lock that a waiter waits for: a notified thread wakes.
            shared.condition.notify_one().unwrap_or(0)
        });
        let clock = thread::spawn(let_time_pass);
        let received = match shared.condition.wait_timeout(SOME_TIME) {
            Ok(notified) => usize::from(notified),
            Err(_) => 0,
        };
        assert_eq!(stranger.join().unwrap(), received);
        clock.join().unwrap();
        let _ = shared.condition.release();
        assert_idle(&shared.condition);
    });
}

#[test]
fn a_notifier_that_does_not_hold_the_bare_lock_moves_nobody_to_a_lock_that_is_free() {
    explore(Some(3), || {
        let shared = Shared::new(Lock::new());
        shared.condition.acquire();
        let stranger = spawn(&shared, |shared| shared.condition.notify_one().unwrap_or(0));
        let clock = thread::spawn(let_time_pass);
        let received = usize::from(shared.condition.wait_timeout(SOME_TIME).unwrap());
        assert_eq!(stranger.join().unwrap(), received);
        clock.join().unwrap();
        shared.condition.release().unwrap();
        assert_idle(&shared.condition);
    });
}

const WAIT: Call = Call::here(&Operation::new("Condvar", "wait"));

/// A lock, and the waiters of a condition variable that is apart from it.
struct Apart {
    lock: Lock,
    waiters: RawCondvar,
    number: UnsafeCell<u32>,
}

// SAFETY: the number is used under the lock, or loom fails the model.
unsafe impl Sync for Apart {}

impl Apart {
    fn new() -> Arc<Apart> {
        Arc::new(Apart {
            lock: Lock::new(),
            waiters: RawCondvar::new(),
            number: UnsafeCell::new(0),
        })
    }

    fn add_one(&self) {
        // SAFETY: as for `Sync`.
        self.number.with_mut(|number| unsafe { *number += 1 });
    }

    fn is_zero(&self) -> bool {
        // SAFETY: as for `Sync`.
        self.number.with(|number| unsafe { *number == 0 })
    }

    /// Waits until the number is not zero, with the lock held, or for the deadline.
    fn wait(&self, deadline: Deadline) -> bool {
        self.lock.with(|| {
            while self.is_zero() {
                if !ConditionLock::wait(&self.lock, &self.waiters, deadline, WAIT).unwrap() {
                    return false;
                }
            }
            true
        })
    }

    fn assert_idle(&self) {
        assert_eq!(self.waiters.notify(usize::MAX), 0);
        assert_eq!(self.waiters.n_waiting(), 0);
        assert!(self.lock.try_acquire());
        self.lock.release().unwrap();
    }
}

#[test]
fn a_notification_without_the_lock_is_not_missed() {
    explore(Some(3), || {
        let shared = Apart::new();
        let waiter = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || assert!(shared.wait(Deadline::NEVER)))
        };
        shared.lock.with(|| shared.add_one());
        assert!(shared.waiters.notify(1) <= 1);
        waiter.join().unwrap();
        shared.assert_idle();
    });
}

#[test]
fn two_notifications_wake_two_waiters() {
    explore(Some(2), || {
        let shared = Apart::new();
        let waiters = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || assert!(shared.wait(Deadline::NEVER)))
        });
        shared.lock.with(|| shared.add_one());
        assert!(shared.waiters.notify(1) + shared.waiters.notify(1) <= 2);
        for waiter in waiters {
            waiter.join().unwrap();
        }
        shared.assert_idle();
    });
}

#[test]
fn a_timeout_leaves_the_other_waiter_to_be_notified() {
    explore(Some(2), || {
        let shared = Apart::new();
        let waiters = [Deadline::NEVER, Deadline::after(SOME_TIME)].map(|deadline| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || assert!(shared.wait(deadline) || deadline != Deadline::NEVER))
        });
        let_time_pass();
        shared.lock.with(|| shared.add_one());
        assert!(shared.waiters.notify(usize::MAX) <= 2);
        for waiter in waiters {
            waiter.join().unwrap();
        }
        shared.assert_idle();
    });
}
