//! Semaphores of two permits, with work inside and outside. A wait is an acquisition.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::busy::case::Case;
use crate::busy::team::team;
use crate::busy::waits::Waits;
use crate::measure::work_of;
use crate::posix::PosixSemaphore;

/// A contender: a number of permits that can be taken by one thread and given by another.
pub(crate) trait Tokens: Sync {
    fn new(permits: u32) -> Self;
    fn acquire(&self);
    fn release(&self);
}

impl Tokens for tl_semaphore::Semaphore {
    fn new(permits: u32) -> Self {
        tl_semaphore::Semaphore::new(permits as usize)
    }

    fn acquire(&self) {
        tl_semaphore::Semaphore::acquire(self);
    }

    fn release(&self) {
        tl_semaphore::Semaphore::release(self).expect("there are few permits");
    }
}

/// What a Rust programmer writes without a semaphore.
pub(crate) type Standard = (Mutex<u32>, Condvar);

impl Tokens for Standard {
    fn new(permits: u32) -> Self {
        (Mutex::new(permits), Condvar::new())
    }

    fn acquire(&self) {
        let mut permits = self.0.lock().unwrap();
        while *permits == 0 {
            permits = self.1.wait(permits).unwrap();
        }
        *permits -= 1;
    }

    fn release(&self) {
        *self.0.lock().unwrap() += 1;
        self.1.notify_one();
    }
}

/// The same with the mutex and the condition of `parking_lot`.
pub(crate) type ParkingLot = (parking_lot::Mutex<u32>, parking_lot::Condvar);

impl Tokens for ParkingLot {
    fn new(permits: u32) -> Self {
        (
            parking_lot::Mutex::new(permits),
            parking_lot::Condvar::new(),
        )
    }

    fn acquire(&self) {
        let mut permits = self.0.lock();
        while *permits == 0 {
            self.1.wait(&mut permits);
        }
        *permits -= 1;
    }

    fn release(&self) {
        *self.0.lock() += 1;
        self.1.notify_one();
    }
}

impl Tokens for PosixSemaphore {
    fn new(permits: u32) -> Self {
        PosixSemaphore::new(permits)
    }

    fn acquire(&self) {
        PosixSemaphore::acquire(self);
    }

    fn release(&self) {
        PosixSemaphore::release(self);
    }
}

fn contended<S: Tokens>(threads: usize) -> impl Fn(Duration) -> Waits {
    move |budget| {
        let permits = CachePadded::new(S::new(2));
        let work = work_of(20_000.0);
        team(budget, threads, |_, waits| {
            let start = Instant::now();
            permits.acquire();
            waits.record(start.elapsed());
            work();
            permits.release();
            work();
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |threads| {
        Case::new(
            format!("semaphore-{threads}-2"),
            format!("Semaphore: {threads} threads over 2 permits, 20 µs inside, 20 outside"),
        )
        .ours(contended::<tl_semaphore::Semaphore>(threads))
        .peer("std", contended::<Standard>(threads))
        .peer("sem_t", contended::<PosixSemaphore>(threads))
        .shown("parking_lot", contended::<ParkingLot>(threads))
    };
    [4, 8].map(case).into()
}
