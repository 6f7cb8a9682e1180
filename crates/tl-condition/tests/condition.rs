//! `Condition`: which threads are woken, when, and in which state the lock is.

mod support;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::until_waiting;
use tl_condition::{Condition, NotAcquired};
use tl_core::door::Mutex;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{ConditionLock, Lock, RLock};

const SHORT: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(3600);

/// Runs the same test on both kinds of lock, their own and shared.
macro_rules! on_every_lock {
    ($($name:ident => $test:ident;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn on_an_rlock() {
                $test(&Condition::new());
            }

            #[test]
            fn on_a_lock() {
                $test(&Condition::with_lock(Lock::new()));
            }

            #[test]
            fn on_a_shared_rlock() {
                $test(&Condition::with_lock(Arc::new(RLock::new())));
            }

            #[test]
            fn on_a_borrowed_lock() {
                static LOCK: Lock = Lock::new();
                $test(&Condition::with_lock(&LOCK));
            }
        }
    )*};
}

on_every_lock! {
    without_the_lock_every_call_is_an_error => needs_the_lock;
    notify_wakes_exactly_n_oldest_first => oldest_first;
    notify_all_wakes_only_those_waiting_then => only_those_waiting;
    a_notify_without_waiters_is_not_remembered => not_remembered;
    a_notify_never_wakes_a_later_arrival => never_later;
    timed_waits_run_out_not_before_their_time => run_out;
    timed_waits_are_notified_in_time => notified_in_time;
    a_wait_gives_the_lock_up_and_takes_it_back => gives_up;
    wait_for_looks_again_after_each_wake_up => looks_again;
    wait_for_keeps_its_total_time => total_time;
    a_panicking_predicate_leaves_the_lock_to_the_guard => panicking_predicate;
    of_a_notify_and_a_timeout_at_once_exactly_one_counts => race;
    a_value_goes_to_and_fro => ping_pong;
}

fn needs_the_lock<L: ConditionLock + Sync>(condition: &Condition<L>) {
    let predicate = || -> bool { unreachable!("called without the lock") };
    assert_eq!(condition.wait(), Err(NotAcquired));
    assert_eq!(condition.wait_timeout(SHORT), Err(NotAcquired));
    assert_eq!(condition.wait_deadline(Instant::now()), Err(NotAcquired));
    assert_eq!(condition.wait_for(predicate), Err(NotAcquired));
    assert_eq!(
        condition.wait_for_timeout(predicate, SHORT),
        Err(NotAcquired)
    );
    assert_eq!(
        condition.wait_for_deadline(predicate, Instant::now()),
        Err(NotAcquired)
    );
    assert_eq!(condition.notify_one(), Err(NotAcquired));
    assert_eq!(condition.notify(2), Err(NotAcquired));
    assert_eq!(condition.notify_all(), Err(NotAcquired));
    assert!(condition.release().is_err());
    assert!(!condition.locked());
    assert!(NotAcquired.to_string().contains("acquire it"));
    let _: &(dyn std::error::Error + Send + Sync) = &NotAcquired;

    condition.acquire();
    assert!(condition.locked());
    assert_eq!(condition.wait_timeout(Duration::ZERO), Ok(false));
    assert_eq!(condition.wait_deadline(Instant::now() - SHORT), Ok(false));
    assert_eq!(condition.wait_for(|| true), Ok(()));
    assert_eq!(
        condition.wait_for_timeout(|| false, Duration::ZERO),
        Ok(false)
    );
    assert_eq!(
        condition.wait_for_deadline(|| true, Instant::now()),
        Ok(true)
    );
    assert_eq!(condition.notify_one(), Ok(0));
    assert_eq!(condition.notify_all(), Ok(0));
    assert!(condition.release().is_ok());
    for acquired in [
        condition.try_acquire(),
        condition.acquire_timeout(Duration::ZERO),
        condition.acquire_deadline(Instant::now()),
    ] {
        // The first acquired it; the others did too if the lock is re-entrant.
        if acquired {
            condition.release().unwrap();
        }
    }
    assert!(condition.try_lock().is_some());
    assert!(condition.lock_timeout(Duration::MAX).is_some());
    assert!(condition.lock_deadline(Instant::now()).is_some());
    assert!(!condition.locked());
}

fn oldest_first<L: ConditionLock + Sync>(condition: &Condition<L>) {
    const WAITERS: usize = 7;
    let waiting = AtomicUsize::new(0);
    let woken = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..WAITERS {
            let (waiting, woken) = (&waiting, &woken);
            scope.spawn(move || {
                let guard = condition.lock();
                waiting.fetch_add(1, Ordering::Relaxed);
                guard.wait();
                woken.lock().push(number);
            });
            until_waiting(condition, waiting, number + 1);
        }
        let mut expected: VecDeque<usize> = (0..WAITERS).collect();
        for (n, count) in [(0, 0), (1, 1), (2, 2), (1, 1), (usize::MAX, 3), (1, 0)] {
            {
                let guard = condition.lock();
                assert_eq!(
                    if n == 1 {
                        guard.notify_one()
                    } else {
                        guard.notify(n)
                    },
                    count
                );
            }
            let oldest: Vec<usize> = expected.drain(..count).collect();
            while woken.lock().len() < count {
                thread::yield_now();
            }
            // Among those notified together the lock may be had in any order.
            let mut got = std::mem::take(&mut *woken.lock());
            got.sort();
            assert_eq!(got, oldest);
        }
    });
}

fn only_those_waiting<L: ConditionLock + Sync>(condition: &Condition<L>) {
    const WAITERS: usize = 20;
    let (waiting, woken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let released = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..WAITERS {
            scope.spawn(|| {
                let guard = condition.lock();
                waiting.fetch_add(1, Ordering::Relaxed);
                guard.wait();
                woken.fetch_add(1, Ordering::Relaxed);
                // Waits again, as a later arrival: the notification that woke it must not wake it
                // twice.
                guard.wait();
                assert!(released.load(Ordering::Relaxed));
            });
        }
        until_waiting(condition, &waiting, WAITERS);
        {
            let guard = condition.lock();
            assert_eq!(guard.notify_all(), WAITERS);
            assert_eq!(guard.notify_all(), 0);
        }
        until_waiting(condition, &woken, WAITERS);
        let guard = condition.lock();
        released.store(true, Ordering::Relaxed);
        assert_eq!(guard.notify_all(), WAITERS);
    });
}

fn not_remembered<L: ConditionLock + Sync>(condition: &Condition<L>) {
    let guard = condition.lock();
    assert_eq!(guard.notify_one() + guard.notify(5) + guard.notify_all(), 0);
    assert!(!guard.wait_timeout(Duration::from_millis(1)));
    assert!(!guard.wait_timeout(Duration::ZERO));
}

/// Checks that a notification reaches nobody later. The wake-ups may be delivered when the lock is
/// released. A thread that begins to wait after that, above all the notifier itself, gets none of
/// them, though more were asked for than there were waiters.
fn never_later<L: ConditionLock + Sync>(condition: &Condition<L>) {
    const ROUNDS: usize = if cfg!(sanitize_thread) { 20 } else { 200 };
    let (waiting, woken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for round in 1..=ROUNDS {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let guard = condition.lock();
                    waiting.fetch_add(1, Ordering::Relaxed);
                    guard.wait();
                    woken.fetch_add(1, Ordering::Relaxed);
                });
            }
            until_waiting(condition, &waiting, 2 * round);
            let guard = condition.lock();
            let notified = match round % 3 {
                0 => guard.notify_all(),
                1 => guard.notify(5),
                _ => guard.notify_one() + guard.notify_one() + guard.notify_one(),
            };
            assert_eq!(notified, 2);
            assert!(!guard.wait_timeout(Duration::from_micros(round as u64 % 100)));
        });
        assert_eq!(woken.load(Ordering::Relaxed), 2 * round);
    }
}

fn run_out<L: ConditionLock + Sync>(condition: &Condition<L>) {
    let guard = condition.lock();
    for timeout in [Duration::ZERO, Duration::from_nanos(1), SHORT] {
        let start = Instant::now();
        assert!(!guard.wait_timeout(timeout));
        assert!(start.elapsed() >= timeout);
        let deadline = Instant::now() + timeout;
        assert!(!guard.wait_deadline(deadline));
        assert!(Instant::now() >= deadline);
        assert!(!guard.wait_for_timeout(|| false, timeout));
        assert!(!guard.wait_for_deadline(|| false, deadline));
        assert!(guard.wait_for_timeout(|| true, timeout));
        assert!(guard.wait_for_deadline(|| true, deadline));
    }
    assert!(!guard.wait_deadline(Instant::now() - SHORT));
    assert!(condition.locked());
    assert_eq!(guard.notify_all(), 0);
}

fn notified_in_time<L: ConditionLock + Sync>(condition: &Condition<L>) {
    let waiting = AtomicUsize::new(0);
    thread::scope(|scope| {
        for timeout in [LONG, Duration::MAX] {
            let waiting = &waiting;
            scope.spawn(move || {
                let guard = condition.lock();
                waiting.fetch_add(1, Ordering::Relaxed);
                assert!(guard.wait_timeout(timeout));
            });
        }
        scope.spawn(|| {
            let guard = condition.lock();
            waiting.fetch_add(1, Ordering::Relaxed);
            assert!(guard.wait_deadline(Instant::now() + LONG));
        });
        until_waiting(condition, &waiting, 3);
        assert_eq!(condition.lock().notify_all(), 3);
    });
}

fn gives_up<L: ConditionLock + Sync>(condition: &Condition<L>) {
    let waiting = AtomicUsize::new(0);
    let inside = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                let guard = condition.lock();
                waiting.fetch_add(1, Ordering::Relaxed);
                guard.wait();
                assert!(!inside.swap(true, Ordering::Relaxed));
                thread::yield_now();
                assert!(condition.locked());
                assert!(inside.swap(false, Ordering::Relaxed));
            });
        }
        until_waiting(condition, &waiting, 5);
        let guard = condition.lock();
        assert!(!inside.swap(true, Ordering::Relaxed));
        assert_eq!(guard.notify_all(), 5);
        // None of them goes on before the lock is released: it would find this thread inside.
        thread::sleep(SHORT);
        assert!(inside.swap(false, Ordering::Relaxed));
    });
    assert!(!condition.locked());
}

fn looks_again<L: ConditionLock + Sync>(condition: &Condition<L>) {
    let (waiting, calls, value) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    thread::scope(|scope| {
        scope.spawn(|| {
            let guard = condition.lock();
            waiting.fetch_add(1, Ordering::Relaxed);
            guard.wait_for(|| {
                calls.fetch_add(1, Ordering::Relaxed);
                value.load(Ordering::Relaxed) == 3
            });
        });
        until_waiting(condition, &waiting, 1);
        for round in 1..=3 {
            let guard = condition.lock();
            assert_eq!(calls.load(Ordering::Relaxed), round);
            value.store(round, Ordering::Relaxed);
            assert_eq!(guard.notify_one(), 1);
            drop(guard);
            while calls.load(Ordering::Relaxed) == round {
                thread::yield_now();
            }
        }
    });
    assert_eq!(calls.into_inner(), 4);
}

fn total_time<L: ConditionLock + Sync>(condition: &Condition<L>) {
    const TIMEOUT: Duration = Duration::from_millis(50);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // Keeps waking it without cause. If each wake-up began the time anew the wait would last as
        // long as this does.
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                condition.lock().notify_all();
                thread::yield_now();
            }
        });
        let start = Instant::now();
        let guard = condition.lock();
        let mut calls = 0;
        assert!(!guard.wait_for_timeout(
            || {
                calls += 1;
                false
            },
            TIMEOUT
        ));
        assert!(start.elapsed() >= TIMEOUT);
        assert!(calls >= 2);
        // At the end it looks once more: what became true without a notification counts.
        let start = Instant::now();
        assert!(guard.wait_for_timeout(|| start.elapsed() >= TIMEOUT, TIMEOUT));
        done.store(true, Ordering::Relaxed);
    });
}

fn panicking_predicate<L: ConditionLock + Sync>(condition: &Condition<L>) {
    let waiting = AtomicUsize::new(0);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let unwound = catch_unwind(AssertUnwindSafe(|| {
                let guard = condition.lock();
                let mut calls = 0;
                guard.wait_for(|| {
                    calls += 1;
                    assert!(calls == 1, "on purpose");
                    waiting.fetch_add(1, Ordering::Relaxed);
                    false
                });
            }));
            assert!(unwound.is_err());
        });
        until_waiting(condition, &waiting, 1);
        assert_eq!(condition.lock().notify_all(), 1);
        waiter.join().unwrap();
    });
    assert!(!condition.locked());
    // A lock acquired by hand is still held: the thread that acquired it releases it.
    condition.acquire();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        condition.wait_for(|| panic!("on purpose"))
    }));
    assert!(unwound.is_err());
    assert_eq!(condition.release(), Ok(()));
    assert!(condition.release().is_err());
}

/// Returns how long the waits of the races are: most run out while the waiter spins, some while it
/// yields, a few while it sleeps.
fn racing_timeout(race: usize, number: usize) -> Duration {
    let range = match race % 1024 {
        0 => 60_000,
        1..16 => 5_000,
        _ => 800,
    };
    Duration::from_nanos((race * 7919 + number * 104_729) as u64 % range)
}

fn race<L: ConditionLock + Sync>(condition: &Condition<L>) {
    // Four kinds of lock: a million races in all.
    const RACES: usize = if cfg!(sanitize_thread) {
        5_000
    } else {
        250_000
    };
    const WAITERS: usize = 2;
    let (received, sent) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..WAITERS {
            let (received, begun) = (&received, &begun);
            scope.spawn(move || {
                for race in 0..RACES / WAITERS {
                    let guard = condition.lock();
                    begun.fetch_add(1, Ordering::Relaxed);
                    if guard.wait_timeout(racing_timeout(race, number)) {
                        received.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let (mut turn, mut seen) = (0, 0);
        while seen < RACES / WAITERS * WAITERS {
            // Only when a new wait has begun, a moment later.
            let now = begun.load(Ordering::Relaxed);
            if now == seen {
                thread::yield_now();
                continue;
            }
            seen = now;
            turn += 1;
            for _ in 0..turn % 30 {
                std::hint::spin_loop();
            }
            let guard = condition.lock();
            let woken = match turn % 3 {
                0 => guard.notify_all(),
                1 => guard.notify_one(),
                _ => guard.notify(2),
            };
            sent.fetch_add(woken, Ordering::Relaxed);
        }
    });
    let received = received.into_inner();
    assert_eq!(received, sent.into_inner());
    // Else it was no race. Under the sanitizer there are too few to be sure of that.
    let won_by_both = 0 < received && received < RACES;
    assert!(
        won_by_both || cfg!(sanitize_thread),
        "{received} of {RACES}"
    );
    assert_eq!(condition.lock().notify_all(), 0);
    assert!(!condition.locked());
}

fn ping_pong<L: ConditionLock + Sync>(condition: &Condition<L>) {
    const ROUNDS: usize = if cfg!(sanitize_thread) { 500 } else { 10_000 };
    let turn = AtomicUsize::new(0);
    thread::scope(|scope| {
        for player in 0..2 {
            let turn = &turn;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let guard = condition.lock();
                    guard.wait_for(|| turn.load(Ordering::Relaxed) == 2 * round + player);
                    turn.fetch_add(1, Ordering::Relaxed);
                    guard.notify_one();
                }
            });
        }
    });
    assert_eq!(turn.into_inner(), 2 * ROUNDS);
}

#[test]
fn it_counts_those_that_wait_and_knows_its_lock_and_owner() {
    let condition = Condition::new();
    assert_eq!(condition.n_waiting(), 0);
    thread::scope(|scope| {
        for waiting in 1..=2 {
            scope.spawn(|| condition.lock().wait());
            while condition.n_waiting() != waiting {
                thread::yield_now();
            }
        }
        assert!(!condition.is_owned());
        let guard = condition.lock();
        assert!(condition.is_owned() && condition.lock_ref().is_owned());
        let elsewhere = || scope.spawn(|| condition.is_owned()).join().unwrap();
        assert!(!elsewhere());
        assert_eq!((guard.notify_one(), condition.n_waiting()), (1, 1));
        assert!(!guard.wait_timeout(Duration::ZERO));
        assert_eq!((guard.notify_all(), condition.n_waiting()), (1, 0));
    });
}
