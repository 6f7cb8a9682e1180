//! The guard of a monitor: its lock, held.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};
use tl_locks::{MutexGuard, RawCondvar};

use super::OnCondvar;
use crate::Condvar;

const WAIT: &Operation = &Operation::new("Monitor", "wait");
const WAIT_TIMEOUT: &Operation = &Operation::new("Monitor", "wait_timeout");
const WAIT_DEADLINE: &Operation = &Operation::new("Monitor", "wait_deadline");
const WAIT_WHILE: &Operation = &Operation::new("Monitor", "wait_while");
const WAIT_WHILE_TIMEOUT: &Operation = &Operation::new("Monitor", "wait_while_timeout");
const WAIT_WHILE_DEADLINE: &Operation = &Operation::new("Monitor", "wait_while_deadline");
const WAIT_UNTIL: &Operation = &Operation::new("Monitor", "wait_until");
const WAIT_UNTIL_TIMEOUT: &Operation = &Operation::new("Monitor", "wait_until_timeout");
const WAIT_UNTIL_DEADLINE: &Operation = &Operation::new("Monitor", "wait_until_deadline");

/// A [`Monitor`](crate::Monitor) that is locked: it derefs to the value, and dropping it releases
/// the lock. With it the holder waits and notifies.
///
/// # Mistakes that do not compile
///
/// No reference to the value can be kept over a wait, during which others change it:
///
/// ```compile_fail,E0502
/// let monitor = tl_condition::Monitor::new(vec![1]);
/// let mut guard = monitor.lock();
/// let first = &guard[0];
/// guard.wait();
/// println!("{first}");
/// ```
#[must_use = "the lock is released as soon as the guard is dropped: keep it in a variable, as in `let _guard = …`"]
pub struct MonitorGuard<'a, T: ?Sized> {
    pub(super) waiters: &'a RawCondvar,
    pub(super) guard: MutexGuard<'a, T>,
}

impl<'a, T: ?Sized> MonitorGuard<'a, T> {
    /// Returns the waits for a further condition, `condvar`, with this monitor's lock. To notify
    /// the threads that wait there, call the methods of the [`Condvar`](crate::Condvar).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::{Condvar, Monitor};
    ///
    /// static JOBS: Monitor<Vec<u32>> = Monitor::new(Vec::new());
    /// static DONE: Condvar = Condvar::new();
    ///
    /// let mut jobs = JOBS.lock();
    /// let timeout = Duration::from_millis(1);
    /// assert!(jobs.on(&DONE).wait_while_timeout(|jobs| !jobs.is_empty(), timeout));
    /// ```
    pub fn on<'g>(&'g mut self, condvar: &'g Condvar) -> OnCondvar<'g, 'a, T> {
        OnCondvar {
            guard: &mut self.guard,
            condvar,
        }
    }

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
    /// use tl_condition::Monitor;
    ///
    /// static VALUE: Monitor<u32> = Monitor::new(0);
    ///
    /// let mut value = VALUE.lock();
    /// let other = thread::spawn(|| {
    ///     let mut value = VALUE.lock();
    ///     *value = 1;
    ///     value.notify_one();
    /// });
    /// value.wait();
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
    /// use tl_condition::Monitor;
    ///
    /// assert!(!Monitor::new(0).lock().wait_timeout(Duration::from_millis(1)));
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
    /// use tl_condition::Monitor;
    ///
    /// assert!(!Monitor::new(0).lock().wait_deadline(Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out before a notification"]
    #[track_caller]
    pub fn wait_deadline(&mut self, deadline: Instant) -> bool {
        self.wait_before(Deadline::at(deadline), Call::here(WAIT_DEADLINE))
    }

    /// Waits while `condition` returns true: it is called before the first wait and after each
    /// notification, always with the lock held.
    ///
    /// A panic in `condition` propagates, with the lock held by the guard, which releases it.
    ///
    /// # Blocking
    ///
    /// Waits for notifications until the condition is false.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// let queue = Monitor::new(vec![1]);
    /// let mut queue = queue.lock();
    /// queue.wait_while(|queue| queue.is_empty());
    /// assert_eq!(queue.pop(), Some(1));
    /// ```
    #[track_caller]
    pub fn wait_while(&mut self, mut condition: impl FnMut(&mut T) -> bool) {
        let call = Call::here(WAIT_WHILE);
        self.wait_until_before(|value| !condition(value), Deadline::NEVER, call);
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
    /// use tl_condition::Monitor;
    ///
    /// let queue: Monitor<Vec<u32>> = Monitor::default();
    /// let mut queue = queue.lock();
    /// assert!(!queue.wait_while_timeout(|queue| queue.is_empty(), Duration::from_millis(1)));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_while_timeout(
        &mut self,
        mut condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> bool {
        let call = Call::here(WAIT_WHILE_TIMEOUT);
        self.wait_until_before(|value| !condition(value), Deadline::after(timeout), call)
    }

    /// Waits while `condition` returns true, until `deadline` at the latest. Returns whether it
    /// became false. See [`wait_while_timeout`](MonitorGuard::wait_while_timeout).
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
    /// use tl_condition::Monitor;
    ///
    /// let value = Monitor::new(0);
    /// assert!(value.lock().wait_while_deadline(|value| *value > 0, Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_while_deadline(
        &mut self,
        mut condition: impl FnMut(&mut T) -> bool,
        deadline: Instant,
    ) -> bool {
        let call = Call::here(WAIT_WHILE_DEADLINE);
        self.wait_until_before(|value| !condition(value), Deadline::at(deadline), call)
    }

    /// Waits until `condition` returns true: [`wait_while`](MonitorGuard::wait_while) it returns
    /// false.
    ///
    /// # Blocking
    ///
    /// Waits for notifications until the condition is true.
    ///
    /// # Examples
    ///
    /// ```
    /// # #![allow(deprecated)]
    /// tl_condition::Monitor::new(0).lock().wait_until(|value| *value == 0);
    /// ```
    #[deprecated = "use `wait_while`, which waits while the condition is true: elsewhere `until` goes with a deadline"]
    #[track_caller]
    pub fn wait_until(&mut self, condition: impl FnMut(&mut T) -> bool) {
        self.wait_until_before(condition, Deadline::NEVER, Call::here(WAIT_UNTIL));
    }

    /// Waits until `condition` returns true, no longer than `timeout` in all. Returns its last
    /// result. See [`wait_while_timeout`](MonitorGuard::wait_while_timeout).
    ///
    /// # Blocking
    ///
    /// Waits for notifications no longer than `timeout`, and for the lock, however long that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// # #![allow(deprecated)]
    /// let timeout = std::time::Duration::ZERO;
    /// assert!(tl_condition::Monitor::new(0).lock().wait_until_timeout(|value| *value == 0, timeout));
    /// ```
    #[deprecated = "use `wait_while_timeout`, which waits while the condition is true"]
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_until_timeout(
        &mut self,
        condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> bool {
        let call = Call::here(WAIT_UNTIL_TIMEOUT);
        self.wait_until_before(condition, Deadline::after(timeout), call)
    }

    /// Waits until `condition` returns true, or until `deadline`. Returns its last result. See
    /// [`wait_while_deadline`](MonitorGuard::wait_while_deadline).
    ///
    /// # Blocking
    ///
    /// Waits for notifications until `deadline` at the latest, and for the lock, however long that
    /// takes.
    ///
    /// # Examples
    ///
    /// ```
    /// # #![allow(deprecated)]
    /// let now = std::time::Instant::now();
    /// assert!(tl_condition::Monitor::new(0).lock().wait_until_deadline(|value| *value == 0, now));
    /// ```
    #[deprecated = "use `wait_while_deadline`, which waits while the condition is true"]
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    pub fn wait_until_deadline(
        &mut self,
        condition: impl FnMut(&mut T) -> bool,
        deadline: Instant,
    ) -> bool {
        let call = Call::here(WAIT_UNTIL_DEADLINE);
        self.wait_until_before(condition, Deadline::at(deadline), call)
    }

    /// Notifies the thread that has waited longest. Returns how many will wake: 0 or 1.
    ///
    /// A notified thread goes on once it has the lock, so not before this guard is dropped or
    /// waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// assert_eq!(Monitor::new(0).lock().notify_one(), 0);
    /// ```
    pub fn notify_one(&self) -> usize {
        self.notify(1)
    }

    /// Notifies the `n` threads that have waited longest, or all if there are fewer. Returns how
    /// many will wake.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// assert_eq!(Monitor::new(0).lock().notify(3), 0);
    /// ```
    pub fn notify(&self, n: usize) -> usize {
        self.waiters.notify(n)
    }

    /// Notifies all threads that wait now. Returns how many will wake.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// assert_eq!(Monitor::new(0).lock().notify_all(), 0);
    /// ```
    pub fn notify_all(&self) -> usize {
        self.notify(usize::MAX)
    }

    fn wait_before(&mut self, deadline: Deadline, call: Call) -> bool {
        tl_locks::wait_with_guard(&mut self.guard, self.waiters, deadline, call)
    }

    fn wait_until_before(
        &mut self,
        mut condition: impl FnMut(&mut T) -> bool,
        deadline: Deadline,
        call: Call,
    ) -> bool {
        loop {
            if condition(self) {
                return true;
            }
            if !self.wait_before(deadline, call) {
                return condition(self);
            }
        }
    }
}

impl<T: ?Sized> Deref for MonitorGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T: ?Sized> DerefMut for MonitorGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MonitorGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MonitorGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}
