//! Barrier: each round that goes well gives every index once; one that breaks gives nobody an
//! index.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tl_barrier::{Barrier, BrokenBarrierKind};

use crate::round::{Count, Report, Round, perhaps_panic, timeout, unwinding};

pub(crate) fn run(round: &Round) -> Report {
    calm(round).with(disturbed(round))
}

/// Timeouts, aborts, resets and panicking actions break rounds, and a thread that finds the barrier
/// broken resets it.
fn disturbed(round: &Round) -> Report {
    let parties = round.threads;
    let (calls, panics) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let barrier = {
        let (calls, panics) = (Arc::clone(&calls), Arc::clone(&panics));
        let mut rng = round.rng(99);
        Barrier::new(parties).with_action(move || {
            calls.one();
            if rng.u8(0..4) == 0 {
                panics.one();
                resume_unwind(Box::new("on purpose"));
            }
        })
    };
    let indices: Vec<Count> = (0..parties).map(|_| Count::default()).collect();
    let (attempts, passed, leaders, broken, panicked) = (
        Count::default(),
        Count::default(),
        Count::default(),
        Count::default(),
        Count::default(),
    );
    let told_of_panics = Count::default();
    round.in_threads(|_, rng| {
        for _ in 0..100 {
            match rng.u8(0..64) {
                0 => barrier.abort(),
                1 => barrier.reset(),
                2 => unwinding(|| {
                    let _guard = barrier.abort_on_panic();
                    perhaps_panic(rng);
                }),
                _ => {
                    let patience = timeout(rng) * 16;
                    attempts.one();
                    let wait = AssertUnwindSafe(|| barrier.wait_timeout(patience));
                    match catch_unwind(wait) {
                        Ok(Ok(arrival)) => {
                            passed.one();
                            leaders.add(u64::from(arrival.is_leader()));
                            indices[arrival.index()].one();
                        }
                        Ok(Err(error)) => {
                            broken.one();
                            let kind = BrokenBarrierKind::ActionPanicked;
                            told_of_panics.add(u64::from(error.kind() == kind));
                            barrier.reset();
                        }
                        Err(_) => {
                            panicked.one();
                            barrier.reset();
                        }
                    }
                }
            }
        }
    });
    barrier.reset();
    let rounds = leaders.get();
    Report::new(attempts.get())
        .even(
            "passed, and rounds times parties",
            passed.get(),
            rounds * parties as u64,
        )
        .holds(
            "each index once a round",
            indices.iter().all(|index| index.get() == rounds),
        )
        .even(
            "attempts, and passed, broken or panicked",
            attempts.get(),
            passed.get() + broken.get() + panicked.get(),
        )
        .even(
            "actions that panicked, and threads that did",
            panics.get(),
            panicked.get(),
        )
        .holds(
            "no round without its action",
            calls.get() >= rounds + panics.get(),
        )
        .holds(
            "nobody hears of a panic that did not happen",
            panics.get() > 0 || told_of_panics.get() == 0,
        )
        .holds(
            "new after a reset",
            !barrier.is_broken() && barrier.n_waiting() == 0,
        )
}

/// Rounds that nobody disturbs, with an action that must run once in each, before any of the
/// parties leaves.
fn calm(round: &Round) -> Report {
    const ROUNDS: u64 = 50;
    let actions = Arc::new(AtomicU64::new(0));
    let barrier = {
        let actions = Arc::clone(&actions);
        Barrier::new(round.threads).with_action(move || {
            actions.fetch_add(1, Ordering::Relaxed);
        })
    };
    let (indices, early) = (Count::default(), Count::default());
    round.in_threads(|_, _| {
        for past in 1..=ROUNDS {
            let place = barrier.wait().expect("nobody breaks it");
            // Of this round, and not yet of the one after the next, which cannot begin without this
            // thread.
            let seen = actions.load(Ordering::Relaxed);
            early.add(u64::from(seen != past && seen != past + 1));
            indices.add(place.index() as u64);
        }
    });
    let n = round.threads as u64;
    Report::new(ROUNDS * n)
        .even(
            "actions and rounds",
            actions.load(Ordering::Relaxed),
            ROUNDS,
        )
        .even(
            "indices of all rounds",
            indices.get(),
            ROUNDS * (n * (n - 1) / 2),
        )
        .even("parties that left at the wrong time", early.get(), 0)
}
