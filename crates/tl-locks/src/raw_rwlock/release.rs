//! How the lock is given back, and which thread gets it then.

use tl_core::door::{LockedQueue, Verdict, WaitQueue, Waiter};
use tl_core::sync::atomic::Ordering;

use super::{
    CLOSED, HANDED_OVER, HELD, QUEUED, READER, READERS, RawRwLock, TRY_AGAIN, UPGRADABLE, WRITER,
    request,
};

/// Returns whether the lock is closed for this waiter.
fn is_closing(waiter: &Waiter) -> bool {
    matches!(waiter.request, request::WRITE_CLOSING | request::UPGRADE)
}

impl RawRwLock {
    #[inline]
    pub(super) fn release_shared(&self, fair: bool) {
        // Release: pairs with the acquiring exchanges in `take` and `admit_next_if_free`, so that
        // the next writer writes only after this thread has read.
        let before = self.state.fetch_sub(READER, Ordering::Release);
        if before & (READERS | QUEUED) == READER | QUEUED {
            self.admit_next_slow(fair);
        }
    }

    #[inline]
    pub(super) fn release_exclusive(&self) {
        // A subtraction is faster than an exchange. But where waiters are in the queue, no thread
        // should get in between the release and the hand-over.
        if self.state.load(Ordering::Relaxed) != WRITER {
            return self.step_down_slow(0, false);
        }
        // Release: pairs with the acquiring exchanges in `take` and `admit_next_if_free`.
        let before = self.state.fetch_sub(WRITER, Ordering::Release);
        if before != WRITER {
            self.admit_next_slow(false);
        }
    }

    #[inline]
    pub(super) fn release_exclusive_fair(&self) {
        self.step_down(0, true);
    }

    /// Turns the writer into a reader.
    #[inline]
    pub(super) fn downgrade(&self) {
        self.step_down(READER, false);
    }

    /// Gives up writing, and holds the lock as `keep` from then on: not at all (0), as `READER`, or
    /// as `UPGRADABLE`.
    #[inline]
    pub(super) fn step_down(&self, keep: u32, fair: bool) {
        // Release: pairs with the acquiring exchange in `take`.
        if self
            .state
            .compare_exchange(WRITER, keep, Ordering::Release, Ordering::Relaxed)
            .is_err()
        {
            self.step_down_slow(keep, fair);
        }
    }

    #[cold]
    fn step_down_slow(&self, keep: u32, fair: bool) {
        self.admit_next(WaitQueue::of(&self.state).lock(), keep, fair);
    }

    #[cold]
    fn admit_next_slow(&self, fair: bool) {
        self.admit_next_if_free(WaitQueue::of(&self.state).lock(), fair);
    }

    /// Lets the next waiters in, if no thread holds the lock any more. If a thread has taken the
    /// lock meanwhile, it does so when it releases the lock, since `QUEUED` is set.
    pub(super) fn admit_next_if_free(&self, queue: LockedQueue<'_>, fair: bool) {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & HELD == 0 {
            // For a moment this thread is the writer, so that the word is stable.
            //
            // Acquire: pairs with the releasing operations of those that have read. `admit_next`
            // passes on what it has seen.
            match self.state.compare_exchange(
                state,
                state | WRITER,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return self.admit_next(queue, 0, fair),
                Err(now) => state = now,
            }
        }
        if state & HELD == UPGRADABLE {
            self.admit_upgrade(queue);
        }
    }

    /// Gives up writing, holds the lock as `keep` from then on, and lets waiters in: one writer, or
    /// all readers ahead of the first overdue writer, and one upgradable reader with them.
    fn admit_next(&self, mut queue: LockedQueue<'_>, keep: u32, fair: bool) {
        let closed = self.state.load(Ordering::Relaxed) & CLOSED != 0;
        let mut left = keep;
        // What the woken waiters take, whether it was handed to them or not.
        let mut expected = keep;
        let (mut full, mut more, mut closing) = (false, false, false);
        queue.scan(|waiter| {
            let wish = match waiter.request {
                request::READ => READER,
                request::READ_UPGRADABLY => UPGRADABLE,
                _ => WRITER,
            };
            let admitted = !full
                && match wish {
                    READER => true,
                    UPGRADABLE => expected & UPGRADABLE == 0,
                    _ => expected == 0,
                };
            if admitted {
                expected |= wish;
                full = wish == WRITER;
                // To the first alone: while the lock belongs to a sleeper, writers wait until that
                // one runs, and other readers may join a reader by themselves.
                let hand_over = left == keep && (fair || waiter.is_served_first);
                if hand_over {
                    left += wish;
                }
                return Verdict::Wake(if hand_over { HANDED_OVER } else { TRY_AGAIN });
            }
            more = true;
            closing |= is_closing(&waiter);
            full |= wish == WRITER && (fair || waiter.is_overdue);
            // The rest of the queue matters only if a thread there may keep the lock closed.
            if full && (closing || !closed) {
                Verdict::Stop
            } else {
                Verdict::Keep
            }
        });
        let queued = if more { QUEUED } else { 0 };
        let closed = if closing { CLOSED } else { 0 };
        // Release: pairs with the acquiring exchange in `take`. A waiter that is handed the lock is
        // ordered after this thread by its wake-up.
        self.state.store(left | queued | closed, Ordering::Release);
    }

    /// Lets the upgradable reader write, if it waits for that and no other reader is left.
    fn admit_upgrade(&self, mut queue: LockedQueue<'_>) {
        let mut waits = false;
        queue.scan(|waiter| {
            waits |= waiter.request == request::UPGRADE;
            if waits { Verdict::Stop } else { Verdict::Keep }
        });
        let state = self.state.load(Ordering::Relaxed);
        // It waits in the queue, so nobody else touches its bit. But a reader may have come.
        //
        // Acquire: pairs with the releasing operations of those that have read; what this thread
        // has seen, the woken one sees.
        let upgraded = waits
            && state & READERS == 0
            && self
                .state
                .compare_exchange(
                    state,
                    state & !UPGRADABLE | WRITER,
                    Ordering::Acquire,
                    Ordering::Relaxed,
                )
                .is_ok();
        if !upgraded {
            return;
        }
        let (mut more, mut closing) = (false, false);
        queue.scan(|waiter| {
            if waiter.request == request::UPGRADE {
                return Verdict::Wake(HANDED_OVER);
            }
            more = true;
            closing |= waiter.request == request::WRITE_CLOSING;
            Verdict::Keep
        });
        let queued = if more { QUEUED } else { 0 };
        let closed = if closing { CLOSED } else { 0 };
        self.state
            .store(WRITER | queued | closed, Ordering::Relaxed);
    }

    /// Takes back the marks of a waiter whose time has run out.
    pub(super) fn give_up(&self, mut queue: LockedQueue<'_>, closing: bool) {
        if closing && !still_closing(&mut queue) {
            let before = self.state.fetch_and(!CLOSED, Ordering::Relaxed);
            if before & WRITER == 0 {
                // The waiters that it kept out may join those inside.
                queue.scan(|waiter| match waiter.request {
                    request::READ | request::READ_UPGRADABLY => Verdict::Wake(TRY_AGAIN),
                    _ => Verdict::Keep,
                });
            }
        }
        if queue.is_empty() {
            self.state.fetch_and(!QUEUED, Ordering::Relaxed);
        }
    }
}

/// Returns whether a thread in the queue keeps the lock closed.
fn still_closing(queue: &mut LockedQueue<'_>) -> bool {
    let mut closing = false;
    queue.scan(|waiter| {
        closing |= is_closing(&waiter);
        if closing {
            Verdict::Stop
        } else {
            Verdict::Keep
        }
    });
    closing
}
