//! How a thread waits before it sleeps: the one policy of all primitives.
//!
//! Waking a thread that sleeps on another core costs tens of microseconds, passing it a word that it spins on a tenth of one.
//! So a waiter first spins (the other thread may be about to act on another core), then yields (it may need this core),
//! then sleeps. What that has burnt in vain is bounded, and where waits have been long lately it is not tried at all: the
//! bucket of the wait queue, which stands for the object, remembers.
//!
//! There are two ways to stay awake, since there are two things to wait for:
//!
//! | | [`WaitQueue::backoff`](super::WaitQueue::backoff) | [`WaitQueue::contended_backoff`](super::WaitQueue::contended_backoff) |
//! | --- | --- | --- |
//! | waits for | a word that another thread changes once: an event, the end of a round, a wake-up | a word that others take and give back all the time: a lock, permits |
//! | a look | costs nobody anything, until the word changes | slows down the thread that is at work with the word, since they share its cache line |
//! | so it looks | after each pause, then after each yield | once after a few pauses, then after each yield, and not for as long |
//!
//! Between them is [`WaitQueue::notified_backoff`](super::WaitQueue::notified_backoff), for a thread that competes for a lock which its
//! holder is about to release: it looks as often as if that happened once, and from then on as one that competes.

use super::{Deadline, platform};
use crate::sync::atomic::{AtomicU32, Ordering};

/// How a waiter stays awake. A turn passes a moment between two looks.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// Turns that only tell the processor that this is a spin loop: enough for a thread that is about to act, and little when it
    /// needs this core to do so.
    spins: u32,
    /// How many pauses a spin is.
    pauses: u32,
    /// Turns that offer the core to another thread.
    yields: u32,
    /// Whether the waiter competes with others: then it counts as asleep from its first yield on, or from when it joins the queue. On a busy
    /// machine a yield may last for milliseconds, in which others take what it waits for, and it should be overdue the sooner.
    competes: bool,
}

const NONE: Patience = Patience {
    spins: 0,
    pauses: 0,
    yields: 0,
    competes: false,
};
/// All the pauses take half as long as one yield.
const PATIENT: Patience = Patience {
    spins: 10,
    pauses: 1,
    yields: 20,
    competes: false,
};
/// With as many looks as `PATIENT` two threads that pass a lock back and forth take twice as long.
const CONTENDED: Patience = Patience {
    spins: 1,
    pauses: 4,
    yields: 8,
    competes: true,
};
/// As `PATIENT` at first, and then as `CONTENDED`.
const NOTIFIED: Patience = Patience {
    spins: PATIENT.spins,
    pauses: PATIENT.pauses,
    ..CONTENDED
};
/// Waits that last longer on average, in microseconds, are slept through from the start. Those are measured too, so that a change for
/// the better shows after a few.
const LONG: u32 = 500;

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
}

impl History {
    #[cfg(not(loom))]
    pub(super) const fn new() -> History {
        History {
            average: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    pub(super) fn new() -> History {
        History {
            average: AtomicU32::new(0),
        }
    }

    /// The patience for one wait for something that happens once.
    pub(super) fn backoff(&self) -> Backoff {
        self.unless_long(PATIENT)
    }

    /// The patience for one wait for something that others compete for.
    pub(super) fn contended_backoff(&self) -> Backoff {
        self.unless_long(CONTENDED)
    }

    /// The patience for one wait for a lock that its holder is about to release.
    pub(super) fn notified_backoff(&self) -> Backoff {
        self.unless_long(NOTIFIED)
    }

    fn unless_long(&self, patience: Patience) -> Backoff {
        // Under the model checker a waiter that spins would hide the queue from most models.
        let is_long = cfg!(loom) || self.average.load(Ordering::Relaxed) > LONG;
        Backoff::new(if is_long { NONE } else { patience })
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
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::thread;
/// use tl_core::door::{Backoff, Deadline, WaitQueue};
///
/// let ready = AtomicU32::new(0);
/// thread::scope(|scope| {
///     scope.spawn(|| ready.store(1, Ordering::Release));
///     let mut backoff: Backoff = WaitQueue::of(&ready).backoff();
///     while ready.load(Ordering::Acquire) == 0 && backoff.snooze_until(Deadline::NEVER) {}
///     // If it is still 0 it is time to lock the queue and wait there.
/// });
/// assert!(!Backoff::none().snooze());
/// ```
#[derive(Debug)]
pub struct Backoff {
    turn: u32,
    patience: Patience,
    /// When the waiter first fell asleep, was woken in vain or, if it competes, offered its core or joined the queue, whichever came first,
    /// in nanoseconds; 0 if none did.
    pub(super) asleep_since: u64,
    /// The waiter's place in the queue out of which it was woken, which it takes again if it waits again; 0 for a new one.
    pub(super) place: u64,
}

impl Backoff {
    /// No patience at all: the waiter sleeps at once. For waits that are long by nature, as that for the time of a timer.
    pub const fn none() -> Backoff {
        Backoff::new(NONE)
    }

    const fn new(patience: Patience) -> Backoff {
        Backoff {
            turn: 0,
            patience,
            asleep_since: 0,
            place: 0,
        }
    }

    /// Fresh patience for a waiter that was woken, found that another thread had been faster, and waits again in the queue out of which
    /// it was woken. Since when it waits is not forgotten, nor its place: it will be overdue, and come before others, as if it had not been
    /// woken.
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use tl_core::door::WaitQueue;
    ///
    /// let word = AtomicU32::new(0);
    /// let mut backoff = WaitQueue::of(&word).contended_backoff();
    /// while backoff.snooze() {}
    /// backoff.renew();
    /// while backoff.snooze() {} // As patient as at first.
    /// ```
    pub fn renew(&mut self) {
        self.turn = 0;
        if self.patience.yields > 0 {
            // Only one that competes is woken in vain.
            self.patience = CONTENDED;
        }
        // One that stays awake must become overdue, too, or it would hold up all behind it.
        self.note_asleep();
    }

    /// Passes a moment awake, or says by `false` that it is time to sleep.
    #[inline]
    pub fn snooze(&mut self) -> bool {
        if self.is_spinning() {
            for _ in 0..self.patience.pauses {
                platform::pause();
            }
        } else if self.turn < self.patience.spins + self.patience.yields {
            self.note_asleep_if_competing();
            platform::yield_now();
        } else {
            return false;
        }
        self.turn += 1;
        true
    }

    fn is_spinning(&self) -> bool {
        self.turn < self.patience.spins
    }

    /// Who competes counts as asleep from now on, if it does not already.
    pub(super) fn note_asleep_if_competing(&mut self) {
        if self.patience.competes {
            self.note_asleep();
        }
    }

    fn note_asleep(&mut self) {
        if self.asleep_since == 0 {
            self.asleep_since = platform::now();
        }
    }

    /// As [`snooze`](Backoff::snooze), and says `false` also once the deadline has passed.
    ///
    /// The clock is looked at only between the turns that offer the core to another thread: beside them that is cheap, and
    /// they alone can last.
    #[inline]
    pub fn snooze_until(&mut self, deadline: Deadline) -> bool {
        (self.is_spinning() || !deadline.has_passed()) && self.snooze()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn who_is_woken_in_vain_waits_since_then_though_awake() {
        let mut backoff = History::new().contended_backoff();
        assert_eq!(backoff.asleep_since, 0);
        backoff.renew();
        let since = backoff.asleep_since;
        assert!(since > 0);
        backoff.renew();
        assert_eq!(backoff.asleep_since, since);
    }

    #[test]
    fn who_competes_counts_as_asleep_from_the_first_yield() {
        let mut backoff = History::new().contended_backoff();
        while backoff.is_spinning() {
            assert!(backoff.snooze());
            assert_eq!(backoff.asleep_since, 0);
        }
        let before = platform::now();
        assert!(backoff.snooze());
        let since = backoff.asleep_since;
        assert!((before..=platform::now()).contains(&since));
        while backoff.snooze() {
            assert_eq!(backoff.asleep_since, since);
        }
    }

    #[test]
    fn who_waits_for_what_happens_once_does_not_count_as_asleep_while_awake() {
        let mut backoff = History::new().backoff();
        while backoff.snooze() {}
        assert_eq!(backoff.asleep_since, 0);
    }
}
