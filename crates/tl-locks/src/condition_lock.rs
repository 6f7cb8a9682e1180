//! What a condition needs of its lock.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline};

use crate::raw::Acquire;
use crate::{Lock, RLock, ReleaseError, Waiters};

mod sealed {
    pub trait Sealed {}
}

/// A lock that a condition can give up and take back: [`Lock`], [`RLock`], and a reference or an
/// [`Arc`] to one of them, so that several conditions can share a lock.
///
/// The trait is sealed. Its methods are for `tl-condition`; the verbs are those of the locks.
///
/// # Examples
///
/// ```
/// use tl_locks::{ConditionLock, Lock, RLock};
///
/// /// Any lock on which a condition may rest.
/// fn is_free(lock: &impl ConditionLock) -> bool {
///     !lock.locked()
/// }
///
/// assert!(is_free(&Lock::new()) && is_free(&RLock::new()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a lock that a condition can give up",
    label = "not a `Lock`, an `RLock`, or a reference or an `Arc` to one",
    note = "a lock that holds data cannot be one; for a value with its lock and condition there is `tl_condition::Monitor`"
)]
pub trait ConditionLock: sealed::Sealed + fmt::Debug {
    /// A marker for the guard: not `Send` if the lock is owned by a thread.
    type Marker: Default + fmt::Debug;

    /// Acquires the lock. See [`Lock::acquire`], [`RLock::acquire`].
    #[track_caller]
    fn acquire(&self);

    /// Acquires the lock if that is possible at once. See [`Lock::try_acquire`],
    /// [`RLock::try_acquire`].
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    fn try_acquire(&self) -> bool;

    /// Acquires the lock if that is possible within `timeout`. See [`Lock::acquire_timeout`],
    /// [`RLock::acquire_timeout`].
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    fn acquire_timeout(&self, timeout: Duration) -> bool;

    /// Acquires the lock if that is possible before `deadline`. See [`Lock::acquire_deadline`],
    /// [`RLock::acquire_deadline`].
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    fn acquire_deadline(&self, deadline: Instant) -> bool;

    /// Releases the lock, or one level of it. See [`Lock::release`], [`RLock::release`].
    ///
    /// # Errors
    ///
    /// If the lock is not held, or the calling thread does not own it.
    fn release(&self) -> Result<(), ReleaseError>;

    /// Whether any thread holds the lock.
    fn locked(&self) -> bool;

    /// Whether the calling thread holds the lock, as far as the lock knows: a [`Lock`] has no
    /// owner, so that it knows only that some thread does.
    fn is_acquired(&self) -> bool;

    /// Gives the lock up whole, waits to be notified or for the deadline, and takes it back whole.
    /// Returns whether it was notified; if that and the deadline come at once, it was. `call` is
    /// what the thread is seen to wait in.
    ///
    /// # Errors
    ///
    /// If the lock is not held, or the calling thread does not own it. The thread has not waited
    /// then.
    fn wait(&self, waiters: &Waiters, deadline: Deadline, call: Call)
    -> Result<bool, ReleaseError>;

    /// Notifies up to `limit` waiters, those first that have waited longest, and returns how many
    /// there were. Those asleep are woken when the lock is released.
    ///
    /// # Errors
    ///
    /// If the lock is not held, or the calling thread does not own it. No thread was notified then.
    fn notify(&self, waiters: &Waiters, limit: usize) -> Result<usize, ReleaseError>;
}

impl sealed::Sealed for Lock {}

impl ConditionLock for Lock {
    type Marker = ();

    #[track_caller]
    fn acquire(&self) {
        self.acquire();
    }

    #[track_caller]
    fn try_acquire(&self) -> bool {
        self.try_acquire()
    }

    #[track_caller]
    fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.acquire_timeout(timeout)
    }

    #[track_caller]
    fn acquire_deadline(&self, deadline: Instant) -> bool {
        self.acquire_deadline(deadline)
    }

    fn release(&self) -> Result<(), ReleaseError> {
        self.release()
    }

    fn locked(&self) -> bool {
        self.locked()
    }

    fn is_acquired(&self) -> bool {
        self.locked()
    }

    fn wait(
        &self,
        waiters: &Waiters,
        deadline: Deadline,
        call: Call,
    ) -> Result<bool, ReleaseError> {
        match self.locked() {
            true => {
                let acquire = Acquire::without_owner(call);
                Ok(self.raw().wait(waiters, deadline, acquire, || {}))
            }
            false => Err(ReleaseError::NotLocked),
        }
    }

    fn notify(&self, waiters: &Waiters, limit: usize) -> Result<usize, ReleaseError> {
        if self.locked() {
            Ok(waiters.notify(limit))
        } else {
            Err(ReleaseError::NotLocked)
        }
    }
}

impl sealed::Sealed for RLock {}

impl ConditionLock for RLock {
    type Marker = PhantomData<*const ()>;

    #[track_caller]
    fn acquire(&self) {
        self.acquire();
    }

    #[track_caller]
    fn try_acquire(&self) -> bool {
        self.try_acquire()
    }

    #[track_caller]
    fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.acquire_timeout(timeout)
    }

    #[track_caller]
    fn acquire_deadline(&self, deadline: Instant) -> bool {
        self.acquire_deadline(deadline)
    }

    fn release(&self) -> Result<(), ReleaseError> {
        self.release()
    }

    fn locked(&self) -> bool {
        self.locked()
    }

    fn is_acquired(&self) -> bool {
        self.is_owned()
    }

    fn wait(
        &self,
        waiters: &Waiters,
        deadline: Deadline,
        call: Call,
    ) -> Result<bool, ReleaseError> {
        self.wait(waiters, deadline, call)
    }

    fn notify(&self, waiters: &Waiters, limit: usize) -> Result<usize, ReleaseError> {
        self.notify(waiters, limit)
    }
}

macro_rules! pass_through {
    ($($pointer:ty),*) => {$(
        impl<L: ConditionLock + ?Sized> sealed::Sealed for $pointer {}

        impl<L: ConditionLock + ?Sized> ConditionLock for $pointer {
            type Marker = L::Marker;

            #[track_caller]
            fn acquire(&self) {
                (**self).acquire();
            }

            #[track_caller]
            fn try_acquire(&self) -> bool {
                (**self).try_acquire()
            }

            #[track_caller]
            fn acquire_timeout(&self, timeout: Duration) -> bool {
                (**self).acquire_timeout(timeout)
            }

            #[track_caller]
            fn acquire_deadline(&self, deadline: Instant) -> bool {
                (**self).acquire_deadline(deadline)
            }

            fn release(&self) -> Result<(), ReleaseError> {
                (**self).release()
            }

            fn locked(&self) -> bool {
                (**self).locked()
            }

            fn is_acquired(&self) -> bool {
                (**self).is_acquired()
            }

            fn wait(&self, waiters: &Waiters, deadline: Deadline, call: Call) -> Result<bool, ReleaseError> {
                (**self).wait(waiters, deadline, call)
            }

            fn notify(&self, waiters: &Waiters, limit: usize) -> Result<usize, ReleaseError> {
                (**self).notify(waiters, limit)
            }
        }
    )*};
}
pass_through!(&L, Arc<L>);

/// Gives up the lock of a [`Mutex`](crate::Mutex) through its guard, waits to be notified or for
/// the deadline, and takes the lock back. Returns whether it was notified; if that and the deadline
/// come at once, it was. For `tl_condition::Monitor`.
///
/// The guard is borrowed exclusively, so that no reference to the value outlives the wait.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_core::door::{Call, Deadline, Operation};
/// use tl_locks::{Mutex, Waiters, wait_with_guard};
///
/// const WAIT: &Operation = &Operation::new("Monitor", "wait");
///
/// static QUEUE: Mutex<Vec<u32>> = Mutex::new(Vec::new());
/// static WAITERS: Waiters = Waiters::new();
///
/// let mut queue = QUEUE.lock();
/// let soon = Deadline::after(Duration::from_millis(1));
/// assert!(!wait_with_guard(&mut queue, &WAITERS, soon, Call::here(WAIT)));
/// queue.push(1); // locked again
/// ```
#[cfg(not(loom))]
pub fn wait_with_guard<T: ?Sized>(
    guard: &mut crate::MutexGuard<'_, T>,
    waiters: &Waiters,
    deadline: Deadline,
    call: Call,
) -> bool {
    crate::raw::wait_with_guard(guard, waiters, deadline, call)
}
