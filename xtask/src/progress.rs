//! How far a long task is: one line on standard error, if that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for so many steps, which also shows how long it has been going on. What is printed
/// meanwhile goes through [`ProgressBar::suspend`]. It hides itself where standard error is no
/// terminal.
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
