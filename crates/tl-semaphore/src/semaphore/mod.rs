//! The semaphore.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | the semaphore |
//! | `acquire.rs` | taking permits and giving them |
//! | `permits.rs` | the forms that return a [`Permit`](crate::Permit) |
//! | `owned.rs` | the forms that return an [`OwnedPermit`](crate::OwnedPermit) |

mod acquire;
mod owned;
mod permits;

use std::fmt;

use crate::raw::RawSemaphore;

/// A number of permits, without an upper bound.
///
/// [`acquire`](Semaphore::acquire) takes a permit and waits while there is none,
/// [`release`](Semaphore::release) gives one. Any thread may release, whether it has acquired or
/// not, so a semaphore can count what one thread produces and another consumes. Where permits are
/// taken and given back, the guard of [`permit`](Semaphore::permit) does the giving back.
///
/// It is Python's
/// [`threading.Semaphore`](https://docs.python.org/3/library/threading.html#semaphore-objects).
/// [The crate](crate#fairness) says which thread gets a permit when several want it.
///
/// # Memory ordering
///
/// What a thread did before it released is seen by the threads that acquire the permits it
/// released.
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
    pub(crate) raw: RawSemaphore,
}

impl Default for Semaphore {
    /// Creates a semaphore with one permit, as Python does.
    fn default() -> Semaphore {
        Semaphore::new(1)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("available", &self.available())
            .finish()
    }
}
