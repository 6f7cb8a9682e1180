//! Timers: each is cancelled or fires, once, and never both.

use std::sync::Arc;
use std::time::Duration;

use tl_timer::Timer;

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn run(round: &Round) -> Report {
    let (started, cancelled) = (Count::default(), Count::default());
    let fired = Arc::new(Count::default());
    round.in_threads(|_, rng| {
        let timers: Vec<Timer> = (0..20)
            .map(|_| {
                let fired = Arc::clone(&fired);
                let delay = if rng.bool() {
                    timeout(rng)
                } else {
                    Duration::from_secs(3600)
                };
                let timer = Timer::new(delay, move || fired.one());
                timer.start().expect("the system has threads left");
                started.one();
                timer
            })
            .collect();
        for timer in &timers {
            if rng.bool() {
                cancelled.add(u64::from(timer.cancel()));
            }
        }
        for timer in &timers {
            // Either it is cancelled now or it has fired, or is about to.
            cancelled.add(u64::from(timer.cancel()));
            timer.join().expect("it was started");
        }
    });
    Report::new(started.get()).even(
        "started, and cancelled or fired",
        started.get(),
        cancelled.get() + fired.get(),
    )
}
