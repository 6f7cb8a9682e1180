//! The semaphore with a bound.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};
use tl_core::sync::const_unless_loom;

use crate::call::call;
use crate::permit::{AnySemaphore, OwnedPermit};
use crate::raw::RawSemaphore;
use crate::semaphore::Semaphore;
use crate::word;

/// A number of permits that is never greater than its bound, which is the value it begins with
/// unless [said otherwise](BoundedSemaphore::with_bound).
///
/// It is a [`Semaphore`] that finds a mistake: if more is released than was acquired, that release
/// is an error. Use it where permits stand for a fixed number of things. All that a `Semaphore`
/// has, this has too, by [`Deref`].
///
/// It is Python's
/// [`threading.BoundedSemaphore`](https://docs.python.org/3/library/threading.html#threading.BoundedSemaphore),
/// a subclass of `Semaphore` there. [The crate](crate#fairness) says which thread gets a permit
/// when several want it.
///
/// A mistake is found only when the semaphore is full. While permits are out, a surplus release is
/// taken for one of theirs, and the last holder to give back gets the error. A
/// [`Permit`](crate::Permit) ignores it then, so that the value ends where it began.
///
/// # Examples
///
/// ```
/// use tl_semaphore::BoundedSemaphore;
///
/// static CONNECTIONS: BoundedSemaphore = BoundedSemaphore::new(5);
///
/// let connection = CONNECTIONS.permit();
/// assert_eq!(CONNECTIONS.available(), 4);
/// drop(connection);
/// assert!(CONNECTIONS.release().is_err());
/// ```
pub struct BoundedSemaphore {
    semaphore: Semaphore,
}

impl BoundedSemaphore {
    /// The greatest number of permits, and the greatest bound: 2³⁰ − 1.
    pub const MAX: usize = word::MAX;

    const_unless_loom! {
        /// Creates a semaphore with `value` permits, from 0 to [`MAX`](BoundedSemaphore::MAX), that
        /// will never have more.
        ///
        /// # Panics
        ///
        /// If `value` is greater than [`MAX`](BoundedSemaphore::MAX). In a `static` or a `const`
        /// that is a compile-time error.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_semaphore::BoundedSemaphore;
        ///
        /// static POOL: BoundedSemaphore = BoundedSemaphore::new(2);
        /// assert_eq!((POOL.available(), POOL.bound()), (2, 2));
        /// ```
        #[must_use]
        pub const fn new(value: usize) -> BoundedSemaphore {
            BoundedSemaphore::with_bound(value, value)
        }
    }

    const_unless_loom! {
        /// Creates a semaphore with `value` permits that will never have more than `bound`.
        ///
        /// # Panics
        ///
        /// If `value` is greater than `bound`, or `bound` greater than
        /// [`MAX`](BoundedSemaphore::MAX). In a `static` or a `const` that is a compile-time error.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_semaphore::BoundedSemaphore;
        ///
        /// // Nothing is in stock yet, and there is room for ten.
        /// static STOCK: BoundedSemaphore = BoundedSemaphore::with_bound(0, 10);
        /// STOCK.release_many(10).unwrap();
        /// assert!(STOCK.release().is_err());
        /// ```
        #[must_use]
        pub const fn with_bound(value: usize, bound: usize) -> BoundedSemaphore {
            BoundedSemaphore {
                semaphore: Semaphore {
                    raw: RawSemaphore::new(value, bound),
                },
            }
        }
    }

    /// Returns the bound: more permits are never available.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let seats = BoundedSemaphore::new(4);
    /// seats.acquire();
    /// assert_eq!(seats.bound(), 4);
    /// ```
    pub fn bound(&self) -> usize {
        self.semaphore.raw.bound()
    }
}

/// # Permits that keep their semaphore alive
///
/// [`Semaphore`] has the same, for an `Arc` of its own.
impl BoundedSemaphore {
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
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(1));
    /// let permit = semaphore.permit_owned();
    /// std::thread::spawn(move || drop(permit)).join().unwrap();
    /// assert_eq!(semaphore.available(), 1);
    /// ```
    #[track_caller]
    pub fn permit_owned(self: &Arc<Self>) -> OwnedPermit {
        self.take(1, call!(BoundedSemaphore::permit_owned), || Deadline::NEVER);
        OwnedPermit::new(Arc::<Self>::clone(self), 1)
    }

    /// Takes a permit as [`permit_owned`](BoundedSemaphore::permit_owned) does, if that can be done
    /// at once. `None` if not. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(0));
    /// assert!(semaphore.try_permit_owned().is_none());
    /// ```
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    pub fn try_permit_owned(self: &Arc<Self>) -> Option<OwnedPermit> {
        self.try_permit_many_owned(1)
    }

    /// Takes a permit as [`permit_owned`](BoundedSemaphore::permit_owned) does, and waits for at
    /// most `timeout`. `None` if the time ran out.
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
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(0));
    /// assert!(semaphore.permit_owned_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    #[track_caller]
    pub fn permit_owned_timeout(self: &Arc<Self>, timeout: Duration) -> Option<OwnedPermit> {
        let taken = self.take(1, call!(BoundedSemaphore::permit_owned_timeout), || {
            Deadline::after(timeout)
        });
        taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), 1))
    }

    /// Takes a permit as [`permit_owned`](BoundedSemaphore::permit_owned) does, and waits until
    /// `deadline` at the latest. `None` if the deadline passed.
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
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(1));
    /// assert!(semaphore.permit_owned_deadline(Instant::now()).is_some());
    /// ```
    #[must_use = "the permit is given back when dropped, and `None` means that there was none"]
    #[track_caller]
    pub fn permit_owned_deadline(self: &Arc<Self>, deadline: Instant) -> Option<OwnedPermit> {
        let taken = self.take(1, call!(BoundedSemaphore::permit_owned_deadline), || {
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
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(3));
    /// let permits = semaphore.permit_many_owned(2);
    /// std::thread::spawn(move || drop(permits)).join().unwrap();
    /// assert_eq!(semaphore.available(), 3);
    /// ```
    #[track_caller]
    pub fn permit_many_owned(self: &Arc<Self>, n: usize) -> OwnedPermit {
        self.take(n, call!(BoundedSemaphore::permit_many_owned), || {
            Deadline::NEVER
        });
        OwnedPermit::new(Arc::<Self>::clone(self), n)
    }

    /// Takes `n` permits as [`permit_many_owned`](BoundedSemaphore::permit_many_owned) does, if
    /// that can be done at once. `None` if not. Never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(3));
    /// assert!(semaphore.try_permit_many_owned(3).is_some());
    /// ```
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    pub fn try_permit_many_owned(self: &Arc<Self>, n: usize) -> Option<OwnedPermit> {
        self.try_acquire_many(n)
            .then(|| OwnedPermit::new(Arc::<Self>::clone(self), n))
    }

    /// Takes `n` permits as [`permit_many_owned`](BoundedSemaphore::permit_many_owned) does, and
    /// waits for at most `timeout`. `None` if the time ran out.
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
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(3));
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
        let taken = self.take(
            n,
            call!(BoundedSemaphore::permit_many_owned_timeout),
            || Deadline::after(timeout),
        );
        taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), n))
    }

    /// Takes `n` permits as [`permit_many_owned`](BoundedSemaphore::permit_many_owned) does, and
    /// waits until `deadline` at the latest. `None` if the deadline passed.
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
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let semaphore = Arc::new(BoundedSemaphore::new(3));
    /// assert!(semaphore.permit_many_owned_deadline(3, Instant::now()).is_some());
    /// ```
    #[must_use = "the permits are given back when dropped, and `None` means that there were too few"]
    #[track_caller]
    pub fn permit_many_owned_deadline(
        self: &Arc<Self>,
        n: usize,
        deadline: Instant,
    ) -> Option<OwnedPermit> {
        let taken = self.take(
            n,
            call!(BoundedSemaphore::permit_many_owned_deadline),
            || Deadline::at(deadline),
        );
        taken.then(|| OwnedPermit::new(Arc::<Self>::clone(self), n))
    }
}

impl AnySemaphore for BoundedSemaphore {
    fn raw(&self) -> &RawSemaphore {
        &self.raw
    }
}

impl Deref for BoundedSemaphore {
    type Target = Semaphore;

    #[inline]
    fn deref(&self) -> &Semaphore {
        &self.semaphore
    }
}

impl Default for BoundedSemaphore {
    /// Creates a semaphore with one permit, as Python does.
    fn default() -> BoundedSemaphore {
        BoundedSemaphore::new(1)
    }
}

impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoundedSemaphore")
            .field("available", &self.available())
            .field("bound", &self.bound())
            .finish()
    }
}
