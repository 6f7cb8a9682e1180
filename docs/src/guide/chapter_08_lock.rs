//! Chapter 8: a lock lets one thread at a time change what several share.
//!
//! In Rust the lock holds the value: [`Mutex<T>`](tl_locks::Mutex). There is no way to the counter
//! except through its guard.
//!
#![doc = program!("lock")]
//! # Trying a lock
//!
//! A [`Lock`](tl_locks::Lock) is Python's: it guards no value of its own, and any thread may
//! release it. `try_lock` takes it only if it is free.
//!
#![doc = program!("lock_noblock")]
//! # What differs from Python
//!
//! - **What must be locked can't be used unlocked.** In Python the lock and what it guards belong
//!   together by convention. Here this does not compile:
//!
//!   ```compile_fail,E0499
//!   let mut counter = 0;
//!   tl_thread::scope(|scope| {
//!       for _ in 0..2 {
//!           scope.spawn(|| counter += 1);
//!       }
//!   });
//!   ```
//!
//! - **There is no interpreter lock**, and it would not have saved you: if two threads do
//!   `value += 1` at once in Python, a count can be lost.
//! - **Four calls instead of two parameters**: [`acquire`](tl_locks::Lock::acquire),
//!   [`try_acquire`](tl_locks::Lock::try_acquire),
//!   [`acquire_timeout`](tl_locks::Lock::acquire_timeout),
//!   [`acquire_deadline`](tl_locks::Lock::acquire_deadline); and the same four that return guards,
//!   beginning with [`lock`](tl_locks::Lock::lock).
//! - **Nothing is poisoned.** A panic releases the lock, and the next thread gets it without a
//!   `Result` to unwrap. If a value may be left half changed, keep the panic out of the critical
//!   section.
//!
//! # One step further
//!
//! A single number needs no lock at all, and a `Mutex` can be a static:
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::atomic::{AtomicU32, Ordering};
//! use tl_locks::Mutex;
//!
//! static VISITS: AtomicU32 = AtomicU32::new(0);
//! static VISITS_BY_PAGE: Mutex<BTreeMap<&str, u32>> = Mutex::new(BTreeMap::new());
//!
//! VISITS.fetch_add(1, Ordering::Relaxed);
//! *VISITS_BY_PAGE.lock().entry("/").or_default() += 1;
//! ```
//!
//! The next chapter: [9, RLock](super::chapter_09_rlock).
