//! Says what every thread waits for, since when, called from where, and which thread holds it.
//!
//! ```
//! println!("{}", tl_inspect::snapshot());
//! for deadlock in tl_inspect::deadlocks() {
//!     println!("{deadlock}");
//! }
//! ```
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | to know what the threads of a program that hangs are doing | [`snapshot`] |
//! | to know which threads wait for each other | [`deadlocks`] |
//! | to know which threads could wait for each other, though they have not yet | [`lock_orders`], with the feature `lock-order` of [`tl-locks`] |
//! | to be told of deadlocks, of long waits, and why the process does not end | [`watch`] |
//! | to ask a program from outside, on Unix | `dump_on_signal` |
//! | to see afterwards when each thread waited, and where the time went | [`trace`] |
//! | to know which threads are alive, no more | `enumerate` of [`tl-thread`] |
//! | to wait with a time limit, so that nothing hangs | the forms `…_timeout` of [`tl-event`], [`tl-locks`] and all others |
//!
//! A signal handler must not call anything of this crate.
//! [A thread that learns of the signal](tl_core::door#in-a-signal-handler) may; `dump_on_signal`
//! starts such a thread.
//!
//! # What is seen
//!
//! This crate sees every thread that waits in one of the primitives of these crates, whether they
//! started it or not: in which operation it waits, the place in the program that called it, how
//! long the thread has slept, and when it gives up.
//!
//! It also sees which thread holds what is waited for, if that is an `RLock` (also as the lock of a
//! condition) or a thread that is joined. For a barrier it lists the threads that have arrived. A
//! `Lock`, a `Mutex` and an `RwLock` have four bytes and no owner: their holders are known if
//! `tl-locks` is built with its feature `owners`. A `ReentrantMutex` is `lock_api`'s, which tells
//! nobody its owner: it is seen as the `Mutex` inside it. The place of a call of it, and of the
//! waits of a `Condvar` by `lock_api`'s own names, is a line of `lock_api`.
//!
//! A thread that waits in the standard library, in the system or in another library is seen as
//! running.
//!
//! # What it costs
//!
//! An operation that does not wait pays nothing. A wait writes down what it is, on its thread's
//! stack. A look locks one part of the wait queues after the other, each for as long as it takes to
//! copy what is there. The page of [`trace`] says what a recording costs, while it is on and while
//! it is not.
//!
//! # Feature flags
//!
//! | feature | by default | what it brings |
//! | --- | --- | --- |
//! | `serde` | off | `Serialize` for what is seen |
//!
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by
// side.
#![cfg_attr(
    docsrs,
    doc = "[`tl-event`]: https://docs.rs/tl-event
[`tl-locks`]: https://docs.rs/tl-locks
[`tl-thread`]: https://docs.rs/tl-thread"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-event`]: ../tl_event/index.html
[`tl-locks`]: ../tl_locks/index.html
[`tl-thread`]: ../tl_thread/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod deadlock;
#[cfg(unix)]
mod dump;
mod observers;
mod order;
#[doc(hidden)]
pub mod picture;
mod report;
mod snapshot;
pub mod trace;
mod watch;
mod words;

pub use deadlock::{Deadlock, Link, deadlocks};
#[cfg(unix)]
pub use dump::dump_on_signal;
pub use order::{LockOrder, OrderStep, lock_orders};
pub use snapshot::{Holder, Holding, Snapshot, State, ThreadInfo, ThreadName, Wait, snapshot};
pub use watch::{Report, Watch, Watching, watch};
pub use words::Place;
