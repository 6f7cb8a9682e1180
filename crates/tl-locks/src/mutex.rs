//! Locks that hold data: `lock_api`'s, on the raw lock.

use crate::raw::{RawLock, RawThreadIdent};

/// A value behind a lock: whoever holds the lock has `&mut` access to it.
///
/// It is `lock_api`'s [`Mutex`][mutex] on the lock of this crate, with its whole interface, and with its names for the timed forms:
/// [`lock`][lock], [`try_lock`][try], [`try_lock_for`][for] a `Duration`, [`try_lock_until`][until] an `Instant`; its guards can be
/// [mapped][map], or released [fairly][fair]. There is no poisoning: a panic releases the lock. A guard may be sent to another thread if
/// the value may.
///
/// [mutex]: https://docs.rs/lock_api/latest/lock_api/struct.Mutex.html
/// [lock]: https://docs.rs/lock_api/latest/lock_api/struct.Mutex.html#method.lock
/// [try]: https://docs.rs/lock_api/latest/lock_api/struct.Mutex.html#method.try_lock
/// [for]: https://docs.rs/lock_api/latest/lock_api/struct.Mutex.html#method.try_lock_for
/// [until]: https://docs.rs/lock_api/latest/lock_api/struct.Mutex.html#method.try_lock_until
/// [map]: https://docs.rs/lock_api/latest/lock_api/struct.MutexGuard.html#method.map
/// [fair]: https://docs.rs/lock_api/latest/lock_api/struct.MutexGuard.html#method.unlock_fair
///
/// # Blocking
///
/// A thread that locks it twice waits for itself, forever.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use tl_locks::Mutex;
///
/// static WORDS: Mutex<Vec<&str>> = Mutex::new(Vec::new());
///
/// thread::scope(|scope| {
///     scope.spawn(|| WORDS.lock().push("one"));
///     scope.spawn(|| WORDS.lock().push("two"));
/// });
/// assert_eq!(WORDS.lock().len(), 2);
/// ```
///
/// What it locks has no bare `release`:
///
/// ```compile_fail,E0599
/// tl_locks::Mutex::new(1).release();
/// ```
pub type Mutex<T> = lock_api::Mutex<RawLock, T>;

/// A [`Mutex`] that is held: it derefs to the value, and dropping it releases the lock.
///
/// ```
/// use tl_locks::{Mutex, MutexGuard};
///
/// let list = Mutex::new(vec![1]);
/// let mut guard: MutexGuard<'_, Vec<u32>> = list.lock();
/// guard.push(2);
/// drop(guard);
/// assert_eq!(list.into_inner(), [1, 2]);
/// ```
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawLock, T>;

/// A part of the value of a [`Mutex`] that is held. See `lock_api`'s
/// [`MutexGuard::map`](https://docs.rs/lock_api/latest/lock_api/struct.MutexGuard.html#method.map).
///
/// ```
/// use tl_locks::{MappedMutexGuard, Mutex, MutexGuard};
///
/// let pair = Mutex::new((1, "one"));
/// let mut number: MappedMutexGuard<'_, i32> = MutexGuard::map(pair.lock(), |pair| &mut pair.0);
/// *number += 1;
/// drop(number);
/// assert_eq!(pair.into_inner(), (2, "one"));
/// ```
pub type MappedMutexGuard<'a, T> = lock_api::MappedMutexGuard<'a, RawLock, T>;

/// A value behind a lock that its owner can lock again: whoever holds the lock has `&` access to the value.
///
/// It is `lock_api`'s [`ReentrantMutex`](https://docs.rs/lock_api/latest/lock_api/struct.ReentrantMutex.html) on the lock of this
/// crate. Since one thread may have several guards, they give no `&mut`: put a [`RefCell`](std::cell::RefCell) or a [`Cell`](std::cell::Cell) inside. The guard may not leave its thread.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use tl_locks::ReentrantMutex;
///
/// static DEPTH: ReentrantMutex<Cell<u32>> = ReentrantMutex::new(Cell::new(0));
///
/// fn descend() {
///     let depth = DEPTH.lock();
///     depth.set(depth.get() + 1);
///     if depth.get() < 10 {
///         descend();
///     }
/// }
/// descend();
/// assert_eq!(DEPTH.lock().get(), 10);
/// ```
///
/// ```compile_fail,E0277
/// use tl_locks::ReentrantMutex;
///
/// static VALUE: ReentrantMutex<u32> = ReentrantMutex::new(1);
/// let guard = VALUE.lock();
/// std::thread::spawn(move || drop(guard));
/// ```
pub type ReentrantMutex<T> = lock_api::ReentrantMutex<RawLock, RawThreadIdent, T>;

/// A [`ReentrantMutex`] that is held: it derefs to the value, and dropping it gives one level back.
///
/// ```
/// use tl_locks::{ReentrantMutex, ReentrantMutexGuard};
///
/// static NAME: ReentrantMutex<&str> = ReentrantMutex::new("twice");
///
/// let first: ReentrantMutexGuard<'_, &str> = NAME.lock();
/// let second = NAME.lock(); // the same thread
/// assert_eq!(*first, *second);
/// ```
pub type ReentrantMutexGuard<'a, T> = lock_api::ReentrantMutexGuard<'a, RawLock, RawThreadIdent, T>;

/// A part of the value of a [`ReentrantMutex`] that is held. See `lock_api`'s
/// [`ReentrantMutexGuard::map`](https://docs.rs/lock_api/latest/lock_api/struct.ReentrantMutexGuard.html#method.map).
///
/// ```
/// use tl_locks::{MappedReentrantMutexGuard, ReentrantMutex, ReentrantMutexGuard};
///
/// let pair = ReentrantMutex::new((1, "one"));
/// let word: MappedReentrantMutexGuard<'_, &str> = ReentrantMutexGuard::map(pair.lock(), |pair| &pair.1);
/// assert_eq!(*word, "one");
/// ```
pub type MappedReentrantMutexGuard<'a, T> =
    lock_api::MappedReentrantMutexGuard<'a, RawLock, RawThreadIdent, T>;
