//! Named threads, daemon threads, threads that the program waits for, a list of those that are
//! alive, and joins with a time limit: Python's
//! [`threading`](https://docs.python.org/3/library/threading.html) for Rust.
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
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | a thread as an object, with a name and a daemon flag, which is started later and can be joined by anybody | [`Thread`] |
//! | the value that a thread computes | [`spawn`], [`Builder`] |
//! | to run a struct, as a subclass of `Thread` in Python | [`Runnable`] with [`Thread::from_runnable`] or [`spawn_runnable`] |
//! | threads that borrow from the function that starts them | [`scope`] |
//! | to know which threads are alive | [`enumerate`], [`active_count`], [`current_thread`], [`main_thread`] |
//! | to be told of panics | [`set_excepthook`] |
//! | to let a thread wait until another lets it go | [`park`], [`Thread::unpark`] |
//! | to wait for all threads before the end, or to end at once | [`shutdown`], [`exit`] |
//! | a call later, that can be cancelled | [`tl-timer`] |
//! | a pause that another thread can cut short | [`tl-event`] |
//! | at most a given number of threads at work | [`tl-semaphore`] |
//! | a value for each thread | [`tl-local`] |
//! | a pool of threads for many small pieces of work | `rayon` |
//! | asynchronous tasks | `tokio` |
//!
//! # Threads that the library did not start
//!
//! The main thread is known from the beginning. Another thread that calls this crate is known from
//! that call until it ends. It goes by its name in the standard library, or as `Dummy-N`; it is
//! listed, counts as a daemon, and cannot be joined here; the threads that it starts are not
//! daemons.
//!
//! # When a thread has ended
//!
//! A thread is alive until the values of its thread-locals have been dropped. Only then does it
//! leave [`enumerate`], and after that every kind of join returns. The standard library's
//! `JoinHandle::is_finished` and its scopes do not wait for that. In the destructor of a
//! thread-local [`current_thread`] and the thread's name are still what they were.
//!
//! # The end of the process
//!
//! When the main thread leaves `main`, the process waits until all non-daemon threads have ended,
//! with those that they start meanwhile, and until all non-daemon timers have fired or been
//! cancelled. It waits neither for daemons nor for threads that the library did not start. `main`
//! needs no line for that.
//!
//! | how the process is ended | a non-daemon thread is alive | it starts another meanwhile | a timer is pending | nothing else but cancelled timers and daemons, even in an endless loop or blocked forever | exit status |
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
//! | [`exit`] in another thread, when the main thread never comes to the end of a thread-local's destructor or of an exit hook | after 5 s | after 5 s | after 5 s | after 5 s | its code |
//! | [`exit`] in the destructor of a thread-local of the main thread, or in an exit hook of the C runtime | at once | at once | at once | at once | its code |
//!
//! The wait is in an exit hook of the C runtime (`atexit`), registered at the first use of this
//! crate. It runs on the main thread when its thread-locals have been dropped. What follows from
//! this:
//!
//! - An exit hook that a C library registers later runs before the wait, while workers may still
//!   use that library. OpenSSL registers one when it is first used. A program with such a library
//!   ends `main` with [`shutdown`]: then the threads have ended when the first hook runs.
//!
//!   ```
//!   // The end of `main`:
//!   tl_thread::spawn(|| println!("at work with the library"));
//!   tl_thread::shutdown();
//!   ```
//!
//! - The exit status stays what it is, and the other exit hooks run: those registered later before
//!   the wait, those registered earlier after it.
//! - After `main` has returned, `std::process::exit` in another thread sleeps forever, inside the
//!   standard library (which lets one thread exit: rust-lang/rust#126600). If the process waits for
//!   that thread, it hangs: use [`exit`].
//! - What the threads have printed is flushed at the end of the wait. A daemon that has standard
//!   output locked then delays the flush by a second at most.
//! - The main thread must not call `std::process::exit` while it holds what a worker needs to end,
//!   such as a lock.
//! - What ends a process without the exit hooks does not wait: `abort`, a signal, a panic in a
//!   program built with `panic = "abort"`, C's `_exit`.
//! - A test that leaves a non-daemon thread blocked keeps its test binary alive.
//! - A thread that is started when the wait is over, by an exit hook or a daemon, is not waited
//!   for.
//! - Two versions of this crate in one program do not know of each other's threads. The end of the
//!   process waits for the threads of one version and then for those of the other, in the reverse
//!   order of their first use. A thread of the first version that is started during the second
//!   wait is not waited for. `cargo tree --duplicates` shows whether there are two.
//!
//! # In a child made by `fork`
//!
//! The child has one thread, the one that forked, and everything here works there as in a process
//! that has just begun, as Python's `threading` does it:
//!
//! - The thread that forked is the main thread, by the handle, the name and the identity that it
//!   had, and is no daemon. When its function returns, that is the end of the process, as if `main`
//!   had returned.
//! - All other threads have ended: they are neither alive nor listed. A join of one returns at
//!   once, without an error for a [`Thread`], and with one for a [`JoinHandle`], since there is no
//!   value. No pending timer fires.
//! - New threads and timers can be started, and the end of the process waits for them.
//! - A lock or a permit that another thread held stays held. A [`scope`] that was open never ends,
//!   nor does a round of a barrier at which threads of the parent had arrived.
//! - The loggers of [`tl_core`] go on, whatever other threads were just writing.
//!
//! All this holds whatever other threads were just doing, if C's `fork` made the child; `vfork`,
//! `posix_spawn` and a bare system call tell nobody of it. It does not hold for the standard
//! library and other libraries. The child waits forever
//!
//! - when it prints, if another thread was just printing;
//! - when it calls [`std::process::exit`], if another thread had called that ([`exit`] works);
//! - for a new thread to begin, if a thread that this library did not start was just starting or
//!   ending.
//!
//! Outside Linux and Android threads sleep on `parking_lot_core`. There the child may also wait
//! forever if another thread was just about to sleep, or to wake one. Where that matters, call
//! `exec` soon.
//!
//! # Platforms
//!
//! | | systems |
//! | --- | --- |
//! | tested | Linux on x86_64, i686 and aarch64 with glibc, and on x86_64 with musl; Windows on x86_64; programs that are linked statically; Linux on the portable door, which all systems but Linux and Android have |
//! | compiled | Windows with Microsoft's linker, macOS, FreeBSD, Android, Linux on ARM with 32 bits and on RISC-V |
//! | others | wherever Rust's standard library has threads, and the processor has atomic operations on 64 bits |
//!
//! It takes Rust 1.85 or newer. [`tl_core::sys`] lists what differs from system to system.
//!
//! The end of the process is not the same everywhere. (What is said of Windows was seen with Wine,
//! but for what is in brackets.)
//!
//! | | Linux and Unix | musl, static programs, Android | Windows |
//! | --- | --- | --- | --- |
//! | `main` returns or panics | waits | waits | waits |
//! | thread-locals of the thread that ends the process | are dropped | stay | stay (on Windows itself they are dropped when no other thread is left) |
//! | [`std::process::exit`] in the main thread | waits | waits | **ends at once**: nothing can stop `ExitProcess` |
//! | [`std::process::exit`] in another thread, before `main` has returned | ends at once | ends at once | ends at once |
//! | [`std::process::exit`] in another thread, after that | sleeps forever | sleeps forever | ends at once |
//! | [`exit`](crate::exit) from anywhere | ends at once | ends at once | ends at once |
//! | the same in an exit hook that [`std::process::exit`] runs in another thread than the main one | ends at once | **aborts**, unless the hook is older than the library's | there is none |
//! | the same in an exit hook on the main thread that is younger than the library's | ends at once | ends at once; **crashes** with musl from 1.2.6 on, whose `exit` a hook must not call | ends at once |
//! | exit hooks of the C library after an [`exit`](crate::exit) in another thread, before `main` has returned | run | run | do not run |
//! | a thread that the destructor of a thread-local starts | begins at once | begins at once | begins when the destructor has ended, which must not wait for it |
//! | exit hooks of the C library that are left after an [`exit`](crate::exit) which the library's own hook carries out | run | are skipped with musl | are skipped |
//!
//! # Limits
//!
//! A signal handler must not start, join or list threads.
//! [A thread that learns of the signal](tl_core::door#in-a-signal-handler) may.
//!
//! The standard library's message about a panic names a thread as it was called at its start.
//!
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by
// side.
#![cfg_attr(
    docsrs,
    doc = "[`tl-event`]: https://docs.rs/tl-event
[`tl-local`]: https://docs.rs/tl-local
[`tl-semaphore`]: https://docs.rs/tl-semaphore
[`tl-timer`]: https://docs.rs/tl-timer"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-event`]: ../tl_event/index.html
[`tl-local`]: ../tl_local/index.html
[`tl-semaphore`]: ../tl_semaphore/index.html
[`tl-timer`]: ../tl_timer/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

// First, so that their methods come first on the pages of `Builder` and `Thread`.
mod spawn;
mod thread;

mod crew;
mod crews;
mod current;
mod ending;
mod enumerate;
mod error;
mod event_count;
mod excepthook;
mod forked;
mod life;
mod own;
mod park;
mod parker;
#[doc(hidden)]
pub mod pending;
mod process_end;
mod registry;
mod runnable;
mod scope;
mod spawn_runnable;
mod stack;
mod statics;
mod transit;

pub use current::{current_thread, get_ident, get_native_id, main_thread};
pub use ending::{exit, shutdown};
pub use enumerate::{active_count, enumerate};
pub use error::{JoinError, SetDaemonError, StackSizeError, StartError};
pub use excepthook::{ExceptHookArgs, set_excepthook};
pub use park::{park, park_deadline, park_timeout};
pub use runnable::Runnable;
pub use scope::{Scope, ScopeBase, ScopedJoinHandle, scope};
pub use spawn::{Builder, JoinHandle, spawn};
pub use spawn_runnable::spawn_runnable;
pub use stack::{set_stack_size, stack_size};
pub use thread::Thread;
pub use tl_core::ThreadIdent;
