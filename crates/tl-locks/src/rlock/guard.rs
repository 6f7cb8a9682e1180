//! `RLock` by its guard, which releases what it stands for.

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Operation};

use super::RLock;

const LOCK: &Operation = &Operation::new("RLock", "lock");
const LOCK_TIMEOUT: &Operation = &Operation::new("RLock", "lock_timeout");
const LOCK_DEADLINE: &Operation = &Operation::new("RLock", "lock_deadline");

impl RLock {
    /// Acquires the lock, or one more level of it, and returns a guard that releases it when it is
    /// dropped.
    ///
    /// # Panics
    ///
    /// The same as [`acquire`](RLock::acquire).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](RLock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// {
    ///     let _outer = lock.lock();
    ///     let _inner = lock.lock();
    ///     assert!(lock.is_owned());
    /// }
    /// assert!(!lock.locked());
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> RLockGuard<'_> {
        self.acquire_noting(Call::here(LOCK));
        self.guard()
    }

    /// Acquires the lock, or one more level of it, if no other thread holds it. Does not wait.
    ///
    /// # Panics
    ///
    /// The same as [`acquire`](RLock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// let outer = lock.try_lock();
    /// let inner = lock.try_lock();
    /// assert!(outer.is_some() && inner.is_some());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn try_lock(&self) -> Option<RLockGuard<'_>> {
        self.try_acquire().then(|| self.guard())
    }

    /// Acquires the lock, or one more level of it, if that is possible within `timeout`. See
    /// [`acquire_timeout`](RLock::acquire_timeout).
    ///
    /// # Panics
    ///
    /// The same as [`acquire`](RLock::acquire).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](RLock::acquire), no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// let guard = lock.lock_timeout(Duration::from_millis(1));
    /// assert!(guard.is_some());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<RLockGuard<'_>> {
        self.acquire_timeout_noting(timeout, Call::here(LOCK_TIMEOUT))
            .then(|| self.guard())
    }

    /// Acquires the lock, or one more level of it, if that is possible before `deadline`. See
    /// [`acquire_deadline`](RLock::acquire_deadline).
    ///
    /// # Panics
    ///
    /// The same as [`acquire`](RLock::acquire).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](RLock::acquire), until `deadline` at the latest.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// let guard = lock.lock_deadline(Instant::now());
    /// assert!(guard.is_some());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_deadline(&self, deadline: Instant) -> Option<RLockGuard<'_>> {
        self.acquire_deadline_noting(deadline, Call::here(LOCK_DEADLINE))
            .then(|| self.guard())
    }

    #[inline]
    fn guard(&self) -> RLockGuard<'_> {
        RLockGuard {
            lock: self,
            not_send: PhantomData,
        }
    }

    /// Calls `f` with the lock held, and returns what it returns. A panic in `f` releases the lock
    /// and propagates. `f` may acquire the lock again.
    ///
    /// # Panics
    ///
    /// The same as [`acquire`](RLock::acquire).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](RLock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// let sum = lock.with(|| lock.with(|| 1 + 2));
    /// assert_eq!(sum, 3);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce() -> R) -> R {
        let _guard = self.lock();
        f()
    }
}

/// A [`RLock`] that is held by this thread; dropping the guard gives one level back.
///
/// Guards of one lock may be dropped in any order. A guard that is forgotten ([`std::mem::forget`])
/// leaves its level held. If the thread has called [`RLock::release`] meanwhile, dropping the guard
/// releases the next outer level, or does nothing if there is none; so use either guards or
/// `release`.
///
/// # Mistakes that do not compile
///
/// The guard may not leave its thread, since no other thread could release the lock:
///
/// ```compile_fail,E0277
/// use tl_locks::RLock;
///
/// static LOCK: RLock = RLock::new();
/// let guard = LOCK.lock();
/// std::thread::spawn(move || drop(guard));
/// ```
#[must_use = "the lock is released as soon as the guard is dropped: keep it in a variable, as in `let _guard = …`"]
pub struct RLockGuard<'a> {
    lock: &'a RLock,
    // As std's guard: `Sync`, but not `Send`.
    not_send: PhantomData<std::sync::MutexGuard<'static, ()>>,
}

impl Drop for RLockGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // An error means that the thread has released more levels than it acquired: there is
        // nothing left to do, and no caller to tell.
        let _ = self.lock.release();
    }
}

impl fmt::Debug for RLockGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RLockGuard")
            .field("lock", self.lock)
            .finish()
    }
}
