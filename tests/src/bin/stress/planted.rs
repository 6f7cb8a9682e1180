//! Mistakes on purpose, which follow from the seed: they must be noticed, and again with the seed
//! that is printed.

use tl_event::Event;
use tl_semaphore::Semaphore;

use crate::round::{Report, Round};

/// Returns whether the mistake is in this round: in one of eight.
fn is_here(round: &Round) -> bool {
    round.rng(99).u8(0..8) == 0
}

/// Does not give back one permit.
pub(crate) fn leak(round: &Round) -> Report {
    let semaphore = Semaphore::new(3);
    let operations = round.operations(|_, _| drop(semaphore.permit()));
    if is_here(round) {
        semaphore.acquire();
    }
    Report::new(operations).even(
        "permits at the end and at the start",
        semaphore.available() as u64,
        3,
    )
}

/// Panics in a thread where none should.
pub(crate) fn panic(round: &Round) -> Report {
    let planted = is_here(round);
    Report::new(round.operations(|number, rng| {
        assert!(!planted || number > 0 || rng.u8(..) != 0, "planted");
    }))
}

/// Loses a wake-up.
pub(crate) fn hang(round: &Round) -> Report {
    let event = Event::new();
    if !is_here(round) {
        event.set();
    }
    event.wait();
    Report::new(1)
}

/// Leaves something allocated in each round.
pub(crate) fn garbage(_round: &Round) -> Report {
    std::mem::forget(std::hint::black_box(Box::new(0_u8)));
    Report::new(1)
}
