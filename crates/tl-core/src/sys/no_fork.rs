//! What there is instead on a system without `fork`: nothing is ever called.

use std::io;

/// The order in which the parts of a program would get ready for a fork.
///
/// ```
/// use tl_core::sys::ForkRank;
///
/// assert!(ForkRank::Timers < ForkRank::Threads && ForkRank::Threads < ForkRank::Door);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ForkRank {
    /// The streams and files that lines of a log go to.
    Streams,
    /// The schedule of timers.
    Timers,
    /// The list of threads.
    Threads,
    /// The records of threads, with their names.
    Records,
    /// The door, where threads wait.
    Door,
}

/// What would be done around a fork.
#[derive(Debug, Clone, Copy)]
pub struct ForkHooks {
    /// Never called.
    pub before: fn(),
    /// Never called.
    pub in_parent: fn(),
    /// Never called.
    pub in_child: fn(),
}

/// Does nothing: this system has no `fork`.
///
/// # Errors
///
/// None.
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
/// ```
/// assert_eq!(tl_core::sys::fork_generation(), 0);
/// ```
#[inline]
pub fn fork_generation() -> u32 {
    0
}
