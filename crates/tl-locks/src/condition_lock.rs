//! What a condition needs of its lock.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline};

use crate::raw::Acquire;
use crate::{Lock, RLock, RawCondvar, ReleaseError};

mod sealed {
    pub trait Sealed {}
}

/// How long a thread waits for a lock.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// Until it has the lock.
    Forever,
    /// Not at all.
    AtOnce,
    /// For no longer than this.
    Timeout(Duration),
    /// Until then at the latest.
    Deadline(Instant),
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

    /// Acquires the lock, if that is possible within the limit, and says whether it did. See
    /// [`Lock::acquire`], [`RLock::acquire`] and their other forms.
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    fn acquire_before(&self, limit: Limit) -> bool;

    /// Releases the lock, or one level of it. See [`Lock::release`], [`RLock::release`].
    ///
    /// # Errors
    ///
    /// If the lock is not held, or the calling thread does not own it.
    fn release(&self) -> Result<(), ReleaseError>;

    /// Returns whether any thread holds the lock.
    fn locked(&self) -> bool;

    /// Returns whether the calling thread holds the lock, as far as the lock knows: a [`Lock`] has
    /// no owner, so that it knows only that some thread does.
    fn is_acquired(&self) -> bool;

    /// Gives the lock up whole, waits to be notified or for the deadline, and takes it back whole.
    /// Returns whether it was notified; if that and the deadline come at once, it was. `call` is
    /// what the thread is seen to wait in.
    ///
    /// # Errors
    ///
    /// If the lock is not held, or the calling thread does not own it. The thread has not waited
    /// then.
    fn wait(
        &self,
        waiters: &RawCondvar,
        deadline: Deadline,
        call: Call,
    ) -> Result<bool, ReleaseError>;

    /// Notifies up to `limit` waiters, those first that have waited longest, and returns how many
    /// there were. Those asleep are woken when the lock is released.
    ///
    /// # Errors
    ///
    /// If the lock is not held, or the calling thread does not own it. No thread was notified then.
    fn notify(&self, waiters: &RawCondvar, limit: usize) -> Result<usize, ReleaseError>;
}

impl sealed::Sealed for Lock {}

impl ConditionLock for Lock {
    type Marker = ();

    // Always, so that the caller's limit decides here, when this is compiled.
    #[inline(always)]
    #[track_caller]
    fn acquire_before(&self, limit: Limit) -> bool {
        match limit {
            Limit::Forever => {
                self.acquire();
                true
            }
            Limit::AtOnce => self.try_acquire(),
            Limit::Timeout(timeout) => self.acquire_timeout(timeout),
            Limit::Deadline(deadline) => self.acquire_deadline(deadline),
        }
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
        waiters: &RawCondvar,
        deadline: Deadline,
        call: Call,
    ) -> Result<bool, ReleaseError> {
        if self.locked() {
            let acquire = Acquire::without_owner(call);
            Ok(self.raw().wait(waiters, deadline, acquire, || {}))
        } else {
            Err(ReleaseError::NotLocked)
        }
    }

    fn notify(&self, waiters: &RawCondvar, limit: usize) -> Result<usize, ReleaseError> {
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

    // Always, so that the caller's limit decides here, when this is compiled.
    #[inline(always)]
    #[track_caller]
    fn acquire_before(&self, limit: Limit) -> bool {
        match limit {
            Limit::Forever => {
                self.acquire();
                true
            }
            Limit::AtOnce => self.try_acquire(),
            Limit::Timeout(timeout) => self.acquire_timeout(timeout),
            Limit::Deadline(deadline) => self.acquire_deadline(deadline),
        }
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
        waiters: &RawCondvar,
        deadline: Deadline,
        call: Call,
    ) -> Result<bool, ReleaseError> {
        self.wait(waiters, deadline, call)
    }

    fn notify(&self, waiters: &RawCondvar, limit: usize) -> Result<usize, ReleaseError> {
        self.notify(waiters, limit)
    }
}

macro_rules! pass_through {
    ($($pointer:ty),*) => {$(
        impl<L: ConditionLock + ?Sized> sealed::Sealed for $pointer {}

        impl<L: ConditionLock + ?Sized> ConditionLock for $pointer {
            type Marker = L::Marker;

            #[inline(always)]
            #[track_caller]
            fn acquire_before(&self, limit: Limit) -> bool {
                (**self).acquire_before(limit)
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

            fn wait(&self, waiters: &RawCondvar, deadline: Deadline, call: Call) -> Result<bool, ReleaseError> {
                (**self).wait(waiters, deadline, call)
            }

            fn notify(&self, waiters: &RawCondvar, limit: usize) -> Result<usize, ReleaseError> {
                (**self).notify(waiters, limit)
            }
        }
    )*};
}
pass_through!(&L, Arc<L>);
