//! The threads of a scope, counted.

use tl_core::door::{Call, Deadline, Note, WaitQueue};
use tl_core::sync::atomic::{AtomicU32, Ordering};

/// The threads of a scope, and the thread that waits until the last of them has ended.
pub(crate) struct Crew {
    /// How many of them have not ended.
    alive: AtomicU32,
}

impl Crew {
    pub(crate) fn new() -> Crew {
        Crew {
            alive: AtomicU32::new(0),
        }
    }

    /// Adds a thread. To be called by the thread that opened the scope, by a thread of the crew, or
    /// for a thread that does nothing in the scope.
    pub(crate) fn join(&self) {
        // Relaxed: only the way down to zero means anything, and it cannot end while a thread that
        // adds another one is in the scope.
        self.alive.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes a thread off, which has ended or was refused.
    pub(crate) fn leave(&self) {
        // Release: pairs with the loads in `wait`, which then see what the thread did.
        if self.alive.fetch_sub(1, Ordering::Release) == 1 {
            WaitQueue::of(&self.alive).lock().wake_all(0);
        }
    }

    /// Returns whether all have left.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn is_empty(&self) -> bool {
        self.alive.load(Ordering::Relaxed) == 0
    }

    /// Waits until all have left.
    pub(crate) fn wait(&self, call: Call) {
        let queue = WaitQueue::of(&self.alive);
        let note = Note::new(call);
        // Acquire: pairs with `leave`.
        while self.alive.load(Ordering::Acquire) > 0 {
            let locked = queue.lock().noting(&note);
            locked.wait_if(&mut queue.backoff(), Deadline::NEVER, || {
                self.alive.load(Ordering::Acquire) > 0
            });
        }
    }
}
