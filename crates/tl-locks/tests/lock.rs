//! `Lock`: what each method promises, and what many threads make of it.

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;

use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{Lock, ReleaseError};

/// What one thread does how often, in the tests that count.
const ROUNDS: usize = if cfg!(sanitize_thread) { 2_000 } else { 50_000 };
const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(3600);

/// A count that only a lock keeps right.
struct Unprotected(UnsafeCell<usize>);

// SAFETY: shared on purpose, to be used under the lock that is tested.
unsafe impl Sync for Unprotected {}

impl Unprotected {
    fn new() -> Unprotected {
        Unprotected(UnsafeCell::new(0))
    }

    fn add_one(&self) {
        // SAFETY: the callers hold the lock that is tested.
        unsafe { *self.0.get() += 1 };
    }

    fn into_inner(self) -> usize {
        self.0.into_inner()
    }
}

#[test]
fn it_is_acquired_released_and_acquired_again() {
    let lock = Lock::new();
    for _ in 0..3 {
        assert!(!lock.locked());
        lock.acquire();
        assert!(lock.locked());
        assert_eq!(lock.release(), Ok(()));
    }
    assert!(!Lock::default().locked());
}

#[test]
fn any_thread_may_release_it() {
    static LOCK: Lock = Lock::new();
    LOCK.acquire();
    assert_eq!(thread::spawn(|| LOCK.release()).join().unwrap(), Ok(()));
    thread::spawn(|| LOCK.acquire()).join().unwrap();
    assert_eq!(LOCK.release(), Ok(()));
}

#[test]
fn releasing_what_is_not_locked_is_an_error_and_changes_nothing() {
    let lock = Lock::new();
    for _ in 0..2 {
        assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
        assert!(!lock.locked());
    }
    lock.acquire();
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    assert!(lock.try_acquire());
}

#[test]
fn the_error_says_what_to_do() {
    let error: Box<dyn std::error::Error + Send + Sync> = Box::new(ReleaseError::NotLocked);
    assert!(error.to_string().contains("not locked"));
    assert!(
        ReleaseError::NotOwner
            .to_string()
            .contains("another thread")
    );
}

#[test]
fn a_try_takes_a_free_lock_and_not_a_held_one() {
    let lock = Lock::new();
    assert!(lock.try_acquire());
    assert!(!lock.try_acquire());
    assert!(lock.locked());
    assert!(lock.try_lock().is_none());
    lock.release().unwrap();
    let guard = lock.try_lock().unwrap();
    assert!(lock.try_lock().is_none());
    drop(guard);
    assert!(lock.try_lock().is_some());
}

#[test]
fn all_timed_forms_take_a_free_lock() {
    let lock = Lock::new();
    let past = Instant::now() - SHORT;
    for timeout in [Duration::ZERO, SHORT, Duration::MAX] {
        assert!(lock.acquire_timeout(timeout));
        lock.release().unwrap();
        drop(lock.lock_timeout(timeout).unwrap());
    }
    for deadline in [past, Instant::now() + SHORT, Instant::now() + LONG] {
        assert!(lock.acquire_deadline(deadline));
        lock.release().unwrap();
        drop(lock.lock_deadline(deadline).unwrap());
    }
    assert!(!lock.locked());
}

#[test]
fn a_timeout_runs_out_not_before_its_time_and_leaves_the_lock_as_it_was() {
    let lock = Lock::new();
    let guard = lock.lock();
    for timeout in [Duration::ZERO, Duration::from_nanos(1), SHORT] {
        let start = Instant::now();
        assert!(!lock.acquire_timeout(timeout));
        assert!(lock.lock_timeout(timeout).is_none());
        assert!(start.elapsed() >= 2 * timeout);
        let deadline = Instant::now() + timeout;
        assert!(!lock.acquire_deadline(deadline));
        assert!(Instant::now() >= deadline);
        assert!(lock.lock_deadline(deadline).is_none());
    }
    assert!(!lock.acquire_deadline(Instant::now() - SHORT));
    assert!(lock.locked());
    drop(guard);
    assert!(lock.try_acquire());
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
}

#[test]
fn timed_waits_succeed_late() {
    let (lock, sleepers) = (Lock::new(), Sleepers::new(3));
    let acquired = AtomicUsize::new(0);
    lock.acquire();
    thread::scope(|scope| {
        for timeout in [LONG, Duration::MAX] {
            let (lock, sleepers, acquired) = (&lock, &sleepers, &acquired);
            scope.spawn(move || {
                sleepers.enter();
                assert!(lock.acquire_timeout(timeout));
                acquired.fetch_add(1, Ordering::Relaxed);
                lock.release().unwrap();
            });
        }
        scope.spawn(|| {
            sleepers.enter();
            let guard = lock.lock_deadline(Instant::now() + LONG);
            acquired.fetch_add(1, Ordering::Relaxed);
            drop(guard.unwrap());
        });
        sleepers.until(3);
        assert_eq!(acquired.load(Ordering::Relaxed), 0);
        lock.release().unwrap();
    });
    assert_eq!(acquired.into_inner(), 3);
    assert!(!lock.locked());
}

#[test]
fn one_waiter_s_timeout_does_not_lose_the_others_wake_up() {
    let lock = Lock::new();
    for _ in 0..20 {
        lock.acquire();
        thread::scope(|scope| {
            scope.spawn(|| lock.with(|| ()));
            scope
                .spawn(|| assert!(!lock.acquire_timeout(Duration::from_millis(2))))
                .join()
                .unwrap();
            scope.spawn(|| lock.with(|| ()));
            lock.release().unwrap();
        });
        assert!(!lock.locked());
    }
}

#[test]
fn many_waiters_each_get_it_exactly_once() {
    const WAITERS: usize = 100;
    let (lock, count, inside) = (Lock::new(), Unprotected::new(), AtomicBool::new(false));
    lock.acquire();
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            scope.spawn(|| {
                let _guard = lock.lock();
                assert!(!inside.swap(true, Ordering::Relaxed));
                count.add_one();
                assert!(inside.swap(false, Ordering::Relaxed));
            });
        }
        lock.release().unwrap();
    });
    assert_eq!(count.into_inner(), WAITERS);
    assert!(!lock.locked());
}

#[test]
fn it_excludes() {
    const THREADS: usize = 4;
    let (lock, count) = (Lock::new(), Unprotected::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    lock.acquire();
                    count.add_one();
                    lock.release().unwrap();
                }
            });
        }
    });
    assert_eq!(count.into_inner(), THREADS * ROUNDS);
}

#[test]
fn it_excludes_while_timeouts_run_out_at_every_moment() {
    const THREADS: usize = 4;
    let (lock, count) = (Lock::new(), Unprotected::new());
    let acquired = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (lock, count, acquired) = (&lock, &count, &acquired);
            scope.spawn(move || {
                for round in 0..ROUNDS / 5 {
                    let timeout =
                        Duration::from_nanos((round * 7919 + number * 104_729) as u64 % 60_000);
                    let got = match round % 3 {
                        0 => lock.acquire_timeout(timeout),
                        1 => lock.acquire_deadline(Instant::now() + timeout),
                        _ => lock.try_acquire(),
                    };
                    if got {
                        count.add_one();
                        acquired.fetch_add(1, Ordering::Relaxed);
                        if round % 64 == 0 {
                            thread::yield_now();
                        }
                        lock.release().unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(count.into_inner(), acquired.into_inner());
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    assert!(lock.try_acquire());
}

#[test]
fn releases_by_several_threads_at_once_count_once() {
    let lock = Lock::new();
    let (acquired, released) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let releasers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) || lock.locked() {
                        match lock.release() {
                            Ok(()) => released.fetch_add(1, Ordering::Relaxed),
                            Err(error) => {
                                assert_eq!(error, ReleaseError::NotLocked);
                                thread::yield_now();
                                0
                            }
                        };
                    }
                })
            })
            .collect();
        let acquirers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..ROUNDS / 10 {
                        lock.acquire();
                        acquired.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for acquirer in acquirers {
            acquirer.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        for releaser in releasers {
            releaser.join().unwrap();
        }
    });
    assert_eq!(acquired.into_inner(), released.into_inner());
}

#[test]
fn a_thread_that_loops_on_it_starves_nobody() {
    let lock = Lock::new();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    lock.with(std::hint::spin_loop);
                }
            });
        }
        for _ in 0..50 {
            lock.with(|| ());
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn the_last_of_its_users_may_free_it_at_once() {
    for _ in 0..ROUNDS / 50 {
        let lock = Arc::new(Lock::new());
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let lock = Arc::clone(&lock);
                thread::spawn(move || lock.with(thread::yield_now))
            })
            .collect();
        lock.with(|| ());
        drop(lock);
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_guard_releases_when_it_is_dropped_and_on_a_panic() {
    let lock = Lock::new();
    drop(lock.lock());
    assert!(!lock.locked());
    let unwound = catch_unwind(|| {
        let _guard = lock.lock();
        panic!("on purpose");
    });
    assert!(unwound.is_err());
    assert!(!lock.locked());
}

#[test]
fn a_forgotten_guard_leaves_it_locked() {
    let lock = Lock::new();
    std::mem::forget(lock.lock());
    assert!(lock.locked());
    assert!(!lock.acquire_timeout(Duration::from_millis(1)));
    assert_eq!(lock.release(), Ok(()));
}

#[test]
fn a_guard_may_be_dropped_in_another_thread() {
    static LOCK: Lock = Lock::new();
    let guard = LOCK.lock();
    thread::spawn(move || drop(guard)).join().unwrap();
    assert!(!LOCK.locked());
}

#[test]
fn a_guard_whose_lock_was_released_drops_quietly() {
    let lock = Lock::new();
    let guard = lock.lock();
    lock.release().unwrap();
    drop(guard);
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
}

#[test]
fn with_returns_the_result_and_releases_also_on_a_panic() {
    let lock = Lock::new();
    assert_eq!(
        lock.with(|| {
            assert!(lock.locked());
            7
        }),
        7
    );
    assert!(catch_unwind(AssertUnwindSafe(|| lock.with(|| panic!("on purpose")))).is_err());
    assert!(!lock.locked());
}

#[test]
fn debug_does_not_wait() {
    let lock = Lock::new();
    assert_eq!(format!("{lock:?}"), "Lock { locked: false }");
    let guard = lock.lock();
    assert_eq!(
        format!("{guard:?}"),
        "LockGuard { lock: Lock { locked: true } }"
    );
}
