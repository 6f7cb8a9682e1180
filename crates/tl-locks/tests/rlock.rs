//! `RLock`: levels, ownership, and what many threads make of it.

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;

use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
use tl_core::current_ident;
use tl_core::door::waits;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{RLock, ReleaseError};

const ROUNDS: usize = if cfg!(sanitize_thread) { 1_000 } else { 20_000 };
const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(3600);

/// Calls `f` in another thread.
fn elsewhere<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(f).join().unwrap())
}

#[test]
fn it_goes_a_thousand_levels_down_and_up() {
    let lock = RLock::new();
    for depth in 1..=1000 {
        lock.acquire();
        assert_eq!(lock.recursion_count(), depth);
    }
    for depth in (0..1000).rev() {
        assert!(lock.locked() && lock.is_owned());
        assert!(!elsewhere(|| lock.try_acquire()));
        assert_eq!(lock.release(), Ok(()));
        assert_eq!(lock.recursion_count(), depth);
    }
    assert!(!lock.locked());
    assert!(elsewhere(|| lock.try_acquire()));
}

#[test]
fn releasing_once_too_often_is_an_error_and_changes_nothing() {
    let lock = RLock::default();
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    lock.acquire();
    lock.acquire();
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Ok(()));
    assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    assert!(!lock.locked());
    lock.acquire();
    assert_eq!(lock.recursion_count(), 1);
}

#[test]
fn a_stranger_can_t_release_it() {
    let lock = RLock::new();
    lock.acquire();
    lock.acquire();
    assert_eq!(elsewhere(|| lock.release()), Err(ReleaseError::NotOwner));
    assert_eq!(lock.recursion_count(), 2);
    assert_eq!(elsewhere(|| lock.recursion_count()), 0);
    lock.release().unwrap();
    lock.release().unwrap();
    assert_eq!(elsewhere(|| lock.release()), Err(ReleaseError::NotLocked));
}

#[test]
fn every_thread_counts_its_own_levels() {
    let lock = RLock::new();
    thread::scope(|scope| {
        for depth in 1..=4 {
            let lock = &lock;
            scope.spawn(move || {
                for _ in 0..100 {
                    assert_eq!(lock.recursion_count(), 0);
                    assert!(!lock.is_owned());
                    let guards: Vec<_> = (0..depth).map(|_| lock.lock()).collect();
                    assert_eq!(lock.recursion_count(), depth);
                    assert!(lock.is_owned());
                    drop(guards);
                }
            });
        }
    });
}

#[test]
fn its_owner_acquires_it_again_in_every_form() {
    let lock = RLock::new();
    lock.acquire();
    assert!(lock.try_acquire());
    assert!(lock.acquire_timeout(Duration::ZERO));
    assert!(lock.acquire_timeout(SHORT));
    assert!(lock.acquire_timeout(Duration::MAX));
    assert!(lock.acquire_deadline(Instant::now() - SHORT));
    assert!(lock.acquire_deadline(Instant::now() + LONG));
    assert_eq!(lock.recursion_count(), 7);
    let guards = (
        lock.lock(),
        lock.try_lock().unwrap(),
        lock.lock_timeout(Duration::ZERO).unwrap(),
        lock.lock_deadline(Instant::now()).unwrap(),
    );
    assert_eq!(lock.recursion_count(), 11);
    drop(guards);
    assert_eq!(lock.recursion_count(), 7);
}

#[test]
fn a_stranger_s_timed_forms_run_out_not_before_their_time() {
    let lock = RLock::new();
    let _guard = lock.lock();
    elsewhere(|| {
        for timeout in [Duration::ZERO, SHORT] {
            let start = Instant::now();
            assert!(!lock.acquire_timeout(timeout));
            assert!(lock.lock_timeout(timeout).is_none());
            assert!(start.elapsed() >= 2 * timeout);
            let deadline = Instant::now() + timeout;
            assert!(!lock.acquire_deadline(deadline));
            assert!(Instant::now() >= deadline);
            assert!(lock.lock_deadline(deadline).is_none());
        }
        assert!(!lock.try_acquire() && lock.try_lock().is_none());
        assert!(!lock.is_owned());
    });
    assert_eq!(lock.recursion_count(), 1);
}

#[test]
fn a_timed_wait_succeeds_when_the_last_level_is_released() {
    let (lock, sleepers) = (RLock::new(), Sleepers::new(3));
    let acquired = AtomicUsize::new(0);
    let outer = lock.lock();
    let inner = lock.lock();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                sleepers.enter();
                assert!(lock.acquire_timeout(LONG));
                acquired.fetch_add(1, Ordering::Relaxed);
                lock.release().unwrap();
            });
        }
        sleepers.until(3);
        drop(inner);
        // Were they woken by that, they would be awake or have it now.
        sleepers.until(3);
        assert_eq!(acquired.load(Ordering::Relaxed), 0);
        drop(outer);
    });
    assert_eq!(acquired.into_inner(), 3);
}

#[test]
fn it_excludes_at_every_depth() {
    const THREADS: usize = 4;
    struct Count(UnsafeCell<usize>);
    // SAFETY: shared on purpose, to be used under the lock that is tested.
    unsafe impl Sync for Count {}
    let (lock, count) = (RLock::new(), Count(UnsafeCell::new(0)));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (lock, count) = (&lock, &count);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    for _ in 0..=round % 3 {
                        lock.acquire();
                        // SAFETY: this thread holds the lock that is tested.
                        unsafe { *count.0.get() += 1 };
                    }
                    for _ in 0..=round % 3 {
                        lock.release().unwrap();
                    }
                }
            });
        }
    });
    let per_thread: usize = (0..ROUNDS).map(|round| 1 + round % 3).sum();
    assert_eq!(count.0.into_inner(), THREADS * per_thread);
    assert!(!lock.locked());
}

#[test]
fn guards_release_in_any_order_and_on_a_panic() {
    let lock = RLock::new();
    let (outer, inner) = (lock.lock(), lock.lock());
    drop(outer);
    assert_eq!(lock.recursion_count(), 1);
    drop(inner);
    assert!(!lock.locked());
    let outer = lock.lock();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _one = lock.lock();
        let _two = lock.lock();
        panic!("on purpose");
    }));
    assert!(unwound.is_err());
    assert_eq!(lock.recursion_count(), 1);
    drop(outer);
}

#[test]
fn a_forgotten_guard_leaves_its_level_held() {
    let lock = RLock::new();
    std::mem::forget(lock.lock());
    assert_eq!(lock.recursion_count(), 1);
    assert!(!elsewhere(|| lock.try_acquire()));
    lock.release().unwrap();
    assert!(!lock.locked());
}

#[test]
fn a_guard_released_too_early_drops_quietly() {
    let lock = RLock::new();
    let guard = lock.lock();
    lock.release().unwrap();
    drop(guard);
    assert!(!lock.locked());
}

#[test]
fn a_thread_that_ends_as_owner_leaves_it_locked_for_ever() {
    let lock = RLock::new();
    elsewhere(|| lock.acquire());
    assert!(lock.locked() && !lock.is_owned());
    assert!(!lock.try_acquire());
    // No later thread is taken for the owner.
    for _ in 0..100 {
        assert_eq!(elsewhere(|| lock.release()), Err(ReleaseError::NotOwner));
    }
}

#[test]
fn with_returns_the_result_nests_and_releases_on_a_panic() {
    let lock = RLock::new();
    assert_eq!(lock.with(|| lock.with(|| lock.recursion_count())), 2);
    assert!(catch_unwind(AssertUnwindSafe(|| lock.with(|| panic!("on purpose")))).is_err());
    assert!(!lock.locked());
}

#[test]
fn it_works_in_a_static_and_while_thread_locals_are_dropped() {
    static LOCK: RLock = RLock::new();
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            LOCK.with(|| LOCK.with(|| assert_eq!(LOCK.recursion_count(), 2)));
        }
    }
    thread_local!(static LAST: Last = const { Last });
    elsewhere(|| LAST.with(|_| LOCK.with(|| ())));
    assert!(!LOCK.locked());
}

#[test]
fn debug_does_not_wait() {
    let lock = RLock::new();
    assert_eq!(
        format!("{lock:?}"),
        "RLock { locked: false, recursion_count: 0 }"
    );
    let guard = lock.lock();
    assert_eq!(
        format!("{guard:?}"),
        "RLockGuard { lock: RLock { locked: true, recursion_count: 1 } }"
    );
    assert_eq!(
        elsewhere(|| format!("{lock:?}")),
        "RLock { locked: true, recursion_count: 0 }"
    );
}

#[test]
fn unlocked_gives_all_levels_up_and_takes_them_back() {
    let lock = RLock::new();
    assert_eq!(lock.unlocked(|| ()), Err(ReleaseError::NotLocked));
    let (_first, _second) = (lock.lock(), lock.lock());
    assert_eq!(
        elsewhere(|| lock.unlocked(|| unreachable!())),
        Err(ReleaseError::NotOwner)
    );
    let inside = lock.unlocked(|| {
        assert!(!lock.locked());
        assert_eq!(lock.recursion_count(), 0);
        elsewhere(|| lock.with(|| lock.recursion_count()))
    });
    assert_eq!(inside, Ok(1));
    assert_eq!(lock.recursion_count(), 2);
    // What the function leaves acquired stays acquired.
    lock.unlocked(|| lock.acquire()).unwrap();
    assert_eq!(lock.recursion_count(), 3);
    lock.release().unwrap();
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        lock.unlocked(|| panic!("on purpose"))
    }));
    assert!(unwound.is_err());
    assert_eq!(lock.recursion_count(), 2);
}

#[test]
fn unlocked_waits_for_a_thread_that_came_in_between() {
    let (lock, owner) = (RLock::new(), current_ident());
    let (inside, has_returned) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let guard = lock.lock();
        lock.unlocked(|| {
            scope.spawn(|| {
                lock.with(|| {
                    inside.store(true, Ordering::Relaxed);
                    let is_awaited = || waits().iter().any(|wait| wait.thread == owner);
                    while !is_awaited() && !has_returned.load(Ordering::Relaxed) {
                        thread::yield_now();
                    }
                    inside.store(false, Ordering::Relaxed);
                });
            });
            while !lock.locked() {
                thread::yield_now();
            }
        })
        .unwrap();
        let is_alone = !inside.load(Ordering::Relaxed);
        has_returned.store(true, Ordering::Relaxed);
        assert!(is_alone);
        drop(guard);
    });
}
