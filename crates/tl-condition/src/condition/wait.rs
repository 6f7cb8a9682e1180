//! Waiting for a condition, and notifying the threads that wait.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};
use tl_locks::ConditionLock;

use super::Condition;
use crate::NotAcquired;

const WAIT: &Operation = &Operation::new("Condition", "wait");
const WAIT_TIMEOUT: &Operation = &Operation::new("Condition", "wait_timeout");
const WAIT_DEADLINE: &Operation = &Operation::new("Condition", "wait_deadline");
const WAIT_FOR: &Operation = &Operation::new("Condition", "wait_for");
const WAIT_FOR_TIMEOUT: &Operation = &Operation::new("Condition", "wait_for_timeout");
const WAIT_FOR_DEADLINE: &Operation = &Operation::new("Condition", "wait_for_deadline");

impl<L: ConditionLock> Condition<L> {
    /// Gives the lock up, waits to be notified, and takes the lock back.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`] if the caller does not hold the lock. It has not waited then. (A
    /// [`Lock`](tl_locks::Lock) has no owner: held by another thread, it passes for the caller's,
    /// and is released.)
    ///
    /// # Blocking
    ///
    /// Waits for a notification, then for the lock. If nobody notifies it waits forever.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::{Condition, NotAcquired};
    ///
    /// let condition = Condition::new();
    /// assert!(condition.wait().is_err());
    /// ```
    #[track_caller]
    pub fn wait(&self) -> Result<(), NotAcquired> {
        self.wait_before(Deadline::NEVER, Call::here(WAIT))
            .map(|_| ())
    }

    /// Gives the lock up, waits to be notified for no longer than `timeout`, and takes the lock
    /// back. Returns whether it was notified.
    ///
    /// With [`Duration::ZERO`] it gives the lock up and takes it back at once. A timeout too long
    /// to be added to the clock never runs out.
    ///
    /// # Errors
    ///
    /// The same as [`wait`](Condition::wait).
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
    /// condition.acquire();
    /// assert_eq!(condition.wait_timeout(Duration::from_millis(1)), Ok(false));
    /// ```
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool, NotAcquired> {
        self.wait_before(Deadline::after(timeout), Call::here(WAIT_TIMEOUT))
    }

    /// Gives the lock up, waits to be notified until `deadline` at the latest, and takes the lock
    /// back. Returns whether it was notified.
    ///
    /// # Errors
    ///
    /// The same as [`wait`](Condition::wait).
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
    /// condition.acquire();
    /// assert_eq!(condition.wait_deadline(Instant::now()), Ok(false));
    /// ```
    #[track_caller]
    pub fn wait_deadline(&self, deadline: Instant) -> Result<bool, NotAcquired> {
        self.wait_before(Deadline::at(deadline), Call::here(WAIT_DEADLINE))
    }

    /// Waits until `predicate` returns true: it is called before the first wait and after each
    /// notification, always with the lock held.
    ///
    /// A panic in `predicate` propagates, with the lock held as before the call: nobody releases it
    /// but the caller. With the guard of [`lock`](Condition::lock) that happens by itself.
    ///
    /// # Errors
    ///
    /// The same as [`wait`](Condition::wait). If the caller does not hold the lock `predicate` is
    /// not called at all.
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
    #[track_caller]
    pub fn wait_for(&self, predicate: impl FnMut() -> bool) -> Result<(), NotAcquired> {
        let call = Call::here(WAIT_FOR);
        self.wait_for_before(predicate, Deadline::NEVER, call)
            .map(|_| ())
    }

    /// Waits until `predicate` returns true, no longer than `timeout` in all. Returns its last
    /// result: it is called before the first wait, after each notification, and when the time has
    /// run out.
    ///
    /// # Errors
    ///
    /// The same as [`wait_for`](Condition::wait_for).
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
    #[track_caller]
    pub fn wait_for_timeout(
        &self,
        predicate: impl FnMut() -> bool,
        timeout: Duration,
    ) -> Result<bool, NotAcquired> {
        let call = Call::here(WAIT_FOR_TIMEOUT);
        self.wait_for_before(predicate, Deadline::after(timeout), call)
    }

    /// Waits until `predicate` returns true, or until `deadline`. Returns its last result. See
    /// [`wait_for_timeout`](Condition::wait_for_timeout).
    ///
    /// # Errors
    ///
    /// The same as [`wait_for`](Condition::wait_for).
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
    /// condition.acquire();
    /// assert_eq!(condition.wait_for_deadline(|| false, Instant::now()), Ok(false));
    /// ```
    #[track_caller]
    pub fn wait_for_deadline(
        &self,
        predicate: impl FnMut() -> bool,
        deadline: Instant,
    ) -> Result<bool, NotAcquired> {
        let call = Call::here(WAIT_FOR_DEADLINE);
        self.wait_for_before(predicate, Deadline::at(deadline), call)
    }

    /// Notifies the thread that has waited longest. Returns how many will wake: 0 or 1.
    ///
    /// A notified thread goes on once it has the lock, so not before the caller has released it.
    ///
    /// # Errors
    ///
    /// [`NotAcquired`] if the caller does not hold the lock. Nobody was notified then. (A
    /// [`Lock`](tl_locks::Lock) has no owner: held by another thread, it passes for the caller's.)
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

    /// Notifies the `n` threads that have waited longest, or all if there are fewer. Returns how
    /// many will wake.
    ///
    /// # Errors
    ///
    /// The same as [`notify_one`](Condition::notify_one).
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

    /// Notifies all threads that wait now. Returns how many will wake.
    ///
    /// # Errors
    ///
    /// The same as [`notify_one`](Condition::notify_one).
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

    fn wait_before(&self, deadline: Deadline, call: Call) -> Result<bool, NotAcquired> {
        self.lock
            .wait(&self.waiters, deadline, call)
            .map_err(|_| NotAcquired)
    }

    fn wait_for_before(
        &self,
        mut predicate: impl FnMut() -> bool,
        deadline: Deadline,
        call: Call,
    ) -> Result<bool, NotAcquired> {
        if !self.lock.is_acquired() {
            return Err(NotAcquired);
        }
        loop {
            if predicate() {
                return Ok(true);
            }
            if !self.wait_before(deadline, call)? {
                return Ok(predicate());
            }
        }
    }
}
