//! Timers, one every half millisecond. A wait is how late its function begins.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::busy::case::Case;
use crate::busy::waits::{Histogram, Waits};
use crate::cases::timer::{late_ours, late_tasks, late_threads, late_timer_crate, runtime};
use crate::posix;

/// Measures how late timers are. The processor time is that of the process, and includes starting
/// the timers.
fn lateness(
    budget: Duration,
    mut start: impl FnMut(Duration, Instant, mpsc::Sender<Duration>),
) -> Waits {
    const INTERVAL: Duration = Duration::from_micros(500);
    /// Time to start them all before the first is due.
    const AHEAD: Duration = Duration::from_millis(40);
    let (sender, receiver) = mpsc::channel();
    let timers = (budget.as_nanos() / INTERVAL.as_nanos()) as u32;
    let before = posix::process_time();
    let first = Instant::now() + AHEAD;
    for number in 0..timers {
        let due = first + INTERVAL * number;
        let delay = due.saturating_duration_since(Instant::now());
        start(delay, due, sender.clone());
    }
    drop(sender);
    let mut waits = Histogram::new();
    for late in receiver {
        waits.record(late);
    }
    Waits::new(waits, posix::process_time() - before, timers.into())
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("timer", "Timer: lateness, one every 0.5 ms")
            .ours(|budget| lateness(budget, late_ours))
            .peer("a thread each", |budget| lateness(budget, late_threads))
            .shown("timer", |budget| lateness(budget, late_timer_crate()))
            .shown("tokio", |budget| {
                let _context = runtime().enter();
                lateness(budget, late_tasks)
            })
            .stretch(2),
    ]
}
