//! How a waiter of a condition gives the lock up, and takes it back.

use tl_core::door::{Deadline, Note, WaitQueue, Wake};

use super::{Acquire, HANDED_OVER, RawCondvar, RawLock};
use crate::place::{Mode, Place};

impl RawLock {
    /// Releases the lock, waits to be notified through `waiters`, and acquires the lock again.
    /// False if the deadline came before a notification. `before_release` runs when the thread is
    /// among the waiters and still holds the lock.
    ///
    /// A bare lock may meanwhile have been released by a thread that has no right to: then there is
    /// nothing left to release.
    ///
    /// # Panics
    ///
    /// If others wait through `waiters` with another lock. Nothing has changed then.
    pub(crate) fn wait(
        &self,
        waiters: &RawCondvar,
        deadline: Deadline,
        acquire: Acquire<'_>,
        before_release: impl FnOnce(),
    ) -> bool {
        let was_notified = self.give_up_and_wait(waiters, deadline, acquire, before_release);
        self.is_held_since(Place::of(acquire.call));
        was_notified
    }

    fn give_up_and_wait(
        &self,
        waiters: &RawCondvar,
        deadline: Deadline,
        acquire: Acquire<'_>,
        before_release: impl FnOnce(),
    ) -> bool {
        let queue = waiters.queue();
        let own = WaitQueue::of(&self.state);
        let noted = self.noted();
        let holder = || acquire.holder(noted);
        let note = Note::new(acquire.call).held_by(own, &holder);
        let locked_queue = queue.lock();
        if !waiters.join(self, &locked_queue) {
            drop(locked_queue);
            another_lock();
        }
        let mut backoff = queue.backoff();
        let locked_queue = locked_queue.noting(&note);
        let wake = locked_queue.wait_as(0, &mut backoff, deadline, || {
            before_release();
            let _ = self.release_silently();
            noted.is_wanted(Mode::Exclusive, acquire.call);
        });
        match wake {
            // The token is this lock's only if the waiter was moved to the queue of this lock, and
            // woken from there.
            Wake::Woken {
                token,
                moved_to: Some(moved_to),
            } if moved_to == WaitQueue::of(&self.state).id() => {
                if token != HANDED_OVER {
                    backoff.renew();
                    self.acquire_awake(Deadline::NEVER, backoff, true, &note);
                }
                true
            }
            Wake::Woken { .. } => {
                // The notifier usually holds the lock, and is about to release it. A try would take
                // the word's cache line from it, a look shares it.
                let backoff = WaitQueue::of(&self.state).notified_backoff();
                self.acquire_awake(Deadline::NEVER, backoff, false, &note);
                true
            }
            Wake::TimedOut(locked_queue) => {
                if locked_queue.is_empty() {
                    waiters.clear();
                }
                drop(locked_queue);
                if !self.take_free() {
                    let backoff = WaitQueue::of(&self.state).contended_backoff();
                    self.acquire_awake(Deadline::NEVER, backoff, false, &note);
                }
                false
            }
        }
    }
}

#[cold]
fn another_lock() -> ! {
    panic!("others wait here with another lock: give each lock conditions of its own")
}
