//! Shows how far a long task is, in one line on standard error if that is a terminal, and what came
//! of each step.

use std::fmt::Display;
use std::time::Duration;

use console::{StyledObject, style};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{BoxedError, parallel};

/// Returns the word that stands before a failure.
#[must_use]
pub fn failed() -> StyledObject<&'static str> {
    style("FAILED").red().bold()
}

/// Returns a bar of `steps` steps, which also shows for how long the task has been running. What is
/// printed meanwhile goes through [`ProgressBar::suspend`]. The bar hides itself where standard
/// error is no terminal.
#[must_use]
pub fn bar(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}")
        .expect("a constant template");
    let bar = ProgressBar::new(steps as u64).with_style(style);
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(250));
    }
    bar
}

/// One item's turn in [`each`].
#[derive(Debug)]
pub struct Step<'b> {
    /// The number of the worker whose turn it is, from 0, for what only one can use at a time.
    pub worker: usize,
    bar: &'b ProgressBar,
}

impl Step<'_> {
    /// Prints a line above the bar.
    pub fn say(&self, line: impl Display) {
        self.bar.suspend(|| println!("{line}"));
    }
}

/// Calls `work` for each of the `items` as [`parallel::each`] does, under a bar that shows the name
/// of the item begun last.
///
/// # Errors
///
/// The first error of `work`. After one, nothing new is begun.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    workers: usize,
    name: impl Fn(&T) -> String + Sync,
    work: impl Fn(Step<'_>, &T) -> Result<R, BoxedError> + Sync,
) -> Result<Vec<R>, BoxedError> {
    let bar = bar(items.len());
    let results = parallel::each(items, workers, |worker, item| {
        bar.set_message(name(item));
        let result = work(Step { worker, bar: &bar }, item);
        bar.inc(1);
        result
    });
    bar.finish_and_clear();
    results
}
