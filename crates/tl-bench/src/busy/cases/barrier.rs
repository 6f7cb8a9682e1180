//! Barriers, with work before each round. A wait is a round, with the work.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::busy::case::Case;
use crate::busy::waits::{Histogram, Waits};
use crate::cases::barrier::{self, Parties};
use crate::measure::work_of;
use crate::posix;

/// Rounds of `count` parties, each with `micros` microseconds of work. Each party records its
/// rounds; the processor time is that of all parties.
fn rounds(parties: Parties, count: usize, micros: f64) -> impl Fn(Duration) -> Waits {
    move |budget| {
        let work = work_of(1000.0 * micros);
        let rounds_to_do = AtomicU64::new(u64::MAX);
        let rounds_to_do = &rounds_to_do;
        let run = |index: usize, mut wait: Box<dyn FnMut() + Send>| {
            let mut waits = Histogram::new();
            wait();
            let (start, before) = (Instant::now(), posix::thread_time());
            let mut now = start;
            for round in 1_u64.. {
                work();
                // Set before the last round, so that all parties know it when that round is over.
                if index == 0 && now - start >= budget {
                    rounds_to_do.store(round, Ordering::Relaxed);
                }
                wait();
                let next = Instant::now();
                waits.record(next - now);
                now = next;
                if round == rounds_to_do.load(Ordering::Relaxed) {
                    return (waits, posix::thread_time() - before, round);
                }
            }
            unreachable!("the rounds do not end by themselves")
        };
        thread::scope(|scope| {
            let threads: Vec<_> = parties(count)
                .into_iter()
                .enumerate()
                .map(|(index, wait)| scope.spawn(move || run(index, wait)))
                .collect();
            let mut all = Waits::new(Histogram::new(), Duration::ZERO, 0);
            for thread in threads {
                let (waits, processor, rounds) = thread.join().expect("no round panics");
                all.histogram.add(&waits);
                all.processor += processor;
                all.operations = rounds;
            }
            all
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |(count, work): (usize, u32)| {
        let micros = f64::from(work);
        Case::new(
            format!("barrier-{count}-{work}"),
            format!("Barrier of {count}: a round, {work} µs of work each"),
        )
        .ours(rounds(barrier::ours, count, micros))
        .peer("std", rounds(barrier::std, count, micros))
        .peer("pthread", rounds(barrier::pthread, count, micros))
        .shown("hurdles", rounds(barrier::hurdles, count, micros))
    };
    let sizes = [(2, 5), (2, 20), (2, 50), (4, 5), (4, 20), (4, 50)];
    sizes.map(case).into()
}
