//! Named threads, daemon threads, threads that the program waits for, a list of those that are alive, and joins with a time limit:
//! Python's [`threading`](https://docs.python.org/3/library/threading.html) for Rust.
//!
//! ```
//! use tl_thread::{Thread, enumerate};
//!
//! fn worker() {
//!     println!("{} starting", tl_core::current_name());
//! }
//!
//! for _ in 0..3 {
//!     Thread::new(worker).start()?;
//! }
//! for thread in enumerate() {
//!     println!("{} is alive", thread.name());
//! }
//! // Nobody joins the three threads: the program waits for them when `main` returns.
//! # Ok::<(), tl_thread::StartError>(())
//! ```
//!
//! | you want | use |
//! | --- | --- |
//! | a thread as an object, with a name and a daemon flag, started later, joined by anybody | [`Thread`] |
//! | the value that a thread computes | [`spawn`], [`Builder`] |
//! | a struct run in a thread, as by subclassing in Python | [`Runnable`] with [`Thread::from_runnable`] or [`spawn_runnable`] |
//! | threads that borrow | [`scope`] |
//! | to know which threads are alive | [`enumerate`], [`active_count`], [`current_thread`], [`main_thread`] |
//! | to hear of panics | [`set_excepthook`] |
//! | to wait for all threads before the end, or to end at once | [`shutdown`], [`exit`] |
//! | a call later, that can be cancelled | the sibling crate `tl-timer`, which is built on [`pending`] |
//!
//! # Threads that the library did not start
//!
//! The main thread is known from the beginning. Another thread that calls this crate is known from that call until it ends: it has its name in the
//! standard library or is `Dummy-N`, is listed, is a daemon, cannot be joined here, and what it starts is no daemon.
//!
//! # When a thread has ended
//!
//! A thread is alive until the values of its thread-locals have been dropped. Only then it leaves [`enumerate`], and after that every kind of join returns. The
//! standard library's `JoinHandle::is_finished` and its scopes do not wait for that. In the destructor of a thread-local
//! [`current_thread`] and the thread's name are what they were.
//!
//! # The end of the process
//!
//! A thread is a daemon or is not. When the main thread leaves `main` the process waits until all threads have ended that are
//! not daemons, with those that they start meanwhile, and until all timers that are not daemons have been called or cancelled. It does not wait for
//! daemons, nor for threads that the library did not start. `main` needs no line for that.
//!
//! | how the process is ended | a thread that is no daemon is alive | it starts another meanwhile | a timer is pending | only: a cancelled timer, daemons, a daemon in an endless loop or blocked for ever | exit status |
//! | --- | --- | --- | --- | --- | --- |
//! | `main` returns | waits | waits for both | waits | at once | that of `main` |
//! | `main` panics | waits | waits for both | waits | at once | 101 |
//! | [`std::process::exit`] in the main thread | waits | waits for both | waits | at once | its code |
//! | [`std::process::exit`] in a worker or a daemon, before `main` has returned | at once | at once | at once | at once | its code |
//! | [`std::process::exit`] in a worker, after that | **hangs** | **hangs** | **hangs** | **hangs** | |
//! | [`std::process::exit`] in a daemon, after that | waits, without that daemon | waits for both | waits | at once | that of `main` |
//! | [`std::process::exit`] in the main thread, after that: in the destructor of a thread-local, or in an exit hook of the C runtime | **aborts** | **aborts** | **aborts** | **aborts** | `SIGABRT` |
//! | [`exit`] in the main thread, a worker or a daemon, before `main` has returned | at once | at once | at once | at once | its code |
//! | [`exit`] in a worker, after that | at once | at once | at once | at once | its code |
//! | [`exit`] in a daemon, after that | at once | at once | at once | at once, or the process was over before | its code, or that of `main` |
//! | [`exit`] in the destructor of a thread-local of the main thread, or in an exit hook of the C runtime | at once | at once | at once | at once | its code |
//!
//! The wait is in an exit hook of the C runtime (`atexit`), registered at the first use of this crate, and runs on the main thread when its
//! thread-locals have been dropped. From this follows:
//!
//! - The exit status stays what it is, and the other exit hooks run: those registered later before the wait, those registered earlier after it.
//! - After `main` has returned `std::process::exit` in another thread sleeps for ever, inside the standard library (which lets one thread exit:
//!   rust-lang/rust#126600). If the process waits for that thread, it hangs: use [`exit`].
//! - What those threads have printed is flushed at the end. A daemon that has standard output locked then delays it by a second at most.
//! - The main thread must not call `std::process::exit` while it holds what a worker needs to end, such as a lock.
//! - What ends a process without the exit hooks does not wait: `abort`, a signal, a panic in a program built with `panic = "abort"`, C's `_exit`.
//! - In a child made by `fork` no thread but the calling one exists, and its end waits for nobody.
//! - A test that leaves a thread blocked that is no daemon keeps its test binary alive.
//! - A thread that is started when the wait is over, by an exit hook or a daemon, is not waited for.
//!
//! # Limits
//!
//! Linux only. The standard library's message about a panic names a thread as it was called at its start.
#![forbid(unsafe_code)]

mod changes;
mod crew;
mod current;
mod enumerate;
mod error;
mod excepthook;
mod life;
pub mod pending;
mod process_end;
mod registry;
mod runnable;
mod scope;
mod spawn;
mod stack;
mod statics;
mod thread;

pub use current::{current_thread, get_ident, get_native_id, main_thread};
pub use enumerate::{active_count, enumerate};
pub use error::{JoinError, SetDaemonError, StackSizeError, StartError};
pub use excepthook::{ExceptHookArgs, set_excepthook};
pub use process_end::{exit, shutdown};
pub use runnable::{Runnable, spawn_runnable};
pub use scope::{Scope, ScopeBase, ScopedJoinHandle, scope};
pub use spawn::{Builder, JoinHandle, spawn};
pub use stack::{set_stack_size, stack_size};
pub use thread::Thread;
pub use tl_core::ThreadIdent;
