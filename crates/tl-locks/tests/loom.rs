//! Models of the locks: the interleavings of two or three threads, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-locks --release --test loom`
#![cfg(loom)]

#[path = "loom/rwlock.rs"]
mod rwlock;

use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread::{self, JoinHandle};
use tl_core::model::{explore, let_time_pass};
use tl_locks::{Lock, RLock, ReleaseError};

/// A timeout that is over when the model lets time pass.
const SOME_TIME: Duration = Duration::from_secs(1);

/// A lock, and a number that it guards: loom fails a model in which two accesses are not ordered.
struct Guarded<L> {
    lock: L,
    number: UnsafeCell<u32>,
}

// SAFETY: the number is used under the lock that is checked, or loom fails the model.
unsafe impl<L: Sync> Sync for Guarded<L> {}

impl<L> Guarded<L> {
    fn new(lock: L) -> Arc<Guarded<L>> {
        Arc::new(Guarded {
            lock,
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
fn spawn<L: 'static, T: 'static>(
    shared: &Arc<Guarded<L>>,
    act: impl FnOnce(&Guarded<L>) -> T + 'static,
) -> JoinHandle<T> {
    let shared = Arc::clone(shared);
    thread::spawn(move || act(&shared))
}

fn add_one_under(shared: &Guarded<Lock>) {
    shared.lock.with(|| shared.add_one());
}

/// Asserts that, after all threads have ended, the lock is as good as new: nobody is queued, and it
/// is not held.
fn assert_free(lock: &Lock) {
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    assert!(lock.try_acquire());
    assert_eq!(lock.release(), Ok(()));
}

#[test]
fn a_lock_excludes_two_threads() {
    explore(None, || {
        let shared = Guarded::new(Lock::new());
        let other = spawn(&shared, add_one_under);
        add_one_under(&shared);
        other.join().unwrap();
        assert_eq!(shared.lock.with(|| shared.number()), 2);
        assert_free(&shared.lock);
    });
}

#[test]
fn a_lock_excludes_three_threads() {
    explore(Some(2), || {
        let shared = Guarded::new(Lock::new());
        let others = [spawn(&shared, add_one_under), spawn(&shared, add_one_under)];
        add_one_under(&shared);
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(shared.lock.with(|| shared.number()), 3);
        assert_free(&shared.lock);
    });
}

#[test]
fn two_waiters_both_get_a_lock_that_was_held() {
    explore(Some(2), || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let others = [spawn(&shared, add_one_under), spawn(&shared, add_one_under)];
        shared.add_one();
        shared.lock.release().unwrap();
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(shared.lock.with(|| shared.number()), 3);
        assert_free(&shared.lock);
    });
}

/// The thread that releases comes by again before the one that it woke: that one sleeps again, and
/// the second release must not count on it.
#[test]
fn a_waiter_that_has_tried_in_vain_is_woken_again() {
    explore(Some(2), || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let others = [spawn(&shared, add_one_under), spawn(&shared, add_one_under)];
        shared.lock.release().unwrap();
        if shared.lock.try_acquire() {
            shared.lock.release().unwrap();
        }
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(shared.lock.with(|| shared.number()), 2);
        assert_free(&shared.lock);
    });
}

#[test]
fn a_try_never_waits_and_never_lets_two_in() {
    explore(None, || {
        let shared = Guarded::new(Lock::new());
        let other = spawn(&shared, |shared| {
            let acquired = shared.lock.try_acquire();
            if acquired {
                shared.add_one();
                shared.lock.release().unwrap();
            }
            u32::from(acquired)
        });
        add_one_under(&shared);
        let expected = 1 + other.join().unwrap();
        assert_eq!(shared.lock.with(|| shared.number()), expected);
        assert_free(&shared.lock);
    });
}

#[test]
fn a_timeout_and_a_release_at_once_leave_the_lock_in_one_piece() {
    explore(Some(3), || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let waiter = spawn(&shared, |shared| {
            let acquired = shared.lock.acquire_timeout(SOME_TIME);
            if acquired {
                shared.add_one();
                shared.lock.release().unwrap();
            }
            u32::from(acquired)
        });
        let clock = thread::spawn(let_time_pass);
        shared.add_one();
        shared.lock.release().unwrap();
        clock.join().unwrap();
        let expected = 1 + waiter.join().unwrap();
        assert_eq!(shared.lock.with(|| shared.number()), expected);
        assert_free(&shared.lock);
    });
}

#[test]
fn who_comes_after_a_timeout_sees_what_the_holder_wrote() {
    explore(Some(3), || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let waiter = spawn(&shared, |shared| {
            if shared.lock.acquire_timeout(SOME_TIME) {
                shared.lock.release().unwrap();
            }
        });
        let later = spawn(&shared, |shared| {
            let_time_pass();
            if shared.lock.try_acquire() {
                shared.add_one();
                shared.lock.release().unwrap();
            }
        });
        shared.add_one();
        shared.lock.release().unwrap();
        waiter.join().unwrap();
        later.join().unwrap();
        assert_free(&shared.lock);
    });
}

#[test]
fn a_timeout_does_not_take_the_wake_up_of_another_waiter() {
    explore(Some(2), || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let patient = spawn(&shared, add_one_under);
        let waiter = spawn(&shared, |shared| {
            let acquired = shared.lock.acquire_timeout(SOME_TIME);
            if acquired {
                shared.add_one();
                shared.lock.release().unwrap();
            }
            u32::from(acquired)
        });
        let_time_pass();
        shared.lock.release().unwrap();
        patient.join().unwrap();
        let expected = 1 + waiter.join().unwrap();
        assert_eq!(shared.lock.with(|| shared.number()), expected);
        assert_free(&shared.lock);
    });
}

#[test]
fn an_overdue_waiter_is_handed_the_lock() {
    explore(Some(3), || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let waiter = spawn(&shared, add_one_under);
        // A thread that sleeps by now is overdue.
        let_time_pass();
        shared.add_one();
        shared.lock.release().unwrap();
        // Comes by while the lock is handed over.
        add_one_under(&shared);
        waiter.join().unwrap();
        assert_eq!(shared.lock.with(|| shared.number()), 3);
        assert_free(&shared.lock);
    });
}

#[test]
fn of_two_releases_at_once_one_is_an_error() {
    explore(None, || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let other = spawn(&shared, |shared| shared.lock.release().is_ok());
        let here = shared.lock.release().is_ok();
        assert!(here != other.join().unwrap());
        assert_free(&shared.lock);
    });
}

#[test]
fn two_releases_at_once_lose_no_waiter() {
    explore(Some(2), || {
        let shared = Guarded::new(Lock::new());
        shared.lock.acquire();
        let waiter = spawn(&shared, |shared| shared.lock.acquire());
        let releaser = spawn(&shared, |shared| shared.lock.release().is_ok());
        let here = shared.lock.release().is_ok();
        let there = releaser.join().unwrap();
        waiter.join().unwrap();
        // Held by the waiter, unless one of the releases came after it: then both succeeded.
        assert_eq!(shared.lock.locked(), !(here && there));
        assert!(here || there);
    });
}

#[test]
fn an_rlock_excludes_at_two_levels() {
    explore(Some(3), || {
        let shared = Guarded::new(RLock::new());
        let add_twice = |shared: &Guarded<RLock>| {
            shared.lock.with(|| {
                shared.add_one();
                shared.lock.with(|| {
                    assert_eq!(shared.lock.recursion_count(), 2);
                    shared.add_one();
                });
            });
            assert!(!shared.lock.is_owned());
        };
        let other = spawn(&shared, add_twice);
        add_twice(&shared);
        other.join().unwrap();
        assert_eq!(shared.lock.with(|| shared.number()), 4);
        assert_eq!(shared.lock.release(), Err(ReleaseError::NotLocked));
    });
}

#[test]
fn a_stranger_never_passes_for_the_owner_of_an_rlock() {
    explore(None, || {
        let shared = Guarded::new(RLock::new());
        let stranger = spawn(&shared, |shared| {
            assert!(!shared.lock.is_owned());
            assert!(shared.lock.release().is_err());
            assert_eq!(shared.lock.recursion_count(), 0);
        });
        shared.lock.acquire();
        shared.lock.acquire();
        shared.lock.release().unwrap();
        assert_eq!(shared.lock.recursion_count(), 1);
        shared.lock.release().unwrap();
        stranger.join().unwrap();
        assert!(!shared.lock.locked());
    });
}
