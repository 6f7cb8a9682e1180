//! The barrier: rounds that go well.
#![cfg(not(loom))]

mod support;

use std::panic::{RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::{ROUNDS, arrive, assert_works, outcome, outcomes};
use tl_barrier::{Barrier, BarrierWaitResult, BrokenBarrier};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

const _: () = assert!(size_of::<Barrier>() <= 64);

const _: fn() = || {
    fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin + 'static>() {}
    check::<Barrier>();
    check::<BarrierWaitResult>();
    check::<BrokenBarrier>();
    fn is_error<T: std::error::Error + Clone + PartialEq>() {}
    is_error::<BrokenBarrier>();
};

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
