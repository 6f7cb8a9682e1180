//! Taking permits and giving them.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};
use tl_core::sync::const_unless_loom;

use crate::call::call;
use crate::error::ReleaseError;
use crate::raw::{Outcome, RawSemaphore};
use crate::word;

use super::Semaphore;

impl Semaphore {
    /// The greatest number of permits: 2³⁰ − 1.
    pub const MAX: usize = word::MAX;

    const_unless_loom! {
        /// Creates a semaphore with `value` permits, from 0 to [`MAX`](Semaphore::MAX).
        ///
        /// # Panics
        ///
        /// If `value` is greater than [`MAX`](Semaphore::MAX). In a `static` or a `const` that is a
        /// compile-time error.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_semaphore::Semaphore;
        ///
        /// static POOL: Semaphore = Semaphore::new(2);
        /// assert_eq!(POOL.available(), 2);
        /// ```
        #[must_use]
        pub const fn new(value: usize) -> Semaphore {
            Semaphore {
                raw: RawSemaphore::new(value, word::MAX),
            }
        }
    }

    /// Returns how many permits are available, from 0 to [`MAX`](Semaphore::MAX). Never blocks.
    ///
    /// While other threads use the semaphore this is out of date by the time it is returned. It
    /// includes permits that are kept for a waiter that has waited long and wants more than there
    /// are, though no other thread can take them.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// semaphore.acquire();
    /// assert_eq!(semaphore.available(), 2);
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
    /// use tl_semaphore::Semaphore;
    ///
    /// assert_eq!(Semaphore::new(0).n_waiting(), 0);
    /// ```
    pub fn n_waiting(&self) -> usize {
        self.raw.n_waiting()
    }

    /// Takes a permit, and waits for one if there is none.
    ///
    /// # Blocking
    ///
    /// Waits until another thread releases a permit and no thread with a better claim takes it;
    /// forever if none is released. A thread that waits for permits that it holds itself waits
    /// forever.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// semaphore.acquire();
    /// assert_eq!(semaphore.available(), 0);
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire(&self) {
        self.take(1, call!(Semaphore::acquire), || Deadline::NEVER);
    }

    /// Takes a permit if there is one, and says whether it did. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// assert!(semaphore.try_acquire());
    /// assert!(!semaphore.try_acquire());
    /// ```
    #[inline]
    #[must_use = "the permit was acquired only if this is true"]
    pub fn try_acquire(&self) -> bool {
        self.raw.try_acquire(1)
    }

    /// Takes a permit, and waits for one for at most `timeout`. Returns whether it took one:
    /// `false` means that the time ran out.
    ///
    /// [`Duration::ZERO`] is [`try_acquire`](Semaphore::try_acquire). A timeout too long to be
    /// represented, such as [`Duration::MAX`], waits forever.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](Semaphore::acquire), until the time has run out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// assert!(semaphore.acquire_timeout(Duration::MAX));
    /// assert!(!semaphore.acquire_timeout(Duration::from_millis(1)));
    /// ```
    #[inline]
    #[must_use = "the permit was acquired only if this is true"]
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.take(1, call!(Semaphore::acquire_timeout), || {
            Deadline::after(timeout)
        })
    }

    /// Takes a permit, and waits for one until `deadline` at the latest. Returns whether it took
    /// one: `false` means that the deadline passed.
    ///
    /// A deadline in the past is [`try_acquire`](Semaphore::try_acquire).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](Semaphore::acquire), until the deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let deadline = Instant::now() + Duration::from_millis(1);
    /// assert!(semaphore.acquire_deadline(deadline));
    /// assert!(!semaphore.acquire_deadline(deadline));
    /// ```
    #[inline]
    #[must_use = "the permit was acquired only if this is true"]
    #[track_caller]
    pub fn acquire_deadline(&self, deadline: Instant) -> bool {
        self.take(1, call!(Semaphore::acquire_deadline), || {
            Deadline::at(deadline)
        })
    }

    /// Takes `n` permits at once, and waits until there are as many. It never takes only a part of
    /// them. With `n` of 0 it returns at once.
    ///
    /// # Blocking
    ///
    /// Waits until `n` permits are available at one time and no thread with a better claim takes
    /// them. Once it has waited for half a millisecond and is first in line, permits are kept for
    /// it until there are enough, and **all others wait**, those for a single permit too. So
    ///
    /// - a request that may never be met should have a time limit
    ///   ([`acquire_many_timeout`](Semaphore::acquire_many_timeout)): without one, all wait
    ///   forever;
    /// - two threads that each hold a part of what the other wants wait forever.
    ///
    /// A request for more than there can be, [`MAX`](Semaphore::MAX) or the
    /// [bound](crate::BoundedSemaphore::bound), waits forever and holds up no other.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// semaphore.acquire_many(3);
    /// assert_eq!(semaphore.available(), 2);
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire_many(&self, n: usize) {
        self.take(n, call!(Semaphore::acquire_many), || Deadline::NEVER);
    }

    /// Takes `n` permits at once if there are as many, and says whether it did. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert!(!semaphore.try_acquire_many(6));
    /// assert!(semaphore.try_acquire_many(5));
    /// ```
    #[inline]
    #[must_use = "the permits were acquired only if this is true"]
    pub fn try_acquire_many(&self, n: usize) -> bool {
        self.raw.try_acquire(n)
    }

    /// Takes `n` permits at once, and waits until there are as many, for at most `timeout`. Returns
    /// whether it took them: `false` means that the time ran out, and none was taken.
    ///
    /// [`Duration::ZERO`] is [`try_acquire_many`](Semaphore::try_acquire_many). A timeout too long
    /// to be represented, such as [`Duration::MAX`], waits forever.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many`](Semaphore::acquire_many), until the time has run out. What was
    /// kept for it is then there for the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert!(!semaphore.acquire_many_timeout(6, Duration::from_millis(1)));
    /// assert_eq!(semaphore.available(), 5);
    /// ```
    #[inline]
    #[must_use = "the permits were acquired only if this is true"]
    #[track_caller]
    pub fn acquire_many_timeout(&self, n: usize, timeout: Duration) -> bool {
        self.take(n, call!(Semaphore::acquire_many_timeout), || {
            Deadline::after(timeout)
        })
    }

    /// Takes `n` permits at once, and waits until there are as many, until `deadline` at the
    /// latest. Returns whether it took them: `false` means that the deadline passed, and none was
    /// taken.
    ///
    /// A deadline in the past is [`try_acquire_many`](Semaphore::try_acquire_many).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many_timeout`](Semaphore::acquire_many_timeout), until the deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert!(semaphore.acquire_many_deadline(4, Instant::now()));
    /// assert!(!semaphore.acquire_many_deadline(4, Instant::now()));
    /// ```
    #[inline]
    #[must_use = "the permits were acquired only if this is true"]
    #[track_caller]
    pub fn acquire_many_deadline(&self, n: usize, deadline: Instant) -> bool {
        self.take(n, call!(Semaphore::acquire_many_deadline), || {
            Deadline::at(deadline)
        })
    }

    /// Takes all permits that are available, and returns how many those were. Never blocks.
    ///
    /// It takes none while they are kept for a waiter that wants more than there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let taken = semaphore.drain();
    /// assert_eq!((taken, semaphore.available()), (3, 0));
    /// semaphore.release_many(taken).unwrap();
    /// ```
    #[must_use = "so many permits have been taken: give them back, or drop the number on purpose"]
    pub fn drain(&self) -> usize {
        self.raw.drain()
    }

    /// Gives one permit. A thread that waits for it goes on.
    ///
    /// # Errors
    ///
    /// The same as [`release_many`](Semaphore::release_many).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// semaphore.release().unwrap();
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.raw.release_one()
    }

    /// Gives `n` permits at once. Threads that wait for them go on.
    ///
    /// # Errors
    ///
    /// Nothing has changed if this fails:
    ///
    /// - [`ReleaseError::Zero`] if `n` is 0,
    /// - [`ReleaseError::Overflow`] if more than [`MAX`](Semaphore::MAX) would be available,
    /// - [`ReleaseError::AboveBound`] if this is a [`BoundedSemaphore`](crate::BoundedSemaphore),
    ///   and more than its [bound](crate::BoundedSemaphore::bound) would be available.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// semaphore.release_many(2).unwrap();
    /// assert_eq!(semaphore.available(), 2);
    /// assert!(semaphore.release_many(0).is_err());
    /// ```
    #[inline]
    pub fn release_many(&self, n: usize) -> Result<(), ReleaseError> {
        self.raw.release_many(n)
    }

    /// Calls `f` with a permit taken, and gives it back afterwards, also if `f` panics. Returns
    /// what `f` returns.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](Semaphore::acquire), before `f` is called.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(2);
    /// let left = semaphore.with(|| semaphore.available());
    /// assert_eq!((left, semaphore.available()), (1, 2));
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce() -> R) -> R {
        let _permit = self.permit();
        f()
    }

    /// Takes `n` permits and returns true, or runs out of time. The semaphore is never closed.
    #[inline]
    pub(crate) fn take(&self, n: usize, call: Call, deadline: impl FnOnce() -> Deadline) -> bool {
        self.raw.acquire(n, call, deadline) == Outcome::Acquired
    }
}
