//! How a thread waits before it sleeps: the one policy of all primitives.
//!
//! Waking a thread that sleeps on another core costs tens of microseconds, passing it a word that it spins on a tenth of one.
//! So a waiter first spins (the other thread may be about to act on another core), then yields (it may need this core),
//! then sleeps. What that has burnt in vain is bounded, and where waits have been long lately it is not tried at all: the
//! bucket of the wait queue, which stands for the object, remembers.

use super::{Deadline, platform};
use crate::sync::atomic::{AtomicU32, Ordering};

/// Turns that only tell the processor that this is a spin loop. Together they take half as long as one yield: enough for a
/// thread that is about to act, and little when it needs this core to do so.
const SPINS: u32 = if cfg!(loom) { 0 } else { 10 };
/// Turns that offer the core to another thread.
const YIELDS: u32 = if cfg!(loom) { 0 } else { 20 };
/// A yield that lasted longer, in nanoseconds, has given the core to threads that are busy. To offer it again would cost as much
/// each time: such a waiter is served sooner in the queue, where it is seen to be overdue. So it is the last, and counts as sleep.
const CORE_GIVEN_AWAY: u64 = 50_000;
/// Waits that last longer on average, in microseconds, are slept through from the start.
const LONG: u32 = 500;
/// Of the waits that are slept through one in so many is tried awake all the same, to find out that times have changed.
const PROBE: u32 = 16;

/// What is known of the waits of late on the words of one bucket. Guessing wrong costs time, never correctness: all its
/// accesses are relaxed.
///
/// It is mostly read, and in a cache line of its own: in that of the queues, which each waker writes, every look would take the
/// line away from the other core (a fifth of a condition's round trip).
#[repr(align(64))]
#[derive(Debug)]
pub(super) struct History {
    /// A moving average of how long waits took, in microseconds.
    average: AtomicU32,
    /// Counts the waits that found `average` too long, to pick the one that tries.
    slept: AtomicU32,
}

impl History {
    #[cfg(not(loom))]
    pub(super) const fn new() -> History {
        History {
            average: AtomicU32::new(0),
            slept: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    pub(super) fn new() -> History {
        History {
            average: AtomicU32::new(0),
            slept: AtomicU32::new(0),
        }
    }

    /// The patience for one wait.
    pub(super) fn backoff(&self) -> Backoff {
        let long = self.average.load(Ordering::Relaxed) > LONG
            && !self
                .slept
                .fetch_add(1, Ordering::Relaxed)
                .is_multiple_of(PROBE);
        Backoff {
            turn: 0,
            turns: if long { 0 } else { SPINS + YIELDS },
            asleep_since: 0,
        }
    }

    /// Learns that a wait ended while the waiter was still awake.
    pub(super) fn record_awake(&self) {
        let average = self.average.load(Ordering::Relaxed);
        if average > 0 {
            self.average.store(average / 2, Ordering::Relaxed);
        }
    }

    /// Learns how long a wait lasted whose waiter fell asleep.
    pub(super) fn record_asleep(&self, nanos: u64) {
        let micros = u32::try_from(nanos / 1_000)
            .unwrap_or(u32::MAX)
            .min(100 * LONG);
        let average = self.average.load(Ordering::Relaxed);
        self.average
            .store(average - average / 4 + micros / 4, Ordering::Relaxed);
    }
}

/// The patience of one wait: how long the waiter stays awake before it sleeps.
///
/// A primitive whose waiters can look at a word calls [`snooze_until`](Backoff::snooze_until) between looks, and queues
/// itself when that is over; [`LockedQueue::wait`](super::LockedQueue::wait) uses up what is left.
#[derive(Debug)]
pub struct Backoff {
    turn: u32,
    turns: u32,
    /// When the waiter first fell asleep, or offered its core in the yield that gave it away, in nanoseconds; 0 if neither.
    pub(super) asleep_since: u64,
}

impl Backoff {
    /// No patience at all: the waiter sleeps at once. For waits that are long by nature, as that for the time of a timer.
    pub const fn none() -> Backoff {
        Backoff {
            turn: 0,
            turns: 0,
            asleep_since: 0,
        }
    }

    /// Fresh patience for a waiter that was woken, found that another thread had been faster, and waits again. For how long it
    /// has slept is not forgotten: it will be overdue as if it had not been woken.
    pub fn renew(&mut self) {
        self.turn = 0;
    }

    /// Passes a moment awake, or says by `false` that it is time to sleep.
    #[inline]
    pub fn snooze(&mut self) -> bool {
        if self.turn >= self.turns {
            return false;
        }
        if self.turn < SPINS {
            platform::pause();
            self.turn += 1;
        } else {
            let before = platform::now();
            platform::yield_now();
            self.turn += 1;
            if platform::now().saturating_sub(before) > CORE_GIVEN_AWAY {
                self.turn = self.turns;
                if self.asleep_since == 0 {
                    self.asleep_since = before;
                }
            }
        }
        true
    }

    /// As [`snooze`](Backoff::snooze), and says `false` also once the deadline has passed.
    ///
    /// The clock is looked at only between the turns that offer the core to another thread: beside them that is cheap, and
    /// they alone can last.
    #[inline]
    pub fn snooze_until(&mut self, deadline: Deadline) -> bool {
        let may_last = self.turn >= SPINS;
        !(may_last && deadline.has_passed()) && self.snooze()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    #[test]
    fn a_yield_that_gives_the_core_away_is_the_last_and_counts_as_sleep() {
        let seen = AtomicBool::new(false);
        thread::scope(|scope| {
            // Enough busy threads that there is one on every core.
            for _ in 0..2 * thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while !seen.load(Ordering::Relaxed) {
                        platform::pause();
                    }
                });
            }
            let history = History::new();
            let given_away = (0..2_000).find_map(|_| {
                let mut backoff = history.backoff();
                let begun = platform::now();
                let mut turns = 0;
                while backoff.snooze() {
                    if backoff.asleep_since != 0 {
                        turns += 1;
                    }
                }
                (backoff.asleep_since != 0).then_some((begun, backoff.asleep_since, turns))
            });
            seen.store(true, Ordering::Relaxed);
            let (begun, asleep_since, turns) = given_away.expect("a core that was given away");
            assert!(asleep_since >= begun);
            assert!(platform::now() - asleep_since > CORE_GIVEN_AWAY);
            // The one that gave it away.
            assert_eq!(turns, 1);
        });
    }
}
