//! Permits that give themselves back.

use std::error::Error;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr;
use std::sync::Arc;

use crate::raw::RawSemaphore;

/// Permits of a semaphore, given back when this is dropped.
///
/// A permit may be sent to another thread and dropped there. One that is forgotten
/// ([`forget`](Permit::forget) or [`std::mem::forget`]) is gone for good: the semaphore has one
/// less.
///
/// There is room for the permits that are given back, unless a thread has released permits that it
/// had not acquired. Then as many are given back as there is room for, and the value is what it
/// would have been without the mistake.
///
/// # Examples
///
/// ```
/// use tl_semaphore::Semaphore;
///
/// let seats = Semaphore::new(3);
/// let permit = seats.permit_many(2);
/// assert_eq!((permit.count(), seats.available()), (2, 1));
/// drop(permit);
/// assert_eq!(seats.available(), 3);
/// ```
///
/// # Mistakes that do not compile
///
/// A permit that nobody keeps is given back at once. That is a warning, here made an error:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// let seats = tl_semaphore::Semaphore::new(1);
/// seats.permit();
/// ```
///
/// A permit cannot outlive its semaphore; an [`OwnedPermit`] can:
///
/// ```compile_fail,E0597
/// use tl_semaphore::Semaphore;
///
/// let permit = {
///     let seats = Semaphore::new(1);
///     seats.permit()
/// };
/// drop(permit);
/// ```
#[must_use = "the permit is given back as soon as it is dropped: keep it in a variable, as in `let _permit = …`"]
pub struct Permit<'a> {
    raw: &'a RawSemaphore,
    count: usize,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(crate) fn new(raw: &'a RawSemaphore, count: usize) -> Permit<'a> {
        Permit { raw, count }
    }

    /// Returns how many permits this stands for.
    #[inline]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Splits `n` permits off, so that they can be given back apart from the others. `None`, and
    /// nothing has changed, if this stands for fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let seats = Semaphore::new(3);
    /// let mut all = seats.permit_many(3);
    /// let one = all.split(1).unwrap();
    /// assert_eq!((all.count(), one.count()), (2, 1));
    /// drop(one);
    /// assert_eq!(seats.available(), 1);
    /// assert!(all.split(3).is_none());
    /// ```
    #[must_use = "the permits are given back when dropped, and `None` means that there are too few"]
    pub fn split(&mut self, n: usize) -> Option<Permit<'a>> {
        self.count = self.count.checked_sub(n)?;
        Some(Permit::new(self.raw, n))
    }

    /// Takes the permits of `other` over, so that all are given back together.
    ///
    /// # Errors
    ///
    /// [`MergeError`], with `other` in it, if that has permits of another semaphore. Nothing has
    /// changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let (seats, cups) = (Semaphore::new(3), Semaphore::new(3));
    /// let mut mine = seats.permit();
    /// mine.merge(seats.permit()).unwrap();
    /// assert_eq!(mine.count(), 2);
    /// let error = mine.merge(cups.permit()).unwrap_err();
    /// assert_eq!(error.into_permit().count(), 1);
    /// ```
    pub fn merge(&mut self, mut other: Permit<'a>) -> Result<(), MergeError<Permit<'a>>> {
        if !ptr::eq(self.raw, other.raw) {
            return Err(MergeError { permit: other });
        }
        self.count = self.count.saturating_add(std::mem::take(&mut other.count));
        Ok(())
    }

    /// Uses the permits up: they are not given back.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let tickets = Semaphore::new(2);
    /// tickets.permit().forget();
    /// assert_eq!(tickets.available(), 1);
    /// ```
    #[inline]
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        self.raw.give_back(self.count);
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// A semaphore, of whatever kind, that an [`OwnedPermit`] keeps alive.
pub(crate) trait AnySemaphore: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn raw(&self) -> &RawSemaphore;
}

/// Permits of a semaphore in an [`Arc`], given back when this is dropped.
///
/// It keeps the semaphore alive, and so can go where a borrow cannot: into a thread that is not
/// scoped, or into a struct. All else is as with [`Permit`].
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use std::thread;
/// use tl_semaphore::Semaphore;
///
/// let slots = Arc::new(Semaphore::new(2));
/// // Waits here, so that there are never more than two workers.
/// let permit = slots.permit_owned();
/// let worker = thread::spawn(move || {
///     let _permit = permit;
/// });
/// worker.join().unwrap();
/// assert_eq!(slots.available(), 2);
/// ```
#[must_use = "the permit is given back as soon as it is dropped: keep it in a variable, as in `let _permit = …`"]
pub struct OwnedPermit {
    semaphore: Arc<dyn AnySemaphore>,
    count: usize,
}

impl OwnedPermit {
    pub(crate) fn new(semaphore: Arc<dyn AnySemaphore>, count: usize) -> OwnedPermit {
        OwnedPermit { semaphore, count }
    }

    /// Returns how many permits this stands for.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::Semaphore;
    ///
    /// let seats = Arc::new(Semaphore::new(2));
    /// assert_eq!(seats.permit_owned().count(), 1);
    /// ```
    pub fn count(&self) -> usize {
        self.count
    }

    /// Splits `n` permits off, so that they can be given back apart from the others. `None`, and
    /// nothing has changed, if this stands for fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::thread;
    /// use tl_semaphore::Semaphore;
    ///
    /// let desks = Arc::new(Semaphore::new(4));
    /// let mut crew = desks.permit_many_owned(4);
    /// // All begin together, and each leaves when it likes.
    /// let workers: Vec<_> = (0..4)
    ///     .map_while(|_| crew.split(1))
    ///     .map(|permit| thread::spawn(move || drop(permit)))
    ///     .collect();
    /// for worker in workers {
    ///     worker.join().unwrap();
    /// }
    /// assert_eq!((crew.count(), desks.available()), (0, 4));
    /// ```
    #[must_use = "the permits are given back when dropped, and `None` means that there are too few"]
    pub fn split(&mut self, n: usize) -> Option<OwnedPermit> {
        self.count = self.count.checked_sub(n)?;
        Some(OwnedPermit::new(Arc::clone(&self.semaphore), n))
    }

    /// Takes the permits of `other` over, so that all are given back together.
    ///
    /// # Errors
    ///
    /// [`MergeError`], with `other` in it, if that has permits of another semaphore. Nothing has
    /// changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::Semaphore;
    ///
    /// let seats = Arc::new(Semaphore::new(3));
    /// let mut mine = seats.permit_owned();
    /// mine.merge(seats.permit_owned()).unwrap();
    /// assert_eq!((mine.count(), seats.available()), (2, 1));
    /// ```
    pub fn merge(&mut self, mut other: OwnedPermit) -> Result<(), MergeError<OwnedPermit>> {
        if !ptr::eq(self.semaphore.raw(), other.semaphore.raw()) {
            return Err(MergeError { permit: other });
        }
        self.count = self.count.saturating_add(std::mem::take(&mut other.count));
        Ok(())
    }

    /// Uses the permits up: they are not given back.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tl_semaphore::Semaphore;
    ///
    /// let tickets = Arc::new(Semaphore::new(2));
    /// tickets.permit_owned().forget();
    /// assert_eq!(tickets.available(), 1);
    /// ```
    pub fn forget(mut self) {
        self.count = 0;
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        self.semaphore.raw().give_back(self.count);
    }
}

impl fmt::Debug for OwnedPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// The error of an attempt to merge permits of two semaphores.
///
/// Nothing has changed, and the permit that was to be taken over is in here: it is dropped with
/// this.
///
/// # Examples
///
/// ```
/// use tl_semaphore::{MergeError, Permit, Semaphore};
///
/// let (seats, cups) = (Semaphore::new(1), Semaphore::new(1));
/// let mut seat = seats.permit();
/// let error: MergeError<Permit<'_>> = seat.merge(cups.permit()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the permits are of two semaphores: merge only those of one"
/// );
/// assert_eq!(cups.available(), 0);
/// drop(error);
/// assert_eq!(cups.available(), 1);
/// ```
#[derive(Debug)]
pub struct MergeError<P> {
    permit: P,
}

impl<P> MergeError<P> {
    /// Returns the permit that was to be taken over.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_semaphore::Semaphore;
    ///
    /// let (seats, cups) = (Semaphore::new(1), Semaphore::new(1));
    /// let error = seats.permit().merge(cups.permit()).unwrap_err();
    /// let cup = error.into_permit();
    /// assert_eq!((cup.count(), cups.available()), (1, 0));
    /// ```
    pub fn into_permit(self) -> P {
        self.permit
    }
}

impl<P> fmt::Display for MergeError<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the permits are of two semaphores: merge only those of one")
    }
}

impl<P: fmt::Debug> Error for MergeError<P> {}
