//! Condition variables: [`Condition`], as in Python, on a [`Lock`](tl_locks::Lock) or an
//! [`RLock`](tl_locks::RLock); [`Monitor`], a value with its lock and condition in one; and
//! [`Condvar`], apart from its [`Mutex`](tl_locks::Mutex), as in `std` and `parking_lot`.
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | threads to wait until a value is as they need it | a [`Monitor`] |
//! | the same with several conditions | a [`Monitor`] with [further conditions](MonitorGuard::on), or several [`Condvar`]s and a [`Mutex`](tl_locks::Mutex) |
//! | a condition on a lock without data, or on a re-entrant one | a [`Condition`] |
//! | threads to wait until something has happened | [`tl-event`] |
//! | to hand out a number of permits | [`tl-semaphore`] |
//! | a fixed number of threads to wait for each other | [`tl-barrier`] |
//! | to pass values from thread to thread | [`std::sync::mpsc`], or a queue in a [`Monitor`] |
//!
//! A signal handler must not wait, notify a thread or take a lock.
//! [A thread that learns of the signal](tl_core::door#in-a-signal-handler) may.
//!
//! # How they differ
//!
//! | | data | lock | several conditions on one lock |
//! | --- | --- | --- | --- |
//! | [`Condition`] | kept elsewhere | [`RLock`](tl_locks::RLock) or [`Lock`](tl_locks::Lock), its own or shared | yes |
//! | [`Monitor`] | `&mut T` through the guard | its own, not re-entrant | [further ones](MonitorGuard::on) |
//! | [`Condvar`] | `&mut T` through the mutex's guard | a [`Mutex`](tl_locks::Mutex), elsewhere | yes |
//!
//! A wait ends because the thread was notified or because its time ran out, and says which.
//! `notify(n)` notifies exactly `n` waiters, or all if there are fewer, the longest waiters first,
//! and returns how many it notified. A notified thread that sleeps is not woken while the lock is
//! held, since it would only wait again: it moves to the lock's own queue, and wakes when the lock
//! is released.
//!
//! The guards wait and notify without a `Result`, since a thread that has a guard holds the lock.
//! The same methods on the condition itself return [`NotAcquired`] to a caller that does not hold
//! the lock.
//!
//! # Examples
//!
//! A value that somebody waits for:
//!
//! ```
//! use std::thread;
//! use tl_condition::Monitor;
//!
//! static ANSWER: Monitor<Option<u32>> = Monitor::new(None);
//!
//! thread::spawn(|| {
//!     let mut answer = ANSWER.lock();
//!     *answer = Some(42);
//!     answer.notify_all();
//! });
//!
//! let mut answer = ANSWER.lock();
//! answer.wait_while(|answer| answer.is_none());
//! assert_eq!(*answer, Some(42));
//! ```
//!
//! # Platforms
//!
//! | | systems |
//! | --- | --- |
//! | tested | Linux on x86_64, i686 and aarch64 with glibc, and on x86_64 with musl; Windows on x86_64; programs that are linked statically; Linux on the portable door, which all systems but Linux and Android have |
//! | compiled | Windows with Microsoft's linker, macOS, FreeBSD, Android, Linux on ARM with 32 bits and on RISC-V |
//! | others | wherever Rust's standard library has threads, and the processor has atomic operations on 64 bits |
//!
//! It takes Rust 1.95 or newer. [`tl_core::sys`] lists what differs from system to system.
//!
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by
// side.
#![cfg_attr(
    docsrs,
    doc = "[`tl-barrier`]: https://docs.rs/tl-barrier
[`tl-event`]: https://docs.rs/tl-event
[`tl-semaphore`]: https://docs.rs/tl-semaphore"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-barrier`]: ../tl_barrier/index.html
[`tl-event`]: ../tl_event/index.html
[`tl-semaphore`]: ../tl_semaphore/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod condition;
#[cfg(not(loom))]
mod condvar;
mod error;
#[cfg(not(loom))]
mod monitor;

pub use condition::{Condition, ConditionGuard};
#[cfg(not(loom))]
pub use condvar::{Condvar, CondvarExt};
pub use error::NotAcquired;
#[cfg(not(loom))]
pub use monitor::{Monitor, MonitorGuard, OnCondvar};
