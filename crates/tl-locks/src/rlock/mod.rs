//! `RLock`: Python's re-entrant lock, owned by a thread.

mod acquire;
mod guard;
mod levels;

use std::fmt;

use tl_core::sync::atomic::{AtomicU32, AtomicU64};

use crate::raw::RawLock;

pub use guard::RLockGuard;

const NOBODY: u64 = 0;

/// A lock that belongs to the thread that acquired it, and that this thread can acquire again.
///
/// It is Python's
/// [`threading.RLock`](https://docs.python.org/3/library/threading.html#rlock-objects). Each
/// acquire by the owner adds a level, each release takes one away, and the last one lets other
/// threads in. Other threads cannot release it. It holds no data; a value behind such a lock is a
/// [`ReentrantMutex`](crate::ReentrantMutex).
///
/// It takes 16 bytes. As with [`Lock`](crate::Lock), no thread starves, and a panic does not poison
/// it.
///
/// # Examples
///
/// ```
/// use tl_locks::RLock;
///
/// static LOCK: RLock = RLock::new();
///
/// fn factorial(n: u64) -> u64 {
///     let _guard = LOCK.lock();
///     if n == 0 { 1 } else { n * factorial(n - 1) }
/// }
/// assert_eq!(factorial(5), 120);
/// assert!(!LOCK.locked());
/// ```
pub struct RLock {
    /// The ident of the thread that holds the lock, or `NOBODY`. A thread writes its own ident
    /// after it has acquired `raw`, and removes it before it releases `raw`. So a thread that reads
    /// its own ident is the owner, and one that reads anything else is not. All accesses are
    /// relaxed: a thread sees its own writes, and `raw` orders the rest.
    owner: AtomicU64,
    raw: RawLock,
    /// How many levels the owner holds beyond the first; 0 when nobody does. Written by the owner
    /// alone, relaxed, as above.
    inner_levels: AtomicU32,
}

#[cold]
fn too_many_levels() -> ! {
    panic!(
        "an RLock can be acquired at most {} times by its owner: release each level that was acquired",
        u32::MAX
    )
}

impl Default for RLock {
    fn default() -> RLock {
        RLock::new()
    }
}

impl fmt::Debug for RLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RLock")
            .field("locked", &self.locked())
            .field("recursion_count", &self.recursion_count())
            .finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::{Duration, Instant};
    use tl_core::sync::atomic::Ordering;

    // Here and not among the integration tests, since getting there by acquiring takes long.
    #[test]
    fn too_many_levels_panic_and_change_nothing() {
        let lock = RLock::new();
        lock.acquire();
        lock.inner_levels.store(u32::MAX - 2, Ordering::Relaxed);
        lock.acquire();
        assert_eq!(lock.recursion_count(), u32::MAX);
        let forms: [&dyn Fn(); 4] = [
            &|| lock.acquire(),
            &|| drop(lock.try_lock()),
            &|| drop(lock.lock_timeout(Duration::MAX)),
            &|| drop(lock.lock_deadline(Instant::now())),
        ];
        for acquire in forms {
            assert!(catch_unwind(AssertUnwindSafe(acquire)).is_err());
            assert_eq!(lock.recursion_count(), u32::MAX);
        }
        lock.release().unwrap();
        assert_eq!(lock.recursion_count(), u32::MAX - 1);
        lock.acquire();
        assert_eq!(lock.recursion_count(), u32::MAX);
    }
}
