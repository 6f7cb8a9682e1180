//! The raw lock for many readers or one writer: one word, no data, no owner.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | the word, how it is taken, and how a thread waits until it can be |
//! | `release.rs` | how it is given back, and which thread gets it then |
//! | `upgrade.rs` | reading with the right to write later |
//! | `interface.rs` | what vouches for all this to `lock_api`: the `unsafe` |
//!
//! Like the raw lock of a [`Mutex`](crate::Mutex) it can be stolen: a newcomer may take it before a
//! waiter that was woken, and a reader may join other readers while a writer waits. That keeps the
//! cores busy, and it ends after half a millisecond: a waiter that has waited longer is *overdue*.
//! A release gives the lock straight to a waiter that is overdue, once in half a millisecond. A
//! writer that is overdue also closes the lock, so that no reader joins those inside, and those
//! end.

#[cfg(not(loom))]
mod interface;
#[cfg(loom)]
mod model;
mod release;
mod upgrade;

use std::fmt;
use std::time::Duration;

use tl_core::door::{Backoff, Call, Deadline, LockedQueue, Note, OVERDUE, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU32, Ordering};
use tl_core::sys;

#[cfg(not(loom))]
use crate::place::{Identity, Noted};

#[cfg(not(loom))]
pub(crate) use interface::read_recursive;

const READER: u32 = 1;
/// How many read.
const READERS: u32 = (1 << 27) - 1;
/// The highest bit of that number: far more than there will be, unless guards are forgotten.
const TOO_MANY: u32 = 1 << 26;
const UPGRADABLE: u32 = 1 << 27;
const WRITER: u32 = 1 << 28;
const CLOSED: u32 = 1 << 29;
const QUEUED: u32 = 1 << 30;
const HELD: u32 = READERS | UPGRADABLE | WRITER;

/// Tells a waiter that it may try to take the lock.
const TRY_AGAIN: u32 = 0;
/// Tells a waiter that it has the lock.
const HANDED_OVER: u32 = 1;

/// The lock under [`RwLock`](crate::RwLock), for use with [`lock_api`](https://docs.rs/lock_api):
/// four bytes, no owner, no data.
///
/// It implements every trait that `lock_api` has for such a lock:
/// [`RawRwLock`](https://docs.rs/lock_api/latest/lock_api/trait.RawRwLock.html), and those for
/// timeouts, fair release, downgrading and upgrading.
///
/// # Examples
///
/// ```
/// type RwLock<T> = lock_api::RwLock<tl_locks::RawRwLock, T>;
///
/// static LIMIT: RwLock<u64> = RwLock::new(10);
///
/// *LIMIT.write() += 1;
/// assert_eq!(*LIMIT.read(), 11);
/// ```
// The word first, so that its address is that of the lock.
#[repr(C)]
pub struct RawRwLock {
    /// | bits | meaning | set by | cleared by |
    /// | --- | --- | --- | --- |
    /// | `READERS` | how many read, besides an upgradable reader | a reader adds one; a thread that hands the lock over adds those that it wakes | a reader subtracts one |
    /// | `UPGRADABLE` | one more reads, and may become the writer | that reader | that reader; it becomes `WRITER` when it upgrades |
    /// | `WRITER` | one writes; then `READERS` and `UPGRADABLE` are 0 | the writer; for a moment, the thread that decides which is next | the same |
    /// | `CLOSED` | no reader joins those that hold the lock, since a writer is overdue or an upgradable reader wants to write; it is in the queue | that waiter | the thread that takes the last such waiter out |
    /// | `QUEUED` | there may be threads in the queue | a waiter, before it joins | the thread that finds the queue empty |
    ///
    /// `QUEUED` and `CLOSED` change only with the queue locked. With `WRITER` and `QUEUED` set and
    /// the queue locked the word is stable.
    ///
    /// If no thread holds the lock and `QUEUED` is set, a waiter that was woken is on its way, or a
    /// thread that released the lock is about to lock the queue. So no thread joins the queue while
    /// the lock is free, `CLOSED` or not.
    state: AtomicU32,
    #[cfg(not(loom))]
    identity: Identity,
}

/// What a thread wants of the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Read,
    /// To read, even if the lock is closed: the thread may be one that the writer waits for.
    ReadRecursively,
    ReadUpgradably,
    Write,
    /// To write, by the upgradable reader.
    Upgrade,
}

/// What a waiter asks of the threads that release the lock.
mod request {
    pub(super) const READ: u32 = 0;
    pub(super) const READ_UPGRADABLY: u32 = 1;
    pub(super) const WRITE: u32 = 2;
    /// To write, by a writer for which the lock is closed.
    pub(super) const WRITE_CLOSING: u32 = 3;
    /// To write, by the upgradable reader, for which the lock is closed.
    pub(super) const UPGRADE: u32 = 4;
}

impl Wish {
    /// Returns the word as it is once the wish is granted; `None` if it cannot be granted now.
    #[inline]
    fn take(self, state: u32) -> Option<u32> {
        let may_join = state & WRITER == 0 && (state & CLOSED == 0 || state & HELD == 0);
        let taken = match self {
            Wish::Read if may_join => state + READER,
            Wish::ReadRecursively if state & WRITER == 0 => state + READER,
            Wish::ReadUpgradably if may_join && state & UPGRADABLE == 0 => state | UPGRADABLE,
            Wish::Write if state & HELD == 0 => state | WRITER,
            Wish::Upgrade if state & READERS == 0 => state & !UPGRADABLE | WRITER,
            _ => return None,
        };
        if taken & TOO_MANY != 0 {
            too_many_readers();
        }
        Some(taken)
    }

    fn request(self, closing: bool) -> u32 {
        match self {
            Wish::Read | Wish::ReadRecursively => request::READ,
            Wish::ReadUpgradably => request::READ_UPGRADABLY,
            Wish::Write if closing => request::WRITE_CLOSING,
            Wish::Write => request::WRITE,
            Wish::Upgrade => request::UPGRADE,
        }
    }
}

impl RawRwLock {
    /// Creates a free lock.
    #[cfg(not(loom))]
    const fn new() -> RawRwLock {
        RawRwLock {
            state: AtomicU32::new(0),
            identity: Identity::new(),
        }
    }

    /// Returns the lock as the features `owners` and `lock-order` note it.
    #[cfg(not(loom))]
    #[inline]
    fn noted(&self) -> Noted<'_> {
        Noted {
            queue: WaitQueue::of(&self.state),
            identity: &self.identity,
        }
    }

    /// Creates a free lock.
    #[cfg(loom)]
    pub fn new() -> RawRwLock {
        RawRwLock {
            state: AtomicU32::new(0),
        }
    }

    #[inline]
    fn acquire_shared(&self, call: Call) {
        if !self.join_readers() {
            self.acquire_before(Wish::Read, Deadline::NEVER, call);
        }
    }

    #[inline]
    fn acquire_shared_timeout(&self, timeout: Duration, call: Call) -> bool {
        self.join_readers() || self.acquire_timeout_slow(Wish::Read, timeout, call)
    }

    #[inline]
    fn acquire_exclusive(&self, call: Call) {
        if !self.take_free() {
            self.acquire_before(Wish::Write, Deadline::NEVER, call);
        }
    }

    #[inline]
    fn acquire_exclusive_timeout(&self, timeout: Duration, call: Call) -> bool {
        self.take_free() || self.acquire_timeout_slow(Wish::Write, timeout, call)
    }

    /// Tries once to read, where no thread writes and the lock is not closed.
    #[inline]
    fn join_readers(&self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        state & (WRITER | CLOSED | TOO_MANY) == 0 && self.take(state, state + READER).is_ok()
    }

    /// Tries once to write, where no thread holds the lock or waits for it.
    #[inline]
    fn take_free(&self) -> bool {
        self.take(0, WRITER).is_ok()
    }

    #[inline]
    fn take(&self, state: u32, taken: u32) -> Result<u32, u32> {
        // Acquire: pairs with the releasing operations in `release.rs` and `upgrade.rs`, so that
        // what the last writer wrote is seen, and what readers did is over.
        self.state
            .compare_exchange(state, taken, Ordering::Acquire, Ordering::Relaxed)
    }

    /// Grants the wish if that is possible at once.
    fn try_acquire(&self, wish: Wish) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            while let Some(taken) = wish.take(state) {
                match self.take(state, taken) {
                    Ok(_) => return true,
                    Err(now) => state = now,
                }
            }
            if state & CLOSED == 0 || !self.reopen_after_fork() {
                return false;
            }
            state = self.state.load(Ordering::Relaxed);
        }
    }

    /// Opens the lock if it is closed for a thread that is not there, in a child made by `fork`.
    /// Returns whether it was.
    #[cold]
    fn reopen_after_fork(&self) -> bool {
        sys::fork_generation() != 0 && {
            let queue = WaitQueue::of(&self.state).lock();
            // Relaxed: with the queue locked, as whoever closes the lock.
            queue.is_empty() && self.state.fetch_and(!CLOSED, Ordering::Relaxed) & CLOSED != 0
        }
    }

    #[cold]
    fn acquire_timeout_slow(&self, wish: Wish, timeout: Duration, call: Call) -> bool {
        self.acquire_before(wish, Deadline::after(timeout), call)
    }

    /// Waits until the wish is granted. False if the deadline came first.
    #[cold]
    fn acquire_before(&self, wish: Wish, deadline: Deadline, call: Call) -> bool {
        if self.try_acquire(wish) {
            return true;
        }
        if deadline.has_passed() {
            return false;
        }
        #[cfg(all(feature = "owners", not(loom)))]
        let holder = || self.noted().holder();
        let note = Note::new(call).gives_up_at(deadline);
        #[cfg(all(feature = "owners", not(loom)))]
        let note = note.held_by(WaitQueue::of(&self.state), &holder);
        let queue = WaitQueue::of(&self.state);
        let mut backoff = queue.contended_backoff();
        let mut overdue_at = None;
        loop {
            if self.try_acquire(wish) {
                backoff.woke_early();
                return true;
            }
            // Where others sleep already, staying awake would only take the lock away from them. An
            // overdue writer closes the lock, and for that it has to be in the queue.
            let state = self.state.load(Ordering::Relaxed);
            let may_stay_awake =
                state & QUEUED == 0 && !overdue_at.is_some_and(Deadline::has_passed);
            if may_stay_awake && backoff.snooze_before(deadline) {
                continue;
            }
            let overdue_at = *overdue_at.get_or_insert_with(|| Deadline::after(OVERDUE));
            if let Some(granted) = self.wait(wish, &mut backoff, deadline, overdue_at, &note) {
                return granted;
            }
        }
    }

    /// Waits in the queue. Returns `None` if the thread may try again, true if it was handed the
    /// lock, and false if the deadline came.
    fn wait(
        &self,
        wish: Wish,
        backoff: &mut Backoff,
        deadline: Deadline,
        overdue_at: Deadline,
        note: &Note<'_>,
    ) -> Option<bool> {
        let mut queue: LockedQueue<'_> = WaitQueue::of(&self.state).lock();
        if queue.is_empty() {
            // In a child made by `fork` the thread that has closed the lock is not there.
            self.state.fetch_and(!CLOSED, Ordering::Relaxed);
        }
        loop {
            // While readers come and go, no other thread notices that a writer is overdue: it looks
            // for itself.
            let may_close = wish == Wish::Write;
            let closing = wish == Wish::Upgrade || may_close && overdue_at.has_passed();
            if !self.mark(wish, closing) {
                return None;
            }
            let until = if may_close && !closing {
                deadline.min(overdue_at)
            } else {
                deadline
            };
            let noted = queue.noting(note);
            match noted.wait_as(wish.request(closing), backoff, until, || {}) {
                Wake::Woken {
                    token: HANDED_OVER, ..
                } => return Some(true),
                Wake::Woken { .. } => {
                    backoff.renew();
                    return None;
                }
                Wake::TimedOut(locked_queue) if !deadline.has_passed() => queue = locked_queue,
                Wake::TimedOut(locked_queue) => {
                    self.give_up(locked_queue, closing);
                    return Some(false);
                }
            }
        }
    }

    /// Sets `QUEUED`, and also `CLOSED` if `closing`, unless the wish can be granted now. Returns
    /// whether it did. To be called with the queue locked.
    fn mark(&self, wish: Wish, closing: bool) -> bool {
        let marks = if closing { QUEUED | CLOSED } else { QUEUED };
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if wish.take(state).is_some() {
                return false;
            }
            if state & marks == marks {
                return true;
            }
            match self.state.compare_exchange(
                state,
                state | marks,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
    }
}

#[cold]
fn too_many_readers() -> ! {
    panic!(
        "an RwLock can be read by fewer than {TOO_MANY} guards at a time: drop those that are not needed"
    )
}

impl fmt::Debug for RawRwLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.load(Ordering::Relaxed);
        f.debug_struct("RawRwLock")
            .field("readers", &(state & READERS))
            .field("upgradable", &(state & UPGRADABLE != 0))
            .field("writer", &(state & WRITER != 0))
            .finish()
    }
}
