//! Parking: a turn goes round a ring of threads, each of which parks until it has it. An `unpark`
//! that is lost stops the ring; unparks without a reason leave one token at most.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, OnceLock};
use std::time::Duration;

use tl_thread::{Thread, current_thread, park, park_timeout};

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn ring(round: &Round) -> Report {
    const LAPS: usize = 100;
    let threads = round.threads;
    let handles: Vec<OnceLock<Thread>> = (0..threads).map(|_| OnceLock::new()).collect();
    let unpark = |number: usize| {
        let thread = handles[number].get();
        thread.expect("all are there since the start").unpark();
    };
    let (all_there, all_done) = (Barrier::new(threads), Barrier::new(threads));
    let turn = AtomicUsize::new(0);
    let (operations, tokens) = (Count::default(), Count::default());
    round.in_threads(|number, rng| {
        let own = handles[number].set(current_thread());
        own.expect("each thread has its own number");
        all_there.wait();
        for _ in 0..LAPS {
            while turn.load(Ordering::Relaxed) % threads != number {
                operations.one();
                match rng.u8(0..8) {
                    0 => drop(park_timeout(timeout(rng))),
                    // Any of the threads, which may find that it does not have the turn.
                    1 => unpark(rng.usize(0..threads)),
                    _ => park(),
                }
            }
            turn.fetch_add(1, Ordering::Relaxed);
            unpark((number + 1) % threads);
        }
        all_done.wait();
        // One may be left, and no more.
        let left = [(); 3].map(|()| park_timeout(Duration::ZERO));
        if left[1] || left[2] {
            tokens.one();
        }
    });
    Report::new(operations.get())
        .even(
            "turns",
            turn.load(Ordering::Relaxed) as u64,
            (LAPS * threads) as u64,
        )
        .even("threads with two tokens", tokens.get(), 0)
}
