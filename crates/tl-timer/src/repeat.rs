//! The protocol of a timer that repeats: its thread, which waits for a beat and calls, against
//! those that cancel or restart it.

use tl_core::door::{Backoff, Call, Deadline, Note, WaitQueue};
use tl_core::sync::atomic::{AtomicU32, Ordering};

const WAITING: u32 = 0;
const CALLING: u32 = 1;
const CANCELLED: u32 = 2;
const OVER: u32 = 3;
const MOVED: u32 = 4;

/// What came of waiting for a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    /// The call has begun.
    Call,
    /// The timer was restarted: there is another beat to wait for.
    Moved,
    /// The timer is cancelled.
    Never,
}

/// Whether a repeating timer goes on.
#[derive(Debug)]
pub(crate) struct Repeat {
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `WAITING` | not started, or between two calls | the thread to `CALLING`; `restart` to `MOVED`; `cancel` to `CANCELLED` |
    /// | `MOVED` | as before, but what the thread waits for is out of date | the thread to `WAITING`; `cancel` to `CANCELLED` |
    /// | `CALLING` | the function runs | the thread to `WAITING`, or to `OVER` if it ended the timer or panicked; `cancel` to `CANCELLED` |
    /// | `CANCELLED` | no call begins any more | nobody |
    /// | `OVER` | the function has ended the timer, or panicked | nobody |
    ///
    /// `cancel` and `restart` write it with the queue of its waiter locked, so that the waiter
    /// cannot slip past.
    state: AtomicU32,
    /// What made the timer.
    call: Call,
}

impl Repeat {
    pub(crate) fn new(call: Call) -> Repeat {
        Repeat {
            state: AtomicU32::new(WAITING),
            call,
        }
    }

    /// Makes sure that no call begins from now on. Returns false if that was so before.
    pub(crate) fn cancel(&self) -> bool {
        self.interrupt(|state| matches!(state, WAITING | MOVED | CALLING).then_some(CANCELLED))
    }

    /// Makes sure that from now on no call begins for a beat that was looked up before. Returns
    /// false if no call begins at all any more.
    pub(crate) fn restart(&self) -> bool {
        self.interrupt(|state| match state {
            WAITING | MOVED => Some(MOVED),
            // The beat after the call is looked up then.
            CALLING => Some(CALLING),
            _ => None,
        })
    }

    /// Changes the state, if `change` returns a new one, and wakes the thread to look at it.
    /// Returns whether it did.
    fn interrupt(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let mut queue = WaitQueue::of(&self.state).lock();
        // One operation: between two the thread may pass from the one state to the other and back.
        // Relaxed: as in `step`.
        let is_changed = self
            .state
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok();
        if is_changed {
            queue.wake_all(0);
        }
        is_changed
    }

    /// Waits until the beat, and begins the call; or until the timer is restarted or cancelled.
    pub(crate) fn begin_call(&self, beat: Deadline) -> Beat {
        let note = Note::new(self.call);
        let locked = WaitQueue::of(&self.state).lock();
        locked
            .noting(&note)
            .wait_if(&mut Backoff::none(), beat, || {
                // Relaxed: under the lock of the queue, as the writes of `cancel` and `restart`.
                self.state.load(Ordering::Relaxed) == WAITING
            });
        if self.step(WAITING, CALLING) {
            Beat::Call
        } else if self.step(MOVED, WAITING) {
            Beat::Moved
        } else {
            Beat::Never
        }
    }

    /// Notes that the call has returned. Returns false if the timer was cancelled meanwhile.
    pub(crate) fn end_call(&self) -> bool {
        self.step(CALLING, WAITING)
    }

    /// Notes that the call was the last one: it has ended the timer, or panicked.
    pub(crate) fn end(&self) {
        self.step(CALLING, OVER);
    }

    /// Changes the state from one to another, if it is the first.
    ///
    /// Relaxed: nothing is handed over with the word. All that it decides is which of two steps
    /// comes first.
    fn step(&self, from: u32, to: u32) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}
