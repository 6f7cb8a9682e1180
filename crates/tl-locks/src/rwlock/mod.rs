//! `RwLock`: a value that many read or one writes; `lock_api`'s, on the raw lock. What these crates
//! add to its interface is in `ext.rs`.

mod ext;

use crate::raw_rwlock::RawRwLock;

pub use ext::RwLockExt;

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
/// # Examples
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
/// # Examples
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
/// # Examples
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
/// # Examples
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
/// # Examples
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
