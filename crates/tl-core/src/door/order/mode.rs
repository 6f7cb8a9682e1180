//! How a lock is held or wanted.

/// How a lock is held or wanted.
///
/// | held | stands in the way of a thread that wants it |
/// | --- | --- |
/// | `Exclusive` | in any mode |
/// | `Upgradable` | `Exclusive` or `Upgradable` |
/// | `Shared` | `Exclusive` |
///
/// A reader also stands in the way of a thread that wants to read, if there are threads that write:
/// one that is overdue lets no reader in. That counts from the first time on that the lock is
/// written after it was read with another lock held or wanted. It never counts for a thread that
/// reads again (`Recursive`), and writing by an upgrade does not count as writing.
///
/// # Examples
///
/// ```
/// use tl_core::door::LockMode;
///
/// assert!(LockMode::Exclusive < LockMode::Shared);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// By one thread at a time.
    Exclusive,
    /// To read, with the right to write later.
    Upgradable,
    /// To read.
    Shared,
    /// To read, past writers that wait.
    Recursive,
}
