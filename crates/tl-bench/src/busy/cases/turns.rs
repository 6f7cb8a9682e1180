//! Two threads that hand a turn to and fro, and work before they hand it on. A wait is a round
//! trip, with the work of both.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use super::semaphore::{ParkingLot, Standard, Tokens};
use crate::busy::case::Case;
use crate::busy::waits::{Histogram, Waits};
use crate::cases::condition::{self, Guarded, Notify, Pthread};
use crate::cases::event::Flag;
use crate::measure::work_of;
use crate::posix::{self, PosixSemaphore};

/// Which of the two has the turn.
#[derive(Clone, Copy)]
pub(super) enum Turn {
    There,
    Back,
}

/// The primitive by which the turn is handed over.
pub(super) trait Turns: Sync {
    fn new() -> Self;
    fn give(&self, to: Turn);
    /// Waits until this one has the turn.
    fn wait(&self, who: Turn);
}

/// The number says whose turn it is.
impl<G: Guarded> Turns for CachePadded<G> {
    fn new() -> Self {
        CachePadded::new(G::new())
    }

    fn give(&self, to: Turn) {
        self.turn(|_| true, |_| to as u64, Some(Notify::One));
    }

    fn wait(&self, who: Turn) {
        self.turn(|turn| turn == who as u64, |turn| turn, None);
    }
}

pub(super) struct Flags<F>([CachePadded<F>; 2]);

impl<F: Flag> Turns for Flags<F> {
    fn new() -> Self {
        Flags([CachePadded::new(F::new()), CachePadded::new(F::new())])
    }

    fn give(&self, to: Turn) {
        self.0[to as usize].set();
    }

    fn wait(&self, who: Turn) {
        self.0[who as usize].wait();
        self.0[who as usize].clear();
    }
}

pub(super) type FlagStd = Flags<(std::sync::Mutex<bool>, std::sync::Condvar)>;
pub(super) type FlagParkingLot = Flags<(parking_lot::Mutex<bool>, parking_lot::Condvar)>;

pub(super) struct Semaphores<S>([CachePadded<S>; 2]);

impl<S: Tokens> Turns for Semaphores<S> {
    fn new() -> Self {
        Semaphores([CachePadded::new(S::new(0)), CachePadded::new(S::new(0))])
    }

    fn give(&self, to: Turn) {
        self.0[to as usize].release();
    }

    fn wait(&self, who: Turn) {
        self.0[who as usize].acquire();
    }
}

/// Measures round trips with `work` microseconds of work on each side.
pub(super) fn round_trips<T: Turns>(work: f64) -> impl Fn(Duration) -> Waits {
    move |budget| {
        let turns = T::new();
        let work = work_of(1000.0 * work);
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                let start = posix::thread_time();
                loop {
                    turns.wait(Turn::Back);
                    if is_over.load(Ordering::Relaxed) {
                        return posix::thread_time() - start;
                    }
                    work();
                    turns.give(Turn::There);
                }
            });
            let this = scope.spawn(|| {
                let mut waits = Histogram::new();
                let mut trips = 0;
                let (start, before) = (Instant::now(), posix::thread_time());
                let mut now = start;
                while now - start < budget {
                    work();
                    turns.give(Turn::Back);
                    turns.wait(Turn::There);
                    let next = Instant::now();
                    // The first round trips do not count: the system may still move the threads.
                    if next - start > budget / 8 {
                        waits.record(next - now);
                    }
                    trips += 1;
                    now = next;
                }
                let processor = posix::thread_time() - before;
                is_over.store(true, Ordering::Relaxed);
                turns.give(Turn::Back);
                (waits, processor, trips)
            });
            let (waits, here, trips) = this.join().expect("no round trip panics");
            let there = other.join().expect("no round trip panics");
            Waits::new(waits, here + there, trips)
        })
    }
}

fn guarded<G: Guarded>(work: f64) -> impl Fn(Duration) -> Waits {
    round_trips::<CachePadded<G>>(work)
}

/// Returns the case of a primitive's round trips, without its contenders.
pub(super) fn case(id: &str, primitive: &str, work: f64) -> Case {
    Case::new(
        format!("{id}-{work}"),
        format!("{primitive}: round trip, {work} µs of work on each side"),
    )
}

/// Returns the cases with no work, with little and with much, sorted by primitive.
pub(super) fn with_each_work<const N: usize>(cases: impl Fn(f64) -> [Case; N]) -> Vec<Case> {
    let mut cases: Vec<Case> = [0.0, 5.0, 50.0].into_iter().flat_map(cases).collect();
    cases.sort_by_key(|case| case.id.split('-').next().map(str::to_owned));
    cases
}

pub(crate) fn cases() -> Vec<Case> {
    with_each_work(|work| {
        [
            case("event", "Event", work)
                .ours(round_trips::<Flags<tl_event::Event>>(work))
                .peer("std", round_trips::<FlagStd>(work))
                .peer("parking_lot", round_trips::<FlagParkingLot>(work)),
            case("monitor", "Monitor", work)
                .ours(guarded::<condition::Monitor>(work))
                .peer("std", guarded::<condition::Std>(work))
                .peer("parking_lot", guarded::<condition::ParkingLot>(work))
                .shown("usync", guarded::<condition::Usync>(work))
                .shown("pthread", guarded::<Pthread>(work)),
            case("condition", "Condition", work)
                .ours(guarded::<condition::Ours>(work))
                .peer("std", guarded::<condition::Std>(work))
                .peer("parking_lot", guarded::<condition::ParkingLot>(work))
                .shown("usync", guarded::<condition::Usync>(work)),
            case("condvar", "Condvar", work)
                .ours(guarded::<condition::Condvar>(work))
                .peer("std", guarded::<condition::Std>(work))
                .peer("parking_lot", guarded::<condition::ParkingLot>(work)),
            case("semaphore", "Semaphore", work)
                .ours(round_trips::<Semaphores<tl_semaphore::Semaphore>>(work))
                .peer("std", round_trips::<Semaphores<Standard>>(work))
                .peer("sem_t", round_trips::<Semaphores<PosixSemaphore>>(work))
                .shown("parking_lot", round_trips::<Semaphores<ParkingLot>>(work)),
        ]
    })
}
