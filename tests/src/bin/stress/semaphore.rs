//! Semaphore: never more inside than there are permits, and at the end all of them are back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, Semaphore};

use crate::round::{Count, Report, Round, perhaps_panic, timeout, unwinding};

pub(crate) fn run(round: &Round) -> Report {
    let permits = round.rng(99).usize(1..6);
    let semaphore = Semaphore::new(permits);
    let bounded = Arc::new(BoundedSemaphore::new(permits));
    let (inside, inside_bounded) = (Inside::default(), Inside::default());
    let operations = round.operations(|_, rng| {
        let (enter, leave) = (|n| inside.enter(n), |n| inside.leave(n));
        match rng.u8(0..8) {
            0 => unwinding(|| {
                let _permit = bounded.permit();
                // Before the permit is dropped, also when this unwinds.
                let _visit = inside_bounded.visit(1);
                perhaps_panic(rng);
            }),
            1 => {
                // Up to one more than there will ever be: such a request must run out, and then
                // hold nobody up.
                let n = rng.usize(1..=permits + 1);
                if semaphore.acquire_many_timeout(n, timeout(rng)) {
                    enter(n as u64);
                    leave(n as u64);
                    semaphore.release_many(n).expect("no overflow");
                }
            }
            2 => {
                if semaphore.try_acquire() {
                    enter(1);
                    leave(1);
                    semaphore.release().expect("no overflow");
                }
            }
            3 => {
                let n = rng.usize(1..=permits);
                if let Some(_permit) = bounded.permit_many_timeout(n, timeout(rng)) {
                    let _visit = inside_bounded.visit(n as u64);
                    std::thread::yield_now();
                }
            }
            4 => {
                let n = rng.usize(1..=permits);
                if let Some(mut permit) = bounded.try_permit_many_owned(n) {
                    drop(inside_bounded.visit(n as u64));
                    let part = permit.split(rng.usize(0..=n)).expect("there are so many");
                    if rng.bool() {
                        permit.merge(part).expect("they are of one semaphore");
                    }
                }
            }
            5 => {
                let n = rng.usize(1..=permits);
                semaphore.acquire_many(n);
                enter(n as u64);
                leave(n as u64);
                semaphore.release_many(n).expect("no overflow");
            }
            6 => {
                let n = semaphore.drain();
                if n > 0 {
                    enter(n as u64);
                    leave(n as u64);
                    semaphore.release_many(n).expect("no overflow");
                }
            }
            _ => {
                semaphore.acquire();
                enter(1);
                std::thread::yield_now();
                leave(1);
                semaphore.release().expect("no overflow");
            }
        }
    });
    Report::new(operations)
        .even(
            "acquired and released",
            inside.acquired.get(),
            inside.released.get(),
        )
        .even(
            "permits at the end and at the start",
            semaphore.available() as u64,
            permits as u64,
        )
        .even(
            "bounded permits at the end and at the start",
            bounded.available() as u64,
            permits as u64,
        )
        .holds(
            "never more inside than permits",
            inside.most() <= permits as u64 && inside_bounded.most() <= permits as u64,
        )
        .even(
            "waiters at the end",
            (semaphore.n_waiting() + bounded.n_waiting()) as u64,
            0,
        )
        .holds("one too many is refused", bounded.release().is_err())
}

/// Threads take permits in all ways until one of them closes the semaphore: each hears of it once,
/// and all permits are back.
pub(crate) fn closing(round: &Round) -> Report {
    let permits = round.rng(99).usize(1..6);
    let semaphore = ClosableSemaphore::new(permits);
    let (inside, operations) = (Inside::default(), Count::default());
    let (late, refused) = (Count::default(), Count::default());
    round.in_threads(|number, rng| {
        let mut rounds = rng.u32(0..300);
        loop {
            let n = rng.usize(1..=permits);
            let taken = match rng.u8(0..3) {
                0 => semaphore.permit_many(n).map(Some),
                1 => semaphore.try_permit_many(n),
                _ => semaphore.permit_many_timeout(n, timeout(rng)),
            };
            operations.one();
            match taken {
                // The visit ends before the permit is given back.
                Ok(permit) => drop(permit.as_ref().map(|_permit| inside.visit(n as u64))),
                Err(_) => break refused.one(),
            }
            rounds = rounds.saturating_sub(1);
            if number == 0 && rounds == 0 {
                semaphore.close();
                if semaphore.try_acquire().is_ok() {
                    late.one();
                }
            }
        }
    });
    Report::new(operations.get())
        .even(
            "threads, and those refused",
            round.threads as u64,
            refused.get(),
        )
        .even("acquired after closing", late.get(), 0)
        .even(
            "permits at the end and at the start",
            semaphore.available() as u64,
            permits as u64,
        )
        .even("waiters at the end", semaphore.n_waiting() as u64, 0)
        .holds(
            "never more inside than permits",
            inside.most() <= permits as u64,
        )
}

/// The threads inside: how many permits they have, and how many permits at most were out at once.
#[derive(Default)]
struct Inside {
    now: AtomicU64,
    most: AtomicU64,
    acquired: Count,
    released: Count,
}

impl Inside {
    fn enter(&self, n: u64) {
        self.acquired.add(n);
        let now = self.now.fetch_add(n, Ordering::Relaxed) + n;
        self.most.fetch_max(now, Ordering::Relaxed);
    }

    fn leave(&self, n: u64) {
        self.now.fetch_sub(n, Ordering::Relaxed);
        self.released.add(n);
    }

    fn visit(&self, n: u64) -> Visit<'_> {
        self.enter(n);
        Visit { inside: self, n }
    }

    fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }
}

/// A stay inside, which ends when it is dropped.
struct Visit<'a> {
    inside: &'a Inside,
    n: u64,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.inside.leave(self.n);
    }
}
