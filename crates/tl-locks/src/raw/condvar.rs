//! The raw condition variable: the threads that wait to be notified, and the raw lock with which
//! they wait.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::fmt;
use std::ptr;

use tl_core::door::{LockedQueue, Verdict, WaitQueue};
use tl_core::sync::atomic::{AtomicPtr, Ordering};
use tl_core::sync::const_unless_loom;

use super::RawLock;

/// The condition variable of [`RawLock`], for use with [`lock_api`](https://docs.rs/lock_api).
///
/// It implements [`RawCondvar`](https://docs.rs/lock_api/latest/lock_api/trait.RawCondvar.html) and
/// [`RawCondvarTimed`](https://docs.rs/lock_api/latest/lock_api/trait.RawCondvarTimed.html).
/// `tl_condition::Condvar` is `lock_api`'s on it. There are no spurious wake-ups, and the
/// notifications return exactly how many threads they notified.
///
/// All threads that wait at a time do so with the same lock, to which a notification moves those
/// asleep if it is held. To wait with another lock meanwhile panics; when no thread waits, another
/// lock will do.
///
/// # Examples
///
/// ```
/// type Condvar = lock_api::Condvar<tl_locks::RawCondvar>;
///
/// static CHANGED: Condvar = Condvar::new();
/// assert!(!CHANGED.notify_one()); // Nobody waits.
/// ```
pub struct RawCondvar {
    /// The lock with which threads wait; null if none waits. Written only with the queue of this
    /// word locked, together with the queue; relaxed, as that lock orders the writes.
    ///
    /// A notifier reads it first, and if it is null has no thread to notify: waiters have released
    /// their lock since they joined, and a thread that then changed what they wait for, with that
    /// lock held, sees that they joined.
    lock: AtomicPtr<RawLock>,
}

impl RawCondvar {
    const_unless_loom! {
        /// Creates one on which no thread waits.
        #[doc(hidden)]
        #[inline]
        pub const fn new() -> RawCondvar {
            RawCondvar {
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
    /// assert_eq!(tl_locks::RawCondvar::new().n_waiting(), 0);
    /// ```
    #[doc(hidden)]
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
    /// assert_eq!(tl_locks::RawCondvar::new().notify(1), 0); // Nobody waits.
    /// ```
    #[doc(hidden)]
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

impl Default for RawCondvar {
    fn default() -> RawCondvar {
        RawCondvar::new()
    }
}

impl fmt::Debug for RawCondvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCondvar").finish_non_exhaustive()
    }
}
