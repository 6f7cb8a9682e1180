//! `RwLock`: a value that many read or one writes; `lock_api`'s, on the raw lock.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::raw_rwlock::{RawRwLock, read_recursive};

const READ_RECURSIVE: &Operation = &Operation::new("RwLock", "read_recursive");
const TRY_READ_RECURSIVE: &Operation = &Operation::new("RwLock", "try_read_recursive");
const READ_RECURSIVE_TIMEOUT: &Operation = &Operation::new("RwLock", "read_recursive_timeout");
const READ_RECURSIVE_DEADLINE: &Operation = &Operation::new("RwLock", "read_recursive_deadline");

/// A value behind a lock that many threads may hold to read, or one to write.
///
/// It is `lock_api`'s [`RwLock`][rwlock] on a lock of this crate, with its whole interface:
/// [`read`][read] and [`write`][write], each with a try and timed forms, which [`RwLockExt`] has by
/// the names of this crate; a writer can [become a reader][downgrade] without letting another
/// writer in between, and one reader at a time may be [upgradable][upgradable], to become the
/// writer later. Guards may be sent to other threads if the value may. There is no poisoning: a
/// panic releases the lock. It takes four bytes beside the value.
///
/// [rwlock]: https://docs.rs/lock_api/latest/lock_api/struct.RwLock.html
/// [read]: https://docs.rs/lock_api/latest/lock_api/struct.RwLock.html#method.read
/// [write]: https://docs.rs/lock_api/latest/lock_api/struct.RwLock.html#method.write
/// [downgrade]: https://docs.rs/lock_api/latest/lock_api/struct.RwLockWriteGuard.html#method.downgrade
/// [upgradable]: https://docs.rs/lock_api/latest/lock_api/struct.RwLock.html#method.upgradable_read
///
/// # Which thread is next
///
/// Readers join readers, past a writer that waits; a writer takes the lock when it finds it free,
/// past all that wait. So no core idles while a woken thread is on its way. That ends after half a
/// millisecond, when a waiter is *overdue*:
///
/// - While a writer is overdue no reader joins those that are inside. Those end, and the writer is
///   next.
/// - A release gives the lock straight to the longest waiter, if it is overdue; where many are,
///   once in half a millisecond. All readers that wait with it are let in, too, up to the first
///   writer that is overdue.
/// - An upgradable reader that waits to write lets no reader in from the start.
///
/// # Blocking
///
/// A thread that writes and then locks again, in either way, waits for itself, forever. So does a
/// thread that reads and then writes. A thread that reads and then reads again may wait for itself
/// too: if a writer has become overdue in between, it waits for the first read to end.
/// [`RwLockExt::read_recursive`] does not.
///
/// # Panics
///
/// Reading panics if there are 67,108,863 read guards already. That is more than there are threads,
/// so some must have been [forgotten](std::mem::forget).
///
/// # Examples
///
/// ```
/// use std::thread;
/// use tl_locks::RwLock;
///
/// static LIMITS: RwLock<Vec<u32>> = RwLock::new(Vec::new());
///
/// LIMITS.write().extend([10, 20]);
/// thread::scope(|scope| {
///     scope.spawn(|| assert_eq!(LIMITS.read()[0], 10));
///     scope.spawn(|| assert_eq!(LIMITS.read()[1], 20)); // perhaps at the same time
/// });
/// ```
///
/// A writer that goes on to read what it wrote:
///
/// ```
/// use tl_locks::{RwLock, RwLockWriteGuard};
///
/// let total = RwLock::new(1);
/// let mut writer = total.write();
/// *writer += 1;
/// let reader = RwLockWriteGuard::downgrade(writer);
/// assert_eq!(*reader, 2);
/// assert!(total.try_read().is_some());
/// ```
///
/// A reader that may find something to write:
///
/// ```
/// use tl_locks::{RwLock, RwLockUpgradableReadGuard};
///
/// let names = RwLock::new(vec!["one"]);
/// let reader = names.upgradable_read();
/// if !reader.contains(&"two") {
///     // Nobody else has written since.
///     RwLockUpgradableReadGuard::upgrade(reader).push("two");
/// }
/// assert_eq!(*names.read(), ["one", "two"]);
/// ```
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;

/// An [`RwLock`] that is held to read: it derefs to the value, and dropping it releases the lock.
///
/// ```
/// use tl_locks::{RwLock, RwLockReadGuard};
///
/// let total = RwLock::new(5);
/// let first: RwLockReadGuard<'_, u32> = total.read();
/// let second = total.read();
/// assert_eq!(*first, *second);
/// ```
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;

/// An [`RwLock`] that is held to write: it derefs to the value, and dropping it releases the lock.
///
/// ```
/// use tl_locks::{RwLock, RwLockWriteGuard};
///
/// let total = RwLock::new(5);
/// let mut guard: RwLockWriteGuard<'_, u32> = total.write();
/// *guard += 1;
/// assert!(total.try_read().is_none());
/// ```
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;

/// An [`RwLock`] that is held to read, by the one thread that may become the writer.
///
/// ```
/// use tl_locks::{RwLock, RwLockUpgradableReadGuard};
///
/// let total = RwLock::new(5);
/// let guard: RwLockUpgradableReadGuard<'_, u32> = total.upgradable_read();
/// assert!(total.try_read().is_some());
/// assert!(total.try_upgradable_read().is_none());
/// *RwLockUpgradableReadGuard::upgrade(guard) += 1;
/// assert_eq!(*total.read(), 6);
/// ```
pub type RwLockUpgradableReadGuard<'a, T> = lock_api::RwLockUpgradableReadGuard<'a, RawRwLock, T>;

/// A part of the value of an [`RwLock`] that is held to read. See `lock_api`'s
/// [`RwLockReadGuard::map`](https://docs.rs/lock_api/latest/lock_api/struct.RwLockReadGuard.html#method.map).
///
/// ```
/// use tl_locks::{MappedRwLockReadGuard, RwLock, RwLockReadGuard};
///
/// let pair = RwLock::new((1, "one"));
/// let word: MappedRwLockReadGuard<'_, &str> = RwLockReadGuard::map(pair.read(), |pair| &pair.1);
/// assert_eq!(*word, "one");
/// ```
pub type MappedRwLockReadGuard<'a, T> = lock_api::MappedRwLockReadGuard<'a, RawRwLock, T>;

/// A part of the value of an [`RwLock`] that is held to write. See `lock_api`'s
/// [`RwLockWriteGuard::map`](https://docs.rs/lock_api/latest/lock_api/struct.RwLockWriteGuard.html#method.map).
///
/// ```
/// use tl_locks::{MappedRwLockWriteGuard, RwLock, RwLockWriteGuard};
///
/// let pair = RwLock::new((1, "one"));
/// let mut number: MappedRwLockWriteGuard<'_, i32> =
///     RwLockWriteGuard::map(pair.write(), |pair| &mut pair.0);
/// *number += 1;
/// drop(number);
/// assert_eq!(pair.into_inner(), (2, "one"));
/// ```
pub type MappedRwLockWriteGuard<'a, T> = lock_api::MappedRwLockWriteGuard<'a, RawRwLock, T>;

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
    /// As [`upgradable_read_timeout`](RwLockExt::upgradable_read_timeout), until `deadline` at the
    /// latest.
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
