//! The errors of this crate.

use std::error::Error;
use std::fmt;

/// A wait or a notify needs the condition's lock, and the caller does not hold it. Nothing has
/// changed.
///
/// # Examples
///
/// ```
/// use tl_condition::{Condition, NotAcquired};
///
/// static CONDITION: Condition = Condition::new();
///
/// assert_eq!(CONDITION.notify_all(), Err(NotAcquired));
/// CONDITION.acquire();
/// assert_eq!(CONDITION.notify_all(), Ok(0)); // nobody waits
/// CONDITION.release()?;
/// # Ok::<(), tl_locks::ReleaseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NotAcquired;

impl fmt::Display for NotAcquired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the caller does not hold the lock of the condition: acquire it before waiting or notifying")
    }
}

impl Error for NotAcquired {}
