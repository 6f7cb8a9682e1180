//! Takes a sample of threads that all do the same, or of one thread alone.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::waits::{Histogram, Waits};
use crate::posix;

/// Lets `threads` threads do `operation` over and over, until the time is over. The operation is
/// given the number of its thread, from zero, and records the waits of that thread.
pub(crate) fn team(
    budget: Duration,
    threads: usize,
    operation: impl Fn(usize, &mut Histogram) + Sync,
) -> Waits {
    let (start, stop) = (Barrier::new(threads + 1), AtomicBool::new(false));
    let work = &|index| {
        let mut waits = Histogram::new();
        let mut operations = 0_u64;
        start.wait();
        let before = posix::thread_time();
        while !stop.load(Ordering::Relaxed) {
            operation(index, &mut waits);
            operations += 1;
        }
        (waits, posix::thread_time() - before, operations)
    };
    let parts: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|index| scope.spawn(move || work(index)))
            .collect();
        start.wait();
        thread::sleep(budget);
        stop.store(true, Ordering::Relaxed);
        workers
            .into_iter()
            .map(|worker| worker.join().expect("no operation panics"))
            .collect()
    });
    let mut all = Waits::new(Histogram::new(), Duration::ZERO, 0);
    for (waits, processor, operations) in &parts {
        all.histogram.add(waits);
        all.processor += *processor;
        all.operations += operations;
    }
    let operations = || parts.iter().map(|(.., operations)| *operations);
    let (slowest, fastest) = (operations().min(), operations().max());
    all.fairness = slowest
        .zip(fastest)
        .map(|(slowest, fastest)| slowest as f64 / fastest.max(1) as f64);
    all
}

/// Does `operation` over and over in the calling thread, until the time is over. The processor
/// time is that of the process, with all threads that the operation starts.
pub(crate) fn alone(budget: Duration, mut operation: impl FnMut()) -> Waits {
    let mut waits = Histogram::new();
    let (start, before) = (Instant::now(), posix::process_time());
    let mut now = start;
    while now - start < budget {
        operation();
        let next = Instant::now();
        waits.record(next - now);
        now = next;
    }
    let operations = waits.count();
    Waits::new(waits, posix::process_time() - before, operations)
}
