//! The guard of a condition: its lock, held.

use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use tl_locks::{ConditionLock, RLock};

use crate::{Condition, NotAcquired};

impl<L: ConditionLock> Condition<L> {
    /// Acquires the lock, and returns a guard to wait and notify with, that releases it when it is
    /// dropped.
    ///
    /// # Panics
    ///
    /// The same as [`RLock::acquire`], if that is the lock.
    ///
    /// # Blocking
    ///
    /// Waits until the lock is free: see [`RLock::acquire`],
    /// [`Lock::acquire`](tl_locks::Lock::acquire).
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
    #[track_caller]
    pub fn lock(&self) -> ConditionGuard<'_, L> {
        self.acquire();
        ConditionGuard::new(self)
    }

    /// Acquires the lock if that is possible at once. Does not wait.
    ///
    /// # Panics
    ///
    /// The same as [`RLock::acquire`], if that is the lock.
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
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn try_lock(&self) -> Option<ConditionGuard<'_, L>> {
        self.try_acquire().then(|| ConditionGuard::new(self))
    }

    /// Acquires the lock if that is possible within `timeout`: at once if it is zero, however long
    /// it takes if it is too long to be added to the clock.
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
    /// assert!(condition.lock_timeout(Duration::from_millis(10)).is_some());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<ConditionGuard<'_, L>> {
        self.acquire_timeout(timeout)
            .then(|| ConditionGuard::new(self))
    }

    /// Acquires the lock if that is possible before `deadline`, which may be in the past: then at
    /// once or not at all.
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
    /// assert!(condition.lock_deadline(Instant::now()).is_some());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_deadline(&self, deadline: Instant) -> Option<ConditionGuard<'_, L>> {
        self.acquire_deadline(deadline)
            .then(|| ConditionGuard::new(self))
    }
}

/// The lock of a [`Condition`], held; dropping the guard releases it. With it the holder waits and
/// notifies.
///
/// The methods return no `Result`, since the guard stands for the lock that they need.
///
/// # Panics
///
/// Every method panics if the lock was released under the guard: by a call of
/// [`Condition::release`] or of the lock's own `release`, in the same thread or, if the lock is a
/// [`Lock`](tl_locks::Lock), which has no owner, in any other. A wait that notices it only when it
/// has the lock back does not panic.
///
/// # Examples
///
/// If the lock is an [`RLock`] the guard may not leave its thread:
///
/// ```compile_fail,E0277
/// use tl_condition::Condition;
///
/// static CONDITION: Condition = Condition::new();
/// let guard = CONDITION.lock();
/// std::thread::spawn(move || drop(guard));
/// ```
///
/// That of a [`Lock`](tl_locks::Lock) may:
///
/// ```
/// use tl_condition::Condition;
/// use tl_locks::Lock;
///
/// static CONDITION: Condition<Lock> = Condition::with_lock(Lock::new());
/// let guard = CONDITION.lock();
/// std::thread::spawn(move || drop(guard)).join().unwrap();
/// assert!(CONDITION.try_acquire());
/// ```
#[must_use = "the lock is released as soon as the guard is dropped: keep it in a variable, as in `let _guard = …`"]
pub struct ConditionGuard<'a, L: ConditionLock = RLock> {
    condition: &'a Condition<L>,
    marker: PhantomData<L::Marker>,
}

impl<'a, L: ConditionLock> ConditionGuard<'a, L> {
    #[inline]
    pub(crate) fn new(condition: &'a Condition<L>) -> ConditionGuard<'a, L> {
        ConditionGuard {
            condition,
            marker: PhantomData,
        }
    }

    /// Gives the lock up, waits to be notified, and takes the lock back.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Blocking
    ///
    /// Waits for a notification, then for the lock. If nobody notifies it waits forever.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_condition::Condition;
    ///
    /// static CONDITION: Condition = Condition::new();
    ///
    /// let guard = CONDITION.lock();
    /// let notifier = thread::spawn(|| CONDITION.lock().notify_one());
    /// guard.wait();
    /// assert_eq!(notifier.join().unwrap(), 1);
    /// ```
    #[track_caller]
    pub fn wait(&self) {
        held(self.condition.wait());
    }

    /// Gives the lock up, waits to be notified for no longer than `timeout`, and takes the lock
    /// back. Returns whether it was notified.
    ///
    /// With [`Duration::ZERO`] it gives the lock up and takes it back at once. A timeout too long
    /// to be added to the clock never runs out.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Blocking
    ///
    /// Waits for a notification no longer than `timeout`, then for the lock, however long that
    /// takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(!condition.lock().wait_timeout(Duration::from_millis(1)));
    /// ```
    #[must_use = "if it is false the time ran out before a notification"]
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        held(self.condition.wait_timeout(timeout))
    }

    /// Gives the lock up, waits to be notified until `deadline` at the latest, and takes the lock
    /// back. Returns whether it was notified.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Blocking
    ///
    /// Waits for a notification until `deadline` at the latest, then for the lock, however long
    /// that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(!condition.lock().wait_deadline(Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out before a notification"]
    #[track_caller]
    pub fn wait_deadline(&self, deadline: Instant) -> bool {
        held(self.condition.wait_deadline(deadline))
    }

    /// Waits until `predicate` returns true: it is called before the first wait and after each
    /// notification, always with the lock held.
    ///
    /// A panic in `predicate` propagates, with the lock held by the guard, which releases it.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Blocking
    ///
    /// Waits for notifications until the predicate is true.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use std::thread;
    /// use tl_condition::Condition;
    ///
    /// static CONDITION: Condition = Condition::new();
    /// static ITEMS: AtomicU32 = AtomicU32::new(0);
    ///
    /// let producer = thread::spawn(|| {
    ///     for _ in 0..3 {
    ///         let guard = CONDITION.lock();
    ///         ITEMS.fetch_add(1, Ordering::Relaxed);
    ///         guard.notify_one();
    ///     }
    /// });
    /// CONDITION.lock().wait_for(|| ITEMS.load(Ordering::Relaxed) == 3);
    /// producer.join().unwrap();
    /// ```
    #[track_caller]
    pub fn wait_for(&self, predicate: impl FnMut() -> bool) {
        held(self.condition.wait_for(predicate));
    }

    /// Waits until `predicate` returns true, no longer than `timeout` in all. Returns its last
    /// result: it is called before the first wait, after each notification, and when the time has
    /// run out.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
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
    /// let guard = condition.lock();
    /// assert!(!guard.wait_for_timeout(|| false, Duration::from_millis(1)));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_for_timeout(&self, predicate: impl FnMut() -> bool, timeout: Duration) -> bool {
        held(self.condition.wait_for_timeout(predicate, timeout))
    }

    /// Waits until `predicate` returns true, or until `deadline`. Returns its last result. See
    /// [`wait_for_timeout`](ConditionGuard::wait_for_timeout).
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Blocking
    ///
    /// Waits for notifications until `deadline` at the latest, and for the lock, however long that
    /// takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert!(condition.lock().wait_for_deadline(|| true, Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_for_deadline(&self, predicate: impl FnMut() -> bool, deadline: Instant) -> bool {
        held(self.condition.wait_for_deadline(predicate, deadline))
    }

    /// Notifies the thread that has waited longest. Returns how many will wake: 0 or 1.
    ///
    /// A notified thread goes on once it has the lock, so not before this guard is dropped or
    /// waits.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert_eq!(condition.lock().notify_one(), 0);
    /// ```
    #[track_caller]
    pub fn notify_one(&self) -> usize {
        held(self.condition.notify_one())
    }

    /// Notifies the `n` threads that have waited longest, or all if there are fewer. Returns how
    /// many will wake.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert_eq!(condition.lock().notify(3), 0);
    /// ```
    #[track_caller]
    pub fn notify(&self, n: usize) -> usize {
        held(self.condition.notify(n))
    }

    /// Notifies all threads that wait now. Returns how many will wake.
    ///
    /// # Panics
    ///
    /// If the lock was released under the guard.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Condition;
    ///
    /// let condition = Condition::new();
    /// assert_eq!(condition.lock().notify_all(), 0);
    /// ```
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        held(self.condition.notify_all())
    }
}

#[inline]
#[track_caller]
fn held<T>(result: Result<T, NotAcquired>) -> T {
    match result {
        Ok(value) => value,
        Err(NotAcquired) => panic!(
            "the lock of the condition was released under its guard: drop the guard instead of calling `release`"
        ),
    }
}

impl<L: ConditionLock> Drop for ConditionGuard<'_, L> {
    #[inline]
    fn drop(&mut self) {
        // An error means that the lock was released under the guard: there is nothing left to do,
        // and nobody to tell.
        let _ = self.condition.release();
    }
}

impl<L: ConditionLock> fmt::Debug for ConditionGuard<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConditionGuard")
            .field("condition", self.condition)
            .finish()
    }
}
