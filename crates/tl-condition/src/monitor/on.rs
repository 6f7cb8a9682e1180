//! A further condition of a monitor.

use std::fmt;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};
use tl_locks::{MutexGuard, wait_with_guard};

use crate::{Condvar, condvar};

const WAIT: &Operation = &Operation::new("Monitor", "on(…).wait");
const WAIT_TIMEOUT: &Operation = &Operation::new("Monitor", "on(…).wait_timeout");
const WAIT_DEADLINE: &Operation = &Operation::new("Monitor", "on(…).wait_deadline");
const WAIT_WHILE: &Operation = &Operation::new("Monitor", "on(…).wait_while");
const WAIT_WHILE_TIMEOUT: &Operation = &Operation::new("Monitor", "on(…).wait_while_timeout");
const WAIT_WHILE_DEADLINE: &Operation = &Operation::new("Monitor", "on(…).wait_while_deadline");

/// The waits of a [`MonitorGuard`](crate::MonitorGuard) for a further condition: see
/// [`MonitorGuard::on`](crate::MonitorGuard::on).
///
/// # Panics
///
/// Every wait panics if other threads wait for the same condition with another monitor or mutex.
/// Nothing has changed then.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_condition::{Condvar, Monitor, OnCondvar};
///
/// static NOT_FULL: Condvar = Condvar::new();
///
/// let queue = Monitor::new(vec![1]);
/// let mut queue = queue.lock();
/// let mut not_full: OnCondvar<'_, '_, Vec<u32>> = queue.on(&NOT_FULL);
/// assert!(!not_full.wait_timeout(Duration::from_millis(1)));
/// ```
#[must_use = "it does nothing until one of its waits is called"]
pub struct OnCondvar<'g, 'a, T: ?Sized> {
    pub(super) guard: &'g mut MutexGuard<'a, T>,
    pub(super) condvar: &'g Condvar,
}

impl<T: ?Sized> OnCondvar<'_, '_, T> {
    /// Gives the lock up, waits to be notified, and takes the lock back.
    ///
    /// # Blocking
    ///
    /// Waits for a notification, then for the lock. If nobody notifies it waits forever.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_condition::{Condvar, Monitor};
    ///
    /// static VALUE: Monitor<u32> = Monitor::new(0);
    /// static CHANGED: Condvar = Condvar::new();
    ///
    /// let mut value = VALUE.lock();
    /// let other = thread::spawn(|| {
    ///     *VALUE.lock() = 1;
    ///     CHANGED.notify_one();
    /// });
    /// value.on(&CHANGED).wait();
    /// assert_eq!(*value, 1);
    /// other.join().unwrap();
    /// ```
    #[track_caller]
    pub fn wait(&mut self) {
        self.wait_before(Deadline::NEVER, Call::here(WAIT));
    }

    /// Gives the lock up, waits to be notified for no longer than `timeout`, and takes the lock
    /// back. Returns whether it was notified.
    ///
    /// With [`Duration::ZERO`] it gives the lock up and takes it back at once. A timeout too long
    /// to be added to the clock never runs out.
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
    /// use tl_condition::{Condvar, Monitor};
    ///
    /// let (value, changed) = (Monitor::new(0), Condvar::new());
    /// assert!(!value.lock().on(&changed).wait_timeout(Duration::from_millis(1)));
    /// ```
    #[must_use = "if it is false the time ran out before a notification"]
    #[track_caller]
    pub fn wait_timeout(&mut self, timeout: Duration) -> bool {
        self.wait_before(Deadline::after(timeout), Call::here(WAIT_TIMEOUT))
    }

    /// Gives the lock up, waits to be notified until `deadline` at the latest, and takes the lock
    /// back. Returns whether it was notified.
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
    /// use tl_condition::{Condvar, Monitor};
    ///
    /// let (value, changed) = (Monitor::new(0), Condvar::new());
    /// assert!(!value.lock().on(&changed).wait_deadline(Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out before a notification"]
    #[track_caller]
    pub fn wait_deadline(&mut self, deadline: Instant) -> bool {
        self.wait_before(Deadline::at(deadline), Call::here(WAIT_DEADLINE))
    }

    /// Waits while `condition` returns true: it is called before the first wait and after each
    /// notification, always with the lock held.
    ///
    /// # Blocking
    ///
    /// Waits for notifications until the condition is false.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::{Condvar, Monitor};
    ///
    /// let (queue, not_empty) = (Monitor::new(vec![1]), Condvar::new());
    /// let mut queue = queue.lock();
    /// queue.on(&not_empty).wait_while(|queue| queue.is_empty());
    /// assert_eq!(queue.pop(), Some(1));
    /// ```
    #[track_caller]
    pub fn wait_while(&mut self, condition: impl FnMut(&mut T) -> bool) {
        self.wait_while_before(condition, Deadline::NEVER, Call::here(WAIT_WHILE));
    }

    /// Waits while `condition` returns true, no longer than `timeout` in all. Returns whether it
    /// became false: it is called before the first wait, after each notification, and when the time
    /// has run out.
    ///
    /// # Blocking
    ///
    /// Waits for notifications no longer than `timeout`, and for the lock, however long that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::{Condvar, Monitor};
    ///
    /// let (value, changed) = (Monitor::new(0), Condvar::new());
    /// let mut value = value.lock();
    /// let timeout = Duration::from_millis(1);
    /// assert!(!value.on(&changed).wait_while_timeout(|value| *value == 0, timeout));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_while_timeout(
        &mut self,
        condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> bool {
        let call = Call::here(WAIT_WHILE_TIMEOUT);
        self.wait_while_before(condition, Deadline::after(timeout), call)
    }

    /// Waits while `condition` returns true, until `deadline` at the latest. Returns whether it
    /// became false. See [`wait_while_timeout`](OnCondvar::wait_while_timeout).
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
    /// use tl_condition::{Condvar, Monitor};
    ///
    /// let (value, changed) = (Monitor::new(0), Condvar::new());
    /// let mut value = value.lock();
    /// assert!(value.on(&changed).wait_while_deadline(|value| *value > 0, Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_while_deadline(
        &mut self,
        condition: impl FnMut(&mut T) -> bool,
        deadline: Instant,
    ) -> bool {
        let call = Call::here(WAIT_WHILE_DEADLINE);
        self.wait_while_before(condition, Deadline::at(deadline), call)
    }

    fn wait_before(&mut self, deadline: Deadline, call: Call) -> bool {
        wait_with_guard(self.guard, self.condvar.raw(), deadline, call)
    }

    fn wait_while_before(
        &mut self,
        condition: impl FnMut(&mut T) -> bool,
        deadline: Deadline,
        call: Call,
    ) -> bool {
        condvar::wait_while(self.condvar, self.guard, condition, deadline, call)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for OnCondvar<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnCondvar")
            .field("value", &&**self.guard)
            .finish_non_exhaustive()
    }
}
