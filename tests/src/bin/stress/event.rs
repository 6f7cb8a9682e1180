//! Event: each `set` releases the one thread that waits for it, early or late, and no other; a
//! storm of `set` and `clear` leaves no thread asleep.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tl_event::{AutoResetEvent, Event};

use crate::round::{Count, Report, Round, timeout};

/// Sends a token round a ring of threads. Each waits for an event of its own, which is set once a
/// lap: a `set` that is lost stops the ring, and a wait that ends without one finds the token
/// elsewhere.
pub(crate) fn ring(round: &Round) -> Report {
    const LAPS: u64 = 100;
    let events: Vec<Event> = (0..round.threads).map(|_| Event::new()).collect();
    let (token, elsewhere) = (AtomicU64::new(0), Count::default());
    events[0].set();
    round.in_threads(|number, rng| {
        let mine = &events[number];
        for lap in 0..LAPS {
            if rng.bool() {
                mine.wait();
            } else {
                while !mine.wait_timeout(timeout(rng)) {}
            }
            if !mine.is_set() {
                elsewhere.one();
            }
            mine.clear();
            let here = lap * round.threads as u64 + number as u64;
            if token.load(Ordering::Relaxed) != here {
                elsewhere.one();
            }
            token.store(here + 1, Ordering::Relaxed);
            events[(number + 1) % round.threads].set();
        }
    });
    let steps = LAPS * round.threads as u64;
    Report::new(steps)
        .even("steps of the token, and laps", token.into_inner(), steps)
        .even("waits that ended without the token", elsewhere.get(), 0)
}

/// Lets one thread set and clear, and the others wait and clear.
pub(crate) fn storm(round: &Round) -> Report {
    let event = Event::new();
    let (begun, ended) = (Count::default(), Count::default());
    let waiting = AtomicUsize::new(round.threads - 1);
    let operations = Count::default();
    round.in_threads(|number, rng| {
        if number == 0 {
            // Until every thread is done. A thread that waits at the moment of a `set` goes on,
            // even if `clear` follows at once.
            while waiting.load(Ordering::Relaxed) > 0 {
                event.set();
                if rng.bool() {
                    event.clear();
                }
                operations.add(2);
                std::thread::yield_now();
            }
        } else {
            for _ in 0..200 {
                if rng.u8(0..4) == 0 {
                    event.clear();
                }
                if rng.bool() {
                    let _in_time = event.wait_timeout(timeout(rng));
                } else {
                    begun.one();
                    event.wait();
                    ended.one();
                }
                operations.one();
            }
            waiting.fetch_sub(1, Ordering::Relaxed);
        }
    });
    event.clear();
    Report::new(operations.get())
        .even("waits begun and ended", begun.get(), ended.get())
        .holds(
            "a cleared event is not set",
            !event.is_set() && !event.wait_timeout(Duration::ZERO),
        )
}

/// Passes a baton: the thread that is let go has it, and sets the event for the next. A `set` that
/// is lost stops all, and one that lets two go is noticed.
pub(crate) fn baton(round: &Round) -> Report {
    const TURNS: u64 = 50;
    let (baton, inside) = (AutoResetEvent::new(), AtomicUsize::new(0));
    let (turns, together, operations) = (Count::default(), Count::default(), Count::default());
    baton.set();
    round.in_threads(|_, rng| {
        for _ in 0..TURNS {
            loop {
                operations.one();
                let has_it = match rng.u8(0..3) {
                    0 => baton.try_wait(),
                    1 => baton.wait_timeout(timeout(rng)),
                    _ => {
                        baton.wait();
                        true
                    }
                };
                if has_it {
                    break;
                }
            }
            if inside.fetch_add(1, Ordering::Relaxed) > 0 {
                together.one();
            }
            turns.one();
            inside.fetch_sub(1, Ordering::Relaxed);
            baton.set();
        }
    });
    Report::new(operations.get())
        .even("turns", turns.get(), TURNS * round.threads as u64)
        .even("turns of two at once", together.get(), 0)
        .holds(
            "the last one leaves it set, once",
            baton.try_wait() && !baton.try_wait(),
        )
}
