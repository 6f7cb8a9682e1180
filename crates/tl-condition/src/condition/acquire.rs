//! Making a condition, and its lock: acquiring and releasing it.

use std::time::{Duration, Instant};

use tl_core::sync::const_unless_loom;
use tl_locks::{ConditionLock, Limit, RLock, RawCondvar, ReleaseError};

use super::Condition;

impl Condition<RLock> {
    const_unless_loom! {
        /// Creates a condition with an [`RLock`] of its own.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_condition::Condition;
        ///
        /// static CONDITION: Condition = Condition::new();
        /// assert_eq!(CONDITION.lock().notify_all(), 0);
        /// ```
        pub const fn new() -> Condition<RLock> {
            Condition::with_lock(RLock::new())
        }
    }
}

impl<L: ConditionLock> Condition<L> {
    const_unless_loom! {
        /// Creates a condition with the lock `lock`.
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
        pub const fn with_lock(lock: L) -> Condition<L> {
            Condition {
                waiters: RawCondvar::new(),
                lock,
            }
        }
    }

    /// Acquires the lock. It needs a [`release`](Condition::release), for which the guard of
    /// [`lock`](Condition::lock) takes care by itself.
    ///
    /// # Panics
    ///
    /// The same as [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// The same as [`lock`](Condition::lock).
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
    #[track_caller]
    pub fn acquire(&self) {
        let is_acquired = self.lock.acquire_before(Limit::Forever);
        debug_assert!(is_acquired, "there is no limit that could pass");
    }

    /// Acquires the lock if that is possible at once, and says whether it did. Does not wait.
    ///
    /// # Panics
    ///
    /// The same as [`RLock::acquire`], if that is the lock.
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
    #[track_caller]
    pub fn try_acquire(&self) -> bool {
        self.lock.acquire_before(Limit::AtOnce)
    }

    /// Acquires the lock if that is possible within `timeout`, and says whether it did. See
    /// [`lock_timeout`](Condition::lock_timeout).
    ///
    /// # Panics
    ///
    /// The same as [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// The same as [`lock`](Condition::lock), no longer than `timeout`.
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
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.lock.acquire_before(Limit::Timeout(timeout))
    }

    /// Acquires the lock if that is possible before `deadline`, and says whether it did. See
    /// [`lock_deadline`](Condition::lock_deadline).
    ///
    /// # Panics
    ///
    /// The same as [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// The same as [`lock`](Condition::lock), until `deadline` at the latest.
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
    #[track_caller]
    pub fn acquire_deadline(&self, deadline: Instant) -> bool {
        self.lock.acquire_before(Limit::Deadline(deadline))
    }

    /// Releases the lock, or one level of it if it is an [`RLock`].
    ///
    /// # Errors
    ///
    /// [`ReleaseError`] if the lock is not held, or the calling thread does not own it. Nothing has
    /// changed then.
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

    /// Returns the lock: to acquire it in a way that the condition does not have, or for another
    /// condition on it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// let (_outer, _inner) = (condition.lock(), condition.lock());
    /// assert_eq!(condition.lock_ref().recursion_count(), 2);
    /// ```
    #[inline]
    pub const fn lock_ref(&self) -> &L {
        &self.lock
    }

    /// Returns whether the calling thread holds the lock, so that it may wait and notify. (A
    /// [`Lock`](tl_locks::Lock) has no owner: held by another thread, it passes for the caller's.)
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_condition::Condition;
    ///
    /// static CONDITION: Condition = Condition::new();
    ///
    /// let _guard = CONDITION.lock();
    /// assert!(CONDITION.is_owned());
    /// assert!(!thread::spawn(|| CONDITION.is_owned()).join().unwrap());
    /// ```
    #[inline]
    pub fn is_owned(&self) -> bool {
        self.lock.is_acquired()
    }

    /// Returns how many threads wait and have not been notified. Unless the caller holds the lock,
    /// that may have changed by the time it returns; some may time out even then.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// assert_eq!(Condition::new().n_waiting(), 0);
    /// ```
    pub fn n_waiting(&self) -> usize {
        self.waiters.n_waiting()
    }

    /// Returns whether any thread held the lock when the call looked.
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
}
