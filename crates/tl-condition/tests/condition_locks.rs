//! `Condition`: what follows from its lock: levels, owners and strangers, several conditions on
//! one, the end of its life.

mod support;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::until_waiting;
use tl_condition::{Condition, NotAcquired};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{ConditionLock, Lock, RLock};

const SHORT: Duration = Duration::from_millis(10);

#[test]
fn a_wait_at_depth_three_gives_up_and_takes_back_all_three_levels() {
    let lock = Arc::new(RLock::new());
    let condition = Condition::with_lock(Arc::clone(&lock));
    let waiting = AtomicUsize::new(0);
    thread::scope(|scope| {
        for depth in 1..=3 {
            let (lock, condition, waiting) = (&lock, &condition, &waiting);
            scope.spawn(move || {
                for _ in 0..depth {
                    lock.acquire();
                }
                waiting.fetch_add(1, Ordering::Relaxed);
                condition.wait().unwrap();
                assert_eq!(lock.recursion_count(), depth);
                assert_eq!(condition.wait_timeout(Duration::from_millis(1)), Ok(false));
                assert_eq!(lock.recursion_count(), depth);
                for _ in 0..depth {
                    lock.release().unwrap();
                }
                assert!(!lock.is_owned());
            });
        }
        until_waiting(&condition, &waiting, 3);
        lock.acquire();
        lock.acquire();
        assert_eq!(condition.notify_all(), Ok(3));
        lock.release().unwrap();
        assert_eq!(lock.recursion_count(), 1);
        lock.release().unwrap();
    });
    assert!(!lock.locked());
}

#[test]
fn an_rlock_s_levels_survive_waits_that_are_handed_the_lock() {
    const ROUNDS: usize = if cfg!(sanitize_thread) { 50 } else { 300 };
    let lock = RLock::new();
    let condition = Condition::with_lock(&lock);
    let (waiting, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let waiters: Vec<_> = (1..=3)
            .map(|depth| {
                let (lock, condition, waiting) = (&lock, &condition, &waiting);
                scope.spawn(move || {
                    for _ in 0..ROUNDS {
                        let guards: Vec<_> = (0..depth).map(|_| lock.lock()).collect();
                        waiting.fetch_add(1, Ordering::Relaxed);
                        condition.wait().unwrap();
                        assert_eq!(lock.recursion_count(), depth);
                        drop(guards);
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let _guard = lock.lock();
                if condition.notify_all().unwrap() > 0 {
                    // Long enough for a sleeper to be overdue at the release.
                    thread::sleep(Duration::from_micros(700));
                }
            }
        });
        for waiter in waiters {
            waiter.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(waiting.into_inner(), 3 * ROUNDS);
}

#[test]
fn the_default_lock_is_re_entrant() {
    let condition: Condition = Condition::default();
    let outer = condition.lock();
    let inner = condition.lock();
    assert!(!inner.wait_timeout(Duration::from_millis(1)));
    drop(outer);
    assert_eq!(inner.notify_all(), 0);
    drop(inner);
    assert_eq!(condition.notify_all(), Err(NotAcquired));
}

#[test]
fn a_stranger_to_an_rlock_can_neither_wait_nor_notify() {
    let condition = Condition::new();
    let _guard = condition.lock();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(condition.wait(), Err(NotAcquired));
            assert_eq!(condition.wait_for(|| true), Err(NotAcquired));
            assert_eq!(condition.notify_all(), Err(NotAcquired));
            assert!(condition.release().is_err());
        });
    });
}

#[test]
fn two_conditions_on_one_lock_move_a_million_items_and_lose_none() {
    const ITEMS: usize = if cfg!(sanitize_thread) {
        20_000
    } else {
        1_000_000
    };
    const THREADS: usize = 4;
    const CAPACITY: usize = 64;
    let lock = Arc::new(Lock::new());
    let not_empty = Condition::with_lock(Arc::clone(&lock));
    let not_full = Condition::with_lock(Arc::clone(&lock));
    // Never contended: it is used under the lock alone.
    let buffer = StdMutex::new(VecDeque::new());
    let sums: Vec<(usize, u64)> = thread::scope(|scope| {
        for producer in 0..THREADS {
            let (not_empty, not_full, buffer) = (&not_empty, &not_full, &buffer);
            scope.spawn(move || {
                for item in (producer..ITEMS).step_by(THREADS) {
                    let guard = not_full.lock();
                    guard.wait_for(|| buffer.try_lock().unwrap().len() < CAPACITY);
                    buffer.try_lock().unwrap().push_back(item);
                    not_empty.notify_one().unwrap();
                }
            });
        }
        let consumers: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let (mut count, mut sum) = (0, 0);
                    for _ in 0..ITEMS / THREADS {
                        let guard = not_empty.lock();
                        guard.wait_for(|| !buffer.try_lock().unwrap().is_empty());
                        sum += buffer.try_lock().unwrap().pop_front().unwrap() as u64;
                        count += 1;
                        not_full.notify_one().unwrap();
                    }
                    (count, sum)
                })
            })
            .collect();
        consumers
            .into_iter()
            .map(|consumer| consumer.join().unwrap())
            .collect()
    });
    assert_eq!(sums.iter().map(|&(count, _)| count).sum::<usize>(), ITEMS);
    assert_eq!(
        sums.iter().map(|&(_, sum)| sum).sum::<u64>(),
        (0..ITEMS as u64).sum()
    );
    assert!(buffer.into_inner().unwrap().is_empty());
}

#[test]
fn methods_of_a_guard_whose_lock_was_released_panic_and_dropping_it_does_not() {
    let condition = Condition::with_lock(Lock::new());
    let guard = condition.lock();
    condition.release().unwrap();
    let calls: [&dyn Fn(); 6] = [
        &|| guard.wait(),
        &|| assert!(guard.wait_timeout(SHORT)),
        &|| guard.wait_for(|| true),
        &|| assert!(guard.wait_for_deadline(|| true, Instant::now())),
        &|| assert_eq!(guard.notify_one(), 0),
        &|| assert_eq!(guard.notify_all(), 0),
    ];
    for call in calls {
        let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
        let message = panic.downcast_ref::<&str>().unwrap();
        assert!(message.contains("released under its guard"));
    }
    drop(guard);
    assert!(!condition.locked());
}

#[test]
fn a_bare_lock_that_strangers_release_stays_exact() {
    const ROUNDS: usize = if cfg!(sanitize_thread) { 1_000 } else { 20_000 };
    const WAITERS: usize = 2;
    let condition = Condition::with_lock(Lock::new());
    let (received, sent, done) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    thread::scope(|scope| {
        for number in 0..WAITERS {
            let (condition, received, done) = (&condition, &received, &done);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    condition.acquire();
                    let timeout =
                        Duration::from_nanos((round * 7919 + number * 104_729) as u64 % 20_000);
                    // An error says that the stranger was faster.
                    if condition.wait_timeout(timeout) == Ok(true) {
                        received.fetch_add(1, Ordering::Relaxed);
                    }
                    let _ = condition.release();
                }
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        scope.spawn(|| {
            while done.load(Ordering::Relaxed) < WAITERS {
                let _ = condition.release();
                thread::yield_now();
            }
        });
        while done.load(Ordering::Relaxed) < WAITERS {
            sent.fetch_add(condition.notify_one().unwrap_or(0), Ordering::Relaxed);
        }
    });
    assert_eq!(received.into_inner(), sent.into_inner());
    let _ = condition.release();
    assert!(condition.try_acquire());
    assert_eq!(condition.notify_all(), Ok(0));
}

#[test]
fn the_last_of_its_users_may_free_it_at_once() {
    const ROUNDS: usize = if cfg!(sanitize_thread) { 50 } else { 1_000 };
    for _ in 0..ROUNDS {
        let shared = Arc::new((Condition::new(), AtomicBool::new(false)));
        let waiter = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                shared
                    .0
                    .lock()
                    .wait_for(|| shared.1.load(Ordering::Relaxed))
            }
        });
        {
            let guard = shared.0.lock();
            shared.1.store(true, Ordering::Relaxed);
            guard.notify_all();
        }
        drop(shared);
        waiter.join().unwrap();
    }
}

#[test]
fn it_works_in_a_static_and_while_thread_locals_are_dropped() {
    static CONDITION: Condition = Condition::new();
    static DROPPED: AtomicBool = AtomicBool::new(false);
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            let guard = CONDITION.lock();
            assert!(!guard.wait_timeout(Duration::from_millis(1)));
            DROPPED.store(true, Ordering::Relaxed);
            guard.notify_all();
        }
    }
    thread_local!(static LAST: Last = const { Last });
    let guard = CONDITION.lock();
    let thread = thread::spawn(|| LAST.with(|_| ()));
    guard.wait_for(|| DROPPED.load(Ordering::Relaxed));
    drop(guard);
    thread.join().unwrap();
}

#[test]
fn debug_does_not_wait() {
    let condition = Condition::with_lock(Lock::new());
    let guard = condition.lock();
    assert_eq!(
        format!("{condition:?}"),
        "Condition { lock: Lock { locked: true }, .. }"
    );
    assert!(format!("{guard:?}").starts_with("ConditionGuard"));
}
