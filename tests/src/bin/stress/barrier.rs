//! Barrier: each round that trips gives every index once; one that breaks gives nobody an index.

use std::sync::atomic::{AtomicU64, Ordering};

use tl_barrier::Barrier;

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn run(round: &Round) -> Report {
    let (calm, calm_indices) = even_rounds(round);
    let parties = round.threads;
    let barrier = Barrier::new(parties);
    let (passed, leaders, index_sum, broken) = (
        Count::default(),
        Count::default(),
        Count::default(),
        Count::default(),
    );
    // Every thread makes as many attempts; timeouts, aborts and resets break rounds, and whoever finds the barrier broken
    // makes it new.
    let operations = Count::default();
    round.in_threads(|_, rng| {
        for _ in 0..100 {
            let result = match rng.u8(0..16) {
                0 => {
                    barrier.abort();
                    continue;
                }
                1 => {
                    barrier.reset();
                    continue;
                }
                _ => barrier.wait_timeout(timeout(rng) * 4),
            };
            operations.one();
            match result {
                Ok(place) => {
                    passed.one();
                    leaders.add(u64::from(place.is_leader()));
                    index_sum.add(place.index() as u64);
                }
                Err(_) => {
                    broken.one();
                    barrier.reset();
                }
            }
        }
    });
    barrier.reset();
    let rounds = leaders.get();
    let n = parties as u64;
    Report::new(calm + operations.get())
        .even(
            "places and indices of calm rounds",
            calm_indices,
            calm / n * (n * (n - 1) / 2),
        )
        .even("passed, and rounds times parties", passed.get(), rounds * n)
        .even(
            "sum of the indices, and what whole rounds give",
            index_sum.get(),
            rounds * (n * (n - 1) / 2),
        )
        .even(
            "attempts, and passed or broken",
            operations.get(),
            passed.get() + broken.get(),
        )
        .holds(
            "new after a reset",
            !barrier.is_broken() && barrier.n_waiting() == 0,
        )
}

/// Rounds that nobody disturbs, with an action that must run once in each.
fn even_rounds(round: &Round) -> (u64, u64) {
    const ROUNDS: u64 = 50;
    static ACTIONS: AtomicU64 = AtomicU64::new(0);
    let before = ACTIONS.load(Ordering::Relaxed);
    let barrier = Barrier::new(round.threads).with_action(|| {
        ACTIONS.fetch_add(1, Ordering::Relaxed);
    });
    let indices = Count::default();
    round.in_threads(|_, _| {
        for past in 1..=ROUNDS {
            let place = barrier.wait().expect("nobody breaks it");
            assert!(
                ACTIONS.load(Ordering::Relaxed) - before >= past,
                "left before the action ran"
            );
            indices.add(place.index() as u64);
        }
    });
    assert_eq!(ACTIONS.load(Ordering::Relaxed) - before, ROUNDS);
    (ROUNDS * round.threads as u64, indices.get())
}
