//! The two semaphores. What they do alike is in `methods.rs`.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation};

use crate::error::ReleaseError;
use crate::methods::{arc_example, example, operation, semaphore};
use crate::permit::{Home, OwnedPermit, Permit};
use crate::raw::{MAX, Raw};

/// A number of permits, without an upper bound.
///
/// [`acquire`](Semaphore::acquire) takes a permit and waits while there is none, [`release`](Semaphore::release) gives one. Any
/// thread may release, whether it has acquired or not, so a semaphore can count what one thread produces and another
/// consumes. Where permits are taken and given back, the guard of [`permit`](Semaphore::permit) does the giving back.
///
/// It is Python's [`threading.Semaphore`](https://docs.python.org/3/library/threading.html#semaphore-objects). Who gets a
/// permit when several threads want it: see [the crate](crate#fairness).
///
/// # Memory ordering
///
/// What a thread did before it released is seen by the threads that acquire the permits it released.
///
/// # Examples
///
/// Counting what is there:
///
/// ```
/// use std::sync::Mutex;
/// use std::thread;
/// use tl_semaphore::Semaphore;
///
/// let (letters, count) = (Mutex::new(Vec::new()), Semaphore::new(0));
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         for letter in ["a", "b", "c"] {
///             letters.lock().unwrap().push(letter);
///             count.release().unwrap();
///         }
///     });
///     for _ in 0..3 {
///         count.acquire();
///         assert!(letters.lock().unwrap().pop().is_some());
///     }
/// });
/// ```
pub struct Semaphore {
    raw: Raw,
}

/// A number of permits that is never greater than at the beginning.
///
/// It is a [`Semaphore`] that finds a mistake: if more is released than was acquired, that release is an error. Use it
/// where permits stand for a fixed number of things.
///
/// It is Python's [`threading.BoundedSemaphore`](https://docs.python.org/3/library/threading.html#threading.BoundedSemaphore).
/// Who gets a permit when several threads want it: see [the crate](crate#fairness).
///
/// A mistake is found only when the semaphore is full. While permits are out, a surplus release is taken for one of
/// theirs, and the last holder to give back gets the error. A [`Permit`] ignores it then, so that the value ends where it began.
///
/// # Memory ordering
///
/// What a thread did before it released is seen by the threads that acquire the permits it released.
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
    raw: Raw,
}

semaphore!(
    Semaphore,
    bounded: false,
    "- [`ReleaseError::Overflow`] if more than [`MAX`](Self::MAX) would be available."
);
semaphore!(
    BoundedSemaphore,
    bounded: true,
    "- [`ReleaseError::AboveBound`] if more than [`bound`](Self::bound) would be available."
);

impl BoundedSemaphore {
    /// The initial value: more are never available.
    ///
    /// ```
    /// use tl_semaphore::BoundedSemaphore;
    ///
    /// let seats = BoundedSemaphore::new(4);
    /// seats.acquire();
    /// assert_eq!(seats.bound(), 4);
    /// ```
    pub fn bound(&self) -> usize {
        self.raw.peak()
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("available", &self.available())
            .finish()
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
