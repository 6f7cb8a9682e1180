//! How the lock is taken, and how a thread waits until it can be.

use std::time::Duration;

use tl_core::door::{Backoff, Call, Deadline, LockedQueue, Note, OVERDUE, WaitQueue, Wake};
use tl_core::sync::atomic::Ordering;
use tl_core::sys;

use super::{CLOSED, HANDED_OVER, QUEUED, READER, RawRwLock, TOO_MANY, WRITER, Wish};

impl RawRwLock {
    #[inline]
    pub(super) fn acquire_shared(&self, call: Call) {
        if !self.join_readers() {
            self.acquire_before(Wish::Read, Deadline::NEVER, call);
        }
    }

    #[inline]
    pub(super) fn acquire_shared_timeout(&self, timeout: Duration, call: Call) -> bool {
        self.join_readers() || self.acquire_timeout_slow(Wish::Read, timeout, call)
    }

    #[inline]
    pub(super) fn acquire_exclusive(&self, call: Call) {
        if !self.take_free() {
            self.acquire_before(Wish::Write, Deadline::NEVER, call);
        }
    }

    #[inline]
    pub(super) fn acquire_exclusive_timeout(&self, timeout: Duration, call: Call) -> bool {
        self.take_free() || self.acquire_timeout_slow(Wish::Write, timeout, call)
    }

    /// Tries once to read, where no thread writes and the lock is not closed.
    #[inline]
    pub(super) fn join_readers(&self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        state & (WRITER | CLOSED | TOO_MANY) == 0 && self.take(state, state + READER).is_ok()
    }

    /// Tries once to write, where no thread holds the lock or waits for it.
    #[inline]
    pub(super) fn take_free(&self) -> bool {
        self.take(0, WRITER).is_ok()
    }

    #[inline]
    fn take(&self, state: u32, taken: u32) -> Result<u32, u32> {
        // Acquire: pairs with the releasing operations in `release.rs` and `upgrade.rs`, so that
        // what the last writer wrote is seen, and what readers did is over.
        self.state
            .compare_exchange(state, taken, Ordering::Acquire, Ordering::Relaxed)
    }

    /// Grants the wish if that is possible at once.
    pub(super) fn try_acquire(&self, wish: Wish) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            while let Some(taken) = wish.take(state) {
                match self.take(state, taken) {
                    Ok(_) => return true,
                    Err(now) => state = now,
                }
            }
            if state & CLOSED == 0 || !self.reopen_after_fork() {
                return false;
            }
            state = self.state.load(Ordering::Relaxed);
        }
    }

    /// Opens the lock if it is closed for a thread that is not there, in a child made by `fork`.
    /// Returns whether it was.
    #[cold]
    fn reopen_after_fork(&self) -> bool {
        sys::fork_generation() != 0 && {
            let queue = WaitQueue::of(&self.state).lock();
            // Relaxed: with the queue locked, as whoever closes the lock.
            queue.is_empty() && self.state.fetch_and(!CLOSED, Ordering::Relaxed) & CLOSED != 0
        }
    }

    #[cold]
    pub(super) fn acquire_timeout_slow(&self, wish: Wish, timeout: Duration, call: Call) -> bool {
        self.acquire_before(wish, Deadline::after(timeout), call)
    }

    /// Waits until the wish is granted. False if the deadline came first.
    #[cold]
    pub(super) fn acquire_before(&self, wish: Wish, deadline: Deadline, call: Call) -> bool {
        if self.try_acquire(wish) {
            return true;
        }
        if deadline.has_passed() {
            return false;
        }
        #[cfg(all(feature = "owners", not(loom)))]
        let holder = || self.noted().holder();
        let note = Note::new(call).gives_up_at(deadline);
        #[cfg(all(feature = "owners", not(loom)))]
        let note = note.held_by(WaitQueue::of(&self.state), &holder);
        let queue = WaitQueue::of(&self.state);
        let mut backoff = queue.contended_backoff();
        let mut overdue_at = None;
        loop {
            if self.try_acquire(wish) {
                backoff.woke_early();
                return true;
            }
            // Where others sleep already, staying awake would only take the lock away from them. An
            // overdue writer closes the lock, and for that it has to be in the queue.
            let state = self.state.load(Ordering::Relaxed);
            let may_stay_awake =
                state & QUEUED == 0 && !overdue_at.is_some_and(Deadline::has_passed);
            if may_stay_awake && backoff.snooze_before(deadline) {
                continue;
            }
            let overdue_at = *overdue_at.get_or_insert_with(|| Deadline::after(OVERDUE));
            if let Some(granted) = self.wait(wish, &mut backoff, deadline, overdue_at, &note) {
                return granted;
            }
        }
    }

    /// Waits in the queue. Returns `None` if the thread may try again, true if it was handed the
    /// lock, and false if the deadline came.
    fn wait(
        &self,
        wish: Wish,
        backoff: &mut Backoff,
        deadline: Deadline,
        overdue_at: Deadline,
        note: &Note<'_>,
    ) -> Option<bool> {
        let mut queue: LockedQueue<'_> = WaitQueue::of(&self.state).lock();
        if queue.is_empty() {
            // In a child made by `fork` the thread that has closed the lock is not there.
            self.state.fetch_and(!CLOSED, Ordering::Relaxed);
        }
        loop {
            // While readers come and go, no other thread notices that a writer is overdue: it looks
            // for itself.
            let may_close = wish == Wish::Write;
            let closing = wish == Wish::Upgrade || may_close && overdue_at.has_passed();
            if !self.mark(wish, closing) {
                return None;
            }
            let until = if may_close && !closing {
                deadline.min(overdue_at)
            } else {
                deadline
            };
            let noted = queue.noting(note);
            match noted.wait_as(wish.request(closing), backoff, until, || {}) {
                Wake::Woken {
                    token: HANDED_OVER, ..
                } => return Some(true),
                Wake::Woken { .. } => {
                    backoff.renew();
                    return None;
                }
                Wake::TimedOut(locked_queue) if !deadline.has_passed() => queue = locked_queue,
                Wake::TimedOut(locked_queue) => {
                    self.give_up(locked_queue, closing);
                    return Some(false);
                }
            }
        }
    }

    /// Sets `QUEUED`, and also `CLOSED` if `closing`, unless the wish can be granted now. Returns
    /// whether it did. To be called with the queue locked.
    fn mark(&self, wish: Wish, closing: bool) -> bool {
        let marks = if closing { QUEUED | CLOSED } else { QUEUED };
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if wish.take(state).is_some() {
                return false;
            }
            if state & marks == marks {
                return true;
            }
            match self.state.compare_exchange(
                state,
                state | marks,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
    }
}
