//! The forms of acquiring that return an [`OwnedPermit`]: permits that keep their semaphore alive.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::call::call;
use crate::permit::{AnySemaphore, OwnedPermit};
use crate::raw::RawSemaphore;
use crate::semaphore::Semaphore;

/// # Permits that keep their semaphore alive
impl Semaphore {
    /// Takes a permit as [`permit`](Semaphore::permit) does. This one keeps the semaphore alive,
    /// and can go where a borrow cannot.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](Semaphore::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let permit = semaphore.permit_owned();
    /// std::thread::spawn(move || drop(permit)).join().unwrap();
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    #[track_caller]
    pub fn permit_owned(self: &Arc<Self>) -> OwnedPermit {
        self.take(1, call!(Semaphore::permit_owned), || Deadline::NEVER);
        OwnedPermit::new(Arc::<Self>::clone(self), 1)
    }

    /// Takes a permit as [`permit_owned`](Semaphore::permit_owned) does, if that can be done at
    /// once. `None` if not. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(0));
    /// assert!(semaphore.try_permit_owned().is_none());
    /// ```
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    pub fn try_permit_owned(self: &Arc<Self>) -> Option<OwnedPermit> {
        self.try_permit_many_owned(1)
    }

    /// Takes a permit as [`permit_owned`](Semaphore::permit_owned) does, and waits for at most
    /// `timeout`. `None` if the time ran out.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_timeout`](Semaphore::acquire_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(0));
    /// assert!(semaphore.permit_owned_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    #[track_caller]
    pub fn permit_owned_timeout(self: &Arc<Self>, timeout: Duration) -> Option<OwnedPermit> {
        let taken = self.take(1, call!(Semaphore::permit_owned_timeout), || {
            Deadline::after(timeout)
        });
        taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1))
    }

    /// Takes a permit as [`permit_owned`](Semaphore::permit_owned) does, and waits until `deadline`
    /// at the latest. `None` if the deadline passed.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_deadline`](Semaphore::acquire_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// assert!(semaphore.permit_owned_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    #[track_caller]
    pub fn permit_owned_deadline(self: &Arc<Self>, deadline: Instant) -> Option<OwnedPermit> {
        let taken = self.take(1, call!(Semaphore::permit_owned_deadline), || {
            Deadline::at(deadline)
        });
        taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1))
    }

    /// Takes `n` permits as [`permit_many`](Semaphore::permit_many) does. They keep the semaphore
    /// alive, and can go where a borrow cannot.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many`](Semaphore::acquire_many).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// let permits = semaphore.permit_many_owned(2);
    /// std::thread::spawn(move || drop(permits)).join().unwrap();
    /// assert_eq!(semaphore.available(), 3);
    /// ```
    #[track_caller]
    pub fn permit_many_owned(self: &Arc<Self>, n: usize) -> OwnedPermit {
        self.take(n, call!(Semaphore::permit_many_owned), || Deadline::NEVER);
        OwnedPermit::new(Arc::<Self>::clone(self), n)
    }

    /// Takes `n` permits as [`permit_many_owned`](Semaphore::permit_many_owned) does, if that can
    /// be done at once. `None` if not. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// assert!(semaphore.try_permit_many_owned(3).is_some());
    /// ```
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    pub fn try_permit_many_owned(self: &Arc<Self>, n: usize) -> Option<OwnedPermit> {
        self.try_acquire_many(n)
            .then(|| OwnedPermit::new(Arc::<Self>::clone(self), n))
    }

    /// Takes `n` permits as [`permit_many_owned`](Semaphore::permit_many_owned) does, and waits for
    /// at most `timeout`. `None` if the time ran out.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many_timeout`](Semaphore::acquire_many_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// let too_many = semaphore.permit_many_owned_timeout(4, Duration::from_millis(1));
    /// assert!(too_many.is_none());
    /// ```
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    #[track_caller]
    pub fn permit_many_owned_timeout(
        self: &Arc<Self>,
        n: usize,
        timeout: Duration,
    ) -> Option<OwnedPermit> {
        let taken = self.take(n, call!(Semaphore::permit_many_owned_timeout), || {
            Deadline::after(timeout)
        });
        taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), n))
    }

    /// Takes `n` permits as [`permit_many_owned`](Semaphore::permit_many_owned) does, and waits
    /// until `deadline` at the latest. `None` if the deadline passed.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire_many_deadline`](Semaphore::acquire_many_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use tl_semaphore::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// assert!(semaphore.permit_many_owned_deadline(3, Instant::now()).is_some());
    /// ```
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    #[track_caller]
    pub fn permit_many_owned_deadline(
        self: &Arc<Self>,
        n: usize,
        deadline: Instant,
    ) -> Option<OwnedPermit> {
        let taken = self.take(n, call!(Semaphore::permit_many_owned_deadline), || {
            Deadline::at(deadline)
        });
        taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), n))
    }
}

impl AnySemaphore for Semaphore {
    fn raw(&self) -> &RawSemaphore {
        &self.raw
    }
}
