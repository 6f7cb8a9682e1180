//! What `RwLock` has beside `lock_api`'s interface.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use super::{RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard};
use crate::raw_rwlock::read_recursive;

const READ_RECURSIVE: &Operation = &Operation::new("RwLock", "read_recursive");
const TRY_READ_RECURSIVE: &Operation = &Operation::new("RwLock", "try_read_recursive");
const READ_RECURSIVE_TIMEOUT: &Operation = &Operation::new("RwLock", "read_recursive_timeout");
const READ_RECURSIVE_DEADLINE: &Operation = &Operation::new("RwLock", "read_recursive_deadline");

mod sealed {
    pub trait Sealed {}

    impl<T: ?Sized> Sealed for super::RwLock<T> {}
}

/// What [`RwLock`] has beside `lock_api`'s interface: the timed forms by the names that they have
/// everywhere in these crates, and reading again what one reads already.
///
/// A timeout of zero, and a deadline in the past, is a try. A timeout too long to be added to the
/// clock, such as [`Duration::MAX`], never runs out. The trait is sealed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_locks::{RwLock, RwLockExt};
///
/// let total = RwLock::new(5);
/// let reader = total.read_timeout(Duration::from_millis(1));
/// assert!(reader.is_some_and(|total| *total == 5));
/// ```
pub trait RwLockExt<T: ?Sized>: sealed::Sealed {
    /// Reads, if that is possible within `timeout`.
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Blocking
    ///
    /// Waits, no longer than `timeout`, until no thread writes and no writer is overdue.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// let _writer = total.write();
    /// assert!(total.read_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn read_timeout(&self, timeout: Duration) -> Option<RwLockReadGuard<'_, T>>;

    /// Reads, if that is possible before `deadline`.
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Blocking
    ///
    /// Waits, until `deadline` at the latest, until no thread writes and no writer is overdue.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// assert!(total.read_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn read_deadline(&self, deadline: Instant) -> Option<RwLockReadGuard<'_, T>>;

    /// Writes, if that is possible within `timeout`.
    ///
    /// # Blocking
    ///
    /// Waits, no longer than `timeout`, until no thread reads or writes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// let _reader = total.read();
    /// assert!(total.write_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn write_timeout(&self, timeout: Duration) -> Option<RwLockWriteGuard<'_, T>>;

    /// Writes, if that is possible before `deadline`.
    ///
    /// # Blocking
    ///
    /// Waits, until `deadline` at the latest, until no thread reads or writes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// assert!(total.write_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn write_deadline(&self, deadline: Instant) -> Option<RwLockWriteGuard<'_, T>>;

    /// Reads with the right to become the writer later, if that is possible within `timeout`.
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Blocking
    ///
    /// Waits, no longer than `timeout`, until no thread writes, no writer is overdue, and no other
    /// thread has that right.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// let _first = total.upgradable_read();
    /// assert!(total.upgradable_read_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn upgradable_read_timeout(
        &self,
        timeout: Duration,
    ) -> Option<RwLockUpgradableReadGuard<'_, T>>;

    /// Reads with the right to become the writer later, if that is possible before `deadline`.
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Blocking
    ///
    /// The same as [`upgradable_read_timeout`](RwLockExt::upgradable_read_timeout), until
    /// `deadline` at the latest.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// assert!(total.upgradable_read_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn upgradable_read_deadline(
        &self,
        deadline: Instant,
    ) -> Option<RwLockUpgradableReadGuard<'_, T>>;

    /// Reads, past a writer that waits, however long that has waited. It is for a thread that may
    /// be reading already: with `read`, it could wait for a writer that waits for the thread's
    /// first read to end.
    ///
    /// A program that reads in no other way lets its writers starve.
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Blocking
    ///
    /// Waits until no thread writes. A thread that reads does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// static PARENTS: RwLock<Vec<usize>> = RwLock::new(Vec::new());
    ///
    /// fn root(of: usize) -> usize {
    ///     let parents = PARENTS.read_recursive();
    ///     match parents[of] {
    ///         parent if parent == of => of,
    ///         parent => root(parent),
    ///     }
    /// }
    ///
    /// PARENTS.write().extend([0, 0, 1]);
    /// assert_eq!(root(2), 0);
    /// ```
    #[track_caller]
    fn read_recursive(&self) -> RwLockReadGuard<'_, T>;

    /// Reads, past a writer that waits, if no thread writes. Does not wait. See
    /// [`read_recursive`](RwLockExt::read_recursive).
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// let _writer = total.write();
    /// assert!(total.try_read_recursive().is_none());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn try_read_recursive(&self) -> Option<RwLockReadGuard<'_, T>>;

    /// Reads, past a writer that waits, if no thread writes within `timeout`. See
    /// [`read_recursive`](RwLockExt::read_recursive).
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Blocking
    ///
    /// Waits, no longer than `timeout`, until no thread writes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// assert!(total.read_recursive_timeout(Duration::from_millis(1)).is_some());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn read_recursive_timeout(&self, timeout: Duration) -> Option<RwLockReadGuard<'_, T>>;

    /// Reads, past a writer that waits, if no thread writes before `deadline`. See
    /// [`read_recursive`](RwLockExt::read_recursive).
    ///
    /// # Panics
    ///
    /// If there are [too many readers](RwLock#panics).
    ///
    /// # Blocking
    ///
    /// Waits, until `deadline` at the latest, until no thread writes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::{RwLock, RwLockExt};
    ///
    /// let total = RwLock::new(5);
    /// assert!(total.read_recursive_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn read_recursive_deadline(&self, deadline: Instant) -> Option<RwLockReadGuard<'_, T>>;
}

impl<T: ?Sized> RwLockExt<T> for RwLock<T> {
    #[inline]
    #[track_caller]
    fn read_timeout(&self, timeout: Duration) -> Option<RwLockReadGuard<'_, T>> {
        self.try_read_for(timeout)
    }

    #[inline]
    #[track_caller]
    fn read_deadline(&self, deadline: Instant) -> Option<RwLockReadGuard<'_, T>> {
        self.try_read_until(deadline)
    }

    #[inline]
    #[track_caller]
    fn write_timeout(&self, timeout: Duration) -> Option<RwLockWriteGuard<'_, T>> {
        self.try_write_for(timeout)
    }

    #[inline]
    #[track_caller]
    fn write_deadline(&self, deadline: Instant) -> Option<RwLockWriteGuard<'_, T>> {
        self.try_write_until(deadline)
    }

    #[inline]
    #[track_caller]
    fn upgradable_read_timeout(
        &self,
        timeout: Duration,
    ) -> Option<RwLockUpgradableReadGuard<'_, T>> {
        self.try_upgradable_read_for(timeout)
    }

    #[inline]
    #[track_caller]
    fn upgradable_read_deadline(
        &self,
        deadline: Instant,
    ) -> Option<RwLockUpgradableReadGuard<'_, T>> {
        self.try_upgradable_read_until(deadline)
    }

    #[track_caller]
    fn read_recursive(&self) -> RwLockReadGuard<'_, T> {
        read_recursive(self, Some(Deadline::NEVER), Call::here(READ_RECURSIVE))
            .expect("a deadline that never comes has not passed")
    }

    #[track_caller]
    fn try_read_recursive(&self) -> Option<RwLockReadGuard<'_, T>> {
        read_recursive(self, None, Call::here(TRY_READ_RECURSIVE))
    }

    #[track_caller]
    fn read_recursive_timeout(&self, timeout: Duration) -> Option<RwLockReadGuard<'_, T>> {
        let call = Call::here(READ_RECURSIVE_TIMEOUT);
        read_recursive(self, Some(Deadline::after(timeout)), call)
    }

    #[track_caller]
    fn read_recursive_deadline(&self, deadline: Instant) -> Option<RwLockReadGuard<'_, T>> {
        let call = Call::here(READ_RECURSIVE_DEADLINE);
        read_recursive(self, Some(Deadline::at(deadline)), call)
    }
}
