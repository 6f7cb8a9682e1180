//! For models of the protocols under `--cfg loom`: running them, counting what was explored, and
//! letting time pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use crate::door::let_time_pass;

/// Explores the interleavings of `model`: all of them, or, with a bound, those with at most
/// `preemptions` preemptions of a thread that could have gone on. Prints how many executions that
/// took, in the line that `cargo xtask loom` counts.
///
/// # Panics
///
/// If the model panics, deadlocks, or accesses memory without order in one of them.
pub fn explore(preemptions: Option<usize>, model: impl Fn() + Send + Sync + 'static) {
    let executions = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&executions);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let bound = preemptions.map_or("all interleavings".to_owned(), |n| {
        format!("up to {n} preemptions")
    });
    println!(
        "model {name}: {} executions, {bound}",
        executions.load(Ordering::Relaxed)
    );
}
