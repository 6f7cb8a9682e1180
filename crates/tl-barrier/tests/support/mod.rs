//! What the tests of the barrier share.

#[cfg(not(sanitize_thread))]
use std::thread::{self, Scope, ScopedJoinHandle};

use tl_barrier::{Barrier, BarrierWaitResult, BrokenBarrier, BrokenBarrierKind};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread::{self, Scope, ScopedJoinHandle};

/// How many rounds the long tests run.
pub(crate) const ROUNDS: usize = if cfg!(sanitize_thread) { 500 } else { 10_000 };

/// The index of a round that went well, or what broke it.
pub(crate) type Outcome = Result<usize, BrokenBarrierKind>;

pub(crate) fn outcome(result: Result<BarrierWaitResult, BrokenBarrier>) -> Outcome {
    result
        .map(|arrival| arrival.index())
        .map_err(|error| error.kind())
}

pub(crate) fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        thread::yield_now();
    }
}

/// Starts `count` threads that wait, each once the one before has arrived.
pub(crate) fn arrive<'scope, 'env>(
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

pub(crate) fn outcomes(waiters: Vec<ScopedJoinHandle<'_, Outcome>>) -> Vec<Outcome> {
    waiters
        .into_iter()
        .map(|waiter| waiter.join().expect("no waiter panics"))
        .collect()
}

/// Runs a round of as many threads as the barrier has parties, and expects that it goes well.
pub(crate) fn assert_works(barrier: &Barrier) {
    let mut indices: Vec<_> = thread::scope(|scope| {
        let waiters = (0..barrier.parties())
            .map(|_| scope.spawn(|| outcome(barrier.wait())))
            .collect();
        outcomes(waiters).into_iter().map(Result::unwrap).collect()
    });
    indices.sort_unstable();
    assert!(indices.into_iter().eq(0..barrier.parties()));
}
