//! Permits that give themselves back.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use crate::raw::Raw;

/// Permits of a semaphore, given back when this is dropped.
///
/// A permit may be sent to another thread and dropped there. One that is forgotten ([`forget`](Permit::forget) or
/// [`std::mem::forget`]) is gone for good: the semaphore has one less.
///
/// Giving back can fail only where somebody has released what they had not acquired, so that the semaphore is full
/// already. Then the drop does nothing, and the value is what it would have been without the mistake.
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
    raw: &'a Raw,
    count: usize,
    bounded: bool,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(crate) fn new(raw: &'a Raw, count: usize, bounded: bool) -> Permit<'a> {
        Permit {
            raw,
            count,
            bounded,
        }
    }

    /// How many permits this stands for.
    #[inline]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Uses the permits up: they are not given back.
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
        give_back(self.raw, self.count, self.bounded);
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// A semaphore that an [`OwnedPermit`] can keep alive.
pub(crate) trait Home: Send + Sync + UnwindSafe + RefUnwindSafe {
    fn raw(&self) -> (&Raw, bool);
}

/// Permits of a semaphore in an [`Arc`], given back when this is dropped. It keeps the semaphore alive, and so can go where a
/// borrow cannot: into a thread that is not scoped, or into a struct.
///
/// All else is as with [`Permit`].
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
    /// `None` once forgotten.
    home: Option<Arc<dyn Home>>,
    count: usize,
}

impl OwnedPermit {
    pub(crate) fn new(home: Arc<dyn Home>, count: usize) -> OwnedPermit {
        OwnedPermit {
            home: Some(home),
            count,
        }
    }

    /// How many permits this stands for.
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

    /// Uses the permits up: they are not given back.
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
        self.home = None;
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            let (raw, bounded) = home.raw();
            give_back(raw, self.count, bounded);
        }
    }
}

impl fmt::Debug for OwnedPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

#[inline]
pub(crate) fn give_back(raw: &Raw, count: usize, bounded: bool) {
    // It fails for a permit of none, and for a semaphore that is full by somebody's mistake.
    let _ = raw.release(count, bounded);
}
