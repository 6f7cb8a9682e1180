//! The token by which a thread is let go: `park` takes it or waits for it, and `unpark` leaves it.

use tl_core::door::{Deadline, Note, WaitQueue};
use tl_core::sync::atomic::{AtomicU32, Ordering};

const EMPTY: u32 = 0;
const TOKEN: u32 = 1;
const PARKED: u32 = 2;

/// One thread's token.
pub(crate) struct Parker {
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `EMPTY` | no token | `unpark`, to `TOKEN`; the thread, to `PARKED` with its queue locked |
    /// | `TOKEN` | there is one | the thread, to `EMPTY` |
    /// | `PARKED` | no token, and the thread is in the queue or about to be | `unpark`, to `TOKEN`, and wakes it; the thread, to `EMPTY` when its time has run out |
    word: AtomicU32,
}

impl Parker {
    pub(crate) fn new() -> Parker {
        Parker {
            word: AtomicU32::new(EMPTY),
        }
    }

    /// Leaves the token.
    pub(crate) fn unpark(&self) {
        // Release: pairs with `take`, so that the thread that takes the token sees what came
        // before. Also where there is one already: it then stands for both.
        if self.word.swap(TOKEN, Ordering::Release) == PARKED {
            WaitQueue::of(&self.word).lock().wake_all(0);
        }
    }

    fn take(&self) -> bool {
        // Acquire: pairs with `unpark`.
        self.word
            .compare_exchange(TOKEN, EMPTY, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    /// Notes that the thread is about to be in its queue, which is locked, so that `unpark` finds
    /// it there. Returns false if there is a token instead.
    fn mark_parked(&self) -> bool {
        self.word
            .compare_exchange(EMPTY, PARKED, Ordering::Relaxed, Ordering::Relaxed)
            != Err(TOKEN)
    }

    /// Waits for the token and takes it, and returns whether it came in time. For the one thread
    /// whose token it is.
    pub(crate) fn park(&self, deadline: Deadline, note: &Note<'_>) -> bool {
        let queue = WaitQueue::of(&self.word);
        loop {
            if self.take() {
                return true;
            }
            let locked = queue.lock().noting(note);
            // A wake-up may belong to a token that was taken already: then there is none, and the
            // thread waits again.
            let is_in_time = locked.wait_if(&mut queue.backoff(), deadline, || self.mark_parked());
            if !is_in_time {
                let left =
                    self.word
                        .compare_exchange(PARKED, EMPTY, Ordering::Relaxed, Ordering::Relaxed);
                return left.is_err() && self.take();
            }
        }
    }
}
