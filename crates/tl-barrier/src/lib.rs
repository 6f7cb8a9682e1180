//! [`Barrier`]: a meeting point for a fixed number of threads, round after round.
//!
//! It is Python's
//! [`threading.Barrier`](https://docs.python.org/3/library/threading.html#barrier-objects) for
//! Rust. Each thread waits until all have arrived, then all go on. The barrier of the standard
//! library waits forever for a thread that never comes. This one can time out, be aborted and be
//! reset, and each thread that waited learns what happened.
//!
//! ```
//! use std::thread;
//! use tl_barrier::Barrier;
//!
//! let barrier = Barrier::new(3);
//! thread::scope(|scope| {
//!     for _ in 0..3 {
//!         scope.spawn(|| {
//!             // The first half of the work …
//!             let arrival = barrier.wait().expect("nobody aborts this barrier");
//!             if arrival.is_leader() {
//!                 println!("everybody has done the first half");
//!             }
//!             // … and the second.
//!         });
//!     }
//! });
//! ```
//!
//! A thread that waits spins for a few microseconds at most, and only if the others have lately
//! arrived that soon; then it sleeps. So a round between threads that run takes a fraction of a
//! microsecond, and a long wait costs no processor time.
//!
//! A party that may panic before it arrives holds the guard of
//! [`abort_on_panic`](Barrier::abort_on_panic), so that the others do not wait for it.
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | a fixed number of threads to wait for each other, round after round | a [`Barrier`] |
//! | threads to wait for something that one of them does | [`tl-event`] |
//! | threads to wait until shared data is as they need it | a `Monitor` of [`tl-condition`] |
//! | at most a given number of threads at a time to do something | [`tl-semaphore`] |
//! | to wait until threads have ended | `scope` or `join` of [`tl-thread`] |
//!
//! A signal handler must not wait at a barrier, abort it or reset it.
//! [A thread that learns of the signal](tl_core::door#in-a-signal-handler) may.
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
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by
// side.
#![cfg_attr(
    docsrs,
    doc = "[`tl-condition`]: https://docs.rs/tl-condition
[`tl-event`]: https://docs.rs/tl-event
[`tl-semaphore`]: https://docs.rs/tl-semaphore
[`tl-thread`]: https://docs.rs/tl-thread"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-condition`]: ../tl_condition/index.html
[`tl-event`]: ../tl_event/index.html
[`tl-semaphore`]: ../tl_semaphore/index.html
[`tl-thread`]: ../tl_thread/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod barrier;
mod error;
mod guard;
mod rounds;
mod state;

pub use barrier::{Barrier, BarrierWaitResult};
pub use error::{BrokenBarrier, BrokenBarrierKind};
pub use guard::AbortOnPanic;
