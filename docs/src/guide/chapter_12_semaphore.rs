//! Chapter 12: a [`Semaphore`](tl_semaphore::Semaphore) lets a limited number of threads in at a
//! time.
//!
//! Each thread takes a [`Permit`](tl_semaphore::Permit), and gives it back when it drops the
//! permit. A thread that finds none waits.
//!
#![doc = program!("semaphore")]
//! Never more than two are in the pool.
//!
//! # What differs from Python
//!
//! - **Nobody starves.** A thread that has slept for half a millisecond is handed a permit, ahead
//!   of every newcomer. Python promises no order.
//! - **[`release`](tl_semaphore::Semaphore::release) can fail**: beyond
//!   [`MAX`](tl_semaphore::Semaphore::MAX), and for a
//!   [`BoundedSemaphore`](tl_semaphore::BoundedSemaphore) beyond its bound, where Python raises
//!   `ValueError`.
//! - **There is no default**: it is `Semaphore::new(1)`, and it can be a static.
//! - **Several at once**: [`acquire_many`](tl_semaphore::Semaphore::acquire_many) takes `n` permits
//!   together or none. Two threads that take theirs one by one can each hold what the other lacks,
//!   forever. Permits are kept for a request that has waited for half a millisecond, and all others
//!   wait meanwhile. So give a request that may never be met a time limit, with
//!   [`acquire_many_timeout`](tl_semaphore::Semaphore::acquire_many_timeout).
//!
//! # One step further
//!
//! An [`OwnedPermit`](tl_semaphore::OwnedPermit) keeps its semaphore alive and can be moved: one
//! thread takes it, and another gives it back. So the program starts no more threads than may work:
//!
//! ```
//! use std::sync::Arc;
//! use tl_semaphore::Semaphore;
//!
//! let desks = Arc::new(Semaphore::new(2));
//! for _ in 0..4 {
//!     let permit = desks.permit_owned();
//!     tl_thread::spawn(move || {
//!         println!("at work");
//!         drop(permit);
//!     });
//! }
//! ```
//!
//! A pool that shuts down closes its semaphore, and the waiting threads get an error:
//!
//! ```
//! use std::thread;
//! use tl_semaphore::ClosableSemaphore;
//!
//! let desks = ClosableSemaphore::new(0);
//! thread::scope(|scope| {
//!     scope.spawn(|| match desks.permit() {
//!         Ok(_permit) => println!("at work"),
//!         Err(closed) => println!("{closed}"),
//!     });
//!     desks.close();
//! });
//! ```
//!
//! The next chapter: [13, thread-local data](super::chapter_13_local).
