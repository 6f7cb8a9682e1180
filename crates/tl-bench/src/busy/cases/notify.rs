//! A notification of eight waiters. A wait lasts from the notification until the last of them
//! runs.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::busy::case::Case;
use crate::busy::waits::{Histogram, Waits};
use crate::cases::condition::{self, Guarded, Notify, Pthread};
use crate::posix;

const WAITERS: usize = 8;

/// Measures notifications. The processor time is that of the waiters and of the notifications.
fn notify_all<G: Guarded>(budget: Duration) -> Waits {
    let guarded = CachePadded::new(G::new());
    let epoch = Instant::now();
    let (waiting, woken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let last_woken = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let wait = || {
        let start = posix::thread_time();
        for round in 0.. {
            let mut is_first_look = true;
            let is_next = |number| {
                // Counted under the lock, which only the wait gives up.
                if is_first_look {
                    waiting.fetch_add(1, Ordering::Relaxed);
                    is_first_look = false;
                }
                number > round
            };
            guarded.turn(is_next, |number| number, None);
            let now = epoch.elapsed().as_nanos() as u64;
            if woken.fetch_add(1, Ordering::AcqRel) + 1 == WAITERS {
                last_woken.store(now, Ordering::Release);
            }
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        posix::thread_time() - start
    };
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..WAITERS).map(|_| scope.spawn(wait)).collect();
        let mut waits = Histogram::new();
        let (mut processor, mut rounds) = (Duration::ZERO, 0);
        while !stop.load(Ordering::Relaxed) {
            while waiting.load(Ordering::Relaxed) < WAITERS {
                thread::sleep(Duration::from_micros(20));
            }
            // Long enough for all of them to fall asleep.
            thread::sleep(Duration::from_micros(150));
            for counter in [&waiting, &woken] {
                counter.store(0, Ordering::Relaxed);
            }
            last_woken.store(0, Ordering::Relaxed);
            stop.store(epoch.elapsed() >= budget, Ordering::Relaxed);
            let (start, before) = (epoch.elapsed(), posix::thread_time());
            guarded.turn(|_| true, |number| number + 1, Some(Notify::All));
            processor += posix::thread_time() - before;
            let woken = loop {
                match last_woken.load(Ordering::Acquire) {
                    0 => thread::sleep(Duration::from_micros(20)),
                    nanos => break Duration::from_nanos(nanos),
                }
            };
            waits.record(woken.saturating_sub(start));
            rounds += 1;
        }
        for waiter in waiters {
            processor += waiter.join().expect("no waiter panics");
        }
        Waits::new(waits, processor, rounds)
    })
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("notify-8", "Monitor: notify_all, until 8 waiters run")
            .ours(notify_all::<condition::Monitor>)
            .peer("std", notify_all::<condition::Std>)
            .peer("parking_lot", notify_all::<condition::ParkingLot>)
            .shown("usync", notify_all::<condition::Usync>)
            .shown("pthread", notify_all::<Pthread>),
    ]
}
