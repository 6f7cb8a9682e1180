//! The semaphore that can be closed.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | the semaphore |
//! | `acquire.rs` | taking one permit, giving, and closing |
//! | `many.rs` | taking several permits at once |
//! | `permits.rs` | the forms that return a [`Permit`](crate::Permit) |
//! | `owned.rs` | the forms that return an [`OwnedPermit`](crate::OwnedPermit) |

mod acquire;
mod many;
mod owned;
mod permits;

use std::fmt;

use crate::raw::RawSemaphore;

/// A number of permits that can be closed: then no thread gets one any more.
///
/// It is a [`Semaphore`](crate::Semaphore) for what comes to an end, such as a pool that shuts
/// down. Once [`close`](ClosableSemaphore::close) has been called, the threads that wait and all
/// that come later get the error [`Closed`](crate::Closed), however many permits there are. Permits
/// that are out stay valid, and are given back as before.
///
/// Each form of acquiring returns as its `Ok` what that of a `Semaphore` returns, and as its `Err`
/// that the semaphore is closed. Python has nothing like it.
///
/// # Memory ordering
///
/// What a thread did before it released is seen by the threads that acquire the permits it
/// released; what it did before it closed, by those that get [`Closed`](crate::Closed) or see that
/// the semaphore [is closed](ClosableSemaphore::is_closed).
///
/// # Examples
///
/// ```
/// use std::thread;
/// use tl_semaphore::{ClosableSemaphore, Closed};
///
/// let desks = ClosableSemaphore::new(1);
/// thread::scope(|scope| {
///     let visitors = [(); 3].map(|()| {
///         scope.spawn(|| -> Result<(), Closed> {
///             loop {
///                 let _desk = desks.permit()?;
///                 // Work, until the house closes.
///             }
///         })
///     });
///     desks.close();
///     for visitor in visitors {
///         assert!(visitor.join().unwrap().is_err());
///     }
/// });
/// assert_eq!(desks.available(), 1);
/// ```
pub struct ClosableSemaphore {
    pub(crate) raw: RawSemaphore,
}

impl Default for ClosableSemaphore {
    /// Creates a semaphore with one permit, that is not closed.
    fn default() -> ClosableSemaphore {
        ClosableSemaphore::new(1)
    }
}

impl fmt::Debug for ClosableSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClosableSemaphore")
            .field("available", &self.available())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
