//! Chapter 9: an [`RLock`](tl_locks::RLock) can be taken again by the thread that holds it.
//!
//! A [`Lock`](tl_locks::Lock) can't: it does not know which thread holds it. A thread that acquires
//! it twice waits for itself.
//!
#![doc = program!("lock_reacquire")]
//! An `RLock` knows its owner and counts the levels. Another thread gets it once the owner has
//! released it as often as it acquired it.
//!
#![doc = program!("rlock")]
//! # What differs from Python
//!
//! - **A guard stays in its thread.** An [`RLockGuard`](tl_locks::RLockGuard) can't be sent, since
//!   only the owner may release; a [`LockGuard`](tl_locks::LockGuard) can.
//! - **A release by another thread, or once too often, is a
//!   [`ReleaseError`](tl_locks::ReleaseError)** that says which of the two; Python raises
//!   `RuntimeError`. Nothing changes in either case.
//! - **[`is_owned`](tl_locks::RLock::is_owned) and
//!   [`recursion_count`](tl_locks::RLock::recursion_count) are public.** Python keeps them to
//!   itself.
//!
//! # One step further
//!
//! A re-entrant lock with a value is a [`ReentrantMutex<T>`](tl_locks::ReentrantMutex). Two levels
//! of one thread may hold it, so it lends `&T` only; a [`Cell`](std::cell::Cell) or
//! [`RefCell`](std::cell::RefCell) inside makes it changeable.
//!
//! ```
//! use std::cell::Cell;
//! use tl_locks::ReentrantMutex;
//!
//! static DEPTH: ReentrantMutex<Cell<u32>> = ReentrantMutex::new(Cell::new(0));
//!
//! fn descend(levels: u32) {
//!     let depth = DEPTH.lock();
//!     depth.set(depth.get() + 1);
//!     if levels > 1 {
//!         descend(levels - 1);
//!     }
//! }
//!
//! descend(3);
//! assert_eq!(DEPTH.lock().get(), 3);
//! ```
//!
//! Often the better way is a private function that expects the lock to be held, as its parameter
//! `&mut T` shows, and a public one that takes it.
//!
//! The next chapter: [10, locks as context managers](super::chapter_10_with_lock).
