//! What is done around a `fork`, where the system has one.
//!
//! | promise | kept by |
//! | --- | --- |
//! | [`before`](ForkHooks::before) of all, in the order of [`ForkRank`], then the fork, then in the reverse order [`in_parent`](ForkHooks::in_parent) there and [`in_child`](ForkHooks::in_child) here | `unix.rs` |
//! | the three run on the thread that forks, and each `in_…` once for each `before` | the C runtime |
//! | a thread that holds a lock of one rank waits for no lock of an earlier rank | the part that registers |
//! | nothing is allocated or freed in a child | the part that registers |
//! | a child made in another way (`vfork`, `posix_spawn`, `_Fork`, a bare system call) hears nothing | the C runtime |

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "none.rs")]
mod imp;

pub use imp::{at_fork, fork_generation};

/// In which order the parts of a program get ready for a fork.
///
/// A part whose threads may hold its lock while they wait for the lock of another part comes before
/// that part.
///
/// # Examples
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

/// What is to be done around a fork. See [`at_fork`].
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use tl_core::sys::ForkHooks;
///
/// static CHILDREN: AtomicU32 = AtomicU32::new(0);
///
/// const COUNT: ForkHooks = ForkHooks {
///     before: || (),
///     in_parent: || {
///         CHILDREN.fetch_add(1, Ordering::Relaxed);
///     },
///     in_child: || CHILDREN.store(0, Ordering::Relaxed),
/// };
/// (COUNT.in_parent)();
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ForkHooks {
    /// Called before the fork: it locks what no other thread may be at work with at that moment.
    pub before: fn(),
    /// Called after it in the parent: it unlocks that.
    pub in_parent: fn(),
    /// Called after it in the child, where the calling thread is the only one: it unlocks that, and
    /// forgets the other threads. It should neither allocate nor free memory: the program's
    /// allocator may not be usable there.
    pub in_child: fn(),
}
