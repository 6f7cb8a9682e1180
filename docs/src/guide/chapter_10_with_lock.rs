//! Chapter 10: Python's `with lock:` is a guard here.
//!
//! A guard releases the lock when it is dropped: at the end of its block, by `return` and `?`, and
//! when the thread panics.
//!
#![doc = program!("with_lock")]
//! # What differs from Python
//!
//! - **No indentation**: a guard is a variable, and its block ends where its scope does.
//!   `drop(guard)` ends it earlier.
//! - **The name matters.** `let _guard = lock.lock();` holds the lock to the end of the block;
//!   `let _ = lock.lock();` releases it at once. The compiler warns about a bare `lock.lock();`,
//!   but not about `let _`.
//! - **[`release`](tl_locks::Lock::release) returns a `Result`**: the lock may not have been held.
//! - **There are guards** for everything that Python's `with` takes, and they have names of their
//!   own: [`lock`](tl_condition::Condition::lock) of a condition,
//!   [`permit`](tl_semaphore::Semaphore::permit) of a semaphore.
//!
//! # One step further
//!
//! [`with`](tl_locks::Lock::with) takes the block as a closure, and gives its result back:
//!
//! ```
//! use tl_locks::Lock;
//!
//! static TERMINAL: Lock = Lock::new();
//!
//! let answer = TERMINAL.with(|| {
//!     println!("The answer?");
//!     42
//! });
//! assert_eq!(answer, 42);
//! assert!(!TERMINAL.locked());
//! ```
//!
//! A guard with a time limit is an `Option`, so the block of an `if let` runs only if the lock was
//! acquired in time:
//!
//! ```
//! use std::time::Duration;
//! use tl_locks::Lock;
//!
//! static TERMINAL: Lock = Lock::new();
//!
//! if let Some(_guard) = TERMINAL.lock_timeout(Duration::from_millis(100)) {
//!     println!("mine");
//! } else {
//!     eprintln!("somebody else's");
//! }
//! ```
//!
//! The next chapter: [11, Condition and Barrier](super::chapter_11_condition_barrier).
