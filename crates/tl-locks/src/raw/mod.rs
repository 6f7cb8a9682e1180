//! The raw lock: one word, no data, no owner. Everything else in this crate is a typed wrapper
//! around it.
//!
//! This module is the protocol, with `release.rs` and, for the waiters of a condition, `wait.rs`:
//! all of it safe code. `condvar.rs` is the condition variable that goes with it, and
//! `interface.rs` vouches for both to `lock_api`. A thread that sleeps does so in the door of
//! `tl-core`, in the queue of the lock's word.
//!
//! The lock can be stolen: a thread that comes by while a woken waiter is still on its way may take
//! it first, since that keeps both cores busy. So that no thread starves, a release gives the lock
//! straight to a waiter that has slept for more than half a millisecond. It does so once in half a
//! millisecond at most, since all others wait until a sleeper that was handed the lock runs. While
//! a waiter that was woken is on its way no release looks at the others: it is the next to take the
//! lock, or it queues again with its place and its age, and the next release looks.

mod condvar;
#[cfg(not(loom))]
mod interface;
mod release;
mod wait;

use std::fmt;
use std::time::{Duration, Instant};

use tl_core::ThreadIdent;
use tl_core::door::{Backoff, Call, Deadline, Holder, Note, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tl_core::sync::const_unless_loom;

use crate::place::{Identity, Mode, Noted, Place};

pub use condvar::RawCondvar;
#[cfg(not(loom))]
pub use interface::{RawThreadIdent, wait_with_guard};

const FREE: u32 = 0;
const LOCKED: u32 = 1;
const QUEUED: u32 = 2;

/// Tells a waiter that the lock is free and that it may try to take it.
const TRY_AGAIN: u32 = 0;
/// Tells a waiter that the lock was not freed but is now its own.
const HANDED_OVER: u32 = 1;

/// What a thread that waits notes: what it has called, and the word in which the lock's user keeps
/// the ident of the holder, if it keeps one. All of it is known where the wait begins, so that a
/// thread that finds the lock free pays nothing.
#[derive(Clone, Copy)]
pub(crate) struct Acquire<'a> {
    pub(crate) call: Call,
    pub(crate) owner: Option<&'a AtomicU64>,
}

impl Acquire<'_> {
    /// Returns what acquires a lock that keeps no holder.
    #[inline]
    pub(crate) fn without_owner(call: Call) -> Acquire<'static> {
        Acquire { call, owner: None }
    }

    fn holder(&self, lock: Noted<'_>) -> Option<Holder> {
        let noted = lock.holder();
        let Some(owner) = self.owner else {
            return noted;
        };
        let owner = Holder::new(ThreadIdent::from_u64(owner.load(Ordering::Relaxed))?);
        match noted.filter(|noted| noted.thread == owner.thread) {
            Some(Holder {
                place: Some(place), ..
            }) => Some(owner.at(place)),
            _ => Some(owner),
        }
    }
}

/// The lock under [`Lock`](crate::Lock), [`RLock`](crate::RLock) and [`Mutex`](crate::Mutex), for
/// use with [`lock_api`](https://docs.rs/lock_api): four bytes, no owner, no data.
///
/// It implements [`RawMutex`](https://docs.rs/lock_api/latest/lock_api/trait.RawMutex.html),
/// [`RawMutexTimed`](https://docs.rs/lock_api/latest/lock_api/trait.RawMutexTimed.html) and
/// [`RawMutexFair`](https://docs.rs/lock_api/latest/lock_api/trait.RawMutexFair.html). To lock
/// without data use [`Lock`](crate::Lock).
///
/// # Examples
///
/// ```
/// type Mutex<T> = lock_api::Mutex<tl_locks::RawLock, T>;
///
/// static TOTAL: Mutex<u64> = Mutex::new(0);
///
/// *TOTAL.lock() += 1;
/// assert_eq!(*TOTAL.lock(), 1);
/// ```
// The word first, so that its address is that of the lock.
#[repr(C)]
pub struct RawLock {
    /// | `QUEUED` | `LOCKED` | meaning | who leaves it, and how |
    /// | --- | --- | --- | --- |
    /// | 0 | 0 | free; the queue is empty, or a waiter that was woken is on its way | an acquirer sets `LOCKED`; the waiter sets both, since there may be others in the queue |
    /// | 0 | 1 | held, else as above | the releaser clears `LOCKED`; a waiter sets `QUEUED`, then joins the queue |
    /// | 1 | 1 | held, there may be threads in the queue | the releaser, with the queue locked: see `release_slow`; a waiter whose time ran out and that was the last clears `QUEUED` |
    ///
    /// `QUEUED` changes only with the queue locked, except that a waiter on its way sets it when it
    /// takes the lock. With it set and the queue locked the word is stable.
    ///
    /// Whenever a thread is in the queue, `QUEUED` is set or a waiter that was woken to try is on
    /// its way. That waiter sets `QUEUED` when it takes the lock, or when it has tried in vain and
    /// joins the queue again. Until then the threads at work find a word as if no thread waited,
    /// and wake none, unless another waiter joins the queue: so there is one wake-up for each that
    /// falls asleep. Waking none then was slower, since the waiter on its way may have to wait for
    /// a core.
    state: AtomicU32,
    identity: Identity,
}

impl RawLock {
    const_unless_loom! {
        /// Creates a free lock.
        pub(crate) const fn new() -> RawLock {
            RawLock {
                state: AtomicU32::new(FREE),
                identity: Identity::new(),
            }
        }
    }

    /// Returns the word whose queue is that of the lock.
    #[inline]
    fn word(&self) -> &AtomicU32 {
        &self.state
    }

    #[inline]
    pub(crate) fn is_locked(&self) -> bool {
        self.state.load(Ordering::Relaxed) & LOCKED != 0
    }

    #[inline]
    pub(crate) fn acquire(&self, acquire: Acquire<'_>) {
        self.noted().is_wanted(Mode::Exclusive, acquire.call);
        if !self.take_free() {
            self.acquire_before(Deadline::NEVER, acquire.call, acquire.owner);
        }
        self.is_held_since(Place::of(acquire.call));
    }

    #[inline]
    pub(crate) fn try_acquire(&self, place: Place) -> bool {
        let acquired = self.try_take();
        if acquired {
            self.is_held_since(place);
        }
        acquired
    }

    #[inline]
    fn try_take(&self) -> bool {
        // A load first: on a lock that is held it is all there is to do, and a load is cheap.
        !self.is_locked() && self.take_free()
    }

    #[inline]
    pub(crate) fn acquire_timeout(&self, timeout: Duration, acquire: Acquire<'_>) -> bool {
        let acquired =
            self.take_free() || self.acquire_timeout_slow(timeout, acquire.call, acquire.owner);
        if acquired {
            self.is_held_since(Place::of(acquire.call));
        }
        acquired
    }

    #[inline]
    pub(crate) fn acquire_deadline(&self, deadline: Instant, acquire: Acquire<'_>) -> bool {
        let acquired = self.take_free()
            || self.acquire_before(Deadline::at(deadline), acquire.call, acquire.owner);
        if acquired {
            self.is_held_since(Place::of(acquire.call));
        }
        acquired
    }

    /// Returns the lock as the features `owners` and `lock-order` note it.
    #[inline]
    fn noted(&self) -> Noted<'_> {
        Noted {
            queue: WaitQueue::of(&self.state),
            identity: &self.identity,
        }
    }

    #[inline]
    fn is_held_since(&self, place: Place) {
        self.noted().is_held(Mode::Exclusive, place);
    }

    #[inline]
    fn take_free(&self) -> bool {
        self.take_as(LOCKED)
    }

    /// Takes the lock if it is free, and leaves it as `taken`.
    #[inline]
    fn take_as(&self, taken: u32) -> bool {
        // Acquire: pairs with the releasing exchanges in `release` and `release_past_queue` and the
        // releasing store in `release_slow`, so that what the last holder wrote is seen.
        self.state
            .compare_exchange(FREE, taken, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[cold]
    fn acquire_timeout_slow(
        &self,
        timeout: Duration,
        call: Call,
        owner: Option<&AtomicU64>,
    ) -> bool {
        self.acquire_before(Deadline::after(timeout), call, owner)
    }

    /// Waits for the lock. False if the deadline came first. What is noted comes in pieces, since
    /// those are passed in registers: a whole `Acquire` would be put together on the fast path, in
    /// memory.
    #[cold]
    fn acquire_before(&self, deadline: Deadline, call: Call, owner: Option<&AtomicU64>) -> bool {
        if deadline.has_passed() {
            return false;
        }
        let queue = WaitQueue::of(&self.state);
        let acquire = Acquire { call, owner };
        let noted = self.noted();
        let holder = || acquire.holder(noted);
        let note = Note::new(call).held_by(queue, &holder);
        self.acquire_awake(deadline, queue.contended_backoff(), false, &note)
    }

    /// Acquires the lock like [`acquire_before`](RawLock::acquire_before), beginning with
    /// `backoff`. `is_trying` says that the thread was woken to try.
    fn acquire_awake(
        &self,
        deadline: Deadline,
        mut backoff: Backoff,
        is_trying: bool,
        note: &Note<'_>,
    ) -> bool {
        let queue = WaitQueue::of(&self.state);
        // What it sets when it takes the lock.
        let mut taken = if is_trying { LOCKED | QUEUED } else { LOCKED };
        loop {
            if backoff.look_until(deadline, || !self.is_locked() && self.take_as(taken)) {
                return true;
            }
            let locked_queue = queue.lock();
            if !self.mark_queued() {
                continue;
            }
            match locked_queue.noting(note).wait(&mut backoff, deadline) {
                Wake::Woken {
                    token: HANDED_OVER, ..
                } => return true,
                Wake::Woken { .. } => {
                    taken = LOCKED | QUEUED;
                    backoff.renew();
                }
                Wake::TimedOut(locked_queue) => {
                    if locked_queue.is_empty() {
                        self.state.fetch_and(!QUEUED, Ordering::Relaxed);
                    }
                    return false;
                }
            }
        }
    }

    /// Sets `QUEUED` if the lock is held, and says whether it is. With the queue locked.
    fn mark_queued(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if state & LOCKED == 0 {
                return false;
            }
            if state & QUEUED != 0 {
                return true;
            }
            match self.state.compare_exchange(
                state,
                state | QUEUED,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
    }
}

impl fmt::Debug for RawLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawLock")
            .field("locked", &self.is_locked())
            .finish()
    }
}
