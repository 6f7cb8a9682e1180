//! `Condvar`: a condition variable apart from its mutex; `lock_api`'s, on the raw lock of
//! `tl-locks`.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};
use tl_locks::{MutexGuard, RawCondvar, wait_with_guard};

const WAIT_TIMEOUT: &Operation = &Operation::new("Condvar", "wait_timeout");
const WAIT_DEADLINE: &Operation = &Operation::new("Condvar", "wait_deadline");
const WAIT_WHILE_TIMEOUT: &Operation = &Operation::new("Condvar", "wait_while_timeout");
const WAIT_WHILE_DEADLINE: &Operation = &Operation::new("Condvar", "wait_while_deadline");

/// A condition variable for a [`Mutex`](tl_locks::Mutex), which is elsewhere: one mutex may have
/// several.
///
/// It is `lock_api`'s [`Condvar`][condvar] on a raw one of these crates, with its whole interface,
/// as `parking_lot` has it: a program that takes `Mutex` and `Condvar` from there needs another
/// import and no other change. [`CondvarExt`] has the timed forms by the names of these crates. For
/// a value with one condition of its own, a [`Monitor`](crate::Monitor) says the same in fewer
/// words; where the lock is a [`Lock`](tl_locks::Lock) or an [`RLock`](tl_locks::RLock), take a
/// [`Condition`](crate::Condition).
///
/// - A wait ends because the thread was notified, or because its time ran out, and says which.
///   There are no other wake-ups. When both happen at once it was notified.
/// - A notification is for threads that wait when it is sent, those first that have waited longest,
///   and returns exactly how many it notified. One that finds nobody is not remembered.
/// - A thread that notifies may hold the mutex or not. While anybody holds it, notified threads
///   that sleep are moved to its queue, and wake when it is released.
///
/// It takes one word.
///
/// [condvar]: https://docs.rs/lock_api/latest/lock_api/struct.Condvar.html
///
/// # Panics
///
/// A wait panics if other threads wait with another mutex. Nothing has changed then: the mutex is
/// held by its guard, and the others wait on. When nobody waits, another mutex will do.
///
/// # Blocking
///
/// A wait waits for a notification, then for the mutex. If nobody notifies it waits forever.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use tl_condition::Condvar;
/// use tl_locks::Mutex;
///
/// static READY: Mutex<bool> = Mutex::new(false);
/// static CHANGED: Condvar = Condvar::new();
///
/// thread::spawn(|| {
///     *READY.lock() = true;
///     CHANGED.notify_one(); // The mutex is free by now.
/// });
///
/// let mut ready = READY.lock();
/// CHANGED.wait_while(&mut ready, |ready| !*ready);
/// assert!(*ready);
/// ```
pub type Condvar = lock_api::Condvar<RawCondvar>;

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Condvar {}
}

/// What [`Condvar`] has beside `lock_api`'s interface: the timed forms by the names that they have
/// everywhere in these crates, and notifying some of the waiters.
///
/// With [`Duration::ZERO`], or a deadline in the past, a wait gives the mutex up and takes it back
/// at once. A timeout too long to be added to the clock, such as [`Duration::MAX`], never runs out.
/// The trait is sealed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_condition::{Condvar, CondvarExt};
/// use tl_locks::Mutex;
///
/// let (value, changed) = (Mutex::new(0), Condvar::new());
/// let notified = changed.wait_timeout(&mut value.lock(), Duration::from_millis(1));
/// assert!(!notified);
/// ```
pub trait CondvarExt: sealed::Sealed {
    /// Gives the mutex up, waits to be notified for no longer than `timeout`, and takes the mutex
    /// back. Returns whether it was notified.
    ///
    /// # Panics
    ///
    /// If other threads wait with another mutex: see [`Condvar`](Condvar#panics).
    ///
    /// # Blocking
    ///
    /// Waits for a notification no longer than `timeout`, then for the mutex, however long that
    /// takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::{Condvar, CondvarExt};
    /// use tl_locks::Mutex;
    ///
    /// let (value, changed) = (Mutex::new(0), Condvar::new());
    /// assert!(!changed.wait_timeout(&mut value.lock(), Duration::ZERO));
    /// ```
    #[must_use = "if it is false the time ran out before a notification"]
    #[track_caller]
    fn wait_timeout<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, timeout: Duration) -> bool;

    /// Gives the mutex up, waits to be notified until `deadline` at the latest, and takes the mutex
    /// back. Returns whether it was notified.
    ///
    /// # Panics
    ///
    /// If other threads wait with another mutex: see [`Condvar`](Condvar#panics).
    ///
    /// # Blocking
    ///
    /// Waits for a notification until `deadline` at the latest, then for the mutex, however long
    /// that takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::{Condvar, CondvarExt};
    /// use tl_locks::Mutex;
    ///
    /// let (value, changed) = (Mutex::new(0), Condvar::new());
    /// assert!(!changed.wait_deadline(&mut value.lock(), Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out before a notification"]
    #[track_caller]
    fn wait_deadline<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> bool;

    /// Waits while `condition` returns true, no longer than `timeout` in all. Returns whether it
    /// became false: it is called before the first wait, after each notification, and when the time
    /// has run out.
    ///
    /// # Panics
    ///
    /// If other threads wait with another mutex: see [`Condvar`](Condvar#panics).
    ///
    /// # Blocking
    ///
    /// Waits for notifications no longer than `timeout`, and for the mutex, however long that
    /// takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::{Condvar, CondvarExt};
    /// use tl_locks::Mutex;
    ///
    /// let (value, changed) = (Mutex::new(0), Condvar::new());
    /// let timeout = Duration::from_millis(1);
    /// assert!(!changed.wait_while_timeout(&mut value.lock(), |value| *value == 0, timeout));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    fn wait_while_timeout<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> bool;

    /// Waits while `condition` returns true, until `deadline` at the latest. Returns whether it
    /// became false. See [`wait_while_timeout`](CondvarExt::wait_while_timeout).
    ///
    /// # Panics
    ///
    /// If other threads wait with another mutex: see [`Condvar`](Condvar#panics).
    ///
    /// # Blocking
    ///
    /// Waits for notifications until `deadline` at the latest, and for the mutex, however long that
    /// takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::{Condvar, CondvarExt};
    /// use tl_locks::Mutex;
    ///
    /// let (value, changed) = (Mutex::new(0), Condvar::new());
    /// assert!(changed.wait_while_deadline(&mut value.lock(), |value| *value > 0, Instant::now()));
    /// ```
    #[must_use = "if it is false the time ran out, and what was waited for is not so"]
    #[track_caller]
    fn wait_while_deadline<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: impl FnMut(&mut T) -> bool,
        deadline: Instant,
    ) -> bool;

    /// Notifies the `n` threads that have waited longest, or all if there are fewer. Returns how
    /// many will wake.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::{Condvar, CondvarExt};
    ///
    /// assert_eq!(Condvar::new().notify(3), 0);
    /// ```
    fn notify(&self, n: usize) -> usize;

    /// Returns how many threads wait and have not been notified. That may have changed by the time
    /// it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::{Condvar, CondvarExt};
    ///
    /// assert_eq!(Condvar::new().n_waiting(), 0);
    /// ```
    fn n_waiting(&self) -> usize;
}

impl CondvarExt for Condvar {
    #[track_caller]
    fn wait_timeout<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, timeout: Duration) -> bool {
        let call = Call::here(WAIT_TIMEOUT);
        wait_with_guard(guard, self.raw(), Deadline::after(timeout), call)
    }

    #[track_caller]
    fn wait_deadline<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> bool {
        let call = Call::here(WAIT_DEADLINE);
        wait_with_guard(guard, self.raw(), Deadline::at(deadline), call)
    }

    #[track_caller]
    fn wait_while_timeout<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: impl FnMut(&mut T) -> bool,
        timeout: Duration,
    ) -> bool {
        let call = Call::here(WAIT_WHILE_TIMEOUT);
        wait_while(self, guard, condition, Deadline::after(timeout), call)
    }

    #[track_caller]
    fn wait_while_deadline<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: impl FnMut(&mut T) -> bool,
        deadline: Instant,
    ) -> bool {
        let call = Call::here(WAIT_WHILE_DEADLINE);
        wait_while(self, guard, condition, Deadline::at(deadline), call)
    }

    fn notify(&self, n: usize) -> usize {
        self.raw().notify(n)
    }

    fn n_waiting(&self) -> usize {
        self.raw().n_waiting()
    }
}

/// Waits while `condition` returns true. False if it still does after the deadline.
pub(crate) fn wait_while<T: ?Sized>(
    condvar: &Condvar,
    guard: &mut MutexGuard<'_, T>,
    mut condition: impl FnMut(&mut T) -> bool,
    deadline: Deadline,
    call: Call,
) -> bool {
    loop {
        if !condition(guard) {
            return true;
        }
        if !wait_with_guard(guard, condvar.raw(), deadline, call) {
            return !condition(guard);
        }
    }
}
