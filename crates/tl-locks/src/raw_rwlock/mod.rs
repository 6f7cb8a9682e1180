//! The raw lock for many readers or one writer: one word, no data, no owner.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | the word, and what a thread wants of it |
//! | `release.rs` | how the lock is given back, and which thread gets it then |
//! | `acquire.rs` | how it is taken, and how a thread waits until it can be |
//! | `upgrade.rs` | reading with the right to write later |
//! | `interface.rs` | what vouches for all this to `lock_api`: the `unsafe` |
//!
//! Like the raw lock of a [`Mutex`](crate::Mutex) it can be stolen: a newcomer may take it before a
//! waiter that was woken, and a reader may join other readers while a writer waits. That keeps the
//! cores busy, and it ends after half a millisecond: a waiter that has waited longer is *overdue*.
//! A release gives the lock straight to a waiter that is overdue, once in half a millisecond. A
//! writer that is overdue also closes the lock, so that no reader joins those inside, and those
//! end.

mod acquire;
#[cfg(not(loom))]
mod interface;
#[cfg(loom)]
mod model;
mod release;
mod upgrade;

use std::fmt;

#[cfg(not(loom))]
use tl_core::door::WaitQueue;
use tl_core::sync::atomic::{AtomicU32, Ordering};

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
