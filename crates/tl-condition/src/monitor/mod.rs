//! `Monitor`: a value with its lock and condition.

mod guard;
mod on;

use std::fmt;
use std::time::{Duration, Instant};

use tl_locks::{Mutex, MutexExt, MutexGuard, RawCondvar};

pub use guard::MonitorGuard;
pub use on::OnCondvar;

/// A value with its lock and its condition in one.
///
/// The thread that holds the lock has `&mut` access to the value, can wait until another has
/// changed it, and can notify others of a change. The lock is not re-entrant, since it holds data:
/// two guards in one thread would be two `&mut`. There is no poisoning: a panic releases the lock.
/// What is promised of waits and notifications is what [`Condition`](crate::Condition) promises.
///
/// The idea is C. A. R. Hoare's monitor, with Mesa's rules: a notified thread competes for the
/// lock, so the value may have changed again when it goes on, and
/// [`wait_while`](MonitorGuard::wait_while) looks again.
///
/// # Examples
///
/// A queue between threads:
///
/// ```
/// use std::collections::VecDeque;
/// use std::thread;
/// use tl_condition::Monitor;
///
/// static QUEUE: Monitor<VecDeque<u32>> = Monitor::new(VecDeque::new());
///
/// fn put(item: u32) {
///     let mut queue = QUEUE.lock();
///     queue.push_back(item);
///     queue.notify_one();
/// }
///
/// fn get() -> u32 {
///     let mut queue = QUEUE.lock();
///     queue.wait_while(|queue| queue.is_empty());
///     queue.pop_front().unwrap()
/// }
///
/// let consumer = thread::spawn(|| get() + get());
/// put(1);
/// put(2);
/// assert_eq!(consumer.join().unwrap(), 3);
/// ```
///
/// With a condition for each thing that somebody waits for, a notification rouses nobody in vain:
/// [`MonitorGuard::on`] waits for one, a [`Condvar`](crate::Condvar). A queue with limited room:
///
/// ```
/// use std::collections::VecDeque;
/// use std::thread;
/// use tl_condition::{Condvar, Monitor};
///
/// struct BoundedQueue {
///     items: Monitor<VecDeque<u32>>,
///     capacity: usize,
///     not_empty: Condvar,
///     not_full: Condvar,
/// }
///
/// impl BoundedQueue {
///     fn put(&self, item: u32) {
///         let mut items = self.items.lock();
///         items.on(&self.not_full).wait_while(|items| items.len() == self.capacity);
///         items.push_back(item);
///         self.not_empty.notify_one();
///     }
///
///     fn get(&self) -> u32 {
///         let mut items = self.items.lock();
///         items.on(&self.not_empty).wait_while(|items| items.is_empty());
///         self.not_full.notify_one();
///         items.pop_front().expect("it is not empty")
///     }
/// }
///
/// static QUEUE: BoundedQueue = BoundedQueue {
///     items: Monitor::new(VecDeque::new()),
///     capacity: 2,
///     not_empty: Condvar::new(),
///     not_full: Condvar::new(),
/// };
///
/// let consumer = thread::spawn(|| (0..10).map(|_| QUEUE.get()).sum::<u32>());
/// (0..10).for_each(|item| QUEUE.put(item));
/// assert_eq!(consumer.join().unwrap(), 45);
/// ```
pub struct Monitor<T: ?Sized> {
    waiters: RawCondvar,
    mutex: Mutex<T>,
}

impl<T> Monitor<T> {
    /// Creates a monitor that holds `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// static NAMES: Monitor<Vec<&str>> = Monitor::new(Vec::new());
    /// assert!(NAMES.lock().is_empty());
    /// ```
    pub const fn new(value: T) -> Monitor<T> {
        Monitor {
            waiters: RawCondvar::new(),
            mutex: Mutex::new(value),
        }
    }

    /// Takes the value out.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// assert_eq!(Monitor::new(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        self.mutex.into_inner()
    }
}

impl<T: ?Sized> Monitor<T> {
    /// Acquires the lock, and returns a guard that derefs to the value and releases the lock when
    /// it is dropped.
    ///
    /// # Blocking
    ///
    /// Waits until nobody holds the lock. A thread that locks twice waits for itself, forever.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// let total = Monitor::new(1);
    /// *total.lock() += 1;
    /// assert_eq!(*total.lock(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> MonitorGuard<'_, T> {
        self.guard(self.mutex.lock())
    }

    /// Acquires the lock if nobody holds it. Does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// let total = Monitor::new(1);
    /// let guard = total.try_lock();
    /// assert!(guard.is_some());
    /// assert!(total.try_lock().is_none());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn try_lock(&self) -> Option<MonitorGuard<'_, T>> {
        self.mutex.try_lock().map(|guard| self.guard(guard))
    }

    /// Acquires the lock if that is possible within `timeout`: at once if it is zero, however long
    /// it takes if it is too long to be added to the clock.
    ///
    /// # Blocking
    ///
    /// Waits until nobody holds the lock, no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_condition::Monitor;
    ///
    /// let total = Monitor::new(1);
    /// let _guard = total.lock();
    /// assert!(total.lock_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<MonitorGuard<'_, T>> {
        self.mutex
            .lock_timeout(timeout)
            .map(|guard| self.guard(guard))
    }

    /// Acquires the lock if that is possible before `deadline`, which may be in the past: then at
    /// once or not at all.
    ///
    /// # Blocking
    ///
    /// Waits until nobody holds the lock, until `deadline` at the latest.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_condition::Monitor;
    ///
    /// let total = Monitor::new(1);
    /// assert!(total.lock_deadline(Instant::now()).is_some());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_deadline(&self, deadline: Instant) -> Option<MonitorGuard<'_, T>> {
        self.mutex
            .lock_deadline(deadline)
            .map(|guard| self.guard(guard))
    }

    /// Returns how many threads wait for a notification of the monitor and have not been notified.
    /// That may have changed by the time it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// assert_eq!(Monitor::new(1).n_waiting(), 0);
    /// ```
    pub fn n_waiting(&self) -> usize {
        self.waiters.n_waiting()
    }

    /// Returns whether the lock was held when the call looked.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// let total = Monitor::new(1);
    /// assert!(!total.locked());
    /// let _guard = total.lock();
    /// assert!(total.locked());
    /// ```
    #[inline]
    pub fn locked(&self) -> bool {
        self.mutex.is_locked()
    }

    /// Returns the value, without locking: a `&mut` to the monitor shows that no other thread is
    /// using it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_condition::Monitor;
    ///
    /// let mut total = Monitor::new(1);
    /// *total.get_mut() = 2;
    /// assert_eq!(total.into_inner(), 2);
    /// ```
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        self.mutex.get_mut()
    }

    #[inline]
    fn guard<'a>(&'a self, guard: MutexGuard<'a, T>) -> MonitorGuard<'a, T> {
        MonitorGuard {
            waiters: &self.waiters,
            guard,
        }
    }
}

impl<T: Default> Default for Monitor<T> {
    fn default() -> Monitor<T> {
        Monitor::new(T::default())
    }
}

impl<T> From<T> for Monitor<T> {
    fn from(value: T) -> Monitor<T> {
        Monitor::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Monitor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Monitor");
        match self.try_lock() {
            Some(value) => out.field("value", &&*value),
            None => out.field("value", &format_args!("<locked>")),
        };
        out.finish_non_exhaustive()
    }
}
