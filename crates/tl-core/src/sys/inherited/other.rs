//! What a new thread takes over, where the system does not say it, or nobody has written it yet:
//! see the Linux file for what is promised.

/// What a new thread takes over from the thread that makes it. On this system that is not known: a
/// thread has what the thread that made it passes on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inherited {}

impl Inherited {
    /// Returns what a thread that the calling thread made now would begin with, as far as it is
    /// known.
    pub fn of_current() -> Inherited {
        Inherited {}
    }

    /// Returns what a thread that serves the whole process should have, as far as it is known.
    pub fn of_main() -> Inherited {
        Inherited {}
    }

    /// Returns `false`: on this system nothing can be taken on.
    pub fn take_on(&self) -> bool {
        false
    }

    /// Returns 0: on this system all threads count as equal.
    pub fn rank(&self) -> i32 {
        0
    }

    /// Returns the same.
    #[must_use = "it is a new one"]
    pub fn with_rank_of(self, _other: &Inherited) -> Inherited {
        self
    }
}
