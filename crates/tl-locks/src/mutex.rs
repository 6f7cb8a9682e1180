//! Locks that hold data: `lock_api`'s, on the raw lock.

use std::time::{Duration, Instant};

use crate::raw::{RawLock, RawThreadIdent};

/// A value behind a lock: the thread that holds the lock has `&mut` access to it.
///
/// It is `lock_api`'s [`Mutex`][mutex] on the lock of this crate, with its whole interface:
/// [`lock`][lock] and [`try_lock`][try]; its guards can be [mapped][map], or released
/// [fairly][fair]. The timed forms are [`lock_timeout`](MutexExt::lock_timeout) and
/// [`lock_deadline`](MutexExt::lock_deadline) of [`MutexExt`], or, by `lock_api`'s names,
/// [`try_lock_for`][for] a `Duration` and [`try_lock_until`][until] an `Instant`. There is no
/// poisoning: a panic releases the lock. A guard may be sent to another thread if the value may.
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
/// # Examples
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
/// # Examples
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

/// A value behind a lock that its owner can lock again: the thread that holds the lock has `&`
/// access to the value.
///
/// It is `lock_api`'s
/// [`ReentrantMutex`](https://docs.rs/lock_api/latest/lock_api/struct.ReentrantMutex.html) on the
/// lock of this crate. Since one thread may have several guards, they give no `&mut`: put a
/// [`RefCell`](std::cell::RefCell) or a [`Cell`](std::cell::Cell) inside. The guard may not leave
/// its thread. The timed forms are in [`ReentrantMutexExt`].
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
/// # Examples
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
/// # Examples
///
/// ```
/// use tl_locks::{MappedReentrantMutexGuard, ReentrantMutex, ReentrantMutexGuard};
///
/// let pair = ReentrantMutex::new((1, "one"));
/// let word: MappedReentrantMutexGuard<'_, &str> =
///     ReentrantMutexGuard::map(pair.lock(), |pair| &pair.1);
/// assert_eq!(*word, "one");
/// ```
pub type MappedReentrantMutexGuard<'a, T> =
    lock_api::MappedReentrantMutexGuard<'a, RawLock, RawThreadIdent, T>;

mod sealed {
    pub trait OfMutex {}
    pub trait OfReentrantMutex {}

    impl<T: ?Sized> OfMutex for super::Mutex<T> {}
    impl<T: ?Sized> OfReentrantMutex for super::ReentrantMutex<T> {}
}

/// The timed forms of [`Mutex`] by the names that they have everywhere in these crates.
///
/// A timeout of zero, and a deadline in the past, is a try. A timeout too long to be added to the
/// clock, such as [`Duration::MAX`], never runs out. The trait is sealed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_locks::{Mutex, MutexExt};
///
/// let total = Mutex::new(5);
/// let guard = total.lock_timeout(Duration::from_millis(1));
/// assert!(guard.is_some_and(|total| *total == 5));
/// ```
pub trait MutexExt<T: ?Sized>: sealed::OfMutex {
    /// Acquires the lock, if that is possible within `timeout`.
    ///
    /// # Blocking
    ///
    /// Waits, no longer than `timeout`, until no thread holds the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::{Mutex, MutexExt};
    ///
    /// let total = Mutex::new(5);
    /// let _guard = total.lock();
    /// assert!(total.lock_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn lock_timeout(&self, timeout: Duration) -> Option<MutexGuard<'_, T>>;

    /// Acquires the lock, if that is possible before `deadline`.
    ///
    /// # Blocking
    ///
    /// Waits, until `deadline` at the latest, until no thread holds the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::{Mutex, MutexExt};
    ///
    /// let total = Mutex::new(5);
    /// assert!(total.lock_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn lock_deadline(&self, deadline: Instant) -> Option<MutexGuard<'_, T>>;
}

impl<T: ?Sized> MutexExt<T> for Mutex<T> {
    #[inline]
    #[track_caller]
    fn lock_timeout(&self, timeout: Duration) -> Option<MutexGuard<'_, T>> {
        self.try_lock_for(timeout)
    }

    #[inline]
    #[track_caller]
    fn lock_deadline(&self, deadline: Instant) -> Option<MutexGuard<'_, T>> {
        self.try_lock_until(deadline)
    }
}

/// The timed forms of [`ReentrantMutex`] by the names that they have everywhere in these crates.
///
/// A timeout of zero, and a deadline in the past, is a try. A timeout too long to be added to the
/// clock, such as [`Duration::MAX`], never runs out. The trait is sealed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_locks::{ReentrantMutex, ReentrantMutexExt};
///
/// let total = ReentrantMutex::new(5);
/// let _outer = total.lock();
/// assert!(total.lock_timeout(Duration::from_millis(1)).is_some());
/// ```
pub trait ReentrantMutexExt<T: ?Sized>: sealed::OfReentrantMutex {
    /// Acquires the lock, or one more level of it, if that is possible within `timeout`.
    ///
    /// # Panics
    ///
    /// If the calling thread holds as many levels as can be counted.
    ///
    /// # Blocking
    ///
    /// Waits, no longer than `timeout`, until no other thread holds the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::{ReentrantMutex, ReentrantMutexExt};
    ///
    /// static TOTAL: ReentrantMutex<u32> = ReentrantMutex::new(5);
    ///
    /// let _guard = TOTAL.lock();
    /// let elsewhere = || TOTAL.lock_timeout(Duration::from_millis(1)).is_none();
    /// assert!(std::thread::spawn(elsewhere).join().unwrap());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn lock_timeout(&self, timeout: Duration) -> Option<ReentrantMutexGuard<'_, T>>;

    /// Acquires the lock, or one more level of it, if that is possible before `deadline`.
    ///
    /// # Panics
    ///
    /// If the calling thread holds as many levels as can be counted.
    ///
    /// # Blocking
    ///
    /// Waits, until `deadline` at the latest, until no other thread holds the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::{ReentrantMutex, ReentrantMutexExt};
    ///
    /// let total = ReentrantMutex::new(5);
    /// assert!(total.lock_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    fn lock_deadline(&self, deadline: Instant) -> Option<ReentrantMutexGuard<'_, T>>;
}

impl<T: ?Sized> ReentrantMutexExt<T> for ReentrantMutex<T> {
    #[inline]
    #[track_caller]
    fn lock_timeout(&self, timeout: Duration) -> Option<ReentrantMutexGuard<'_, T>> {
        self.try_lock_for(timeout)
    }

    #[inline]
    #[track_caller]
    fn lock_deadline(&self, deadline: Instant) -> Option<ReentrantMutexGuard<'_, T>> {
        self.try_lock_until(deadline)
    }
}
