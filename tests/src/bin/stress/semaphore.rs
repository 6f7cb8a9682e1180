//! Semaphore: never more inside than there are permits, and at the end all of them are back.

use std::sync::atomic::{AtomicU64, Ordering};

use tl_semaphore::{BoundedSemaphore, Semaphore};

use crate::round::{Count, Report, Round, perhaps_panic, timeout, unwinding};

pub(crate) fn run(round: &Round) -> Report {
    let permits = round.rng(99).usize(1..6);
    let semaphore = Semaphore::new(permits);
    let bounded = BoundedSemaphore::new(permits);
    let (inside, most) = (AtomicU64::new(0), AtomicU64::new(0));
    let (acquired, released) = (Count::default(), Count::default());
    let operations = round.operations(|_, rng| {
        let enter = |n: u64| {
            acquired.add(n);
            most.fetch_max(
                inside.fetch_add(n, Ordering::Relaxed) + n,
                Ordering::Relaxed,
            );
        };
        let leave = |n: u64| {
            inside.fetch_sub(n, Ordering::Relaxed);
            released.add(n);
        };
        match rng.u8(0..6) {
            0 => unwinding(|| {
                let _permit = bounded.permit();
                perhaps_panic(rng);
            }),
            1 => {
                // Up to one more than there can ever be: that one must run out and hold nobody up.
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
                if let Some(permit) = bounded.permit_timeout(timeout(rng)) {
                    std::thread::yield_now();
                    drop(permit);
                }
            }
            4 => {
                let n = rng.usize(1..=permits);
                semaphore.acquire_many(n);
                enter(n as u64);
                leave(n as u64);
                semaphore.release_many(n).expect("no overflow");
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
        .even("acquired and released", acquired.get(), released.get())
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
            most.into_inner() <= permits as u64,
        )
        .holds("one too many is refused", bounded.release().is_err())
}
