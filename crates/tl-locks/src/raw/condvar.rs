//! The raw condition variable as `lock_api` wants it: the place that vouches for it.
#![allow(unsafe_code)]

use std::fmt;
use std::time::{Duration, Instant};

use lock_api::GuardSend;
use tl_core::door::{Call, Deadline, Operation};

use super::{Acquire, RawLock, Waiters};

const WAIT: &Operation = &Operation::new("Condvar", "wait");
const WAIT_FOR: &Operation = &Operation::new("Condvar", "wait_for");
const WAIT_UNTIL: &Operation = &Operation::new("Condvar", "wait_until");

/// The condition variable of [`RawLock`], for use with [`lock_api`](https://docs.rs/lock_api).
///
/// It implements [`RawCondvar`](https://docs.rs/lock_api/latest/lock_api/trait.RawCondvar.html) and
/// [`RawCondvarTimed`](https://docs.rs/lock_api/latest/lock_api/trait.RawCondvarTimed.html).
/// `tl_condition::Condvar` is `lock_api`'s on it. There are no spurious wake-ups, and the
/// notifications return exactly how many threads they notified.
///
/// # Examples
///
/// ```
/// type Condvar = lock_api::Condvar<tl_locks::RawCondvar>;
///
/// static CHANGED: Condvar = Condvar::new();
/// assert!(!CHANGED.notify_one()); // Nobody waits.
/// ```
pub struct RawCondvar {
    waiters: Waiters,
}

impl RawCondvar {
    /// Returns the threads that wait.
    ///
    /// # Examples
    ///
    /// ```
    /// type Condvar = lock_api::Condvar<tl_locks::RawCondvar>;
    ///
    /// assert_eq!(Condvar::new().raw().waiters().n_waiting(), 0);
    /// ```
    #[inline]
    #[doc(hidden)]
    pub fn waiters(&self) -> &Waiters {
        &self.waiters
    }

    #[inline]
    fn wait_before(&self, mutex: &RawLock, deadline: Deadline, call: Call) -> bool {
        let acquire = Acquire::without_owner(call);
        mutex.wait(&self.waiters, deadline, acquire, || {})
    }
}

// SAFETY: `RawCondvar` asks for
// - releasing and waiting in one: the thread is among the waiters before it releases the mutex;
// - the mutex held on return: `RawLock::wait` returns with it;
// - a wait that panics to hold the mutex: it panics about a second mutex before it releases this
//   one, and nothing else unwinds.
unsafe impl lock_api::RawCondvar for RawCondvar {
    const INIT: RawCondvar = RawCondvar {
        waiters: Waiters::new(),
    };

    /// The lock under our mutexes.
    type RawMutex = RawLock;

    #[inline]
    #[track_caller]
    unsafe fn wait(&self, mutex: &RawLock, _guard: &mut GuardSend) {
        self.wait_before(mutex, Deadline::NEVER, Call::here(WAIT));
    }

    #[inline]
    fn notify_one(&self) -> bool {
        self.waiters.notify(1) == 1
    }

    #[inline]
    fn notify_all(&self) -> usize {
        self.waiters.notify(usize::MAX)
    }
}

// SAFETY: as above; a wait that ran out returns no earlier than at its deadline.
unsafe impl lock_api::RawCondvarTimed for RawCondvar {
    #[inline]
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::now().checked_add(*timeout)
    }

    #[inline]
    #[track_caller]
    unsafe fn wait_until(
        &self,
        mutex: &RawLock,
        _guard: &mut GuardSend,
        deadline: &Instant,
    ) -> bool {
        !self.wait_before(mutex, Deadline::at(*deadline), Call::here(WAIT_UNTIL))
    }

    #[inline]
    #[track_caller]
    unsafe fn wait_for(&self, mutex: &RawLock, _guard: &mut GuardSend, timeout: &Duration) -> bool {
        !self.wait_before(mutex, Deadline::after(*timeout), Call::here(WAIT_FOR))
    }
}

impl fmt::Debug for RawCondvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCondvar").finish_non_exhaustive()
    }
}
