//! Barriers that break: by a timeout, an abort, a reset.
#![cfg(not(loom))]

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
use support::{ROUNDS, arrive, assert_works, outcome, outcomes, until};
use tl_barrier::{Barrier, BrokenBarrier, BrokenBarrierKind};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

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
        let sleepers = Sleepers::new(PARTIES - 1);
        thread::scope(|scope| {
            let (barrier, sleepers) = (&barrier, &sleepers);
            let old: Vec<_> = (1..PARTIES)
                .map(|_| {
                    scope.spawn(|| {
                        sleepers.enter();
                        outcome(barrier.wait())
                    })
                })
                .collect();
            until(|| barrier.n_waiting() == PARTIES - 1);
            if round % 2 == 0 {
                // Else some of them may still spin.
                sleepers.until(PARTIES - 1);
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
    let refused = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            let (barrier, seen, refused, is_over) = (&barrier, &seen, &refused, &is_over);
            scope.spawn(move || {
                for round in (0_u64..).take_while(|_| !is_over.load(Ordering::Relaxed)) {
                    let timeout = Duration::from_nanos((round * 7919 + thread * 104_729) % 300_000);
                    let result = match round % 8 {
                        0 => barrier.wait_timeout(timeout),
                        _ => barrier.wait(),
                    };
                    match outcome(result) {
                        Ok(index) => {
                            seen[index].fetch_add(1, Ordering::Relaxed);
                        }
                        Err(BrokenBarrierKind::ActionPanicked) => unreachable!("it does not"),
                        Err(_) => {
                            refused.fetch_add(1, Ordering::Relaxed);
                            thread::yield_now();
                        }
                    }
                }
            });
        }
        scope.spawn(|| {
            let mut turn = 0;
            while !is_over.load(Ordering::Relaxed) {
                turn += 1;
                match turn % 4 {
                    0 => barrier.abort(),
                    _ => barrier.reset(),
                }
                if turn % 4 == 3 {
                    // However busy the machine is: a round that goes well, if none of the timeouts
                    // breaks it.
                    let before = runs.load(Ordering::Relaxed);
                    until(|| {
                        runs.load(Ordering::Relaxed) > before
                            || barrier.is_broken()
                            || is_over.load(Ordering::Relaxed)
                    });
                } else {
                    thread::sleep(Duration::from_micros(20));
                }
            }
            // A party left alone would wait forever.
            barrier.abort();
        });
        until(|| {
            let enough = |count: &AtomicUsize| count.load(Ordering::Relaxed) >= ROUNDS / 2;
            enough(&seen[0]) && enough(&refused)
        });
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
