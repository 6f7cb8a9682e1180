//! How a sample is taken. Every contender of a case goes through the same function.

use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crate::posix;
use crate::sample::{Outcome, Sample};
use crate::statistics::Summary;

impl Sample {
    pub(crate) fn per_operation(elapsed: Duration, operations: u64) -> Sample {
        Sample {
            nanos: elapsed.as_nanos() as f64 / operations.max(1) as f64,
            second: None,
        }
    }
}

/// Returns what one call costs, called over and over by one thread: the median of short batches, so
/// that a batch in which the system ran something else does not count.
pub(crate) fn per_call(budget: Duration, mut call: impl FnMut()) -> Outcome {
    const BATCHES: u32 = 15;
    let batch = budget / BATCHES;
    let mut turns = 1;
    let mut elapsed = time(turns, &mut call);
    while elapsed < batch / 4 {
        turns *= 2;
        elapsed = time(turns, &mut call);
    }
    let scale = batch.as_nanos() as f64 / elapsed.as_nanos() as f64;
    let turns = (turns as f64 * scale).max(1.0) as u64;
    let start = Instant::now();
    let mut batches = Vec::new();
    while batches.is_empty() || start.elapsed() < budget {
        batches.push(time(turns, &mut call).as_nanos() as f64);
    }
    let batch = Summary::of(batches).expect("there is at least one").median;
    Ok(Sample {
        nanos: batch / (turns * CALLS_PER_TURN) as f64,
        second: None,
    })
}

/// A turn of the timed loop is several calls, so that the cost of the loop, and where the compiler
/// happens to put it, matter little.
const CALLS_PER_TURN: u64 = 8;

#[inline(never)]
fn time<F: FnMut()>(turns: u64, call: &mut F) -> Duration {
    let start = Instant::now();
    for _ in 0..turns {
        call();
        call();
        call();
        call();
        call();
        call();
        call();
        call();
    }
    start.elapsed()
}

/// Returns what an operation costs when `threads` threads do it at the same time, back to back: the
/// time that passed, divided by the number of operations of all threads. The second figure is the
/// operations of the slowest thread divided by those of the fastest.
pub(crate) fn team(budget: Duration, threads: usize, operation: impl Fn() + Sync) -> Outcome {
    let ready = AtomicUsize::new(0);
    let go = AtomicBool::new(false);
    let stop = AtomicBool::new(false);
    let work = || {
        ready.fetch_add(1, Ordering::Relaxed);
        while !go.load(Ordering::Acquire) {
            thread::yield_now();
        }
        let mut operations = 0_u64;
        while !stop.load(Ordering::Relaxed) {
            operation();
            operations += 1;
        }
        operations
    };
    let (elapsed, operations) = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        while ready.load(Ordering::Relaxed) < threads {
            thread::yield_now();
        }
        let start = Instant::now();
        go.store(true, Ordering::Release);
        thread::sleep(budget);
        stop.store(true, Ordering::Relaxed);
        let elapsed = start.elapsed();
        (elapsed, join_all(workers))
    });
    let slowest = *operations.iter().min().unwrap_or(&0) as f64;
    let fastest = *operations.iter().max().unwrap_or(&0) as f64;
    Ok(Sample {
        second: Some(slowest / fastest.max(1.0)),
        ..Sample::per_operation(elapsed, operations.iter().sum())
    })
}

/// Joins the threads of a case, and returns their results.
fn join_all<T>(threads: Vec<ScopedJoinHandle<'_, T>>) -> Vec<T> {
    let results = threads.into_iter().map(ScopedJoinHandle::join);
    results
        .map(|result| result.expect("a benchmark's operation does not panic"))
        .collect()
}

/// On which cores the threads of a case run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    /// Wherever the system puts them.
    Any,
    /// All on one.
    One,
    /// In turn on two.
    Two,
}

impl Cores {
    /// Pins the calling thread, the `index`th of its case.
    pub(crate) fn pin(self, index: usize) {
        let allowed = posix::allowed_cores();
        match self {
            Cores::Any => {}
            Cores::One => posix::pin(allowed[0]),
            Cores::Two => posix::pin(allowed[index % 2 % allowed.len()]),
        }
    }
}

/// Returns what a round trip costs. In one thread, `there` hands the turn over and waits to have it
/// back. In another, `back` waits for the turn and returns it, until its result says that this was
/// the last. `last` makes it say so.
pub(crate) fn round_trips(
    budget: Duration,
    cores: Cores,
    there: impl Fn() -> Result<(), String> + Sync,
    back: impl Fn() -> Result<bool, String> + Sync,
    last: impl Fn(),
) -> Outcome {
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            cores.pin(1);
            while back()? {}
            Ok::<(), String>(())
        });
        let this = scope.spawn(|| {
            cores.pin(0);
            // The first trips let the other thread start.
            for _ in 0..10 {
                there()?;
            }
            let start = Instant::now();
            let mut trips = 0;
            loop {
                for _ in 0..16 {
                    there()?;
                }
                trips += 16;
                let elapsed = start.elapsed();
                if elapsed >= budget {
                    return Ok::<Sample, String>(Sample::per_operation(elapsed, trips));
                }
            }
        });
        let sample = this.join().expect("a benchmark's operation does not panic");
        last();
        other
            .join()
            .expect("a benchmark's operation does not panic")?;
        sample
    })
}

/// Returns what a round costs when each of `parties` waits for all the others, over and over.
pub(crate) fn rounds<W: FnMut() + Send>(
    budget: Duration,
    cores: Cores,
    parties: Vec<W>,
) -> Outcome {
    let rounds_to_do = AtomicU64::new(u64::MAX);
    let rounds_to_do = &rounds_to_do;
    thread::scope(|scope| {
        let workers: Vec<_> = (0_usize..)
            .zip(parties)
            .map(|(index, mut wait)| {
                scope.spawn(move || {
                    cores.pin(index);
                    wait();
                    let start = Instant::now();
                    let mut round = 0;
                    loop {
                        round += 1;
                        // Set before the last round, so that all parties know it when that round
                        // is over.
                        if index == 0 && round % 16 == 0 && start.elapsed() >= budget {
                            rounds_to_do.store(round, Ordering::Relaxed);
                        }
                        wait();
                        if round == rounds_to_do.load(Ordering::Relaxed) {
                            return Sample::per_operation(start.elapsed(), round);
                        }
                    }
                })
            })
            .collect();
        Ok(join_all(workers)[0])
    })
}

/// Returns work that keeps the processor busy for `nanos` nanoseconds. It is made ready here, so
/// that the timed loop does no arithmetic for it.
pub(crate) fn work_of(nanos: f64) -> impl Fn() + Sync + Copy {
    let count = (nanos * steps_per_nano()).round() as u64;
    move || steps(count)
}

fn steps(count: u64) {
    let mut value = count;
    for _ in 0..count {
        value = black_box(value.wrapping_mul(0x5851_f42d_4c95_7f2d));
    }
}

static STEPS_PER_NANO: OnceLock<f64> = OnceLock::new();

/// Uses what another process has measured, so that both do the same work.
pub(crate) fn set_steps_per_nano(steps: f64) {
    STEPS_PER_NANO.get_or_init(|| steps);
}

pub(crate) fn steps_per_nano() -> f64 {
    *STEPS_PER_NANO.get_or_init(|| {
        const STEPS: u64 = 20_000;
        // The fastest of many, since whatever else runs on the machine only makes it slower.
        (0..50)
            .map(|_| {
                let start = Instant::now();
                steps(STEPS);
                STEPS as f64 / start.elapsed().as_nanos() as f64
            })
            .fold(0.0, f64::max)
    })
}
