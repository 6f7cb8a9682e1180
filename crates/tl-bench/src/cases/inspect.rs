//! Case 15: what every thread does.

use std::hint::black_box;
use std::time::Duration;

use crate::bar::Bar;
use crate::case::{Case, Outcome};
use crate::live_threads::LiveThreads;
use crate::measure::per_call;

/// A snapshot of `threads` threads, each of which waits. They start with the first sample, and end
/// with the case.
fn snapshot(threads: usize) -> impl FnMut(Duration) -> Outcome {
    let mut live = None;
    move |budget| {
        live.get_or_insert_with(|| LiveThreads::start(threads, || ()));
        per_call(budget, || {
            let snapshot = tl_inspect::snapshot();
            assert!(black_box(snapshot.threads()).len() > threads);
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("15", "Inspect: a snapshot of 10,000 threads that wait")
            .stretch(9)
            .ours(snapshot(10_000))
            .bar(Bar::nanos(20e6)),
    ]
}
