//! How the lock is given back, and which thread gets it then.

#[cfg(not(loom))]
use tl_core::door::Call;
use tl_core::door::{Verdict, WaitQueue};
use tl_core::sync::atomic::Ordering;

#[cfg(not(loom))]
use super::Acquire;
use super::{FREE, HANDED_OVER, LOCKED, QUEUED, RawLock, TRY_AGAIN};
use crate::ReleaseError;
use crate::place::{self, Mode};

impl RawLock {
    #[inline]
    pub(crate) fn release(&self) -> Result<(), ReleaseError> {
        let released = self.release_silently();
        place::report();
        released
    }

    /// Releases the lock as [`release`](RawLock::release) does, without a report: for a thread that
    /// is in a queue of the door, where no code of the user may run.
    #[inline]
    pub(super) fn release_silently(&self) -> Result<(), ReleaseError> {
        self.noted().is_released(Mode::Exclusive);
        // Release: pairs with the acquiring exchange in `take_as`.
        match self
            .state
            .compare_exchange(LOCKED, FREE, Ordering::Release, Ordering::Relaxed)
        {
            Ok(_) => Ok(()),
            Err(_) => self.release_slow(false),
        }
    }

    /// Releases the lock as [`release`](RawLock::release) does, but the longest waiter gets it
    /// whether it has slept long or not; unless one that was woken before is on its way, which may
    /// take it next.
    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn release_fair(&self) -> Result<(), ReleaseError> {
        let released = self.release_fair_silently();
        place::report();
        released
    }

    /// Releases the lock as [`release_fair`](RawLock::release_fair) does, without a report: for a
    /// thread that takes the lock back at once.
    #[cfg(not(loom))]
    #[inline]
    fn release_fair_silently(&self) -> Result<(), ReleaseError> {
        self.noted().is_released(Mode::Exclusive);
        // Release: as in `release_silently`.
        match self
            .state
            .compare_exchange(LOCKED, FREE, Ordering::Release, Ordering::Relaxed)
        {
            Ok(_) => Ok(()),
            Err(_) => self.release_slow(true),
        }
    }

    /// Lets the longest waiter have the lock for a turn, if there is one and none is on its way.
    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn bump(&self, call: Call) {
        if self.state.load(Ordering::Relaxed) & QUEUED != 0 && self.release_fair_silently().is_ok()
        {
            self.acquire(Acquire::without_owner(call));
        }
    }

    #[cold]
    fn release_slow(&self, fair: bool) -> Result<(), ReleaseError> {
        if let Some(released) = self.release_past_queue() {
            return released;
        }
        let mut queue = WaitQueue::of(&self.state).lock();
        if let Some(released) = self.release_past_queue() {
            return released;
        }
        let (mut found, mut hand_over, mut more) = (false, false, false);
        queue.scan(|waiter| {
            if found {
                if waiter.is_companion && !hand_over {
                    return Verdict::Wake(TRY_AGAIN);
                }
                more = true;
                return Verdict::Stop;
            }
            found = true;
            hand_over = fair || waiter.is_served_first;
            Verdict::Wake(if hand_over { HANDED_OVER } else { TRY_AGAIN })
        });
        let next = match (hand_over, more) {
            (true, true) => LOCKED | QUEUED,
            (true, false) => LOCKED,
            (false, _) => FREE,
        };
        // Release: pairs with the acquiring exchange in `take_as`. A waiter that is handed the lock
        // is ordered after this thread by its wake-up.
        self.state.store(next, Ordering::Release);
        Ok(())
    }

    /// Releases the lock, unless a waiter has to be chosen for it: if `QUEUED` is set it returns
    /// `None`. Else no thread is in the queue, or one was woken and is on its way to try.
    fn release_past_queue(&self) -> Option<Result<(), ReleaseError>> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if state & LOCKED == 0 {
                return Some(Err(ReleaseError::NotLocked));
            }
            if state & QUEUED != 0 {
                return None;
            }
            // Release: pairs with the acquiring exchange in `take_as`. It fails if the waiter joins
            // the queue again, or if another thread releases the lock at the same time, by mistake.
            match self.state.compare_exchange(
                state,
                state & !LOCKED,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Some(Ok(())),
                Err(now) => state = now,
            }
        }
    }
}
