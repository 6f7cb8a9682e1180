//! Case 8: starting and joining threads.

use std::thread;
use std::time::Duration;

use crate::bar::Bar;
use crate::case::{Case, Outcome, Sample};
use crate::measure::per_call;
use crate::posix;

/// Measures what one thread costs when `count` threads are started and then joined.
fn start_and_join(count: usize, mut batch: impl FnMut(usize)) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let sample = per_call(budget, || batch(count))?;
        Ok(Sample {
            nanos: sample.nanos / count as f64,
            second: None,
        })
    }
}

fn pthread(count: usize) {
    posix::start_and_join(count);
}

pub(crate) fn ours(count: usize) {
    let threads: Vec<_> = (0..count)
        .map(|_| {
            let thread = tl_thread::Thread::new(|| ()).with_name("worker");
            thread.start().unwrap();
            thread
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn our_spawn(count: usize) {
    let threads: Vec<_> = (0..count).map(|_| tl_thread::spawn(|| ())).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn our_scope(count: usize) {
    tl_thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| ());
        }
    });
}

fn std_spawn(count: usize) {
    let threads: Vec<_> = (0..count).map(|_| thread::spawn(|| ())).collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

pub(crate) fn std_builder(count: usize) {
    let threads: Vec<_> = (0..count)
        .map(|_| {
            thread::Builder::new()
                .name("worker".to_owned())
                .spawn(|| ())
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

fn std_scope(count: usize) {
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(|| ());
        }
    });
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("8a", "Thread: start and join, one at a time")
            .stretch(2)
            .limit(start_and_join(1, pthread))
            .ours(start_and_join(1, ours))
            .variant("ours: spawn", start_and_join(1, our_spawn))
            .variant("ours: scope", start_and_join(1, our_scope))
            .peer("std", start_and_join(1, std_spawn))
            .peer("std named Builder", start_and_join(1, std_builder))
            .peer("std scope", start_and_join(1, std_scope))
            .python("8a", 1.0)
            .bar(Bar::row("std named Builder", 1.05)),
        Case::new("8b", "Thread: start and join, 64 at a time")
            .stretch(2)
            .limit(start_and_join(64, pthread))
            .ours(start_and_join(64, ours))
            .variant("ours: spawn", start_and_join(64, our_spawn))
            .variant("ours: scope", start_and_join(64, our_scope))
            .peer("std", start_and_join(64, std_spawn))
            .peer("std named Builder", start_and_join(64, std_builder))
            .peer("std scope", start_and_join(64, std_scope))
            .python("8b", 1.0)
            .bar(Bar::row("std", 1.0)),
    ]
}
