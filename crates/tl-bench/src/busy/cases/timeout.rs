//! Waits with short timeouts, while many other threads of the same program compute. A wait is a
//! round trip of two threads, each of which waits for half a millisecond at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::busy::case::Case;
use crate::busy::waits::{Histogram, Waits};
use crate::measure::work_of;
use crate::posix;

const TIMEOUT: Duration = Duration::from_micros(500);

/// A number to wait for, for at most [`TIMEOUT`] at a time.
trait Timed: Sync {
    fn new() -> Self;
    fn set(&self, number: u64);
    /// Waits until the number is this one or the time is over, and returns whether it is this one.
    fn wait(&self, number: u64) -> bool;
}

impl Timed for tl_condition::Monitor<u64> {
    fn new() -> Self {
        tl_condition::Monitor::new(0)
    }

    fn set(&self, number: u64) {
        let mut guard = self.lock();
        *guard = number;
        guard.notify_one();
    }

    fn wait(&self, number: u64) -> bool {
        let mut guard = self.lock();
        guard.wait_while_timeout(|current| *current != number, TIMEOUT)
    }
}

impl Timed for (std::sync::Mutex<u64>, std::sync::Condvar) {
    fn new() -> Self {
        Default::default()
    }

    fn set(&self, number: u64) {
        *self.0.lock().unwrap() = number;
        self.1.notify_one();
    }

    fn wait(&self, number: u64) -> bool {
        let guard = self.0.lock().unwrap();
        let waited = self
            .1
            .wait_timeout_while(guard, TIMEOUT, |current| *current != number);
        !waited.unwrap().1.timed_out()
    }
}

impl Timed for (parking_lot::Mutex<u64>, parking_lot::Condvar) {
    fn new() -> Self {
        Default::default()
    }

    fn set(&self, number: u64) {
        *self.0.lock() = number;
        self.1.notify_one();
    }

    fn wait(&self, number: u64) -> bool {
        let mut guard = self.0.lock();
        let waited = self
            .1
            .wait_while_for(&mut guard, |current| *current != number, TIMEOUT);
        !waited.timed_out()
    }
}

/// Measures round trips, each of which has a number of its own.
fn round_trips<T: Timed>(budget: Duration, computing: usize) -> Waits {
    let (there, back) = (CachePadded::new(T::new()), CachePadded::new(T::new()));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..computing {
            scope.spawn(|| {
                let work = work_of(20_000.0);
                while !is_over.load(Ordering::Relaxed) {
                    work();
                }
            });
        }
        let other = scope.spawn(|| {
            let start = posix::thread_time();
            for trip in 1.. {
                while !there.wait(trip) {
                    if is_over.load(Ordering::Relaxed) {
                        return posix::thread_time() - start;
                    }
                }
                back.set(trip);
            }
            unreachable!("the trips do not end by themselves")
        });
        let this = scope.spawn(|| {
            let mut waits = Histogram::new();
            let (start, before) = (Instant::now(), posix::thread_time());
            let (mut now, mut trips) = (start, 0);
            while now - start < budget {
                trips += 1;
                there.set(trips);
                while !back.wait(trips) {}
                let next = Instant::now();
                waits.record(next - now);
                now = next;
            }
            let processor = posix::thread_time() - before;
            is_over.store(true, Ordering::Relaxed);
            (waits, processor, trips)
        });
        let (waits, here, trips) = this.join().expect("no round trip panics");
        let there = other.join().expect("no round trip panics");
        Waits::new(waits, here + there, trips)
    })
}

pub(crate) fn cases() -> Vec<Case> {
    type Ours = tl_condition::Monitor<u64>;
    type Std = (std::sync::Mutex<u64>, std::sync::Condvar);
    type ParkingLot = (parking_lot::Mutex<u64>, parking_lot::Condvar);
    let case = |computing| {
        Case::new(
            format!("timeout-{computing}"),
            format!("Monitor: round trip by waits of 0.5 ms, beside {computing} busy threads"),
        )
        .ours(move |budget| round_trips::<Ours>(budget, computing))
        .peer("std", move |budget| round_trips::<Std>(budget, computing))
        .peer("parking_lot", move |budget| {
            round_trips::<ParkingLot>(budget, computing)
        })
        .stretch(2)
    };
    [12, 29].map(case).into()
}
