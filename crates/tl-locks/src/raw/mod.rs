//! The raw lock: one word, no data, no owner. Everything else in this crate is a typed wrapper
//! around it.
//!
//! This module is the protocol, all of it safe code; `interface.rs` vouches for it to `lock_api`,
//! which is where the crate's `unsafe` is. Who sleeps does so in the door of `tl-core`, in the
//! queue of the lock's word.
//!
//! The lock can be stolen: a thread that comes by while a woken waiter is still on its way may take
//! it first, since that keeps both cores busy. So that nobody starves, a release gives the lock
//! straight to a waiter that has slept for more than half a millisecond, unless it gave it to
//! another in that way less than so long ago: to hand it to a sleeper lets all wait until that one
//! runs.

#[cfg(not(loom))]
mod condvar;
#[cfg(not(loom))]
mod interface;
mod waiters;

use std::fmt;
use std::time::{Duration, Instant};

use tl_core::door::{Backoff, Call, Deadline, Holder, Note, Verdict, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tl_core::{ThreadIdent, sys};

use crate::ReleaseError;
use crate::place::{self, Identity, Mode, Noted, Place};

#[cfg(not(loom))]
pub use condvar::RawCondvar;
#[cfg(not(loom))]
pub use interface::RawThreadIdent;
#[cfg(not(loom))]
pub(crate) use interface::wait_with_guard;
pub use waiters::Waiters;

const FREE: u32 = 0;
const LOCKED: u32 = 1;
const QUEUED: u32 = 2;
const TRYING: u32 = 4;

/// Tells a waiter that the lock is free and that it may try to take it.
const TRY_AGAIN: u32 = 0;
/// Tells a waiter that the lock was not freed but is now its own.
const HANDED_OVER: u32 = 1;

/// What a thread that waits notes: what it has called, and the word in which the lock's user keeps
/// the ident of the holder, if it keeps one. It is all known where the wait begins, so that who
/// finds the lock free pays nothing.
#[derive(Clone, Copy)]
pub(crate) struct Acquire<'a> {
    pub(crate) call: Call,
    pub(crate) owner: Option<&'a AtomicU64>,
}

impl Acquire<'_> {
    /// For a lock whose holder nobody keeps.
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
    /// | `TRYING` | `QUEUED` | `LOCKED` | meaning | who leaves it, and how |
    /// | --- | --- | --- | --- | --- |
    /// | 0 | 0 | 0 | free | an acquirer sets `LOCKED` |
    /// | 0 | 0 | 1 | held, nobody is in the queue | the releaser clears `LOCKED`; a waiter sets `QUEUED`, then joins the queue |
    /// | 0 | 1 | 1 | held, there may be threads in the queue | the releaser, with the queue locked: see `release_slow`; a waiter whose time ran out and who was the last clears `QUEUED` |
    /// | 0 | 1 | 0 | free, there may be threads in the queue, and one is on its way that will see to them | an acquirer sets `LOCKED`; a waiter whose time ran out, as above |
    /// | 1 | 1 | 1 | held, and a waiter that was woken is on its way to try | the releaser clears `LOCKED` and leaves the queue alone; the waiter clears `TRYING` when it joins the queue again |
    /// | 1 | 1 | 0 | free, and a waiter that was woken is on its way to try | an acquirer sets `LOCKED`; if it is the waiter, it clears `TRYING` too |
    /// | 1 | 0 | 0 or 1 | as above, and the others have left the queue, since their time ran out | as above; a releaser finds nobody in the queue |
    ///
    /// `QUEUED` changes only with the queue locked, and is set whenever somebody is in the queue.
    /// With `QUEUED` and `LOCKED` alone and the queue locked the word is stable: acquirers want
    /// `LOCKED` clear, and a releaser who does not lock the queue wants `QUEUED` clear or `TRYING`
    /// set.
    ///
    /// `TRYING` is set when a waiter is woken to try while others stay in the queue, and each
    /// waiter that was woken so clears it when it takes the lock or joins the queue again. Until
    /// then no other need be woken, and a release does without the door. Where two were woken, the
    /// first that clears it is early: then one more is woken, which is no harm. Who joins an empty
    /// queue clears it too.
    state: AtomicU32,
    identity: Identity,
}

impl RawLock {
    /// A free lock.
    #[cfg(not(loom))]
    pub(crate) const fn new() -> RawLock {
        RawLock {
            state: AtomicU32::new(FREE),
            identity: Identity::new(),
        }
    }

    /// A free lock.
    #[cfg(loom)]
    pub(crate) fn new() -> RawLock {
        RawLock {
            state: AtomicU32::new(FREE),
            identity: Identity::new(),
        }
    }

    /// The word whose queue is that of the lock.
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
            self.acquire_slow(Deadline::NEVER, acquire.call, acquire.owner);
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
        let state = self.state.load(Ordering::Relaxed);
        state & LOCKED == 0 && (self.take(state).is_ok() || self.try_acquire_slow())
    }

    /// Tries again after the word has changed under a try: it may have, and still be free.
    #[cold]
    fn try_acquire_slow(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & LOCKED == 0 {
            match self.take(state) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
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
            || self.acquire_slow(Deadline::at(deadline), acquire.call, acquire.owner);
        if acquired {
            self.is_held_since(Place::of(acquire.call));
        }
        acquired
    }

    #[inline]
    pub(crate) fn release(&self) -> Result<(), ReleaseError> {
        let released = self.release_silently();
        place::report();
        released
    }

    /// As [`release`](RawLock::release), for a thread that is in a queue of the door and cannot
    /// report anything.
    #[inline]
    fn release_silently(&self) -> Result<(), ReleaseError> {
        self.noted().is_released(Mode::Exclusive);
        // Release: pairs with the acquiring exchange in `take`.
        match self
            .state
            .compare_exchange(LOCKED, FREE, Ordering::Release, Ordering::Relaxed)
        {
            Ok(_) => Ok(()),
            Err(_) => self.release_slow(false),
        }
    }

    /// As [`release`](RawLock::release), but the longest waiter gets the lock whether it has slept
    /// long or not.
    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn release_fair(&self) -> Result<(), ReleaseError> {
        self.noted().is_released(Mode::Exclusive);
        // Release: as in `release_silently`.
        let released =
            match self
                .state
                .compare_exchange(LOCKED, FREE, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => Ok(()),
                Err(_) => self.release_slow(true),
            };
        place::report();
        released
    }

    /// Lets the longest waiter have the lock for a turn, if there is one.
    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn bump(&self, call: Call) {
        if self.state.load(Ordering::Relaxed) & QUEUED != 0 && self.release_fair().is_ok() {
            self.acquire(Acquire::without_owner(call));
        }
    }

    /// The lock as the features `owners` and `lock-order` note it.
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
    fn take(&self, state: u32) -> Result<u32, u32> {
        self.take_as(state, state | LOCKED)
    }

    #[inline]
    fn take_as(&self, state: u32, taken: u32) -> Result<u32, u32> {
        // Acquire: pairs with the releasing exchanges in `release` and `release_slow` and the
        // releasing store there, so that what the last holder wrote is seen.
        self.state
            .compare_exchange(state, taken, Ordering::Acquire, Ordering::Relaxed)
    }

    #[inline]
    fn take_free(&self) -> bool {
        self.take(FREE).is_ok()
    }

    #[cold]
    fn acquire_timeout_slow(
        &self,
        timeout: Duration,
        call: Call,
        owner: Option<&AtomicU64>,
    ) -> bool {
        self.acquire_slow(Deadline::after(timeout), call, owner)
    }

    /// Waits for the lock. False if the deadline came first. What is noted comes in pieces, since
    /// those are passed in registers: a whole `Acquire` would be put together on the fast path, in
    /// memory.
    #[cold]
    fn acquire_slow(&self, deadline: Deadline, call: Call, owner: Option<&AtomicU64>) -> bool {
        // A lock with waiters may be free.
        if self.try_take() {
            return true;
        }
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

    /// As [`acquire_slow`](RawLock::acquire_slow), with `backoff` to begin with. `is_trying` says
    /// that the thread was woken to try.
    fn acquire_awake(
        &self,
        deadline: Deadline,
        mut backoff: Backoff,
        mut is_trying: bool,
        note: &Note<'_>,
    ) -> bool {
        let queue = WaitQueue::of(&self.state);
        loop {
            let tried = if is_trying { TRYING } else { 0 };
            let state = self.state.load(Ordering::Relaxed);
            if state & LOCKED == 0 {
                if self.take_as(state, (state | LOCKED) & !tried).is_ok() {
                    backoff.woke_early();
                    return true;
                }
                continue;
            }
            if backoff.snooze_until(deadline) {
                continue;
            }
            let locked_queue = queue.lock();
            // The first in the queue relies on nobody who is on the way: after a `fork` such a one
            // is not there. Where it is, one more is woken.
            let tried = if locked_queue.is_empty() {
                TRYING
            } else {
                tried
            };
            if !self.mark_queued(tried) {
                continue;
            }
            match locked_queue.noting(note).wait(&mut backoff, deadline) {
                Wake::Woken {
                    token: HANDED_OVER, ..
                } => return true,
                Wake::Woken { .. } => {
                    is_trying = true;
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

    /// Sets `QUEUED` and clears `tried` if the lock is held, and says whether it is. With the queue
    /// locked.
    fn mark_queued(&self, tried: u32) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if state & LOCKED == 0 {
                return false;
            }
            let marked = (state | QUEUED) & !tried;
            if marked == state {
                return true;
            }
            match self
                .state
                .compare_exchange(state, marked, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
    }

    #[cold]
    fn release_slow(&self, fair: bool) -> Result<(), ReleaseError> {
        if let Some(released) = self.release_past_queue(fair) {
            return released;
        }
        let mut queue = WaitQueue::of(&self.state).lock();
        if let Some(released) = self.release_past_queue(fair) {
            return released;
        }
        let (mut found, mut hand_over, mut more) = (false, false, false);
        queue.scan(|waiter| {
            if found {
                if waiter.is_companion && !hand_over {
                    return Verdict::Wake(TRY_AGAIN);
                }
                more = true;
                return Verdict::Stop;
            }
            found = true;
            hand_over = fair || waiter.is_served_first;
            Verdict::Wake(if hand_over { HANDED_OVER } else { TRY_AGAIN })
        });
        let next = match (hand_over, more) {
            (true, true) => LOCKED | QUEUED,
            (true, false) => LOCKED,
            (false, true) => QUEUED | TRYING,
            (false, false) => FREE,
        };
        // Release: pairs with the acquiring exchange in `take_as`. A waiter that is handed the lock
        // is ordered after this thread by its wake-up.
        self.state.store(next, Ordering::Release);
        Ok(())
    }

    /// Releases the lock if no waiter need be looked for: nobody is in the queue, or one was woken
    /// and is on its way to try. Such a one does not count if the release is to be `fair`.
    fn release_past_queue(&self, fair: bool) -> Option<Result<(), ReleaseError>> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if state & LOCKED == 0 {
                return Some(Err(ReleaseError::NotLocked));
            }
            if state & QUEUED != 0 && (fair || state & TRYING == 0) {
                return None;
            }
            // Release: pairs with the acquiring exchange in `take_as`. It fails if the waiter joins
            // the queue again, or if another thread, which has no more right to, releases as well.
            match self.state.compare_exchange(
                state,
                state & !LOCKED,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Some(Ok(())),
                Err(now) => state = now,
            }
        }
    }

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
        waiters: &Waiters,
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
        waiters: &Waiters,
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
                // Who notified holds the lock, as a rule, and is about to release it. A try would
                // take the word's cache line from it, a look shares it.
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

/// What [`mark_queued`](RawLock::mark_queued) clears for those that are moved to a lock: in a child
/// made by `fork` nobody need be on the way who was in the parent.
fn lost() -> u32 {
    match sys::fork_generation() {
        0 => 0,
        _ => TRYING,
    }
}

#[cold]
fn another_lock() -> ! {
    panic!("others wait here with another lock: give each lock conditions of its own")
}

impl fmt::Debug for RawLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawLock")
            .field("locked", &self.is_locked())
            .finish()
    }
}
