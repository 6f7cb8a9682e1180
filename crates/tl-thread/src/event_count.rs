//! Waiting for something to change.

use tl_core::door::{Call, Deadline, Note, WaitQueue};
use tl_core::sync::atomic::{AtomicU32, Ordering};
use tl_core::sync::const_unless_loom;

/// Counts the changes of something, and lets threads wait for the next one.
pub(crate) struct EventCount {
    /// How many changes there were. Changed with its queue locked.
    count: AtomicU32,
}

impl EventCount {
    const_unless_loom! {
        pub(crate) const fn new() -> EventCount {
            EventCount {
                count: AtomicU32::new(0),
            }
        }
    }

    /// Waits until `is_done` returns true. It is called again after each
    /// [`notify_all`](EventCount::notify_all).
    pub(crate) fn wait_until(&self, call: Call, mut is_done: impl FnMut() -> bool) {
        let queue = WaitQueue::of(&self.count);
        let note = Note::new(call);
        loop {
            // Acquire: pairs with `notify_all`, so that a thread that sees the count sees the
            // change. Otherwise it could find the new count, the old state of what is asked here,
            // and sleep. What is guarded by a lock needs no more than that lock.
            let seen = self.count.load(Ordering::Acquire);
            if is_done() {
                return;
            }
            let locked = queue.lock().noting(&note);
            locked.wait_if(&mut queue.backoff(), Deadline::NEVER, || {
                // Relaxed: the next look at what is asked comes after another load of the count.
                self.count.load(Ordering::Relaxed) == seen
            });
        }
    }

    /// Makes the threads in [`wait_until`](EventCount::wait_until) look again. To be called after a
    /// change that may end such a wait.
    pub(crate) fn notify_all(&self) {
        let mut queue = WaitQueue::of(&self.count).lock();
        // Release: pairs with the first load in `wait_until`.
        self.count.fetch_add(1, Ordering::Release);
        queue.wake_all(0);
    }
}
