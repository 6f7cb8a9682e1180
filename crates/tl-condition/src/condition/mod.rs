//! `Condition`: Python's condition variable, with its lock.

mod acquire;
mod guard;
mod wait;

use std::fmt;

use tl_locks::{ConditionLock, RLock, RawCondvar};

pub use guard::ConditionGuard;

/// A condition variable with its lock: threads that hold the lock wait for a notification, and
/// while they wait others can have the lock.
///
/// It is Python's
/// [`threading.Condition`](https://docs.python.org/3/library/threading.html#condition-objects). The
/// lock is an [`RLock`] unless [`with_lock`](Condition::with_lock) is given another; a reference or
/// an [`Arc`](std::sync::Arc) to a lock lets several conditions share it. What the condition is
/// about (a queue, a flag) is wherever the program keeps it; a value with its lock and condition in
/// one is a [`Monitor`](crate::Monitor).
///
/// [`lock`](Condition::lock) returns a guard with the waits and the notifications. The same methods
/// are here as well, for a lock that is acquired and released by hand; they return
/// [`NotAcquired`](crate::NotAcquired) where Python raises `RuntimeError`.
///
/// - A wait ends because the thread was notified, or because its time ran out, and says which.
///   There are no other wake-ups. When both happen at once it was notified.
/// - `notify(n)` notifies exactly `n` of the waiting threads, those first that have waited longest,
///   or all if there are fewer. A thread that begins to wait later gets nothing of it, and a
///   notification that finds nobody is not remembered.
/// - A wait gives up every level of an [`RLock`], and takes every level back before it returns.
///
/// A condition takes one word beside its lock.
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
///
/// # Mistakes that do not compile
///
/// A lock that holds data cannot be the lock of a condition, since a wait would leave references to
/// the data behind. A value with its lock and its condition is a [`Monitor`](crate::Monitor):
///
/// ```compile_fail,E0277
/// use tl_condition::Condition;
/// use tl_locks::Mutex;
///
/// let condition = Condition::with_lock(Mutex::new(5));
/// ```
///
/// ```
/// let monitor = tl_condition::Monitor::new(5);
/// monitor.lock().notify_all();
/// ```
pub struct Condition<L: ConditionLock = RLock> {
    waiters: RawCondvar,
    lock: L,
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
