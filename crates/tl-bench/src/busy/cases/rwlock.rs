//! A lock that eight threads read and one writes, with work inside and outside. A wait is an
//! acquisition, by the readers in one case and by the writer in the other.

use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::busy::case::Case;
use crate::busy::team::team;
use crate::busy::waits::Waits;
use crate::cases::rwlock::Shared;
use crate::measure::work_of;
use crate::posix::PthreadRwLock;

const READERS: usize = 8;

/// The threads of a team have numbers: the first is the writer.
const WRITER: usize = 0;

/// Measures the acquisitions of the threads for which `is_recorded` returns true. The processor
/// time is that of all nine threads, divided by the operations of all.
fn shared<L: Shared>(is_recorded: fn(usize) -> bool) -> impl Fn(Duration) -> Waits {
    move |budget| {
        let lock = CachePadded::new(L::new());
        let (work_inside, work_outside) = (work_of(5_000.0), work_of(20_000.0));
        team(budget, 1 + READERS, |index, waits| {
            let start = Instant::now();
            let mut waited = Duration::ZERO;
            let inside = || {
                waited = start.elapsed();
                work_inside();
            };
            match index {
                WRITER => lock.write(inside),
                _ => lock.read(inside),
            }
            if is_recorded(index) {
                waits.record(waited);
            }
            work_outside();
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |id, what, is_recorded| {
        Case::new(
            id,
            format!("RwLock, 8 read and one writes, 5 µs inside, 20 outside: {what}"),
        )
        .ours(shared::<tl_locks::RwLock<()>>(is_recorded))
        .peer("std", shared::<std::sync::RwLock<()>>(is_recorded))
        .peer(
            "parking_lot",
            shared::<parking_lot::RwLock<()>>(is_recorded),
        )
        .shown("usync", shared::<usync::RwLock<()>>(is_recorded))
        .shown("pthread", shared::<PthreadRwLock>(is_recorded))
    };
    vec![
        case("rwlock-read", "the readers", |index| index != WRITER),
        case("rwlock-write", "the writer", |index| index == WRITER),
    ]
}
