//! Timers: each is cancelled or fires, once, and never both; one that repeats stops when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tl_timer::Timer;

use crate::round::{Count, Report, Round, soon, timeout};
use crate::thread::reported;

pub(crate) fn run(round: &Round) -> Report {
    let (listed_before, reported_before) = (tl_thread::active_count(), reported());
    let (started, wrong, late) = (Count::default(), Count::default(), Count::default());
    let panicked = Arc::new(Count::default());
    round.in_threads(|_, rng| {
        let timers: Vec<(Timer, Arc<AtomicU32>)> = (0..20)
            .map(|_| {
                let calls = Arc::new(AtomicU32::new(0));
                let delay = match rng.u8(0..4) {
                    0 => Duration::from_secs(3600),
                    1 => Duration::ZERO,
                    _ => timeout(rng) * 4,
                };
                let (panics, panicked) = (rng.u8(0..8) == 0, Arc::clone(&panicked));
                let called = Arc::clone(&calls);
                let timer = Timer::new(delay, move || {
                    called.fetch_add(1, Ordering::Relaxed);
                    if panics {
                        panicked.one();
                        std::panic::resume_unwind(Box::new("on purpose"));
                    }
                })
                .with_daemon(rng.bool());
                timer.start().expect("the system has threads left");
                started.one();
                (timer, calls)
            })
            .collect();
        let mut prevented: Vec<bool> = timers
            .iter()
            .map(|(timer, _)| rng.bool() && timer.cancel())
            .collect();
        for ((timer, calls), prevented) in timers.iter().zip(&mut prevented) {
            // Either it is cancelled now, or it has fired or is about to. A second success would be one too many.
            let again = timer.cancel();
            wrong.add(u64::from(again && *prevented));
            *prevented |= again;
            // An error says that the function panicked.
            let _ = timer.join();
            let calls = calls.load(Ordering::Relaxed);
            wrong.add(u64::from(calls != u32::from(!*prevented)));
        }
        if rng.u8(0..4) == 0 {
            repeat(rng, &late);
        }
    });
    soon(|| tl_thread::active_count() == listed_before);
    Report::new(started.get())
        .even("timers not cancelled or fired once", wrong.get(), 0)
        .even("calls after a repeating timer ended", late.get(), 0)
        .even(
            "panicked, and reported to the excepthook",
            panicked.get(),
            reported() - reported_before,
        )
        .even(
            "listed at the end and at the start",
            tl_thread::active_count() as u64,
            listed_before as u64,
        )
}

/// A timer that repeats, cancelled after a while, or from inside.
fn repeat(rng: &mut fastrand::Rng, late: &Count) {
    let calls = Arc::new(AtomicU32::new(0));
    let called = Arc::clone(&calls);
    let timer = Timer::every(Duration::from_micros(100), move || {
        called.fetch_add(1, Ordering::Relaxed);
    });
    timer.start().expect("the system has threads left");
    std::thread::sleep(timeout(rng) * 4);
    timer.cancel();
    timer.join().expect("the function does not panic");
    let at_the_end = calls.load(Ordering::Relaxed);
    std::thread::yield_now();
    late.add(u64::from(calls.load(Ordering::Relaxed) != at_the_end));
}
