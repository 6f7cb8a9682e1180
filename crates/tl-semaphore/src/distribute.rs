//! Which waiter gets which permits.
//!
//! A thread that finds permits in the word takes them with one operation, whether others wait or
//! not. A thread that finds too few spins for a moment, and then waits in the queue of the word. A
//! release adds its permits to the word, and if there is a queue it brings them and the waiters
//! together, oldest first ([`RawSemaphore::distribute`]):
//!
//! - A waiter that has slept for too long is handed its permits, if no other sleeper was just
//!   before (the door paces that): they are taken out of the word for it, and it goes on.
//! - If there are too few for it, however many it wants, they are *kept*: no thread can take any
//!   until there are enough.
//! - Any other waiter is only sent to *try*: it takes its permits out of the word itself, unless
//!   another thread was faster. One is sent at a time. One that has tried in vain takes its old
//!   place in the queue again.
//! - A waiter that wants more than the bound is passed over. There will never be that many permits.

use tl_core::door::{LockedQueue, Verdict};
use tl_core::sync::atomic::Ordering;

use crate::raw::RawSemaphore;
use crate::request::{BEYOND_BOUND, HANDED, TRY};
use crate::word::{IDLE, KEPT, QUEUED, State, TRYING};

impl RawSemaphore {
    /// Distributes permits after a release that found `state`, if any thread waits.
    #[inline]
    pub(crate) fn distribute_after(&self, state: State) {
        if !state.is_quiet() {
            self.distribute(&mut self.queue().lock(), false);
        }
    }

    /// Brings waiters and permits together, and leaves the phase in the word. `tried` says that the
    /// waiter that was on its way to try has done so.
    pub(crate) fn distribute(&self, queue: &mut LockedQueue<'_>, tried: bool) {
        let mut state = self.load();
        let mut one_tries = state.phase() == TRYING && !tried;
        let were_kept = state.phase() == KEPT;
        let mut phase = IDLE;
        queue.scan(|waiter| {
            let wanted = waiter.request as usize;
            if phase == TRYING {
                Verdict::Stop
            } else if waiter.request == BEYOND_BOUND {
                phase = QUEUED;
                Verdict::Keep
            } else if waiter.is_served_first || (were_kept && waiter.is_overdue) {
                // What is kept stays kept until it is enough: all others wait already.
                if self.take_for(wanted) {
                    Verdict::Wake(HANDED)
                } else {
                    phase = KEPT;
                    Verdict::Stop
                }
            } else if one_tries {
                phase = TRYING;
                Verdict::Stop
            } else if self.load().available() >= wanted {
                one_tries = true;
                phase = TRYING;
                Verdict::Wake(TRY)
            } else {
                phase = QUEUED;
                Verdict::Stop
            }
        });
        if state.bound() == 0 {
            phase = KEPT;
        }
        // Acquire: pairs with the release in `release_one` and `give`, for those that were handed
        // permits and learn of this thread alone, through the queue.
        while let Err(now) = self.exchange(state, state.with_phase(phase), Ordering::Acquire) {
            state = now;
        }
    }

    /// Takes `wanted` permits out of the word, for a waiter. All or none.
    fn take_for(&self, wanted: usize) -> bool {
        let mut state = self.load();
        while state.available() >= wanted {
            // Relaxed: the operation that ends `distribute` acquires for this one too.
            match self.exchange(state, state.without(wanted), Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }
}
