//! Taking several permits at once.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::call::call;
use crate::closable::ClosableSemaphore;
use crate::error::Closed;

impl ClosableSemaphore {
    /// Takes `n` permits at once, and waits until there are as many. It never takes only a part of
    /// them. With `n` of 0 it returns at once.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`Semaphore::acquire_many`](crate::Semaphore::acquire_many), until the semaphore
    /// is closed: permits are kept for a request that has waited for half a millisecond, and all
    /// others wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(5);
    /// semaphore.acquire_many(3).unwrap();
    /// assert_eq!(semaphore.available(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire_many(&self, n: usize) -> Result<(), Closed> {
        self.take(n, call!(ClosableSemaphore::acquire_many), || {
            Deadline::NEVER
        })
        .map(drop)
    }

    /// Takes `n` permits at once if there are as many, and says whether it did. Never blocks.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(5);
    /// assert_eq!(semaphore.try_acquire_many(6), Ok(false));
    /// assert_eq!(semaphore.try_acquire_many(5), Ok(true));
    /// ```
    #[inline]
    pub fn try_acquire_many(&self, n: usize) -> Result<bool, Closed> {
        if n > 0 && self.raw.try_acquire(n) {
            return Ok(true);
        }
        self.unless_closed(n == 0)
    }

    /// Takes `n` permits at once, and waits until there are as many, for at most `timeout`. Returns
    /// whether it took them: `false` means that the time ran out, and none was taken.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many`](ClosableSemaphore::acquire_many), until the time has run out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(5);
    /// let acquired = semaphore.acquire_many_timeout(6, Duration::from_millis(1));
    /// assert_eq!(acquired, Ok(false));
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire_many_timeout(&self, n: usize, timeout: Duration) -> Result<bool, Closed> {
        self.take(n, call!(ClosableSemaphore::acquire_many_timeout), || {
            Deadline::after(timeout)
        })
    }

    /// Takes `n` permits at once, and waits until there are as many, until `deadline` at the
    /// latest. Returns whether it took them: `false` means that the deadline passed, and none was
    /// taken.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many`](ClosableSemaphore::acquire_many), until the deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(5);
    /// assert_eq!(semaphore.acquire_many_deadline(4, Instant::now()), Ok(true));
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire_many_deadline(&self, n: usize, deadline: Instant) -> Result<bool, Closed> {
        self.take(n, call!(ClosableSemaphore::acquire_many_deadline), || {
            Deadline::at(deadline)
        })
    }
}
