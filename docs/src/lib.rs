//! Python's [`threading`](https://docs.python.org/3/library/threading.html), for Rust: ten small
//! crates, each usable alone. This is the front page of their documentation.
//!
//! | you want | take | in |
//! | --- | --- | --- |
//! | threads with names, which can be listed and joined with a time limit; daemon threads, for which the program does not wait | [`Thread`], [`spawn`], [`scope`] | [`tl_thread`] |
//! | a call after some time, or at regular intervals, that can be cancelled | [`Timer`] | [`tl_timer`] |
//! | threads to wait until something has happened | [`Event`] | [`tl_event`] |
//! | one thread of several to go on each time that there is something to do | [`AutoResetEvent`] | [`tl_event`] |
//! | one thread at a time to use a value | [`Mutex<T>`](tl_locks::Mutex), [`ReentrantMutex<T>`](tl_locks::ReentrantMutex) | [`tl_locks`] |
//! | many threads at a time to read a value, or one to write it | [`RwLock<T>`](tl_locks::RwLock) | [`tl_locks`] |
//! | one thread at a time to use what is not a value: a terminal, a device | [`Lock`], [`RLock`] | [`tl_locks`] |
//! | threads to wait until a value is as they need it | [`Monitor<T>`](tl_condition::Monitor) | [`tl_condition`] |
//! | the same with several conditions, or apart from the value | [`Condvar`](tl_condition::Condvar) | [`tl_condition`] |
//! | a condition on a lock without data, or on a re-entrant one | [`Condition`] | [`tl_condition`] |
//! | a fixed number of threads to wait for each other, round after round | [`Barrier`] | [`tl_barrier`] |
//! | at most a given number of threads at a time to do something | [`Semaphore`], [`BoundedSemaphore`], [`ClosableSemaphore`] | [`tl_semaphore`] |
//! | a value for each thread, in an object | [`Local<T>`](tl_local::Local) | [`tl_local`] |
//! | the same, with all threads looking at all values | [`SharedLocal<T>`](tl_local::SharedLocal) | [`tl_local`] |
//! | to see what every thread waits for, and which threads wait for each other in a circle | [`snapshot`](tl_inspect::snapshot), [`deadlocks`](tl_inspect::deadlocks) | [`tl_inspect`] |
//! | to record every wait, and to see where the time went | [`trace`](tl_inspect::trace) | [`tl_inspect`] |
//! | log lines with the name of their thread | [`BasicConfig`](tl_core::logging::BasicConfig) | [`tl_core`] |
//!
//! # Where to go from here
//!
//! - **You know Python's `threading`:** the [`guide`] has fourteen chapters, each with a program,
//!   what it printed, and what differs here; the [table of names](names) says what each of Python's
//!   names is called.
//! - **You come from `parking_lot` or `std`:** [that chapter](from_rust) says what each of their
//!   names is called here, and what changes apart from an import.
//! - **You write Rust and miss one thing:** open its crate in the table above. Its page says when
//!   to use it and when to use something else. Every item comes with an example, its errors, and
//!   what it waits for.
//! - **You build a primitive of your own:** [`tl_core::door`] is the one place where all of these
//!   crates put a thread to sleep.
//!
//! # What they have in common
//!
//! - A method that takes something comes in four forms: `acquire`, `try_acquire`, `acquire_timeout`
//!   with a [`Duration`](std::time::Duration) and `acquire_deadline` with an
//!   [`Instant`](std::time::Instant). A method that only waits has three: `wait`, `wait_timeout`,
//!   `wait_deadline`. A timeout of zero is a try; one that is too long to be represented never runs
//!   out.
//! - No wake-up is lost and none is invented: a wait returns because it was woken or because its
//!   time ran out, and says which.
//! - A mistake is a typed error, and changes nothing. A panic in your code never leaves a lock
//!   locked or a thread asleep.
//! - Everything that waits has a `const fn new`, so that it can be a static.
//!
//! The crates are for threads that block, inside one process. For asynchronous tasks there is
//! `tokio`, for a pool of threads `rayon`. They are tested on Linux, and compiled for Windows,
//! macOS and FreeBSD: see [`tl_core::sys`].
#![forbid(unsafe_code)]

#[cfg(doc)]
use tl_barrier::Barrier;
#[cfg(doc)]
use tl_condition::Condition;
#[cfg(doc)]
use tl_event::{AutoResetEvent, Event};
#[cfg(doc)]
use tl_locks::{Lock, RLock};
#[cfg(doc)]
use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, Semaphore};
#[cfg(doc)]
use tl_thread::{Thread, scope, spawn};
#[cfg(doc)]
use tl_timer::Timer;

pub mod from_rust;
pub mod guide;
pub mod names;
