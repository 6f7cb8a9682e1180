//! What the threading crates share: identities and names of threads, logging with thread names, and
//! the door, the one place where a thread is put to sleep.
//!
//! ```
//! let worker = std::thread::Builder::new().name("worker".into());
//! let name = worker.spawn(tl_core::current_name)?.join().unwrap();
//! assert_eq!(&*name, "worker");
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | log lines with the name of their thread, in Python's formats | [`logging`](logging/index.html) |
//! | the name or the identity of the calling thread, whether these crates started it or not | [`current_name`], [`with_current_name`], [`current_ident`] |
//! | threads that have names, can be listed, and joined with a time limit | [`tl-thread`] |
//! | a lock, an event, a semaphore | [`tl-locks`], [`tl-event`], [`tl-semaphore`] |
//! | to build a primitive of your own that waits | [`door`], with [`sync`] for its atomics |
//! | the few system calls that such crates need | [`sys`] |
//!
//! # Platforms
//!
//! | | systems |
//! | --- | --- |
//! | tested | Linux on x86_64, i686 and aarch64 with glibc, and on x86_64 with musl; Windows on x86_64; programs that are linked statically; Linux on the portable door, which all systems but Linux and Android have |
//! | compiled | Windows with Microsoft's linker, macOS, FreeBSD, Android, Linux on ARM with 32 bits and on RISC-V |
//! | others | wherever Rust's standard library has threads, and the processor has atomic operations on 64 bits |
//!
//! It takes Rust 1.85 or newer. (The newest versions of what the logger rests on take 1.88; for an
//! older Rust cargo chooses older versions of them, which are not tested.) [`sys`] lists what
//! differs from system to system.
//!
//! # Feature flags
//!
//! | feature | by default | what it brings |
//! | --- | --- | --- |
//! | `logging` | on | the module `logging` and what it rests on: `log`, `env_filter`, `jiff`, `simple_logger` |
//!
//! The sibling crates switch it off, so that none of them brings a logger. Without it this crate
//! rests on `libc` and `crossbeam-utils` alone:
//! `tl-core = { version = "…", default-features = false }`.
//!
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by
// side.
#![cfg_attr(
    docsrs,
    doc = "[`tl-event`]: https://docs.rs/tl-event
[`tl-locks`]: https://docs.rs/tl-locks
[`tl-semaphore`]: https://docs.rs/tl-semaphore
[`tl-thread`]: https://docs.rs/tl-thread"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-event`]: ../tl_event/index.html
[`tl-locks`]: ../tl_locks/index.html
[`tl-semaphore`]: ../tl_semaphore/index.html
[`tl-thread`]: ../tl_thread/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]

// Where they are missing this is all that the compiler has to say: the rest is not there.
#[cfg(not(target_has_atomic = "64"))]
compile_error!(
    "these crates need atomic operations on 64 bits, which this target's processor does not have"
);

#[cfg(target_has_atomic = "64")]
mod ident;

#[cfg(target_has_atomic = "64")]
pub mod door;
#[cfg(all(feature = "logging", target_has_atomic = "64"))]
pub mod logging;
#[cfg(loom)]
pub mod model;
#[cfg(target_has_atomic = "64")]
pub mod names;
#[cfg(sanitize_thread)]
pub mod sanitized;
pub mod sync;
#[cfg(target_has_atomic = "64")]
pub mod sys;

#[cfg(target_has_atomic = "64")]
pub use ident::{ThreadIdent, current_ident};
#[cfg(target_has_atomic = "64")]
pub use names::{current_name, with_current_name};
