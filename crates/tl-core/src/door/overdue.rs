//! The overdue rule, by which no waiter starves: a waiter that has waited for [`OVERDUE`] gets a
//! turn before any thread that comes by.
//!
//! - Each waiter has an [`OverdueClock`], which starts when the waiter joins the queue.
//! - A waiter that was woken in vain and waits again joins with the clock that it had, which its
//!   [`Backoff`](super::Backoff) keeps in between.
//! - A waiter that is moved to another queue begins to wait there: its clock starts again.
//! - Two turns that a queue gives for this reason are at least [`OVERDUE`] apart.

use std::time::Duration;

use crate::sync::atomic::{AtomicU64, Ordering};

/// How long a waiter waits until it is overdue: then it gets a turn before any thread that comes
/// by.
///
/// See [`Waiter::is_overdue`](super::Waiter::is_overdue) for when that begins.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{Backoff, Deadline, OVERDUE, WaitQueue, Wake};
///
/// let word = AtomicU32::new(0);
/// let overdue_at = Deadline::after(OVERDUE);
/// match WaitQueue::of(&word).lock().wait(&mut Backoff::none(), overdue_at) {
///     Wake::TimedOut(_queue) => println!("from now on this thread goes first"),
///     Wake::Woken { .. } => unreachable!("nobody knows the word"),
/// }
/// ```
pub const OVERDUE: Duration = Duration::from_micros(500);
const OVERDUE_NANOS: u64 = OVERDUE.as_nanos() as u64;
/// How far apart turns are that one queue gives to overdue waiters. Such a turn may go to a thread
/// that sleeps, and then all others wait until it runs. Where a crowd waits and all are overdue,
/// nothing else would happen: with 128 threads at one lock that was up to 140 times slower. Under
/// the model checker, whose clock shows only two times, turns may follow each other.
const TURNS_APART: u64 = if cfg!(loom) { 0 } else { OVERDUE_NANOS };

/// Stands for a clock that was started again and has not been read since.
const JUST_STARTED: u64 = 0;

/// Since when a waiter waits. It is read and started again only with the bucket of its queue
/// locked, or by the waiter when it has been woken.
pub(super) struct OverdueClock {
    /// In nanoseconds of the platform's clock, or [`JUST_STARTED`].
    since: AtomicU64,
}

impl OverdueClock {
    pub(super) fn started_at(since: u64) -> OverdueClock {
        OverdueClock {
            since: AtomicU64::new(since),
        }
    }

    /// Starts it again. It runs from the moment when it is read next, so that this need not ask for
    /// the time.
    pub(super) fn restart(&self) {
        // Under the model checker it runs from the first nanosecond: else the waiter could not be
        // overdue when it is first looked at.
        let since = if cfg!(loom) { 1 } else { JUST_STARTED };
        self.since.store(since, Ordering::Relaxed);
    }

    /// Returns since when the waiter waits, in nanoseconds: since `now`, if the clock was just
    /// started again.
    pub(super) fn since(&self, now: u64) -> u64 {
        match self.since.load(Ordering::Relaxed) {
            JUST_STARTED => {
                self.since.store(now, Ordering::Relaxed);
                now
            }
            since => since,
        }
    }

    pub(super) fn is_overdue(&self, now: u64) -> bool {
        now.saturating_sub(self.since(now)) > OVERDUE_NANOS
    }
}

/// Returns whether a queue may give an overdue waiter a turn, if it gave the last such turn at
/// `last`.
pub(super) fn is_turn_due(last: u64, now: u64) -> bool {
    now.saturating_sub(last) >= TURNS_APART
}
