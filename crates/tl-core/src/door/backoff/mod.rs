//! How a thread waits before it sleeps: the one policy of all primitives.
//!
//! Waking a thread that sleeps on another core takes tens of microseconds; a thread that spins sees
//! a change within a tenth of one. But a spin pays only if the other thread runs at the same time,
//! on another core, and acts at once. On a machine that has other work it often does not run, and
//! then a thread that spins is in its way. So a waiter never bets on the scheduler: it does not
//! yield its core in the hope of getting it back. It spins
//!
//! 1. for no longer than sleeping and waking would cost the processor ([`SPIN`]), by the clock; and
//! 2. only where spinning has paid lately. Each bucket of the wait queues, which stands for the
//!    object, keeps a *score*: a spin that pays raises it, a spin in vain lowers it. While the
//!    score is zero, waiters sleep at once.
//!
//! Two threads that answer each other at once, but have both begun to sleep, would never learn that
//! spinning pays: each sees only how long it takes to wake the other. There are two ways out.
//!
//! - A thread that has just woken another one, and waits next, spins for as long as that one needs
//!   to wake up ([`ROUSING_SPIN`]), while the score is above zero. One interruption does not break
//!   the pace of two threads.
//! - At a score of zero there are *windows* (`history.rs`): an eighth of a millisecond out of every
//!   eight milliseconds. The clock tells when, so they are the same for all threads. A wait that
//!   begins in a window spins for just as long. If both threads have a core, both spin at the same
//!   time there, and the score rises. After windows in vain there are fewer, and for objects whose
//!   waits are long on average there are none.
//!
//! Threads that compete for a lock or permits need not spin at the same time: the one that holds
//! them works on, whatever a waiter does. If it loses its core while it holds the lock, all others
//! spin in vain, one after the other, which says nothing about the turns that follow. So at a score
//! of zero every eighth waiter that competes spins all the same: it *probes*. After probes in vain
//! there are fewer.
//!
//! There are two ways to look, since there are two things to wait for:
//!
//! | | [`WaitQueue::backoff`](super::WaitQueue::backoff) | [`WaitQueue::contended_backoff`](super::WaitQueue::contended_backoff) |
//! | --- | --- | --- |
//! | waits for | a word that another thread changes once: an event, the end of a round, a wake-up | a word that others take and give back all the time: a lock, permits |
//! | a look | costs nobody anything, until the word changes | slows down the thread that is at work with the word, since they share its cache line |
//! | so it looks | after each pause | after each pause; but if it competed less than a microsecond ago, it makes many pauses first: such a thread takes the lock again and again for nanoseconds, and so does the thread that has it now, which is left undisturbed |
//! | at a score of zero | only in windows | every eighth time, or fewer |
//!
//! Between them is `WaitQueue::notified_backoff`, for a thread that competes for a lock whose
//! holder is about to release it: for the first looks it waits as for something that happens once,
//! and from then on as a thread that competes.

#[cfg(all(test, not(loom)))]
mod tests;

use std::cell::Cell;

use super::history::History;
use super::{Deadline, platform};

/// How long a waiter spins, in nanoseconds: about what sleeping and waking cost the processor.
const SPIN: u64 = 5_000;
/// How long a waiter spins that has just woken the thread it waits for, or that looks in a window:
/// longer than it takes to wake a thread on another core.
const ROUSING_SPIN: u64 = 50_000;
/// A spin during which the clock jumps by more than this, in nanoseconds, was interrupted: another
/// thread had the core.
const JUMP: u64 = 5_000;
/// What a long spin in vain takes off the score; a short one takes one.
const LONG_LOSS: u32 = 2;

/// A thread that competes is *hot* if it last began to compete less than this before, in
/// nanoseconds: it takes the lock again and again, for a moment each time.
const HOT: u64 = 1_000;
/// How many pauses a hot thread makes before its first look. If all threads did so, two that hold a
/// lock for a microsecond in turn would fall into step: each would come back just before the
/// other's release, and notice it many pauses later, at each turn.
const HOT_PAUSES: u32 = 32;

thread_local! {
    /// Whether the thread has woken one that slept, and has not waited since.
    static HAS_ROUSED: Cell<bool> = const { Cell::new(false) };
    /// When the thread last began to spin for what it competes for; 0 if it has not, or has waited
    /// for something else since.
    static LAST_COMPETED: Cell<u64> = const { Cell::new(0) };
}

/// Notes that the calling thread has woken one that slept.
pub(super) fn note_rousing() {
    HAS_ROUSED.set(true);
}

/// Stands for the length of a spin that has not been decided on.
const UNDECIDED: u64 = u64::MAX;

/// How a waiter looks: the first `first_looks` times after `first_pauses` pauses each, and from
/// then on after `pauses`.
#[derive(Debug, Clone, Copy)]
struct Manner {
    /// Whether the waiter competes with others.
    competes: bool,
    first_looks: u32,
    first_pauses: u32,
    /// What `first_pauses` is for a hot thread, if that differs.
    hot_pauses: Option<u32>,
    pauses: u32,
    /// How many looks come between two readings of the clock.
    looks_per_reading: u32,
    /// How long the longest spin is, in nanoseconds.
    longest_spin: u64,
}

const PATIENT: Manner = Manner {
    competes: false,
    first_looks: 10,
    first_pauses: 1,
    hot_pauses: None,
    pauses: 1,
    looks_per_reading: 8,
    longest_spin: ROUSING_SPIN,
};
/// With as many looks at first as `PATIENT`, two threads that pass a lock back and forth without
/// any work take twice as long, so a hot one looks later.
const CONTENDED: Manner = Manner {
    competes: true,
    first_looks: 1,
    first_pauses: 1,
    hot_pauses: Some(HOT_PAUSES),
    pauses: 1,
    looks_per_reading: 8,
    longest_spin: SPIN,
};
/// As `PATIENT` at first, and then as `CONTENDED`.
const NOTIFIED: Manner = Manner {
    first_looks: PATIENT.first_looks,
    first_pauses: PATIENT.first_pauses,
    hot_pauses: None,
    ..CONTENDED
};

/// The patience of one wait: how long the waiter stays awake before it sleeps.
///
/// A primitive whose waiters can look at a word calls [`snooze_before`](Backoff::snooze_before)
/// between looks, and queues itself when that is over;
/// [`LockedQueue::wait`](super::LockedQueue::wait) uses up what is left.
///
/// # Examples
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
///     while ready.load(Ordering::Acquire) == 0 && backoff.snooze_before(Deadline::NEVER) {}
///     // If it is still 0 it is time to lock the queue and wait there.
/// });
/// assert!(!Backoff::none().snooze());
/// ```
#[derive(Debug)]
pub struct Backoff {
    /// Where it learns; nowhere if the waiter sleeps at once whatever happens.
    history: Option<&'static History>,
    manner: Manner,
    /// How long the waiter may spin, in nanoseconds, or [`UNDECIDED`]; 0 when that is over.
    spin: u64,
    /// Looks so far.
    turn: u32,
    /// When the clock was read first, and last, since the wait began; 0 if it was not.
    began: u64,
    last: u64,
    /// When the waiter's [`OverdueClock`](super::overdue::OverdueClock) was started, in
    /// nanoseconds; 0 before it joins a queue.
    pub(super) waiting_since: u64,
    /// The waiter's place in the queue out of which it was woken, which it takes again if it waits
    /// again; 0 for a new one.
    pub(super) place: u64,
}

impl Backoff {
    /// Returns no patience at all: the waiter sleeps at once. This is for waits that are long by
    /// nature, such as the wait until a timer is due.
    pub const fn none() -> Backoff {
        Backoff::of(None, PATIENT)
    }

    /// Returns the backoff for one wait for something that happens once.
    pub(super) fn patient(history: &'static History) -> Backoff {
        Backoff::of(Some(history), PATIENT)
    }

    /// Returns the backoff for one wait for something that others compete for.
    pub(super) fn contended(history: &'static History) -> Backoff {
        Backoff::of(Some(history), CONTENDED)
    }

    /// Returns the backoff for one wait for a lock that its holder is about to release.
    pub(super) fn notified(history: &'static History) -> Backoff {
        Backoff::of(Some(history), NOTIFIED)
    }

    const fn of(history: Option<&'static History>, manner: Manner) -> Backoff {
        // Under the model checker a waiter that spins would hide the queue from most models.
        let sleeps_at_once = history.is_none() || cfg!(loom);
        Backoff {
            history,
            manner,
            spin: if sleeps_at_once { 0 } else { UNDECIDED },
            turn: 0,
            began: 0,
            last: 0,
            waiting_since: 0,
            place: 0,
        }
    }

    /// Makes the patience fresh, for a waiter that was woken, found that another thread had been
    /// faster, and waits again in the same queue. It keeps its place and its age: it becomes
    /// overdue, and comes before others, as if it had not been woken.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use tl_core::door::WaitQueue;
    ///
    /// let word = AtomicU32::new(0);
    /// let mut backoff = WaitQueue::of(&word).contended_backoff();
    /// while backoff.snooze() {}
    /// backoff.renew();
    /// while backoff.snooze() {} // As patient as at first, if spinning pays.
    /// ```
    pub fn renew(&mut self) {
        let Some(history) = self.history else {
            return;
        };
        // Only a waiter that competes is woken in vain.
        *self = Backoff {
            waiting_since: self.waiting_since,
            place: self.place,
            ..Backoff::contended(history)
        };
    }

    /// Decides how long to spin.
    #[cold]
    fn decide(&mut self) {
        let has_roused = HAS_ROUSED.replace(false);
        let Some(history) = self.history else {
            return self.spin = 0;
        };
        let pays = history.says_that_spinning_pays();
        self.spin = if platform::has_one_core() {
            0
        } else if pays && !has_roused {
            SPIN
        } else if pays {
            self.manner.longest_spin
        } else if self.manner.competes {
            if history.should_probe() { SPIN } else { 0 }
        } else if history.is_in_window(|| self.now()) {
            self.manner.longest_spin
        } else {
            0
        };
        match self.manner.hot_pauses {
            // What the thread waits for here comes between two times at which it competes.
            None => LAST_COMPETED.set(0),
            Some(pauses) if self.spin > 0 => {
                let now = self.now();
                if now.saturating_sub(LAST_COMPETED.replace(now)) < HOT {
                    self.manner.first_pauses = pauses;
                }
            }
            Some(_) => {}
        }
    }

    /// Returns the time. Until the waiter has spun, this is the time of the first call.
    pub(super) fn now(&mut self) -> u64 {
        if self.turn > 0 || self.began == 0 {
            self.last = platform::now();
            if self.began == 0 {
                self.began = self.last;
            }
        }
        self.last
    }

    /// Passes a moment awake and returns true, or returns false when it is time to sleep.
    #[inline]
    pub fn snooze(&mut self) -> bool {
        if self.spin == UNDECIDED {
            self.decide();
        }
        if self.spin == 0 {
            return false;
        }
        if self.turn == 0 {
            // What came before, such as the release of another lock, is not part of the spin.
            (self.began, self.last) = (0, 0);
        }
        let Manner {
            first_looks,
            looks_per_reading,
            ..
        } = self.manner;
        let pauses = if self.turn < first_looks {
            self.manner.first_pauses
        } else if (self.turn - first_looks) % looks_per_reading == 0 && !self.may_go_on() {
            return false;
        } else {
            self.manner.pauses
        };
        for _ in 0..pauses {
            platform::pause();
        }
        self.turn += 1;
        true
    }

    /// Reads the clock, and returns whether the spin is neither over nor interrupted.
    fn may_go_on(&mut self) -> bool {
        let before = self.last;
        let now = self.now();
        let was_interrupted = before != 0 && now - before > JUMP;
        if was_interrupted || now - self.began > self.spin {
            self.give_up();
            return false;
        }
        true
    }

    /// Ends a spin that was in vain.
    #[cold]
    fn give_up(&mut self) {
        self.spin = 0;
        if let Some(history) = self.history {
            history.record_failure(if self.now() - self.began > 2 * SPIN {
                LONG_LOSS
            } else {
                1
            });
        }
    }

    /// Passes a moment awake as [`snooze`](Backoff::snooze) does, but returns false once the
    /// deadline has passed.
    #[inline]
    pub fn snooze_before(&mut self, deadline: Deadline) -> bool {
        // During the first looks, which take a fraction of a microsecond, the clock is not read.
        (self.turn < self.manner.first_looks || !deadline.has_passed()) && self.snooze()
    }

    /// Looks until `is_over` returns true, and returns true then; returns false when it is time to
    /// sleep, or when the deadline has passed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use tl_core::door::{Deadline, WaitQueue};
    ///
    /// let ready = AtomicU32::new(1);
    /// let mut backoff = WaitQueue::of(&ready).backoff();
    /// assert!(backoff.look_until(Deadline::NEVER, || ready.load(Ordering::Acquire) == 1));
    /// ```
    #[inline]
    pub fn look_until(&mut self, deadline: Deadline, mut is_over: impl FnMut() -> bool) -> bool {
        loop {
            if is_over() {
                self.woke_early();
                return true;
            }
            if !self.snooze_before(deadline) {
                return false;
            }
        }
    }

    /// Tells the policy that the wait ended while the waiter was awake, so that it learns whether
    /// that paid.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use tl_core::door::WaitQueue;
    ///
    /// let word = AtomicU32::new(1);
    /// let mut backoff = WaitQueue::of(&word).backoff();
    /// while word.load(std::sync::atomic::Ordering::Relaxed) == 0 && backoff.snooze() {}
    /// backoff.woke_early();
    /// ```
    #[inline]
    pub fn woke_early(&mut self) {
        if self.turn > 0 && self.spin != 0 {
            self.learn_from_spin();
        }
    }

    fn learn_from_spin(&mut self) {
        let Some(history) = self.history else {
            return;
        };
        if self.began == 0 {
            return history.record_success();
        }
        let before = self.last;
        // A thread that has just acquired a lock does not spend time on the clock: others wait.
        let now = if self.manner.competes {
            before
        } else {
            self.now()
        };
        if now - before > JUMP {
            // The spin did not pay: without the interruption it would have ended, or the thread
            // would sleep by now.
            history.record_failure(1);
        } else if now - self.began <= SPIN {
            history.record_success();
        }
        history.record_end(self.began, || now);
    }

    /// Tells the policy that the waiter slept, having waited since `began`.
    pub(super) fn slept(&self, began: u64) {
        if let Some(history) = self.history {
            history.record_end(began, platform::now);
        }
    }
}
