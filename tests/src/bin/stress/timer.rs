//! Timers: each is cancelled or fires, once, and never both, however often it is restarted, and not
//! before the last restart says; one that repeats stops when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tl_timer::Timer;

use crate::round::{Count, Report, Round, soon, timeout};
use crate::thread::reported;

pub(crate) fn run(round: &Round) -> Report {
    let (listed_before, reported_before) = (tl_thread::active_count(), reported());
    let (started, wrong, late) = (Count::default(), Count::default(), Count::default());
    let (early, begin) = (Count::default(), Instant::now());
    let nanos_until = move |instant: Instant| (instant - begin).as_nanos() as u64;
    let panicked = Arc::new(Count::default());
    round.in_threads(|_, rng| {
        let timers: Vec<(Timer, Arc<AtomicU32>, Arc<AtomicU64>)> = (0..20)
            .map(|_| {
                let calls = Arc::new(AtomicU32::new(0));
                let delay = match rng.u8(0..4) {
                    0 => Duration::from_secs(3600),
                    1 => Duration::ZERO,
                    _ => timeout(rng) * 4,
                };
                let (panics, panicked) = (rng.u8(0..8) == 0, Arc::clone(&panicked));
                let called = Arc::clone(&calls);
                let moment = Arc::new(AtomicU64::new(0));
                let called_at = Arc::clone(&moment);
                let timer = Timer::new(delay, move || {
                    called_at.store(nanos_until(Instant::now()), Ordering::Relaxed);
                    called.fetch_add(1, Ordering::Relaxed);
                    if panics {
                        panicked.one();
                        std::panic::resume_unwind(Box::new("on purpose"));
                    }
                })
                .with_daemon(rng.bool());
                timer.start().expect("the system has threads left");
                started.one();
                (timer, calls, moment)
            })
            .collect();
        // The moment before which each must not be called.
        let mut earliest = vec![0; timers.len()];
        for _ in 0..rng.usize(0..40) {
            let index = rng.usize(0..timers.len());
            let interval = timeout(rng) * 4;
            let now = Instant::now();
            if timers[index].0.restart_after(interval) {
                earliest[index] = nanos_until(now + interval);
            }
        }
        let mut prevented: Vec<bool> = timers
            .iter()
            .map(|(timer, ..)| rng.bool() && timer.cancel())
            .collect();
        let all = timers.iter().zip(&mut prevented).zip(earliest);
        for (((timer, calls, moment), prevented), earliest) in all {
            // Either it is cancelled now, or it has fired or is about to. A second success would be
            // one too many.
            let again = timer.cancel();
            wrong.add(u64::from(again && *prevented));
            *prevented |= again;
            // An error says that the function panicked.
            let _ = timer.join();
            let calls = calls.load(Ordering::Relaxed);
            wrong.add(u64::from(calls != u32::from(!*prevented)));
            let moment = moment.load(Ordering::Relaxed);
            early.add(u64::from(!*prevented && moment < earliest));
        }
        if rng.u8(0..4) == 0 {
            repeat(rng, &late);
        }
    });
    soon(|| tl_thread::active_count() == listed_before);
    Report::new(started.get())
        .even("timers not cancelled or fired once", wrong.get(), 0)
        .even("calls before a restart lets them", early.get(), 0)
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

/// Starts a timer that repeats, restarts it now and then, and cancels it.
fn repeat(rng: &mut fastrand::Rng, late: &Count) {
    let calls = Arc::new(AtomicU32::new(0));
    let called = Arc::clone(&calls);
    let timer = Timer::every(Duration::from_micros(100), move || {
        called.fetch_add(1, Ordering::Relaxed);
    });
    timer.start().expect("the system has threads left");
    for _ in 0..rng.u8(0..4) {
        std::thread::sleep(timeout(rng));
        timer.restart();
    }
    timer.cancel();
    timer.join().expect("the function does not panic");
    let at_the_end = calls.load(Ordering::Relaxed);
    std::thread::yield_now();
    late.add(u64::from(calls.load(Ordering::Relaxed) != at_the_end));
}
