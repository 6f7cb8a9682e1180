//! The protocol of a timer that repeats: its thread, which waits for a beat and calls, against those that cancel it.

use tl_core::door::{Backoff, Deadline, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU32, Ordering};

const WAITING: u32 = 0;
const CALLING: u32 = 1;
const CANCELLED: u32 = 2;
const OVER: u32 = 3;

/// Whether a repeating timer goes on.
#[derive(Debug)]
pub(crate) struct Repeat {
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `WAITING` | not started, or between two calls | the thread to `CALLING`; `cancel` to `CANCELLED` |
    /// | `CALLING` | the function runs | the thread to `WAITING`, or to `OVER` if it panicked; `cancel` to `CANCELLED` |
    /// | `CANCELLED` | no call begins any more | nobody |
    /// | `OVER` | the function panicked | nobody |
    ///
    /// `cancel` writes it with the queue of its waiter locked, so that the waiter cannot slip past.
    state: AtomicU32,
}

impl Repeat {
    pub(crate) fn new() -> Repeat {
        Repeat {
            state: AtomicU32::new(WAITING),
        }
    }

    /// No call begins after this; false if that was so before.
    pub(crate) fn cancel(&self) -> bool {
        let mut queue = WaitQueue::of(&self.state).lock();
        // One operation: between two the thread may pass from the one state to the other and back. Relaxed: as in
        // `step`.
        let goes_on = self
            .state
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |state| {
                matches!(state, WAITING | CALLING).then_some(CANCELLED)
            })
            .is_ok();
        if goes_on {
            queue.wake_all(0);
        }
        goes_on
    }

    /// Waits until the beat, and begins the call; false, at once, when the timer is cancelled.
    pub(crate) fn begin_call(&self, beat: Deadline) -> bool {
        let locked = WaitQueue::of(&self.state).lock();
        // Relaxed: under the lock of the queue, as the writes of `cancel`.
        if self.state.load(Ordering::Relaxed) == WAITING {
            match locked.wait(&mut Backoff::none(), beat) {
                Wake::Woken { .. } => {}
                Wake::TimedOut(locked) => drop(locked),
            }
        }
        self.step(WAITING, CALLING)
    }

    /// The call has returned; false if the timer was cancelled meanwhile.
    pub(crate) fn end_call(&self) -> bool {
        self.step(CALLING, WAITING)
    }

    /// The call has panicked.
    pub(crate) fn end(&self) {
        self.step(CALLING, OVER);
    }

    /// Relaxed: nothing is handed over with the word. Which of two steps comes first is all that it decides.
    fn step(&self, from: u32, to: u32) -> bool {
        self.state
            .compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}
