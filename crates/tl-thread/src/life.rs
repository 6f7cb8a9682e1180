//! The life of a thread as one word: started, pending, running, ended, and the threads that wait
//! for its end.

use std::fmt;

use tl_core::door::{Call, Deadline, Holder, Note, Verdict, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU32, Ordering};

const NEW: u32 = 0;
const PENDING: u32 = 1;
const RUNNING: u32 = 2;
const ENDED: u32 = 3;
const STAGE: u32 = 3;
/// A thread waits for the stage to change.
const AWAITED: u32 = 4;
/// The thread has begun.
const BEGUN: u32 = 8;
/// The request of a thread that waits for the beginning alone.
const FOR_BEGINNING: u32 = 1;

/// Where a thread is between being made and having ended.
pub(crate) struct Life {
    /// | bits | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `NEW` | not started | `start`, to `RUNNING`; `set_pending`, to `PENDING` |
    /// | `PENDING` | listed, without a thread of the operating system: a timer | `fire`, to `RUNNING`; `cancel`, to `ENDED` |
    /// | `RUNNING` | being started, running, or dropping its thread-locals | `end`, to `ENDED`; `refuse_start`, back to `NEW`; `lose`, to `ENDED` |
    /// | `ENDED` | over; the thread-locals are dropped | nobody |
    /// | `AWAITED` | beside any of them: a thread is in the queue, or about to be | `refuse_start`, which wakes the queue; after `end` and `cancel` it stays, and `announce_end` wakes |
    /// | `BEGUN` | beside `RUNNING` and `ENDED`: the operating system's thread runs, or has run | nobody |
    word: AtomicU32,
}

/// What came of waiting for a thread's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    Ended,
    TimedOut,
    NotStarted,
}

impl Life {
    pub(crate) fn new() -> Life {
        Life {
            word: AtomicU32::new(NEW),
        }
    }

    /// Returns the life of a thread that runs already.
    pub(crate) fn running() -> Life {
        Life {
            word: AtomicU32::new(RUNNING | BEGUN),
        }
    }

    /// Returns whether this call is the one that starts the thread.
    pub(crate) fn start(&self) -> bool {
        self.advance(NEW, RUNNING)
    }

    /// Returns whether this call is the one that makes the thread pending.
    pub(crate) fn set_pending(&self) -> bool {
        self.advance(NEW, PENDING)
    }

    /// Returns whether this call is the one that starts the pending thread.
    pub(crate) fn fire(&self) -> bool {
        self.advance(PENDING, RUNNING)
    }

    /// Returns whether this call is the one that ends the pending thread. If so
    /// [`announce_end`](Life::announce_end) must follow.
    pub(crate) fn cancel(&self) -> bool {
        self.advance(PENDING, ENDED)
    }

    /// Notes that the thread has ended. [`announce_end`](Life::announce_end) must follow.
    pub(crate) fn end(&self) {
        // Release: pairs with `stage`, so that a thread that sees the end sees all that this one
        // did.
        let before = self.word.fetch_or(ENDED, Ordering::Release);
        debug_assert_eq!(before & STAGE, RUNNING);
    }

    /// Notes that the thread is not there, in a child made by `fork`. Nor is any thread that waits
    /// for its end.
    #[cfg(not(loom))]
    pub(crate) fn lose(&self) {
        // Relaxed: there is one thread.
        self.word.fetch_or(ENDED, Ordering::Relaxed);
    }

    /// Returns whether this call is the one that ends the main thread, which may be over already.
    /// If so [`announce_end`](Life::announce_end) must follow.
    pub(crate) fn end_once(&self) -> bool {
        // Release: pairs with `stage`, as in `end`.
        self.word.fetch_or(ENDED, Ordering::Release) & STAGE == RUNNING
    }

    /// Wakes the threads that wait for the end.
    pub(crate) fn announce_end(&self) {
        if self.word.load(Ordering::Relaxed) & AWAITED != 0 {
            self.wake_all();
        }
    }

    fn advance(&self, from: u32, to: u32) -> bool {
        let mut word = self.word.load(Ordering::Relaxed);
        while word & STAGE == from {
            // Acquire: pairs with `refuse_start`. Release: pairs with `stage`, so that a thread
            // that sees the end of a cancelled one sees what came before that.
            match self.word.compare_exchange_weak(
                word,
                to | word & AWAITED,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Makes the thread new again: the operating system refused it.
    pub(crate) fn refuse_start(&self) {
        // Release: pairs with `advance`, so that the next start of a refused thread comes after the
        // refusal.
        let before = self.word.swap(NEW, Ordering::Release);
        debug_assert_eq!(before & STAGE, RUNNING);
        if before & AWAITED != 0 {
            self.wake_all();
        }
    }

    #[cold]
    fn wake_all(&self) {
        WaitQueue::of(&self.word).lock().wake_all(0);
    }

    pub(crate) fn is_new(&self) -> bool {
        self.stage() == NEW
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.stage() == PENDING
    }

    pub(crate) fn is_alive(&self) -> bool {
        matches!(self.stage(), PENDING | RUNNING)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.stage() == ENDED
    }

    fn stage(&self) -> u32 {
        // Acquire: pairs with `end`, `refuse_start` and `advance`.
        self.word.load(Ordering::Acquire) & STAGE
    }

    /// Returns the note of a thread that waits for the end of this one, which `who` returns.
    pub(crate) fn note<'a>(
        &self,
        call: Call,
        who: &'a (dyn Fn() -> Option<Holder> + Sync),
    ) -> Note<'a> {
        Note::new(call).held_by(WaitQueue::of(&self.word), who)
    }

    /// Calls `f`, which waits for the end in its own way. Meanwhile the thread is seen to wait.
    pub(crate) fn wait_elsewhere<R>(&self, note: &Note<'_>, f: impl FnOnce() -> R) -> R {
        if self.has_ended() {
            return f();
        }
        let locked = WaitQueue::of(&self.word).lock();
        locked.noting(note).wait_elsewhere(f)
    }

    /// Waits for the end.
    pub(crate) fn wait(&self, deadline: Deadline, note: &Note<'_>) -> Awaited {
        let queue = WaitQueue::of(&self.word);
        loop {
            match self.stage() {
                NEW => return Awaited::NotStarted,
                ENDED => return Awaited::Ended,
                _ => {}
            }
            let locked = queue.lock().noting(note);
            let is_in_time = locked.wait_if(&mut queue.backoff(), deadline, || {
                // From here on a thread that changes the stage looks for waiters, and finds this
                // one, since the queue is locked.
                let before = self.word.fetch_or(AWAITED, Ordering::Relaxed);
                matches!(before & STAGE, PENDING | RUNNING)
            });
            if !is_in_time && !self.has_ended() {
                return Awaited::TimedOut;
            }
        }
    }

    /// Notes that the thread, which has been started, runs.
    pub(crate) fn begin(&self) {
        // Release: pairs with `wait_begun` and `has_begun`, so that a thread that hears of it sees
        // what was noted before.
        let before = self.word.fetch_or(BEGUN, Ordering::Release);
        if before & AWAITED != 0 {
            self.wake_those_for_the_beginning();
        }
    }

    #[cold]
    fn wake_those_for_the_beginning(&self) {
        WaitQueue::of(&self.word)
            .lock()
            .scan(|waiter| match waiter.request {
                FOR_BEGINNING => Verdict::Wake(0),
                _ => Verdict::Keep,
            });
    }

    pub(crate) fn has_begun(&self) -> bool {
        // Acquire: pairs with `begin`.
        self.word.load(Ordering::Acquire) & BEGUN != 0
    }

    /// Waits for the beginning. Returns whether it came in time.
    pub(crate) fn wait_begun(&self, deadline: Deadline, note: &Note<'_>) -> bool {
        let queue = WaitQueue::of(&self.word);
        loop {
            if self.has_begun() {
                return true;
            }
            if !self.is_alive() {
                // Unless it has begun and ended between the two looks.
                return self.has_begun();
            }
            let locked = queue.lock();
            // From here on a thread that begins, ends or refuses it looks for waiters, and finds
            // this one.
            let before = self.word.fetch_or(AWAITED, Ordering::Relaxed);
            if before & BEGUN != 0 || !matches!(before & STAGE, PENDING | RUNNING) {
                continue;
            }
            let mut backoff = queue.backoff();
            let locked = locked.noting(note);
            match locked.wait_as(FOR_BEGINNING, &mut backoff, deadline, || {}) {
                Wake::Woken { .. } => {}
                Wake::TimedOut(_) => return self.has_begun(),
            }
        }
    }
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage() {
            NEW => "new",
            PENDING => "pending",
            RUNNING => "running",
            _ => "ended",
        })
    }
}
