//! [`Semaphore`] and [`BoundedSemaphore`]: a number of permits, which threads take, wait for when
//! there are none, and give back. A [`ClosableSemaphore`] can also send its waiters away.
//!
//! The first two are Python's [`threading.Semaphore` and
//! `BoundedSemaphore`](https://docs.python.org/3/library/threading.html#semaphore-objects) for
//! Rust, in eight bytes: taking a permit and giving it back is one atomic operation each, and a
//! thread that waits costs no processor time once it sleeps.
//!
//! ```
//! use std::thread;
//! use tl_semaphore::Semaphore;
//!
//! // At most two workers at a time.
//! let pool = Semaphore::new(2);
//! thread::scope(|scope| {
//!     for _ in 0..4 {
//!         scope.spawn(|| {
//!             let _permit = pool.permit();
//!             // Work. The permit goes back when it is dropped, after a panic too.
//!         });
//!     }
//! });
//! assert_eq!(pool.available(), 2);
//! ```
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | at most a given number of threads at once to do something | a [`BoundedSemaphore`] and its [`permit`](Semaphore::permit) |
//! | to count things that some threads produce and others consume | a [`Semaphore`], [`release`](Semaphore::release) and [`acquire`](Semaphore::acquire) |
//! | waiting threads to be sent away when the program shuts down | a [`ClosableSemaphore`] and its [`close`](ClosableSemaphore::close) |
//! | one thread at a time to use a value | a `Mutex` of [`tl-locks`] |
//! | all waiting threads to go on at once | [`tl-event`] |
//! | threads to wait until shared data is as they need it | a `Monitor` of [`tl-condition`] |
//!
//! # Fairness
//!
//! A thread that finds a free permit takes it, even while others wait: that is what makes a busy
//! semaphore fast. But once a thread has slept for more than half a millisecond, the next permits
//! pass directly to it, ahead of every newcomer; of several such threads, to the one first that has
//! waited longest. Where many have slept that long, this happens once in half a millisecond, since
//! all others wait until the sleeper runs. So no thread starves.
//!
//! A request for many permits waits in the same line, however much it asks for. Once it has slept
//! that long and is first, permits are **kept for it** until there are enough, and all others wait.
//! That has a cost: while eight permits are gathered for one thread, seven that others could use
//! lie idle; and if eight never come together, nobody gets any. So give a request that may never be
//! met a time limit. When its time has run out, what was kept for it is there for the others. Only
//! a request for more permits than there can be, [`MAX`](Semaphore::MAX) or the
//! [bound](BoundedSemaphore::bound), holds nobody up: it is passed over.
//!
//! A signal handler must not acquire or release permits.
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
[`tl-locks`]: https://docs.rs/tl-locks"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-condition`]: ../tl_condition/index.html
[`tl-event`]: ../tl_event/index.html
[`tl-locks`]: ../tl_locks/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod bounded;
mod call;
mod closable;
mod distribute;
mod error;
mod permit;
mod raw;
mod request;
mod semaphore;
mod word;

pub use bounded::BoundedSemaphore;
pub use closable::ClosableSemaphore;
pub use error::{Closed, ReleaseError};
pub use permit::{MergeError, OwnedPermit, Permit};
pub use semaphore::Semaphore;
