//! The error of a wait at a barrier that is broken.

use std::error::Error;
use std::fmt;

/// What broke a barrier.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_barrier::{Barrier, BrokenBarrierKind};
///
/// let barrier = Barrier::new(2);
/// match barrier.wait_timeout(Duration::from_millis(10)) {
///     Ok(_) => println!("both are here"),
///     Err(error) if error.kind() == BrokenBarrierKind::TimedOut => println!("the other one is late"),
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BrokenBarrierKind {
    /// A thread's wait ran out of time before all the parties had arrived. That thread gets it too.
    TimedOut,
    /// [`abort`](crate::Barrier::abort) was called.
    Aborted,
    /// [`reset`](crate::Barrier::reset) was called while threads waited. Only those threads get
    /// this: for the next ones the barrier is new.
    Reset,
    /// The barrier's action panicked. In the thread that ran it the panic propagates.
    ActionPanicked,
}

/// A wait at a barrier failed, since the barrier is broken or was reset.
/// [`kind`](BrokenBarrier::kind) says which.
///
/// It is Python's
/// [`BrokenBarrierError`](https://docs.python.org/3/library/threading.html#threading.BrokenBarrierError).
/// A barrier that is broken stays so, and every further wait fails for the same reason, until
/// [`reset`](crate::Barrier::reset) makes it new.
///
/// # Examples
///
/// ```
/// use tl_barrier::{Barrier, BrokenBarrierKind};
///
/// let barrier = Barrier::new(2);
/// barrier.abort();
/// let error = barrier.wait().unwrap_err();
/// assert_eq!(error.kind(), BrokenBarrierKind::Aborted);
/// assert_eq!(
///     error.to_string(),
///     "the barrier is broken: a thread aborted it; reset it to use it again",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the threads did not meet"]
pub struct BrokenBarrier {
    kind: BrokenBarrierKind,
}

impl BrokenBarrier {
    pub(crate) fn new(kind: BrokenBarrierKind) -> BrokenBarrier {
        BrokenBarrier { kind }
    }

    /// Returns what broke the barrier.
    pub fn kind(&self) -> BrokenBarrierKind {
        self.kind
    }
}

impl fmt::Display for BrokenBarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            BrokenBarrierKind::TimedOut => {
                "the barrier is broken: a wait ran out of time before all parties had arrived; reset it to use it again"
            }
            BrokenBarrierKind::Aborted => {
                "the barrier is broken: a thread aborted it; reset it to use it again"
            }
            BrokenBarrierKind::Reset => {
                "the barrier was reset while this thread waited; it is new, and can be waited for again"
            }
            BrokenBarrierKind::ActionPanicked => {
                "the barrier is broken: its action panicked; reset it to use it again"
            }
        })
    }
}

impl Error for BrokenBarrier {}
