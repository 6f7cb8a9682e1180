//! `Waiters`: the threads that wait to be notified, and the lock with which they do.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::fmt;
use std::ptr;

use tl_core::door::{LockedQueue, Verdict, WaitQueue};
use tl_core::sync::atomic::{AtomicPtr, Ordering};
use tl_core::sync::const_unless_loom;

use super::RawLock;

/// The threads that wait on one condition.
///
/// All that wait at a time do so with the same lock, to which a notification moves those asleep if
/// it is held. To wait with another lock meanwhile panics; when nobody waits, another lock will do.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_core::door::{Call, Deadline, Operation};
/// use tl_locks::{ConditionLock, Lock, Waiters};
///
/// const WAIT: &Operation = &Operation::new("Mailbox", "wait");
///
/// // The parts of a condition: the lock, and those that wait.
/// static LOCK: Lock = Lock::new();
/// static WAITERS: Waiters = Waiters::new();
///
/// let _guard = LOCK.lock();
/// let soon = Deadline::after(Duration::from_millis(1));
/// let notified = ConditionLock::wait(&LOCK, &WAITERS, soon, Call::here(WAIT))?;
/// assert!(!notified);
/// # Ok::<(), tl_locks::ReleaseError>(())
/// ```
pub struct Waiters {
    /// The lock with which threads wait; null if none waits. Written only with the queue of this
    /// word locked, together with the queue; relaxed, as that lock orders the writes.
    ///
    /// A notifier reads it first, and if it is null has no thread to notify: waiters have released
    /// their lock since they joined, and a thread that then changed what they wait for, with that
    /// lock held, sees that they joined.
    lock: AtomicPtr<RawLock>,
}

impl Waiters {
    const_unless_loom! {
        /// Creates an empty set of waiters.
        #[inline]
        pub const fn new() -> Waiters {
            Waiters {
                lock: AtomicPtr::new(ptr::null_mut()),
            }
        }
    }

    /// Returns how many threads wait and have not been notified. That may have changed by the time
    /// it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(tl_locks::Waiters::new().n_waiting(), 0);
    /// ```
    pub fn n_waiting(&self) -> usize {
        if self.is_empty() {
            return 0;
        }
        let mut n = 0;
        self.queue().lock().scan(|_| {
            n += 1;
            Verdict::Keep
        });
        n
    }

    #[inline]
    pub(super) fn queue(&self) -> WaitQueue<'_> {
        WaitQueue::of(&self.lock)
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.lock.load(Ordering::Relaxed).is_null()
    }

    /// Notes that the calling thread waits with `lock`, unless others wait with another; says
    /// whether it did. With the `queue` locked.
    #[inline]
    pub(super) fn join(&self, lock: &RawLock, queue: &LockedQueue<'_>) -> bool {
        let lock = ptr::from_ref(lock).cast_mut();
        let before = self.lock.load(Ordering::Relaxed);
        if before == lock {
            return true;
        }
        // In a child made by `fork` those that were noted in the parent are not in the queue.
        let is_free = before.is_null() || queue.is_empty();
        if is_free {
            self.lock.store(lock, Ordering::Relaxed);
        }
        is_free
    }

    /// Notes that no thread waits any more. With the queue locked.
    #[inline]
    pub(super) fn clear(&self) {
        self.lock.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// Notifies up to `limit` waiters, those first that have waited longest, and returns how many
    /// there were. Those asleep are moved to the queue of their lock if it is held, so that its
    /// release wakes them and not before. The caller may hold that lock or not.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(tl_locks::Waiters::new().notify(1), 0); // Nobody waits.
    /// ```
    pub fn notify(&self, limit: usize) -> usize {
        if limit == 0 || self.is_empty() {
            return 0;
        }
        let address = Cell::new(ptr::null_mut());
        let lock = || -> &RawLock {
            // SAFETY: the door asks where to move waiters while there is one that it has taken and
            // not yet woken. That one is in `RawLock::wait`, which borrows the lock that was noted
            // here.
            unsafe { &*address.get() }
        };
        self.queue().wake_or_requeue(
            limit,
            || WaitQueue::of(lock().word()),
            || lock().mark_queued(),
            |_, are_more| {
                address.set(self.lock.load(Ordering::Relaxed));
                if !are_more {
                    self.clear();
                }
            },
        )
    }
}

impl Default for Waiters {
    fn default() -> Waiters {
        Waiters::new()
    }
}

impl fmt::Debug for Waiters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiters").finish_non_exhaustive()
    }
}
