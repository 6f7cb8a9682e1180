//! The barrier: every method, and how a round ends at each stage.
#![cfg(not(loom))]

use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope, ScopedJoinHandle, ThreadId};
use std::time::{Duration, Instant};

use tl_barrier::{Barrier, BarrierWaitResult, BrokenBarrier, BrokenBarrierKind};

/// How many rounds the long tests run.
const ROUNDS: usize = if cfg!(sanitize_thread) { 500 } else { 10_000 };

const _: () = assert!(size_of::<Barrier>() <= 64);

const _: fn() = || {
    fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin + 'static>() {}
    check::<Barrier>();
    check::<BarrierWaitResult>();
    check::<BrokenBarrier>();
    fn is_error<T: std::error::Error + Clone + PartialEq>() {}
    is_error::<BrokenBarrier>();
};

type Outcome = Result<usize, BrokenBarrierKind>;

fn outcome(result: Result<BarrierWaitResult, BrokenBarrier>) -> Outcome {
    result
        .map(|arrival| arrival.index())
        .map_err(|error| error.kind())
}

fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        thread::yield_now();
    }
}

/// Starts `count` threads that wait, each once the one before has arrived.
fn arrive<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    barrier: &'scope Barrier,
    count: usize,
) -> Vec<ScopedJoinHandle<'scope, Outcome>> {
    let before = barrier.n_waiting();
    (1..=count)
        .map(|number| {
            let waiter = scope.spawn(|| outcome(barrier.wait()));
            until(|| barrier.n_waiting() == before + number);
            waiter
        })
        .collect()
}

fn outcomes(waiters: Vec<ScopedJoinHandle<'_, Outcome>>) -> Vec<Outcome> {
    waiters
        .into_iter()
        .map(|waiter| waiter.join().expect("no waiter panics"))
        .collect()
}

/// Runs a round of as many threads as the barrier has parties, and expects that it goes well.
fn assert_works(barrier: &Barrier) {
    let mut indices: Vec<_> = thread::scope(|scope| {
        let waiters = (0..barrier.parties())
            .map(|_| scope.spawn(|| outcome(barrier.wait())))
            .collect();
        outcomes(waiters).into_iter().map(Result::unwrap).collect()
    });
    indices.sort_unstable();
    assert!(indices.into_iter().eq(0..barrier.parties()));
}

// Rounds that go well.

fn every_index_once_a_round(parties: usize) {
    let barrier = Barrier::new(parties);
    let seen: Vec<Vec<AtomicUsize>> = (0..ROUNDS)
        .map(|_| (0..parties).map(|_| AtomicUsize::new(0)).collect())
        .collect();
    let leaders = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..parties {
            scope.spawn(|| {
                for round in &seen {
                    let arrival = barrier.wait().unwrap();
                    round[arrival.index()].fetch_add(1, Ordering::Relaxed);
                    assert_eq!(arrival.is_leader(), arrival.index() + 1 == parties);
                    leaders.fetch_add(usize::from(arrival.is_leader()), Ordering::Relaxed);
                }
            });
        }
    });
    assert!(
        seen.iter()
            .flatten()
            .all(|count| count.load(Ordering::Relaxed) == 1)
    );
    assert_eq!(leaders.into_inner(), ROUNDS);
    assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, false));
}

#[test]
fn every_index_once_a_round_with_2_parties() {
    every_index_once_a_round(2);
}

#[test]
fn every_index_once_a_round_with_3_parties() {
    every_index_once_a_round(3);
}

#[test]
fn every_index_once_a_round_with_8_parties() {
    every_index_once_a_round(8);
}

#[test]
fn nobody_leaves_before_all_have_arrived() {
    const PARTIES: usize = 3;
    let barrier = Barrier::new(PARTIES);
    let arrived = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..PARTIES {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    arrived.fetch_add(1, Ordering::Relaxed);
                    barrier.wait().unwrap();
                    assert!(arrived.load(Ordering::Relaxed) >= PARTIES * round);
                }
            });
        }
    });
}

#[test]
fn the_index_is_the_order_of_arrival() {
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        let waiters = arrive(scope, &barrier, 3);
        assert_eq!(outcome(barrier.wait()), Ok(3));
        assert_eq!(outcomes(waiters), [Ok(0), Ok(1), Ok(2)]);
    });
}

#[test]
fn one_party_never_blocks() {
    let barrier = Barrier::new(1);
    for _ in 0..ROUNDS {
        let arrival = barrier.wait().unwrap();
        assert!(arrival.index() == 0 && arrival.is_leader());
    }
    assert_eq!(outcome(barrier.wait_timeout(Duration::ZERO)), Ok(0));
    assert_eq!(outcome(barrier.wait_deadline(Instant::now())), Ok(0));
}

#[test]
fn a_thousand_parties_meet() {
    let barrier = Barrier::new(1000);
    for _ in 0..2 {
        assert_works(&barrier);
    }
}

#[test]
fn more_threads_than_parties_take_turns() {
    let barrier = Barrier::new(2).with_action(|| {});
    let tickets = AtomicUsize::new(0);
    let seen = [AtomicUsize::new(0), AtomicUsize::new(0)];
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                while tickets.fetch_add(1, Ordering::Relaxed) < 2 * ROUNDS {
                    let arrival = barrier.wait().unwrap();
                    seen[arrival.index()].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(seen.map(AtomicUsize::into_inner), [ROUNDS, ROUNDS]);
}

#[test]
fn a_barrier_can_be_a_static() {
    static BARRIER: Barrier = Barrier::new(2);
    let other = thread::spawn(|| outcome(BARRIER.wait()));
    let mut both = [outcome(BARRIER.wait()), other.join().unwrap()];
    both.sort_unstable();
    assert_eq!(both, [Ok(0), Ok(1)]);
}

#[test]
fn a_barrier_can_be_used_while_thread_locals_are_dropped() {
    static BARRIER: Barrier = Barrier::new(2);
    struct WaitsAtTheEnd;
    impl Drop for WaitsAtTheEnd {
        fn drop(&mut self) {
            BARRIER.wait().unwrap();
        }
    }
    thread_local!(static LAST: WaitsAtTheEnd = const { WaitsAtTheEnd });
    let thread = thread::spawn(|| LAST.with(|_| {}));
    BARRIER.wait().unwrap();
    thread.join().unwrap();
}

#[test]
fn bad_numbers_of_parties_panic() {
    for parties in [0, Barrier::MAX_PARTIES + 1, usize::MAX] {
        assert!(catch_unwind(|| Barrier::new(parties)).is_err());
    }
    assert_eq!(
        Barrier::new(Barrier::MAX_PARTIES).parties(),
        Barrier::MAX_PARTIES
    );
}

#[test]
fn debug_tells_the_state_and_does_not_block() {
    let barrier = Barrier::new(2);
    assert_eq!(
        format!("{barrier:?}"),
        "Barrier { parties: 2, n_waiting: 0, is_broken: false, .. }"
    );
    barrier.abort();
    assert_eq!(
        format!("{barrier:?}"),
        "Barrier { parties: 2, n_waiting: 0, is_broken: true, .. }"
    );
}

// The action.

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
            match is_reset {
                false => barrier.abort(),
                true => barrier.reset(),
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
    let barrier = action.barrier(1);
    thread::scope(|scope| {
        let runner = scope.spawn(|| outcome(barrier.wait()));
        until(|| action.has_begun.load(Ordering::Relaxed));
        let outsiders: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| outcome(barrier.wait())))
            .collect();
        thread::sleep(Duration::from_millis(2));
        // First to the ones who would come in after the reset, then for good.
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
            match is_reset.load(Ordering::Relaxed) {
                false => barrier.abort(),
                true => barrier.reset(),
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
            thread::sleep(deadline.saturating_duration_since(Instant::now()));
            thread::sleep(Duration::from_millis(20));
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

// Time.

#[test]
fn the_timeout_of_one_breaks_the_barrier_for_all() {
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        let waiters = arrive(scope, &barrier, 2);
        let start = Instant::now();
        let hasty = outcome(barrier.wait_timeout(Duration::from_millis(10)));
        assert_eq!(hasty, Err(BrokenBarrierKind::TimedOut));
        assert!(start.elapsed() >= Duration::from_millis(10));
        assert_eq!(outcomes(waiters), [Err(BrokenBarrierKind::TimedOut); 2]);
    });
    assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, true));
    assert_eq!(outcome(barrier.wait()), Err(BrokenBarrierKind::TimedOut));
    barrier.reset();
    assert_works(&barrier);
}

#[test]
fn a_wait_without_time_trips_the_barrier_or_breaks_it() {
    let barrier = Barrier::new(2);
    for at_once in [
        |barrier: &Barrier| outcome(barrier.wait_timeout(Duration::ZERO)),
        |barrier: &Barrier| outcome(barrier.wait_deadline(Instant::now())),
        |barrier: &Barrier| outcome(barrier.wait_deadline(Instant::now() - Duration::from_secs(1))),
    ] {
        thread::scope(|scope| {
            let waiters = arrive(scope, &barrier, 1);
            assert_eq!(at_once(&barrier), Ok(1));
            assert_eq!(outcomes(waiters), [Ok(0)]);
        });
        assert_eq!(at_once(&barrier), Err(BrokenBarrierKind::TimedOut));
        assert!(barrier.is_broken());
        barrier.reset();
    }
    assert_works(&barrier);
}

#[test]
fn waits_with_time_enough_go_well() {
    let barrier = Barrier::new(3);
    for _ in 0..ROUNDS / 100 {
        thread::scope(|scope| {
            let barrier = &barrier;
            let far = Instant::now() + Duration::from_secs(3600);
            let waiters = vec![
                scope.spawn(|| outcome(barrier.wait_timeout(Duration::MAX))),
                scope.spawn(|| outcome(barrier.wait_timeout(Duration::from_secs(3600)))),
                scope.spawn(move || outcome(barrier.wait_deadline(far))),
            ];
            assert!(outcomes(waiters).iter().all(Result::is_ok));
        });
    }
}

#[test]
fn a_default_timeout_holds_for_wait_alone() {
    static BARRIER: Barrier = Barrier::new(2).with_timeout(Duration::from_millis(5));
    let start = Instant::now();
    assert_eq!(outcome(BARRIER.wait()), Err(BrokenBarrierKind::TimedOut));
    assert!(start.elapsed() >= Duration::from_millis(5));
    BARRIER.reset();
    thread::scope(|scope| {
        let patient = scope.spawn(|| outcome(BARRIER.wait_timeout(Duration::MAX)));
        until(|| BARRIER.n_waiting() == 1);
        thread::sleep(Duration::from_millis(15));
        assert!(!BARRIER.is_broken());
        assert_eq!(outcome(BARRIER.wait()), Ok(1));
        assert_eq!(patient.join().unwrap(), Ok(0));
    });
}

// Abort and reset.

#[test]
fn an_abort_before_a_wait_refuses_it() {
    let barrier = Barrier::new(2);
    barrier.abort();
    barrier.abort();
    assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, true));
    for _ in 0..3 {
        assert_eq!(outcome(barrier.wait()), Err(BrokenBarrierKind::Aborted));
        assert_eq!(
            outcome(barrier.wait_timeout(Duration::MAX)),
            Err(BrokenBarrierKind::Aborted)
        );
    }
}

#[test]
fn an_abort_during_a_wait_ends_it() {
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        let waiters = arrive(scope, &barrier, 3);
        barrier.abort();
        assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, true));
        assert_eq!(outcomes(waiters), [Err(BrokenBarrierKind::Aborted); 3]);
    });
    barrier.reset();
    assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, false));
    assert_works(&barrier);
}

#[test]
fn an_abort_after_a_round_does_not_touch_it() {
    let barrier = Barrier::new(3);
    for _ in 0..ROUNDS / 20 {
        thread::scope(|scope| {
            let waiters = arrive(scope, &barrier, 2);
            assert_eq!(outcome(barrier.wait()), Ok(2));
            // The others may not have seen yet that their round went well.
            barrier.abort();
            assert_eq!(outcomes(waiters), [Ok(0), Ok(1)]);
        });
        assert!(barrier.is_broken());
        barrier.reset();
    }
}

#[test]
fn an_abort_keeps_the_first_reason() {
    let barrier = Barrier::new(2);
    assert!(barrier.wait_timeout(Duration::ZERO).is_err());
    barrier.abort();
    assert_eq!(outcome(barrier.wait()), Err(BrokenBarrierKind::TimedOut));
}

#[test]
fn a_reset_lets_waiters_go_and_the_barrier_is_new() {
    let barrier = Barrier::new(4);
    for _ in 0..ROUNDS / 100 {
        thread::scope(|scope| {
            let waiters = arrive(scope, &barrier, 3);
            barrier.reset();
            assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, false));
            assert_eq!(outcomes(waiters), [Err(BrokenBarrierKind::Reset); 3]);
        });
        assert_works(&barrier);
    }
}

#[test]
fn a_reset_without_waiters_changes_nothing() {
    let barrier = Barrier::new(3);
    barrier.reset();
    assert_works(&barrier);
    barrier.reset();
    barrier.reset();
    assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, false));
    assert_works(&barrier);
}

#[test]
fn n_waiting_and_is_broken_at_each_stage() {
    let barrier = Barrier::new(3);
    thread::scope(|scope| {
        for number in 0..3 {
            assert_eq!((barrier.n_waiting(), barrier.is_broken()), (number, false));
            match number {
                2 => assert_eq!(outcome(barrier.wait()), Ok(2)),
                _ => drop(arrive(scope, &barrier, 1)),
            }
        }
        assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, false));
    });
}

#[test]
fn rounds_after_an_abort_and_a_reset_do_not_mix_with_the_one_that_is_leaving() {
    const PARTIES: usize = 3;
    let barrier = Barrier::new(PARTIES);
    for round in 0..ROUNDS / 20 {
        thread::scope(|scope| {
            let old: Vec<_> = (1..PARTIES)
                .map(|_| scope.spawn(|| outcome(barrier.wait())))
                .collect();
            until(|| barrier.n_waiting() == PARTIES - 1);
            if round % 2 == 0 {
                // Else some of them may still spin.
                thread::sleep(Duration::from_micros(100));
            }
            let resetter = scope.spawn(|| {
                until(|| barrier.is_broken());
                barrier.reset();
                let new = (0..PARTIES)
                    .map(|_| scope.spawn(|| outcome(barrier.wait())))
                    .collect();
                let mut new = outcomes(new);
                new.sort_unstable();
                assert_eq!(new, [Ok(0), Ok(1), Ok(2)]);
            });
            barrier.abort();
            assert_eq!(
                outcomes(old),
                [Err(BrokenBarrierKind::Aborted); PARTIES - 1]
            );
            resetter.join().unwrap();
        });
    }
}

#[test]
fn whatever_happens_every_round_that_goes_well_does_so_for_all() {
    const THREADS: usize = 5;
    const PARTIES: usize = 3;
    let runs = Arc::new(AtomicUsize::new(0));
    let barrier = {
        let runs = Arc::clone(&runs);
        Barrier::new(PARTIES).with_action(move || {
            runs.fetch_add(1, Ordering::Relaxed);
        })
    };
    let seen: [AtomicUsize; PARTIES] = Default::default();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..THREADS as u64)
            .map(|thread| {
                let (barrier, seen) = (&barrier, &seen);
                scope.spawn(move || {
                    for round in 0..ROUNDS as u64 {
                        let timeout =
                            Duration::from_nanos((round * 7919 + thread * 104_729) % 300_000);
                        let result = match round % 8 {
                            0 => barrier.wait_timeout(timeout),
                            _ => barrier.wait(),
                        };
                        match outcome(result) {
                            Ok(index) => {
                                seen[index].fetch_add(1, Ordering::Relaxed);
                            }
                            Err(BrokenBarrierKind::ActionPanicked) => unreachable!("it does not"),
                            Err(_) => thread::yield_now(),
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            let mut turn = 0;
            while !is_over.load(Ordering::Relaxed) {
                turn += 1;
                match turn % 4 {
                    0 => barrier.abort(),
                    _ => barrier.reset(),
                }
                thread::sleep(Duration::from_micros(20));
            }
            // Who is left alone would wait for ever.
            barrier.abort();
        });
        until(|| waiters.iter().any(|waiter| waiter.is_finished()));
        is_over.store(true, Ordering::Relaxed);
    });
    let rounds = runs.load(Ordering::Relaxed);
    let seen = seen.map(AtomicUsize::into_inner);
    // The action may have run in a round that was broken while it did.
    assert!(seen.iter().all(|&count| count == seen[0]), "{seen:?}");
    assert!(rounds >= seen[0]);
    barrier.reset();
    assert_eq!((barrier.n_waiting(), barrier.is_broken()), (0, false));
    assert_works(&barrier);
}

#[test]
fn errors_say_what_was_wrong_and_what_to_do() {
    let barrier = Barrier::new(2);
    let error = barrier.wait_timeout(Duration::ZERO).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the barrier is broken: a wait ran out of time before all parties had arrived; reset it to use it again"
    );
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.clone().into();
    assert!(boxed.downcast_ref::<BrokenBarrier>() == Some(&error));
}

#[test]
fn a_panic_elsewhere_does_not_spoil_the_barrier() {
    let barrier = Barrier::new(2);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _borrowed = &barrier;
        panic!("on purpose");
    }));
    assert!(unwound.is_err());
    assert_works(&barrier);
}
