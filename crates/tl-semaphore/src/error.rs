//! What can be wrong with a release, and that a semaphore is closed.

use std::error::Error;
use std::fmt;

/// Why permits were not given to a semaphore. Its value is what it was, and nobody was woken.
///
/// # Examples
///
/// ```
/// use tl_semaphore::{BoundedSemaphore, ReleaseError};
///
/// let pool = BoundedSemaphore::new(2);
/// let error = pool.release().unwrap_err();
/// assert_eq!(error, ReleaseError::AboveBound { bound: 2, available: 2, released: 1 });
/// assert_eq!(
///     error.to_string(),
///     "releasing 1 permit with 2 available would exceed the bound of 2: \
///      release only what was acquired"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReleaseError {
    /// No permit at all was to be released.
    Zero,
    /// With the released permits, more would be available than a semaphore can count.
    Overflow {
        /// How many permits were available.
        available: usize,
        /// How many were to be released.
        released: usize,
    },
    /// With the released permits, more would be available than the bound allows: more were released
    /// than had been acquired.
    AboveBound {
        /// The bound of the semaphore.
        bound: usize,
        /// How many permits were available.
        available: usize,
        /// How many were to be released.
        released: usize,
    },
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let permits = |n| if n == 1 { "permit" } else { "permits" };
        match *self {
            ReleaseError::Zero => f.write_str("no permit was to be released: release at least one"),
            ReleaseError::Overflow {
                available,
                released,
            } => write!(
                f,
                "releasing {released} {} with {available} available would exceed what a semaphore can count: \
                 release only what was acquired or produced",
                permits(released)
            ),
            ReleaseError::AboveBound {
                bound,
                available,
                released,
            } => write!(
                f,
                "releasing {released} {} with {available} available would exceed the bound of {bound}: \
                 release only what was acquired",
                permits(released)
            ),
        }
    }
}

impl Error for ReleaseError {}

/// No permit was taken, and none will be: the semaphore is closed.
///
/// # Examples
///
/// ```
/// use tl_semaphore::{ClosableSemaphore, Closed};
///
/// let semaphore = ClosableSemaphore::new(1);
/// semaphore.close();
/// let error: Closed = semaphore.acquire().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the semaphore is closed, and gives out no more permits: stop asking for them"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed, and gives out no more permits: stop asking for them")
    }
}

impl Error for Closed {}
