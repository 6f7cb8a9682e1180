//! Locks that several threads want, with work inside and outside. A wait is an acquisition.

use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::busy::case::Case;
use crate::busy::team::team;
use crate::busy::waits::Waits;
use crate::cases::locks::Exclusive;
use crate::measure::work_of;
use crate::posix::PthreadMutex;

#[derive(Clone, Copy)]
struct Wanted {
    threads: usize,
    /// Microseconds.
    inside: u32,
    outside: u32,
}

fn contended<L: Exclusive>(wanted: Wanted) -> impl Fn(Duration) -> Waits {
    move |budget| {
        let lock = CachePadded::new(L::new());
        let inside = work_of(1000.0 * f64::from(wanted.inside));
        let outside = work_of(1000.0 * f64::from(wanted.outside));
        team(budget, wanted.threads, |_, waits| {
            let start = Instant::now();
            let mut waited = Duration::ZERO;
            lock.hold(|| {
                waited = start.elapsed();
                inside();
            });
            waits.record(waited);
            outside();
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |wanted: Wanted| {
        let Wanted {
            threads,
            inside,
            outside,
        } = wanted;
        Case::new(
            format!("lock-{threads}-{inside}-{outside}"),
            format!("Lock: {threads} threads, {inside} µs inside, {outside} outside"),
        )
        .ours(contended::<tl_locks::Lock>(wanted))
        .peer("std", contended::<std::sync::Mutex<()>>(wanted))
        .peer("parking_lot", contended::<parking_lot::Mutex<()>>(wanted))
        .shown("usync", contended::<usync::Mutex<()>>(wanted))
        .shown("pthread", contended::<PthreadMutex>(wanted))
    };
    let mut cases = Vec::new();
    for threads in [2, 4, 8] {
        for (inside, outside) in [(1, 1), (5, 20), (1, 10)] {
            cases.push(case(Wanted {
                threads,
                inside,
                outside,
            }));
        }
    }
    cases
}
