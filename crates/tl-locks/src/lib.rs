//! Locks with Python's vocabulary: [`Lock`], which any thread may release, [`RLock`], which its owner can acquire again, and,
//! on the same raw lock, locks that hold data: [`Mutex`] and [`ReentrantMutex`].
//!
//! | | data | again by its holder | released by | guard |
//! | --- | --- | --- | --- | --- |
//! | [`Lock`] | none | waits | any thread | may be sent |
//! | [`RLock`] | none | one level more | its owner | stays in its thread |
//! | [`Mutex`] | `&mut T` | waits | its guard | may be sent |
//! | [`ReentrantMutex`] | `&T` | one level more | its guard | stays in its thread |
//!
//! All have a `const fn new`, so that they can be statics. All can be acquired in four forms: for as long as it takes, not waiting at
//! all, within a `Duration`, and before an `Instant`. None is poisoned by a panic, which releases the lock.
//!
//! Under contention the locks are unfair for speed, up to a point: a thread that has slept for more than half a millisecond
//! in the queue gets the lock next.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//! use tl_locks::{Lock, Mutex, RLock};
//!
//! static LOCK: Lock = Lock::new();
//! LOCK.with(|| println!("locked"));
//! if let Some(_guard) = LOCK.lock_timeout(Duration::from_millis(100)) {
//!     println!("locked in time");
//! }
//!
//! let rlock = RLock::new();
//! rlock.with(|| rlock.with(|| assert_eq!(rlock.recursion_count(), 2)));
//!
//! let total = Mutex::new(0);
//! *total.lock() += 1;
//! assert_eq!(total.into_inner(), 1);
//! ```
//!
//! Only Linux is supported and tested.
// So that the pages of its siblings find those of this crate, whichever are made first; `cargo xtask docs` sees to it.
#![doc(html_root_url = "../")]
#![deny(unsafe_code)]

mod condition_lock;
mod error;
mod lock;
#[cfg(not(loom))]
mod mutex;
mod raw;
mod rlock;

pub use condition_lock::{ConditionLock, Waiters};
#[cfg(not(loom))]
pub use condition_lock::{notify_with_guard, wait_with_guard};
pub use error::ReleaseError;
pub use lock::{Lock, LockGuard};
#[cfg(not(loom))]
pub use mutex::{
    MappedMutexGuard, MappedReentrantMutexGuard, Mutex, MutexGuard, ReentrantMutex,
    ReentrantMutexGuard,
};
pub use raw::RawLock;
#[cfg(not(loom))]
pub use raw::RawThreadIdent;
pub use rlock::{RLock, RLockGuard};
