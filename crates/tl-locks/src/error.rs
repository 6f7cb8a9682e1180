//! The errors of this crate.

use std::error::Error;
use std::fmt;

/// A lock was not released, because the caller does not hold it. Nothing has changed.
///
/// # Examples
///
/// ```
/// use tl_locks::{RLock, ReleaseError};
///
/// static LOCK: RLock = RLock::new();
///
/// assert_eq!(LOCK.release(), Err(ReleaseError::NotLocked));
/// LOCK.acquire();
/// let elsewhere = std::thread::spawn(|| LOCK.release());
/// assert_eq!(elsewhere.join().unwrap(), Err(ReleaseError::NotOwner));
/// assert_eq!(LOCK.release(), Ok(()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReleaseError {
    /// No thread holds the lock.
    NotLocked,
    /// The lock is held, but by another thread than the caller. Only an [`RLock`](crate::RLock)
    /// knows.
    NotOwner,
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReleaseError::NotLocked => {
                "cannot release a lock that is not locked: release once for each acquire that succeeded"
            }
            ReleaseError::NotOwner => {
                "cannot release a lock that another thread owns: release it in the thread that acquired it"
            }
        })
    }
}

impl Error for ReleaseError {}
