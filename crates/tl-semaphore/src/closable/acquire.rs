//! Taking one permit, giving, and closing.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};
use tl_core::sync::const_unless_loom;

use crate::call::call;
use crate::error::{Closed, ReleaseError};
use crate::permit::Permit;
use crate::raw::{Outcome, RawSemaphore};
use crate::word;

use super::ClosableSemaphore;

impl ClosableSemaphore {
    /// The greatest number of permits: 2³⁰ − 1.
    pub const MAX: usize = word::MAX;

    const_unless_loom! {
        /// Creates a semaphore with `value` permits, from 0 to [`MAX`](ClosableSemaphore::MAX),
        /// that is not closed.
        ///
        /// # Panics
        ///
        /// If `value` is greater than [`MAX`](ClosableSemaphore::MAX). In a `static` or a `const`
        /// that is a compile-time error.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_semaphore::ClosableSemaphore;
        ///
        /// static POOL: ClosableSemaphore = ClosableSemaphore::new(2);
        /// assert_eq!(POOL.available(), 2);
        /// ```
        #[must_use]
        pub const fn new(value: usize) -> ClosableSemaphore {
            ClosableSemaphore {
                raw: RawSemaphore::new(value, word::MAX),
            }
        }
    }

    /// Closes the semaphore: the threads that wait for permits and all that come later get the
    /// error [`Closed`]. It stays closed forever. Closing it twice is as good as once.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_semaphore::{ClosableSemaphore, Closed};
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// thread::scope(|scope| {
    ///     let waiter = scope.spawn(|| semaphore.acquire());
    ///     semaphore.close();
    ///     assert!(waiter.join().unwrap().is_err());
    /// });
    /// semaphore.release().unwrap();
    /// assert!(semaphore.try_acquire().is_err());
    /// ```
    pub fn close(&self) {
        self.raw.close();
    }

    /// Returns whether the semaphore is closed. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// assert!(!semaphore.is_closed());
    /// semaphore.close();
    /// assert!(semaphore.is_closed());
    /// ```
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.raw.is_closed()
    }

    /// Returns how many permits are available, from 0 to [`MAX`](ClosableSemaphore::MAX), though no
    /// thread can take them if the semaphore is closed. Never blocks. See
    /// [`Semaphore::available`](crate::Semaphore::available).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(3);
    /// semaphore.close();
    /// assert_eq!(semaphore.available(), 3);
    /// ```
    #[inline]
    pub fn available(&self) -> usize {
        self.raw.available()
    }

    /// Returns how many threads wait for permits: those asleep, or about to be. Never blocks.
    ///
    /// It may be out of date as soon as it is returned: it is for messages and tests.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// assert_eq!(ClosableSemaphore::new(0).n_waiting(), 0);
    /// ```
    pub fn n_waiting(&self) -> usize {
        self.raw.n_waiting()
    }

    /// Takes a permit, and waits for one if there is none.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`Semaphore::acquire`](crate::Semaphore::acquire), until the semaphore is
    /// closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// semaphore.acquire().unwrap();
    /// assert_eq!(semaphore.available(), 0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire(&self) -> Result<(), Closed> {
        self.take(1, call!(ClosableSemaphore::acquire), || Deadline::NEVER)
            .map(drop)
    }

    /// Takes a permit if there is one, and says whether it did. Never blocks.
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
    /// let semaphore = ClosableSemaphore::new(1);
    /// assert_eq!(semaphore.try_acquire(), Ok(true));
    /// assert_eq!(semaphore.try_acquire(), Ok(false));
    /// semaphore.close();
    /// assert!(semaphore.try_acquire().is_err());
    /// ```
    #[inline]
    pub fn try_acquire(&self) -> Result<bool, Closed> {
        self.try_acquire_many(1)
    }

    /// Takes a permit, and waits for one for at most `timeout`. Returns whether it took one:
    /// `false` means that the time ran out.
    ///
    /// [`Duration::ZERO`] is [`try_acquire`](ClosableSemaphore::try_acquire). A timeout too long to
    /// be represented, such as [`Duration::MAX`], waits until there is a permit or the semaphore is
    /// closed.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](ClosableSemaphore::acquire), until the time has run out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// let acquired = semaphore.acquire_timeout(Duration::from_millis(1));
    /// assert_eq!(acquired, Ok(false));
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> Result<bool, Closed> {
        self.take(1, call!(ClosableSemaphore::acquire_timeout), || {
            Deadline::after(timeout)
        })
    }

    /// Takes a permit, and waits for one until `deadline` at the latest. Returns whether it took
    /// one: `false` means that the deadline passed.
    ///
    /// A deadline in the past is [`try_acquire`](ClosableSemaphore::try_acquire).
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](ClosableSemaphore::acquire), until the deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// assert_eq!(semaphore.acquire_deadline(Instant::now()), Ok(true));
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire_deadline(&self, deadline: Instant) -> Result<bool, Closed> {
        self.take(1, call!(ClosableSemaphore::acquire_deadline), || {
            Deadline::at(deadline)
        })
    }

    /// Takes all permits that are available, and returns how many those were. Never blocks.
    ///
    /// It takes none while they are kept for a waiter that wants more than there are.
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
    /// let semaphore = ClosableSemaphore::new(3);
    /// assert_eq!(semaphore.drain(), Ok(3));
    /// assert_eq!(semaphore.available(), 0);
    /// ```
    pub fn drain(&self) -> Result<usize, Closed> {
        match self.raw.drain() {
            0 => self.unless_closed(0),
            taken => Ok(taken),
        }
    }

    /// Gives one permit, also if the semaphore is closed. A thread that waits for it goes on.
    ///
    /// # Errors
    ///
    /// The same as [`release_many`](ClosableSemaphore::release_many).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// semaphore.release().unwrap();
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.raw.release_one()
    }

    /// Gives `n` permits at once, also if the semaphore is closed. Threads that wait for them go
    /// on.
    ///
    /// # Errors
    ///
    /// Nothing has changed if this fails:
    ///
    /// - [`ReleaseError::Zero`] if `n` is 0,
    /// - [`ReleaseError::Overflow`] if more than [`MAX`](ClosableSemaphore::MAX) would be
    ///   available.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// semaphore.release_many(2).unwrap();
    /// assert_eq!(semaphore.available(), 2);
    /// ```
    #[inline]
    pub fn release_many(&self, n: usize) -> Result<(), ReleaseError> {
        self.raw.release_many(n)
    }

    /// Calls `f` with a permit taken, and gives it back afterwards, also if `f` panics. Returns
    /// what `f` returns.
    ///
    /// # Errors
    ///
    /// [`Closed`] if there is no permit any more. Then `f` has not been called.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](ClosableSemaphore::acquire), before `f` is called.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(2);
    /// assert_eq!(semaphore.with(|| semaphore.available()), Ok(1));
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce() -> R) -> Result<R, Closed> {
        let _permit: Permit<'_> = self.permit()?;
        Ok(f())
    }

    /// Takes `n` permits and returns true, or runs out of time.
    #[inline]
    pub(crate) fn take(
        &self,
        n: usize,
        call: Call,
        deadline: impl FnOnce() -> Deadline,
    ) -> Result<bool, Closed> {
        if n == 0 {
            return self.unless_closed(true);
        }
        match self.raw.acquire(n, call, deadline) {
            Outcome::Acquired => Ok(true),
            Outcome::TimedOut => Ok(false),
            Outcome::Closed => Err(Closed),
        }
    }

    pub(super) fn unless_closed<T>(&self, value: T) -> Result<T, Closed> {
        if self.is_closed() {
            Err(Closed)
        } else {
            Ok(value)
        }
    }
}
