//! The forms of acquiring that return an [`OwnedPermit`]: permits that keep their semaphore alive.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::call::call;
use crate::closable::ClosableSemaphore;
use crate::error::Closed;
use crate::permit::{AnySemaphore, OwnedPermit};
use crate::raw::RawSemaphore;

/// # Permits that keep their semaphore alive
impl ClosableSemaphore {
    /// Takes a permit as [`permit`](ClosableSemaphore::permit) does. This one keeps the semaphore
    /// alive, and can go where a borrow cannot.
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
    /// use std::sync::Arc;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(1));
    /// let permit = semaphore.permit_owned()?;
    /// std::thread::spawn(move || drop(permit)).join().unwrap();
    /// assert_eq!(semaphore.available(), 1);
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[track_caller]
    pub fn permit_owned(self: &Arc<Self>) -> Result<OwnedPermit, Closed> {
        self.take(1, call!(ClosableSemaphore::permit_owned), || {
            Deadline::NEVER
        })?;
        Ok(OwnedPermit::new(Arc::<Self>::clone(self), 1))
    }

    /// Takes a permit as [`permit_owned`](ClosableSemaphore::permit_owned) does, if that can be
    /// done at once. `None` if not. Never blocks.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(0));
    /// assert!(semaphore.try_permit_owned()?.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    pub fn try_permit_owned(self: &Arc<Self>) -> Result<Option<OwnedPermit>, Closed> {
        self.try_permit_many_owned(1)
    }

    /// Takes a permit as [`permit_owned`](ClosableSemaphore::permit_owned) does, and waits for at
    /// most `timeout`. `None` if the time ran out.
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
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(0));
    /// assert!(semaphore.permit_owned_timeout(Duration::from_millis(1))?.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[track_caller]
    pub fn permit_owned_timeout(
        self: &Arc<Self>,
        timeout: Duration,
    ) -> Result<Option<OwnedPermit>, Closed> {
        let taken = self.take(1, call!(ClosableSemaphore::permit_owned_timeout), || {
            Deadline::after(timeout)
        })?;
        Ok(taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1)))
    }

    /// Takes a permit as [`permit_owned`](ClosableSemaphore::permit_owned) does, and waits until
    /// `deadline` at the latest. `None` if the deadline passed.
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
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(1));
    /// assert!(semaphore.permit_owned_deadline(Instant::now())?.is_some());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[track_caller]
    pub fn permit_owned_deadline(
        self: &Arc<Self>,
        deadline: Instant,
    ) -> Result<Option<OwnedPermit>, Closed> {
        let taken = self.take(1, call!(ClosableSemaphore::permit_owned_deadline), || {
            Deadline::at(deadline)
        })?;
        Ok(taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1)))
    }

    /// Takes `n` permits as [`permit_many`](ClosableSemaphore::permit_many) does. They keep the
    /// semaphore alive, and can go where a borrow cannot.
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
    /// use std::sync::Arc;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(3));
    /// let permits = semaphore.permit_many_owned(2)?;
    /// std::thread::spawn(move || drop(permits)).join().unwrap();
    /// assert_eq!(semaphore.available(), 3);
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[track_caller]
    pub fn permit_many_owned(self: &Arc<Self>, n: usize) -> Result<OwnedPermit, Closed> {
        self.take(n, call!(ClosableSemaphore::permit_many_owned), || {
            Deadline::NEVER
        })?;
        Ok(OwnedPermit::new(Arc::<Self>::clone(self), n))
    }

    /// Takes `n` permits as [`permit_many_owned`](ClosableSemaphore::permit_many_owned) does, if
    /// that can be done at once. `None` if not. Never blocks.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(3));
    /// assert!(semaphore.try_permit_many_owned(4)?.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    pub fn try_permit_many_owned(
        self: &Arc<Self>,
        n: usize,
    ) -> Result<Option<OwnedPermit>, Closed> {
        let acquired = self.try_acquire_many(n)?;
        Ok(acquired.then(|| OwnedPermit::new(Arc::<Self>::clone(self), n)))
    }

    /// Takes `n` permits as [`permit_many_owned`](ClosableSemaphore::permit_many_owned) does, and
    /// waits for at most `timeout`. `None` if the time ran out.
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
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(3));
    /// let too_many = semaphore.permit_many_owned_timeout(4, Duration::from_millis(1))?;
    /// assert!(too_many.is_none());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[track_caller]
    pub fn permit_many_owned_timeout(
        self: &Arc<Self>,
        n: usize,
        timeout: Duration,
    ) -> Result<Option<OwnedPermit>, Closed> {
        let taken = self.take(
            n,
            call!(ClosableSemaphore::permit_many_owned_timeout),
            || Deadline::after(timeout),
        )?;
        Ok(taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), n)))
    }

    /// Takes `n` permits as [`permit_many_owned`](ClosableSemaphore::permit_many_owned) does, and
    /// waits until `deadline` at the latest. `None` if the deadline passed.
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
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use tl_semaphore::ClosableSemaphore;
    ///
    /// let semaphore = Arc::new(ClosableSemaphore::new(3));
    /// assert!(semaphore.permit_many_owned_deadline(3, Instant::now())?.is_some());
    /// # Ok::<(), tl_semaphore::Closed>(())
    /// ```
    #[track_caller]
    pub fn permit_many_owned_deadline(
        self: &Arc<Self>,
        n: usize,
        deadline: Instant,
    ) -> Result<Option<OwnedPermit>, Closed> {
        let taken = self.take(
            n,
            call!(ClosableSemaphore::permit_many_owned_deadline),
            || Deadline::at(deadline),
        )?;
        Ok(taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), n)))
    }
}

impl AnySemaphore for ClosableSemaphore {
    fn raw(&self) -> &RawSemaphore {
        &self.raw
    }
}
