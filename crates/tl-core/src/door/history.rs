//! What is known of the waits on an object, so that the next ones are passed in the right way:
//! whether spinning pays there, and when it is worth looking whether it does again.
//! [`backoff`](super::backoff) says how that is used.

use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::const_unless_loom;

/// Objects whose waits last longer than this on average, in nanoseconds, use no windows.
const LONG: u32 = 150_000;
/// The score of an object of which nothing is known yet, which is also the greatest. After this
/// many spins in vain, one after the other, waiters sleep at once.
const GREATEST_SCORE: u32 = 8;
/// After each window or probe in vain, the next one comes after twice as many waits or windows that
/// are not used. It is doubled this often at most.
const RAREST_WINDOW: u32 = 3;
/// Of the waits of threads that compete, one in this many is a probe.
const WAITS_PER_PROBE: u32 = 8;

/// Returns whether `now` lies in a window: an eighth of a millisecond in every eight milliseconds,
/// or in up to every 67 for an object whose last windows were in vain.
fn is_window(now: u64, in_vain: u32) -> bool {
    slot(now) % (64 << in_vain) == 0
}

/// Returns whether the length of a wait that begins at `now` is measured, so that it is known in
/// the next window whether waits are long. Reading the clock at the end of every wait would cost
/// more than it tells.
fn is_measured(now: u64) -> bool {
    slot(now) % 64 >= 48
}

/// Returns the number of the eighth of a millisecond in which `now` lies.
fn slot(now: u64) -> u64 {
    now >> 17
}

/// What is known of the latest waits on the words of one bucket. A wrong guess costs time, never
/// correctness: all accesses are relaxed, and an update that is lost to that of another thread does
/// no harm.
///
/// It is mostly read, and has a cache line of its own. In the line of the queues, which each waker
/// writes, every look would take that line away from the other core, which costs a fifth of a
/// condition's round trip.
#[repr(align(64))]
#[derive(Debug)]
pub(super) struct History {
    /// Whether spinning pays: from 0, it does not, to [`GREATEST_SCORE`].
    score: AtomicU32,
    /// How many windows or probes were in vain since a spin paid, up to [`RAREST_WINDOW`].
    in_vain: AtomicU32,
    /// How often [`should_probe`](History::should_probe) was called.
    asked_to_probe: AtomicU32,
    /// A moving average of how long waits took, in nanoseconds.
    average: AtomicU32,
}

impl History {
    const_unless_loom! {
        pub(super) const fn new() -> History {
            History {
                score: AtomicU32::new(GREATEST_SCORE),
                in_vain: AtomicU32::new(0),
                asked_to_probe: AtomicU32::new(0),
                average: AtomicU32::new(0),
            }
        }
    }

    /// Returns whether spinning has paid lately.
    pub(super) fn says_that_spinning_pays(&self) -> bool {
        self.score.load(Ordering::Relaxed) > 0
    }

    /// Returns whether a waiter that comes now should find out whether spinning pays again. It
    /// reads the clock only if waits are short.
    pub(super) fn is_in_window(&self, now: impl FnOnce() -> u64) -> bool {
        self.average.load(Ordering::Relaxed) < LONG
            && is_window(now(), self.in_vain.load(Ordering::Relaxed))
    }

    /// Returns whether a waiter that competes should find out whether spinning pays again. Waits
    /// are counted for that, and the clock is not asked, since two waiters need not probe at the
    /// same time.
    pub(super) fn should_probe(&self) -> bool {
        let asked = self.asked_to_probe.load(Ordering::Relaxed);
        self.asked_to_probe
            .store(asked.wrapping_add(1), Ordering::Relaxed);
        let waits_per_probe = WAITS_PER_PROBE << self.in_vain.load(Ordering::Relaxed);
        asked % waits_per_probe == 0
    }

    /// Learns that a spin paid.
    pub(super) fn record_success(&self) {
        let score = self.score.load(Ordering::Relaxed);
        if score < GREATEST_SCORE {
            self.score.store(score + 1, Ordering::Relaxed);
        }
        if self.in_vain.load(Ordering::Relaxed) > 0 {
            self.in_vain.store(0, Ordering::Relaxed);
        }
    }

    /// Learns that a spin was in vain.
    pub(super) fn record_failure(&self, loss: u32) {
        let score = self.score.load(Ordering::Relaxed);
        if score > 0 {
            self.score
                .store(score.saturating_sub(loss), Ordering::Relaxed);
        } else {
            let in_vain = self.in_vain.load(Ordering::Relaxed);
            if in_vain < RAREST_WINDOW {
                self.in_vain.store(in_vain + 1, Ordering::Relaxed);
            }
        }
    }

    /// Learns how long a wait lasted that began at `began`, if it is one of those that are
    /// measured.
    pub(super) fn record_end(&self, began: u64, now: impl FnOnce() -> u64) {
        if !is_measured(began) {
            return;
        }
        let nanos = now().saturating_sub(began);
        let nanos = u32::try_from(nanos).unwrap_or(u32::MAX).min(16 * LONG);
        let average = self.average.load(Ordering::Relaxed);
        self.average
            .store(average - average / 4 + nanos / 4, Ordering::Relaxed);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn as_many_spins_in_vain_as_the_greatest_score_end_them_and_one_that_pays_brings_them_back() {
        let history = History::new();
        for _ in 0..GREATEST_SCORE {
            assert!(history.says_that_spinning_pays());
            history.record_failure(1);
        }
        assert!(!history.says_that_spinning_pays());
        history.record_success();
        assert!(history.says_that_spinning_pays());
    }

    #[test]
    fn windows_are_short_and_become_rarer_when_they_are_in_vain() {
        let windows = |history: &History| {
            (0..1_000_000_000_u64)
                .step_by(10_000)
                .filter(|now| history.is_in_window(|| *now))
                .count()
        };
        let history = History::new();
        let at_first = windows(&history);
        assert!((1_000..2_000).contains(&at_first), "{at_first} of 100,000");
        for _ in 0..2 * GREATEST_SCORE {
            history.record_failure(1);
        }
        let in_vain = windows(&history);
        assert!(in_vain < at_first / 4, "{in_vain} of 100,000");
        history.record_success();
        assert_eq!(windows(&history), at_first);
    }

    #[test]
    fn probes_come_by_number_and_become_rarer_when_they_are_in_vain() {
        let probes = |history: &History| (0..640).filter(|_| history.should_probe()).count();
        let history = History::new();
        assert_eq!(probes(&history), 80);
        for _ in 0..2 * GREATEST_SCORE {
            history.record_failure(1);
        }
        assert_eq!(probes(&history), 10);
        history.record_success();
        assert_eq!(probes(&history), 80);
    }

    #[test]
    fn where_waits_are_long_no_window_is_used() {
        const MEASURED: u64 = 63 << 17;
        let history = History::new();
        assert!(history.is_in_window(|| 0));
        for _ in 0..8 {
            history.record_end(MEASURED, || MEASURED + 1_000_000);
        }
        assert!(!history.is_in_window(|| 0));
        for _ in 0..16 {
            history.record_end(MEASURED, || MEASURED + 1_000);
        }
        assert!(history.is_in_window(|| 0));
    }
}
