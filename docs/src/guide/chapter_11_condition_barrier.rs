//! Chapter 11: threads wait for each other, with a [`Condition`](tl_condition::Condition) until one
//! has done its part, or at a [`Barrier`](tl_barrier::Barrier) until all have arrived.
//!
//! # Condition
//!
//! A condition is a lock with a waiting room. A thread that waits gives the lock up while it
//! sleeps, and holds it again when it goes on.
//!
#![doc = program!("condition")]
//! # Barrier
//!
//! A barrier is made for a number of threads. Each waits until that many have come, then all go on,
//! and the next round begins.
//!
#![doc = program!("barrier")]
//! # A barrier that not all will reach
//!
//! [`abort`](tl_barrier::Barrier::abort) makes `wait` return an error in every thread that waits,
//! now or later.
//!
#![doc = program!("barrier_abort")]
//! A thread that may panic before it arrives holds the guard of
//! [`abort_on_panic`](tl_barrier::Barrier::abort_on_panic), which aborts the barrier then.
//!
//! # What differs from Python
//!
//! - **The guard waits and notifies.** It shows that the lock is held, so these methods need no
//!   `Result`. The condition has the same methods, for a lock that is acquired by hand; they return
//!   [`NotAcquired`](tl_condition::NotAcquired) where Python raises.
//! - **[`notify(n)`](tl_condition::ConditionGuard::notify) wakes exactly `n`**, the longest waiters
//!   first, and returns how many it woke. Python reserves the right to wake more.
//! - **A broken barrier is a value**, [`BrokenBarrier`](tl_barrier::BrokenBarrier), whose `kind`
//!   says why: a timeout, an abort, a reset, or a panicking action.
//! - **`wait` of a barrier returns the order of arrival**, from 0; Python promises only that the
//!   numbers differ.
//!
//! # One step further
//!
//! What is waited for belongs under the lock, so put it there: a
//! [`Monitor<T>`](tl_condition::Monitor) is a value, its lock and its condition in one, and the
//! program above gets shorter.
//!
//! ```
//! use std::sync::Arc;
//! use tl_condition::Monitor;
//!
//! let available = Arc::new(Monitor::new(false));
//! let consumers = [(); 2].map(|()| {
//!     let available = Arc::clone(&available);
//!     tl_thread::spawn(move || available.lock().wait_while(|available| !*available))
//! });
//!
//! let mut resource = available.lock();
//! *resource = true;
//! resource.notify_all();
//! drop(resource);
//!
//! for consumer in consumers {
//!     consumer.join().unwrap();
//! }
//! ```
//!
//! The next chapter: [12, Semaphore](super::chapter_12_semaphore).
