//! One round of a scenario: how many threads it has, their random choices, and what they count.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;

/// How many operations each thread of a round makes.
const OPERATIONS: u64 = 400;

/// A round: everything random in it follows from its seed.
pub(crate) struct Round {
    pub(crate) threads: usize,
    pub(crate) seed: u64,
}

impl Round {
    /// Returns a round of a run that began with the seed `first`. The round numbered 0 has that
    /// seed itself, so that a round is repeated by beginning with its own.
    pub(crate) fn new(first: u64, number: u64) -> Round {
        // Odd multiplier, so that the rounds of a run differ in every bit.
        let seed = first ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Round {
            threads: Rng::with_seed(seed).usize(2..=32),
            seed,
        }
    }

    /// Returns the random choices of the thread with this number.
    pub(crate) fn rng(&self, thread: usize) -> Rng {
        Rng::with_seed(self.seed.rotate_left(17).wrapping_add(thread as u64))
    }

    /// Runs `each` in as many threads as the round has, with the number of the thread and its
    /// random choices.
    pub(crate) fn in_threads<T: Send>(&self, each: impl Fn(usize, &mut Rng) -> T + Sync) -> Vec<T> {
        let each = &each;
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads)
                .map(|number| scope.spawn(move || each(number, &mut self.rng(number))))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("a thread of the round panicked"))
                .collect()
        })
    }

    /// Calls `each` over and over in as many threads as the round has. Returns how many calls that
    /// were.
    pub(crate) fn operations(&self, each: impl Fn(usize, &mut Rng) + Sync) -> u64 {
        self.in_threads(|number, rng| {
            for _ in 0..OPERATIONS {
                each(number, rng);
            }
        });
        OPERATIONS * self.threads as u64
    }
}

/// What a round counted.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) operations: u64,
    pub(crate) failures: Vec<String>,
}

impl Report {
    pub(crate) fn new(operations: u64) -> Report {
        Report {
            operations,
            failures: Vec::new(),
        }
    }

    /// Notes a failure if these two counts differ.
    pub(crate) fn even(mut self, what: &str, left: u64, right: u64) -> Report {
        if left != right {
            self.failures
                .push(format!("{what}: {left} and {right} are not even"));
        }
        self
    }

    /// Adds what another part of the round counted.
    pub(crate) fn with(mut self, other: Report) -> Report {
        self.operations += other.operations;
        self.failures.extend(other.failures);
        self
    }

    /// Notes a failure if this is not so.
    pub(crate) fn holds(mut self, what: &str, is_so: bool) -> Report {
        if !is_so {
            self.failures.push(format!("not so: {what}"));
        }
        self
    }
}

/// A count that all threads of a round add to.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A counter that loses updates unless something keeps the threads that add to it apart.
#[derive(Default)]
pub(crate) struct Fragile(AtomicU64);

impl Fragile {
    pub(crate) fn add(&self, rng: &mut Rng) {
        let value = self.0.load(Ordering::Relaxed);
        if rng.u8(..) == 0 {
            std::thread::yield_now();
        }
        self.0.store(value + 1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Waits until `is_so` returns true, which other threads bring about at their very end, after a
/// join of them has returned. Returns whether that happened within ten seconds.
pub(crate) fn soon(is_so: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

/// Returns a timeout from nothing to a fifth of a millisecond: as often too short as long enough.
pub(crate) fn timeout(rng: &mut Rng) -> Duration {
    Duration::from_nanos(rng.u64(0..200_000))
}

/// Runs `body`, in which [`perhaps_panic`] may panic while guards are held: unwinding must release
/// them. Any other panic, such as that of an assertion, goes on.
pub(crate) fn unwinding(body: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(body))
        && payload.downcast_ref() != Some(&ON_PURPOSE)
    {
        resume_unwind(payload);
    }
}

const ON_PURPOSE: &str = "on purpose";

/// Panics now and then, without a message.
pub(crate) fn perhaps_panic(rng: &mut Rng) {
    if rng.u8(..) < 8 {
        resume_unwind(Box::new(ON_PURPOSE));
    }
}

/// Returns how a round is repeated.
pub(crate) fn repeat_with(name: &str, seed: u64) -> String {
    format!("repeat with: cargo xtask stress --seed {seed} {name}")
}
