//! [`Event`]: a flag that one thread sets and others wait for; and [`AutoResetEvent`], which lets
//! one of them go each time.
//!
//! `Event` is Python's
//! [`threading.Event`](https://docs.python.org/3/library/threading.html#event-objects) for Rust, in
//! four bytes: looking at it is one load, setting and clearing it one atomic operation each, and a
//! thread that waits costs no processor time once it sleeps.
//!
//! ```
//! use std::thread;
//! use tl_event::Event;
//!
//! static READY: Event = Event::new();
//!
//! let worker = thread::spawn(|| {
//!     READY.wait();
//!     "off we go"
//! });
//! READY.set();
//! assert_eq!(worker.join().unwrap(), "off we go");
//! ```
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | threads to wait until something has happened, once or now and then | an [`Event`] |
//! | one thread of several to go on each time that there is something to do | an [`AutoResetEvent`] |
//! | threads to wait until shared data is as they need it | a `Monitor` of [`tl-condition`] |
//! | to hand out a number of turns, each to one thread, and none of them lost | [`tl-semaphore`] |
//! | a number of threads to wait for each other, round after round | [`tl-barrier`] |
//! | a call after some time, unless it is cancelled | [`tl-timer`] |
//! | to wait for a value that is computed once | [`std::sync::OnceLock`] |
//!
//! A signal handler may look at an event, but must not set it.
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
    doc = "[`tl-barrier`]: https://docs.rs/tl-barrier
[`tl-condition`]: https://docs.rs/tl-condition
[`tl-semaphore`]: https://docs.rs/tl-semaphore
[`tl-timer`]: https://docs.rs/tl-timer"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-barrier`]: ../tl_barrier/index.html
[`tl-condition`]: ../tl_condition/index.html
[`tl-semaphore`]: ../tl_semaphore/index.html
[`tl-timer`]: ../tl_timer/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod auto_reset;
mod event;

pub use auto_reset::AutoResetEvent;
pub use event::Event;
