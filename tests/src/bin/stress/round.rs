//! One round of a scenario: how many threads, what they draw, and what they count.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;

/// How many operations each thread of a round makes.
const OPERATIONS: u64 = 400;

/// A round: everything random in it follows from the seed and its number.
pub struct Round {
    pub threads: usize,
    seed: u64,
}

impl Round {
    pub fn new(seed: u64, number: u64) -> Round {
        // Odd multiplier, so that the rounds of a seed differ in every bit.
        let seed = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Round { threads: Rng::with_seed(seed).usize(2..=32), seed }
    }

    /// The random choices of the thread with this number.
    pub fn rng(&self, thread: usize) -> Rng {
        Rng::with_seed(self.seed.rotate_left(17).wrapping_add(thread as u64))
    }

    /// Runs `each` in as many threads as the round has, with the number of the thread and its random choices.
    pub fn in_threads<T: Send>(&self, each: impl Fn(usize, &mut Rng) -> T + Sync) -> Vec<T> {
        let each = &each;
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..self.threads).map(|number| scope.spawn(move || each(number, &mut self.rng(number)))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread of the round panicked")).collect()
        })
    }

    /// As [`in_threads`](Round::in_threads), calling `each` over and over.
    pub fn operations(&self, each: impl Fn(usize, &mut Rng) + Sync) -> u64 {
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
pub struct Report {
    pub operations: u64,
    pub failures: Vec<String>,
}

impl Report {
    pub fn new(operations: u64) -> Report {
        Report { operations, failures: Vec::new() }
    }

    /// Two counts that must be even.
    pub fn even(mut self, what: &str, left: u64, right: u64) -> Report {
        if left != right {
            self.failures.push(format!("{what}: {left} and {right} are not even"));
        }
        self
    }

    /// Something that must be so.
    pub fn holds(mut self, what: &str, is_so: bool) -> Report {
        if !is_so {
            self.failures.push(format!("not so: {what}"));
        }
        self
    }
}

/// A count that all threads of a round add to.
#[derive(Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub fn one(&self) {
        self.add(1);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A counter that loses updates unless something keeps the threads that add to it apart.
#[derive(Default)]
pub struct Fragile(AtomicU64);

impl Fragile {
    pub fn add(&self, rng: &mut Rng) {
        let value = self.0.load(Ordering::Relaxed);
        if rng.u8(..) == 0 {
            std::thread::yield_now();
        }
        self.0.store(value + 1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A timeout from nothing to a fifth of a millisecond: as often too short as long enough.
pub fn timeout(rng: &mut Rng) -> Duration {
    Duration::from_nanos(rng.u64(0..200_000))
}

/// Runs `body`, in which [`perhaps_panic`] may panic while guards are held: unwinding must release them.
pub fn unwinding(body: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(body));
}

/// Panics now and then, without a word.
pub fn perhaps_panic(rng: &mut Rng) {
    if rng.u8(..) < 8 {
        std::panic::resume_unwind(Box::new("on purpose"));
    }
}
