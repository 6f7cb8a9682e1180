//! What there is instead on a system without `fork`: nothing is ever called.

use std::io;

use super::{ForkHooks, ForkRank};

/// Does nothing: this system has no `fork`.
///
/// # Errors
///
/// None.
///
/// # Examples
///
/// ```
/// use tl_core::sys::{ForkHooks, ForkRank, at_fork};
///
/// let nothing = || ();
/// at_fork(ForkRank::Streams, ForkHooks { before: nothing, in_parent: nothing, in_child: nothing })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn at_fork(_rank: ForkRank, _hooks: ForkHooks) -> io::Result<()> {
    Ok(())
}

/// Returns 0: this system has no `fork`.
///
/// # Examples
///
/// ```
/// assert_eq!(tl_core::sys::fork_generation(), 0);
/// ```
#[inline]
pub fn fork_generation() -> u32 {
    0
}
