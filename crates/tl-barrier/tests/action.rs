//! The barrier's action: when it runs, in which thread, and what its panic does.
#![cfg(not(loom))]

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;
mod support;

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
#[cfg(not(sanitize_thread))]
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use sleepers::Sleepers;
use support::{ROUNDS, arrive, assert_works, outcome, outcomes, until};
use tl_barrier::{Barrier, BrokenBarrierKind};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread::{self, ThreadId};

#[test]
fn the_action_runs_once_a_round_by_the_last_before_any_leaves() {
    const PARTIES: usize = 3;
    let runs = Arc::new(AtomicUsize::new(0));
    let ran_by = Arc::new(Mutex::new(None::<ThreadId>));
    let barrier = {
        let (runs, ran_by) = (Arc::clone(&runs), Arc::clone(&ran_by));
        Barrier::new(PARTIES).with_action(move || {
            runs.fetch_add(1, Ordering::Relaxed);
            *ran_by.lock().unwrap() = Some(thread::current().id());
        })
    };
    thread::scope(|scope| {
        for _ in 0..PARTIES {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    let arrival = barrier.wait().unwrap();
                    // The next round's cannot run before this thread has arrived again.
                    assert_eq!(runs.load(Ordering::Relaxed), round);
                    let is_me = *ran_by.lock().unwrap() == Some(thread::current().id());
                    assert_eq!(arrival.is_leader(), is_me);
                }
            });
        }
    });
    assert_eq!(runs.load(Ordering::Relaxed), ROUNDS);
}

#[test]
fn the_action_may_change_what_it_owns() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut round = 0;
    let barrier = Barrier::new(1).with_action(move || {
        round += 1;
        sender.send(round).unwrap();
    });
    for _ in 0..3 {
        barrier.wait().unwrap();
    }
    assert!(receiver.try_iter().eq(1..=3));
}

#[test]
fn the_action_is_dropped_with_the_barrier() {
    let owned = Arc::new(());
    let barrier = {
        let owned = Arc::clone(&owned);
        Barrier::new(1).with_action(move || drop(Arc::clone(&owned)))
    };
    barrier.wait().unwrap();
    assert_eq!(Arc::strong_count(&owned), 2);
    drop(barrier);
    assert_eq!(Arc::strong_count(&owned), 1);
}

#[test]
fn a_panicking_action_breaks_the_barrier_and_panics_on_in_its_thread() {
    let is_bad = Arc::new(AtomicBool::new(true));
    let barrier = {
        let is_bad = Arc::clone(&is_bad);
        Barrier::new(3).with_action(move || {
            if is_bad.load(Ordering::Relaxed) {
                panic!("no action today");
            }
        })
    };
    thread::scope(|scope| {
        let waiters = arrive(scope, &barrier, 2);
        let panic = catch_unwind(|| barrier.wait()).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"no action today"));
        assert_eq!(
            outcomes(waiters),
            [Err(BrokenBarrierKind::ActionPanicked); 2]
        );
    });
    assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, true));
    assert_eq!(
        outcome(barrier.wait()),
        Err(BrokenBarrierKind::ActionPanicked)
    );
    barrier.reset();
    // It panics again, and then works again.
    thread::scope(|scope| {
        let waiters = arrive(scope, &barrier, 2);
        assert!(catch_unwind(|| barrier.wait()).is_err());
        assert_eq!(
            outcomes(waiters),
            [Err(BrokenBarrierKind::ActionPanicked); 2]
        );
    });
    is_bad.store(false, Ordering::Relaxed);
    barrier.reset();
    assert_works(&barrier);
}

#[test]
fn a_panicking_action_of_one_party() {
    let barrier = Barrier::new(1).with_action(|| panic!("on purpose"));
    assert!(catch_unwind(|| barrier.wait()).is_err());
    assert_eq!(
        outcome(barrier.wait()),
        Err(BrokenBarrierKind::ActionPanicked)
    );
}

/// An action that stays in the middle until it is let go.
struct SlowAction {
    has_begun: AtomicBool,
    may_end: AtomicBool,
}

impl SlowAction {
    fn new() -> Arc<SlowAction> {
        Arc::new(SlowAction {
            has_begun: AtomicBool::new(false),
            may_end: AtomicBool::new(false),
        })
    }

    fn barrier(self: &Arc<SlowAction>, parties: usize) -> Barrier {
        let action = Arc::clone(self);
        Barrier::new(parties).with_action(move || {
            action.has_begun.store(true, Ordering::Relaxed);
            until(|| action.may_end.load(Ordering::Relaxed));
        })
    }
}

#[test]
fn abort_and_reset_while_the_action_runs() {
    for (is_reset, kind) in [
        (false, BrokenBarrierKind::Aborted),
        (true, BrokenBarrierKind::Reset),
    ] {
        let action = SlowAction::new();
        let barrier = action.barrier(3);
        thread::scope(|scope| {
            let waiters = arrive(scope, &barrier, 2);
            let runner = scope.spawn(|| outcome(barrier.wait()));
            until(|| action.has_begun.load(Ordering::Relaxed));
            assert_eq!((barrier.n_waiting(), barrier.is_broken()), (3, false));
            if is_reset {
                barrier.reset()
            } else {
                barrier.abort()
            }
            assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, !is_reset));
            // The waiters are let go though the action has not ended.
            assert_eq!(outcomes(waiters), [Err(kind); 2]);
            barrier.reset();
            assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, false));
            // The next round waits for the action to end.
            let next: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| outcome(barrier.wait())))
                .collect();
            action.may_end.store(true, Ordering::Relaxed);
            assert_eq!(runner.join().unwrap(), Err(kind));
            let mut next = outcomes(next);
            next.sort_unstable();
            assert_eq!(next, [Ok(0), Ok(1), Ok(2)]);
        });
    }
}

#[test]
fn who_waits_outside_while_the_action_runs_is_refused_when_the_barrier_is_aborted() {
    let action = SlowAction::new();
    let (barrier, sleepers) = (action.barrier(1), Sleepers::new(3));
    thread::scope(|scope| {
        let runner = scope.spawn(|| outcome(barrier.wait()));
        until(|| action.has_begun.load(Ordering::Relaxed));
        let outsiders: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    sleepers.enter();
                    outcome(barrier.wait())
                })
            })
            .collect();
        sleepers.until(3);
        // First to the threads that would come in after the reset, then for good.
        barrier.reset();
        barrier.abort();
        assert_eq!(
            outcomes(outsiders),
            [Err(BrokenBarrierKind::Aborted); 3],
            "the barrier that they would have come into is aborted"
        );
        assert!(barrier.is_broken());
        action.may_end.store(true, Ordering::Relaxed);
        assert_eq!(runner.join().unwrap(), Err(BrokenBarrierKind::Reset));
    });
    assert!(barrier.is_broken());
    assert_eq!(outcome(barrier.wait()), Err(BrokenBarrierKind::Aborted));
    barrier.reset();
    assert_works(&barrier);
}

#[test]
fn the_action_may_abort_and_reset_its_own_barrier() {
    let is_reset = Arc::new(AtomicBool::new(false));
    let barrier: Arc<std::sync::OnceLock<Barrier>> = Arc::default();
    let action = {
        let (barrier, is_reset) = (Arc::downgrade(&barrier), Arc::clone(&is_reset));
        move || {
            let barrier = barrier.upgrade().expect("the test holds it");
            let barrier = barrier.get().expect("set before the first wait");
            assert_eq!(barrier.n_waiting(), 1);
            if is_reset.load(Ordering::Relaxed) {
                barrier.reset()
            } else {
                barrier.abort()
            }
        }
    };
    assert!(barrier.set(Barrier::new(1).with_action(action)).is_ok());
    let barrier = barrier.get().unwrap();
    assert_eq!(outcome(barrier.wait()), Err(BrokenBarrierKind::Aborted));
    assert!(barrier.is_broken());
    is_reset.store(true, Ordering::Relaxed);
    barrier.reset();
    for _ in 0..2 {
        assert_eq!(outcome(barrier.wait()), Err(BrokenBarrierKind::Reset));
        assert!(!barrier.is_broken());
    }
}

#[test]
fn an_action_that_panics_after_an_abort_leaves_the_first_reason() {
    let action = SlowAction::new();
    let barrier = {
        let action = Arc::clone(&action);
        Barrier::new(2).with_action(move || {
            action.has_begun.store(true, Ordering::Relaxed);
            until(|| action.may_end.load(Ordering::Relaxed));
            panic!("on purpose");
        })
    };
    thread::scope(|scope| {
        let waiters = arrive(scope, &barrier, 1);
        let runner = scope.spawn(|| catch_unwind(|| barrier.wait()).is_err());
        until(|| action.has_begun.load(Ordering::Relaxed));
        barrier.abort();
        action.may_end.store(true, Ordering::Relaxed);
        assert!(runner.join().unwrap(), "the runner panics on");
        assert_eq!(outcomes(waiters), [Err(BrokenBarrierKind::Aborted)]);
    });
    assert_eq!(outcome(barrier.wait()), Err(BrokenBarrierKind::Aborted));
}

#[test]
fn no_time_runs_out_while_the_action_runs() {
    loop {
        let action = SlowAction::new();
        let barrier = action.barrier(2);
        let is_ok = thread::scope(|scope| {
            let deadline = Instant::now() + Duration::from_millis(100);
            let barrier = &barrier;
            let hasty = scope.spawn(move || outcome(barrier.wait_deadline(deadline)));
            until(|| barrier.n_waiting() == 1);
            let runner = scope.spawn(|| outcome(barrier.wait()));
            until(|| action.has_begun.load(Ordering::Relaxed) || barrier.is_broken());
            if barrier.is_broken() {
                // The machine was too busy for the last to come in time: not what this is about.
                return false;
            }
            let well_after = deadline + Duration::from_millis(20);
            thread::sleep(well_after.saturating_duration_since(Instant::now()));
            action.may_end.store(true, Ordering::Relaxed);
            assert_eq!(runner.join().unwrap(), Ok(1));
            assert_eq!(hasty.join().unwrap(), Ok(0));
            true
        });
        if is_ok {
            return;
        }
    }
}
