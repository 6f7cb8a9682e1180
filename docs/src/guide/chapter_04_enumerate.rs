//! Chapter 4: [`enumerate`](tl_thread::enumerate) lists the threads that are alive.
//!
//! So the program need not keep the handles of its daemons in order to wait for them: the main
//! thread joins every thread except itself, since a thread can't wait for its own end.
//!
#![doc = program!("enumerate")]
//! # What differs from Python
//!
//! - **The list is in the order of start**, the main thread first. Python promises no order.
//! - **A pending [`Timer`](tl_timer::Timer) is listed** with the thread that it will be, as in
//!   Python, though it costs no thread yet.
//! - **Threads that were not started here** are listed from their first call into the library until
//!   they end. Python's documentation says that such dummies are never removed.
//! - **A thread that joins itself gets an error**, [`JoinError`](tl_thread::JoinError), as in
//!   Python. So does a thread that joins one that was not started.
//!
//! # One step further
//!
//! Threads that belong together are better joined by the thread that started them. A
//! [`scope`](tl_thread::scope) does that by itself:
//!
//! ```
//! use std::sync::atomic::{AtomicU32, Ordering};
//!
//! let done = AtomicU32::new(0);
//! tl_thread::scope(|scope| {
//!     for _ in 0..3 {
//!         scope.spawn(|| done.fetch_add(1, Ordering::Relaxed));
//!     }
//! });
//! assert_eq!(done.into_inner(), 3);
//! ```
//!
//! The next chapter: [5, subclassing Thread](super::chapter_05_subclass).
