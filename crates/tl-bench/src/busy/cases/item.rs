//! An item now and then, through a place that holds one. A wait lasts from when the item is put
//! there until the consumer has it. An item that the consumer does not take before the next comes
//! is lost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::busy::case::Case;
use crate::busy::waits::{Histogram, Waits};
use crate::cases::condition::{self, Guarded, Notify, Pthread};
use crate::cases::event::Flag;
use crate::measure::work_of;
use crate::posix;

/// An item is a number; this one means that the place is empty.
const NONE: u64 = 0;
const LAST: u64 = u64::MAX;

trait Place: Sync {
    fn new() -> Self;
    /// Puts an item into the place, and returns what it overwrites.
    fn put(&self, item: u64) -> u64;
    fn take(&self) -> u64;
}

impl<G: Guarded> Place for CachePadded<G> {
    fn new() -> Self {
        CachePadded::new(G::new())
    }

    fn put(&self, item: u64) -> u64 {
        self.turn(|_| true, |_| item, Some(Notify::One))
    }

    fn take(&self) -> u64 {
        self.turn(|item| item != NONE, |_| NONE, None)
    }
}

/// The place is a word beside the flag.
struct Flagged<F> {
    flag: CachePadded<F>,
    item: CachePadded<AtomicU64>,
}

impl<F: Flag> Place for Flagged<F> {
    fn new() -> Self {
        Flagged {
            flag: CachePadded::new(F::new()),
            item: CachePadded::new(AtomicU64::new(NONE)),
        }
    }

    fn put(&self, item: u64) -> u64 {
        let overwritten = self.item.swap(item, Ordering::AcqRel);
        self.flag.set();
        overwritten
    }

    fn take(&self) -> u64 {
        loop {
            self.flag.wait();
            self.flag.clear();
            match self.item.swap(NONE, Ordering::AcqRel) {
                NONE => {}
                item => return item,
            }
        }
    }
}

/// Measures items between which the producer computes for `micros` microseconds. The processor time
/// is that of putting and taking, for each item that arrives.
fn every<P: Place>(micros: f64) -> impl Fn(Duration) -> Waits {
    move |budget| {
        let place = P::new();
        let work = work_of(1000.0 * micros);
        let epoch = Instant::now();
        let now = || epoch.elapsed().as_nanos() as u64;
        let (waits, processor, lost) = thread::scope(|scope| {
            let consumer = scope.spawn(|| {
                let mut waits = Histogram::new();
                let start = posix::thread_time();
                loop {
                    match place.take() {
                        LAST => return (waits, posix::thread_time() - start),
                        put => waits.record(Duration::from_nanos(now().saturating_sub(put))),
                    }
                }
            });
            let producer = scope.spawn(|| {
                let mut lost = 0;
                let mut processor = Duration::ZERO;
                let start = Instant::now();
                while start.elapsed() < budget {
                    work();
                    let before = posix::thread_time();
                    let overwritten = place.put(now().max(NONE + 1));
                    processor += posix::thread_time() - before;
                    lost += u64::from(overwritten != NONE);
                }
                // Leaves time to take the item before.
                thread::sleep(Duration::from_millis(1));
                lost += u64::from(place.put(LAST) != NONE);
                (processor, lost)
            });
            let (putting, lost) = producer.join().expect("no producer panics");
            let (waits, taking) = consumer.join().expect("no consumer panics");
            (waits, taking + putting, lost)
        });
        let arrived = waits.count();
        Waits {
            lost: Some(lost),
            ..Waits::new(waits, processor, arrived)
        }
    }
}

/// Returns how many times longer than usual a sample takes, so that a repetition has some hundreds
/// of items.
fn stretch(interval: u32) -> u32 {
    match interval {
        0..250 => 1,
        250..1000 => 2,
        _ => 4,
    }
}

pub(crate) fn cases() -> Vec<Case> {
    type Std = Flagged<(std::sync::Mutex<bool>, std::sync::Condvar)>;
    type ParkingLot = Flagged<(parking_lot::Mutex<bool>, parking_lot::Condvar)>;
    fn guarded<G: Guarded>(micros: f64) -> impl Fn(Duration) -> Waits {
        every::<CachePadded<G>>(micros)
    }
    let intervals = [30_u32, 100, 250, 1000];
    let by_monitor = intervals.map(|interval| {
        let micros = f64::from(interval);
        Case::new(
            format!("item-{interval}"),
            format!("Monitor of one place: an item every {interval} µs"),
        )
        .ours(guarded::<condition::Monitor>(micros))
        .peer("std", guarded::<condition::Std>(micros))
        .peer("parking_lot", guarded::<condition::ParkingLot>(micros))
        .shown("usync", guarded::<condition::Usync>(micros))
        .shown("pthread", guarded::<Pthread>(micros))
        .stretch(stretch(interval))
    });
    let by_event = intervals.map(|interval| {
        let micros = f64::from(interval);
        Case::new(
            format!("item-event-{interval}"),
            format!("Event beside a place: an item every {interval} µs"),
        )
        .ours(every::<Flagged<tl_event::Event>>(micros))
        .peer("std", every::<Std>(micros))
        .peer("parking_lot", every::<ParkingLot>(micros))
        .stretch(stretch(interval))
    });
    by_monitor.into_iter().chain(by_event).collect()
}
