//! `Condition`: Python's condition variable, with its lock.

use std::fmt;
use std::time::{Duration, Instant};

use tl_core::door::Deadline;
use tl_locks::{ConditionLock, RLock, ReleaseError, Waiters};

use crate::{ConditionGuard, NotAcquired};

/// A condition variable with its lock: threads that hold the lock wait for a notification, and while they wait others can have
/// the lock.
///
/// It is Python's [`threading.Condition`](https://docs.python.org/3/library/threading.html#condition-objects). The lock is an
/// [`RLock`] unless [`with_lock`](Condition::with_lock) is given another; a reference or an [`Arc`](std::sync::Arc) to a lock lets
/// several conditions share it. What the condition is about (a queue, a flag) is wherever the program keeps it; a value with its lock
/// and condition in one is a [`Monitor`](crate::Monitor).
///
/// [`lock`](Condition::lock) returns a guard with the waits and the notifications. The same methods are here as well, for a lock that is
/// acquired and released by hand; they return [`NotAcquired`] where Python raises `RuntimeError`.
///
/// - A wait ends because the thread was notified, or because its time ran out, and says which. There are no other wake-ups. When both
///   happen at once it was notified.
/// - `notify(n)` notifies exactly `n` of those waiting, oldest first, or all if there are fewer. A later arrival gets nothing of it, and
///   a notification that finds nobody is not remembered.
/// - A wait gives up every level of an [`RLock`], and takes every level back before it returns.
///
/// A condition takes four bytes beside its lock.
///
/// # Examples
///
/// A consumer that waits for what a producer makes:
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use std::thread;
/// use tl_condition::Condition;
///
/// static CONDITION: Condition = Condition::new();
/// static READY: AtomicBool = AtomicBool::new(false);
///
/// let consumer = thread::spawn(|| {
///     let guard = CONDITION.lock();
///     guard.wait_for(|| READY.load(Ordering::Relaxed));
/// });
/// {
///     let guard = CONDITION.lock();
///     READY.store(true, Ordering::Relaxed);
///     guard.notify_all();
/// }
/// consumer.join().unwrap();
/// ```
pub struct Condition<L: ConditionLock = RLock> {
    waiters: Waiters,
    lock: L,
}

impl Condition<RLock> {
    /// A condition with an [`RLock`] of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// static CONDITION: Condition = Condition::new();
    /// assert_eq!(CONDITION.lock().notify_all(), 0);
    /// ```
    #[cfg(not(loom))]
    pub const fn new() -> Condition<RLock> {
        Condition::with_lock(RLock::new())
    }

    /// A condition with an [`RLock`] of its own.
    #[cfg(loom)]
    pub fn new() -> Condition<RLock> {
        Condition::with_lock(RLock::new())
    }
}

impl<L: ConditionLock> Condition<L> {
    /// A condition with the lock `lock`.
    ///
    /// # Examples
    ///
    /// Two conditions of one lock:
    ///
    /// ```
    /// use tl_condition::Condition;
    /// use tl_locks::Lock;
    ///
    /// static LOCK: Lock = Lock::new();
    /// static NOT_EMPTY: Condition<&Lock> = Condition::with_lock(&LOCK);
    /// static NOT_FULL: Condition<&Lock> = Condition::with_lock(&LOCK);
    ///
    /// LOCK.acquire();
    /// assert_eq!(NOT_EMPTY.notify_one(), Ok(0));
    /// assert_eq!(NOT_FULL.notify_one(), Ok(0));
    /// LOCK.release()?;
    /// # Ok::<(), tl_locks::ReleaseError>(())
    /// ```
    #[cfg(not(loom))]
    pub const fn with_lock(lock: L) -> Condition<L> {
        Condition {
            waiters: Waiters::new(),
            lock,
        }
    }

    /// A condition with the lock `lock`.
    #[cfg(loom)]
    pub fn with_lock(lock: L) -> Condition<L> {
        Condition {
            waiters: Waiters::new(),
            lock,
        }
    }

    /// Acquires the lock, and returns a guard to wait and notify with, that releases it when it is dropped.
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// Waits until the lock can be had: see [`RLock::acquire`], [`Lock::acquire`](tl_locks::Lock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// let guard = condition.lock();
    /// assert!(!guard.wait_timeout(Duration::from_millis(1)));
    /// ```
    #[inline]
    pub fn lock(&self) -> ConditionGuard<'_, L> {
        self.acquire();
        ConditionGuard::new(self)
    }

    /// Acquires the lock if that is possible at once. Does not wait.
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    /// use tl_locks::Lock;
    ///
    /// let condition = Condition::with_lock(Lock::new());
    /// let guard = condition.try_lock();
    /// assert!(guard.is_some());
    /// assert!(condition.try_lock().is_none());
    /// ```
    #[inline]
    pub fn try_lock(&self) -> Option<ConditionGuard<'_, L>> {
        self.try_acquire().then(|| ConditionGuard::new(self))
    }

    /// Acquires the lock if that is possible within `timeout`: at once if it is zero, however long it takes if it is too long to be
    /// added to the clock.
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// As [`lock`](Condition::lock), no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.lock_timeout(Duration::from_millis(10)).is_some());
    /// ```
    #[inline]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<ConditionGuard<'_, L>> {
        self.acquire_timeout(timeout)
            .then(|| ConditionGuard::new(self))
    }

    /// Acquires the lock if that is possible before `deadline`, which may be in the past: then at once or not at all.
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// As [`lock`](Condition::lock), no longer than to `deadline`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.lock_deadline(Instant::now()).is_some());
    /// ```
    #[inline]
    pub fn lock_deadline(&self, deadline: Instant) -> Option<ConditionGuard<'_, L>> {
        self.acquire_deadline(deadline)
            .then(|| ConditionGuard::new(self))
    }

    /// Acquires the lock. Needs a [`release`](Condition::release); the guard of [`lock`](Condition::lock) sees to it itself.
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// As [`lock`](Condition::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// condition.notify_one()?;
    /// condition.release()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn acquire(&self) {
        self.lock.acquire();
    }

    /// Acquires the lock if that is possible at once, and says whether it did. Does not wait.
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.try_acquire());
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    pub fn try_acquire(&self) -> bool {
        self.lock.try_acquire()
    }

    /// Acquires the lock if that is possible within `timeout`, and says whether it did. See
    /// [`lock_timeout`](Condition::lock_timeout).
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// As [`lock`](Condition::lock), no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.acquire_timeout(Duration::ZERO));
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.lock.acquire_timeout(timeout)
    }

    /// Acquires the lock if that is possible before `deadline`, and says whether it did. See
    /// [`lock_deadline`](Condition::lock_deadline).
    ///
    /// # Panics
    ///
    /// As [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// As [`lock`](Condition::lock), no longer than to `deadline`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.acquire_deadline(Instant::now()));
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    pub fn acquire_deadline(&self, deadline: Instant) -> bool {
        self.lock.acquire_deadline(deadline)
    }

    /// Releases the lock, or one level of it if it is an [`RLock`].
    ///
    /// # Errors
    ///
    /// [`ReleaseError`] if the lock is not held, or the calling thread does not own it. Nothing has changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// assert!(condition.release().is_ok());
    /// assert!(condition.release().is_err());
    /// ```
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.lock.release()
    }

    /// Whether the lock was held when the call looked, by whichever thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(!condition.locked());
    /// let _guard = condition.lock();
    /// assert!(condition.locked());
    /// ```
    #[inline]
    pub fn locked(&self) -> bool {
        self.lock.locked()
    }

    /// Gives the lock up, waits to be notified, and takes the lock back.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`] if the caller does not hold the lock. It has not waited then. (A [`Lock`](tl_locks::Lock) has no owner: held by
    /// another thread, it passes for the caller's, and is released.)
    ///
    /// # Blocking
    ///
    /// Waits for a notification, then for the lock. If nobody notifies it waits for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::{Condition, NotAcquired};
    ///
    /// let condition = Condition::new();
    /// assert!(condition.wait().is_err());
    /// ```
    pub fn wait(&self) -> Result<(), NotAcquired> {
        self.wait_until(Deadline::NEVER).map(|_| ())
    }

    /// Gives the lock up, waits to be notified for no longer than `timeout`, and takes the lock back. Whether it was notified.
    ///
    /// With [`Duration::ZERO`] it gives the lock up and takes it back at once. A timeout too long to be added to the clock never runs
    /// out.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// # Blocking
    ///
    /// Waits for a notification no longer than `timeout`, then for the lock, however long that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.wait_timeout(Duration::from_millis(1)), Ok(false));
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, NotAcquired> {
        self.wait_until(Deadline::after(timeout))
    }

    /// Gives the lock up, waits to be notified for no longer than to `deadline`, and takes the lock back. Whether it was notified.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait).
    ///
    /// # Blocking
    ///
    /// Waits for a notification no longer than to `deadline`, then for the lock, however long that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.wait_deadline(Instant::now()), Ok(false));
    /// ```
    pub fn wait_deadline(&self, deadline: Instant) -> Result<bool, NotAcquired> {
        self.wait_until(Deadline::at(deadline))
    }

    /// Waits until `predicate` returns true: it is called at first, and after each notification, always with the lock held.
    ///
    /// A panic in `predicate` goes on, with the lock held as before the call: nobody releases it but the caller. With the guard of
    /// [`lock`](Condition::lock) that happens by itself.
    ///
    /// # Errors
    ///
    /// As [`wait`](Condition::wait). If the caller does not hold the lock `predicate` is not called at all.
    ///
    /// # Blocking
    ///
    /// Waits for notifications until the predicate is true.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.wait_for(|| true).is_err());
    /// condition.acquire();
    /// assert!(condition.wait_for(|| true).is_ok());
    /// ```
    pub fn wait_for(&self, predicate: impl FnMut() -> bool) -> Result<(), NotAcquired> {
        self.wait_for_until(predicate, Deadline::NEVER).map(|_| ())
    }

    /// Waits until `predicate` returns true, no longer than `timeout` in all. What the predicate returned last: it is called at first,
    /// after each notification, and when the time has run out.
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Condition::wait_for).
    ///
    /// # Blocking
    ///
    /// Waits for notifications no longer than `timeout`, and for the lock, however long that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// let timeout = Duration::from_millis(1);
    /// assert_eq!(condition.wait_for_timeout(|| true, timeout), Ok(true));
    /// assert_eq!(condition.wait_for_timeout(|| false, timeout), Ok(false));
    /// ```
    pub fn wait_for_timeout(
        &self,
        predicate: impl FnMut() -> bool,
        timeout: Duration,
    ) -> Result<bool, NotAcquired> {
        self.wait_for_until(predicate, Deadline::after(timeout))
    }

    /// Waits until `predicate` returns true, no longer than to `deadline`. What the predicate returned last. See
    /// [`wait_for_timeout`](Condition::wait_for_timeout).
    ///
    /// # Errors
    ///
    /// As [`wait_for`](Condition::wait_for).
    ///
    /// # Blocking
    ///
    /// Waits for notifications no longer than to `deadline`, and for the lock, however long that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.wait_for_deadline(|| false, Instant::now()), Ok(false));
    /// ```
    pub fn wait_for_deadline(
        &self,
        predicate: impl FnMut() -> bool,
        deadline: Instant,
    ) -> Result<bool, NotAcquired> {
        self.wait_for_until(predicate, Deadline::at(deadline))
    }

    /// Notifies the thread that has waited longest. How many will wake: 0 or 1.
    ///
    /// A notified thread goes on once it has the lock, so not before the caller has released it.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`] if the caller does not hold the lock. Nobody was notified then. (A [`Lock`](tl_locks::Lock) has no owner: held
    /// by another thread, it passes for the caller's.)
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.notify_one().is_err());
    /// condition.acquire();
    /// assert_eq!(condition.notify_one(), Ok(0));
    /// ```
    pub fn notify_one(&self) -> Result<usize, NotAcquired> {
        self.notify(1)
    }

    /// Notifies the `n` threads that have waited longest, or all if there are fewer. How many will wake.
    ///
    /// # Errors
    ///
    /// As [`notify_one`](Condition::notify_one).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.notify(3), Ok(0));
    /// ```
    pub fn notify(&self, n: usize) -> Result<usize, NotAcquired> {
        self.lock.notify(&self.waiters, n).map_err(|_| NotAcquired)
    }

    /// Notifies all threads that wait now. How many will wake.
    ///
    /// # Errors
    ///
    /// As [`notify_one`](Condition::notify_one).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// condition.acquire();
    /// assert_eq!(condition.notify_all(), Ok(0));
    /// ```
    pub fn notify_all(&self) -> Result<usize, NotAcquired> {
        self.notify(usize::MAX)
    }

    fn wait_until(&self, deadline: Deadline) -> Result<bool, NotAcquired> {
        self.lock
            .wait(&self.waiters, deadline)
            .map_err(|_| NotAcquired)
    }

    fn wait_for_until(
        &self,
        mut predicate: impl FnMut() -> bool,
        deadline: Deadline,
    ) -> Result<bool, NotAcquired> {
        if !self.lock.is_acquired() {
            return Err(NotAcquired);
        }
        loop {
            if predicate() {
                return Ok(true);
            }
            if !self.wait_until(deadline)? {
                return Ok(predicate());
            }
        }
    }
}

impl<L: ConditionLock + Default> Default for Condition<L> {
    fn default() -> Condition<L> {
        Condition::with_lock(L::default())
    }
}

impl<L: ConditionLock> fmt::Debug for Condition<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition")
            .field("lock", &self.lock)
            .finish_non_exhaustive()
    }
}
