//! The forms of acquiring that return a [`Permit`]: permits that borrow their semaphore.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::call::call;
use crate::permit::Permit;
use crate::semaphore::Semaphore;

impl Semaphore {
    /// Takes a permit as [`acquire`](Semaphore::acquire) does, and gives it back when the returned
    /// guard is dropped.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](Semaphore::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// {
    ///     let _permit = semaphore.permit();
    ///     assert_eq!(semaphore.available(), 0);
    /// }
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit(&self) -> Permit<'_> {
        self.take(1, call!(Semaphore::permit), || Deadline::NEVER);
        Permit::new(&self.raw, 1)
    }

    /// Takes a permit as [`permit`](Semaphore::permit) does, if that can be done at once. `None` if
    /// not. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let first = semaphore.try_permit();
    /// assert!(first.is_some());
    /// assert!(semaphore.try_permit().is_none());
    /// ```
    #[inline]
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    pub fn try_permit(&self) -> Option<Permit<'_>> {
        self.try_permit_many(1)
    }

    /// Takes a permit as [`permit`](Semaphore::permit) does, and waits for at most `timeout`.
    /// `None` if the time ran out. See [`acquire_timeout`](Semaphore::acquire_timeout).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_timeout`](Semaphore::acquire_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// assert!(semaphore.permit_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[inline]
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    #[track_caller]
    pub fn permit_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let taken = self.take(1, call!(Semaphore::permit_timeout), || {
            Deadline::after(timeout)
        });
        taken.then(|| Permit::new(&self.raw, 1))
    }

    /// Takes a permit as [`permit`](Semaphore::permit) does, and waits until `deadline` at the
    /// latest. `None` if the deadline passed. See
    /// [`acquire_deadline`](Semaphore::acquire_deadline).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_deadline`](Semaphore::acquire_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// assert!(semaphore.permit_deadline(Instant::now()).is_some());
    /// ```
    #[inline]
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    #[track_caller]
    pub fn permit_deadline(&self, deadline: Instant) -> Option<Permit<'_>> {
        let taken = self.take(1, call!(Semaphore::permit_deadline), || {
            Deadline::at(deadline)
        });
        taken.then(|| Permit::new(&self.raw, 1))
    }

    /// Takes `n` permits as [`acquire_many`](Semaphore::acquire_many) does, and gives them back
    /// when the returned guard is dropped.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many`](Semaphore::acquire_many).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// let permits = semaphore.permit_many(3);
    /// assert_eq!((permits.count(), semaphore.available()), (3, 2));
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit_many(&self, n: usize) -> Permit<'_> {
        self.take(n, call!(Semaphore::permit_many), || Deadline::NEVER);
        Permit::new(&self.raw, n)
    }

    /// Takes `n` permits as [`permit_many`](Semaphore::permit_many) does, if that can be done at
    /// once. `None` if not. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert!(semaphore.try_permit_many(6).is_none());
    /// ```
    #[inline]
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    pub fn try_permit_many(&self, n: usize) -> Option<Permit<'_>> {
        self.try_acquire_many(n).then(|| Permit::new(&self.raw, n))
    }

    /// Takes `n` permits as [`permit_many`](Semaphore::permit_many) does, and waits for at most
    /// `timeout`. `None` if the time ran out. See
    /// [`acquire_many_timeout`](Semaphore::acquire_many_timeout).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many_timeout`](Semaphore::acquire_many_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert!(semaphore.permit_many_timeout(6, Duration::from_millis(1)).is_none());
    /// ```
    #[inline]
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    #[track_caller]
    pub fn permit_many_timeout(&self, n: usize, timeout: Duration) -> Option<Permit<'_>> {
        let taken = self.take(n, call!(Semaphore::permit_many_timeout), || {
            Deadline::after(timeout)
        });
        taken.then(|| Permit::new(&self.raw, n))
    }

    /// Takes `n` permits as [`permit_many`](Semaphore::permit_many) does, and waits until
    /// `deadline` at the latest. `None` if the deadline passed. See
    /// [`acquire_many_deadline`](Semaphore::acquire_many_deadline).
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many_deadline`](Semaphore::acquire_many_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert!(semaphore.permit_many_deadline(5, Instant::now()).is_some());
    /// ```
    #[inline]
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    #[track_caller]
    pub fn permit_many_deadline(&self, n: usize, deadline: Instant) -> Option<Permit<'_>> {
        let taken = self.take(n, call!(Semaphore::permit_many_deadline), || {
            Deadline::at(deadline)
        });
        taken.then(|| Permit::new(&self.raw, n))
    }
}
