//! The forms of acquiring that return a [`Permit`]: permits that borrow their semaphore.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::call::call;
use crate::closable::ClosableSemaphore;
use crate::error::Closed;
use crate::permit::Permit;

impl ClosableSemaphore {
    /// Takes a permit as [`acquire`](ClosableSemaphore::acquire) does, and gives it back when the
    /// returned guard is dropped.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](ClosableSemaphore::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// let permit = semaphore.permit()?;
    /// assert_eq!(semaphore.available(), 0);
    /// drop(permit);
    /// assert_eq!(semaphore.available(), 1);
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit(&self) -> Result<Permit<'_>, Closed> {
        self.take(1, call!(ClosableSemaphore::permit), || Deadline::NEVER)?;
        Ok(Permit::new(&self.raw, 1))
    }

    /// Takes a permit as [`permit`](ClosableSemaphore::permit) does, if that can be done at once.
    /// `None` if not. Never blocks.
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
    /// let semaphore = ClosableSemaphore::new(0);
    /// assert!(semaphore.try_permit()?.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    pub fn try_permit(&self) -> Result<Option<Permit<'_>>, Closed> {
        self.try_permit_many(1)
    }

    /// Takes a permit as [`permit`](ClosableSemaphore::permit) does, and waits for at most
    /// `timeout`. `None` if the time ran out.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_timeout`](ClosableSemaphore::acquire_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(0);
    /// assert!(semaphore.permit_timeout(Duration::from_millis(1))?.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit_timeout(&self, timeout: Duration) -> Result<Option<Permit<'_>>, Closed> {
        let taken = self.take(1, call!(ClosableSemaphore::permit_timeout), || {
            Deadline::after(timeout)
        })?;
        Ok(taken.then(|| Permit::new(&self.raw, 1)))
    }

    /// Takes a permit as [`permit`](ClosableSemaphore::permit) does, and waits until `deadline` at
    /// the latest. `None` if the deadline passed.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_deadline`](ClosableSemaphore::acquire_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(1);
    /// assert!(semaphore.permit_deadline(Instant::now())?.is_some());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit_deadline(&self, deadline: Instant) -> Result<Option<Permit<'_>>, Closed> {
        let taken = self.take(1, call!(ClosableSemaphore::permit_deadline), || {
            Deadline::at(deadline)
        })?;
        Ok(taken.then(|| Permit::new(&self.raw, 1)))
    }

    /// Takes `n` permits as [`acquire_many`](ClosableSemaphore::acquire_many) does, and gives them
    /// back when the returned guard is dropped.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many`](ClosableSemaphore::acquire_many).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(5);
    /// let permits = semaphore.permit_many(3)?;
    /// assert_eq!((permits.count(), semaphore.available()), (3, 2));
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit_many(&self, n: usize) -> Result<Permit<'_>, Closed> {
        self.take(n, call!(ClosableSemaphore::permit_many), || Deadline::NEVER)?;
        Ok(Permit::new(&self.raw, n))
    }

    /// Takes `n` permits as [`permit_many`](ClosableSemaphore::permit_many) does, if that can be
    /// done at once. `None` if not. Never blocks.
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
    /// assert!(semaphore.try_permit_many(6)?.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    pub fn try_permit_many(&self, n: usize) -> Result<Option<Permit<'_>>, Closed> {
        let acquired = self.try_acquire_many(n)?;
        Ok(acquired.then(|| Permit::new(&self.raw, n)))
    }

    /// Takes `n` permits as [`permit_many`](ClosableSemaphore::permit_many) does, and waits for at
    /// most `timeout`. `None` if the time ran out.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many_timeout`](ClosableSemaphore::acquire_many_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(5);
    /// let too_many = semaphore.permit_many_timeout(6, Duration::from_millis(1))?;
    /// assert!(too_many.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit_many_timeout(
        &self,
        n: usize,
        timeout: Duration,
    ) -> Result<Option<Permit<'_>>, Closed> {
        let taken = self.take(n, call!(ClosableSemaphore::permit_many_timeout), || {
            Deadline::after(timeout)
        })?;
        Ok(taken.then(|| Permit::new(&self.raw, n)))
    }

    /// Takes `n` permits as [`permit_many`](ClosableSemaphore::permit_many) does, and waits until
    /// `deadline` at the latest. `None` if the deadline passed.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed, or is closed while the thread waits: it has no permit
    /// then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many_deadline`](ClosableSemaphore::acquire_many_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = ClosableSemaphore::new(5);
    /// assert!(semaphore.permit_many_deadline(5, Instant::now())?.is_some());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn permit_many_deadline(
        &self,
        n: usize,
        deadline: Instant,
    ) -> Result<Option<Permit<'_>>, Closed> {
        let taken = self.take(n, call!(ClosableSemaphore::permit_many_deadline), || {
            Deadline::at(deadline)
        })?;
        Ok(taken.then(|| Permit::new(&self.raw, n)))
    }
}
