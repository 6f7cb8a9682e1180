//! Event: a wait that began before a `set` ends, even if `clear` follows at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use tl_event::Event;

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn run(round: &Round) -> Report {
    let event = Event::new();
    let (begun, ended) = (Count::default(), Count::default());
    let waiting = AtomicUsize::new(round.threads - 1);
    let operations = Count::default();
    round.in_threads(|number, rng| {
        if number == 0 {
            // Sets and clears until everybody is through: each set must let whoever waits at that moment go.
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
            !event.is_set() && !event.wait_timeout(std::time::Duration::ZERO),
        )
}
