//! Condition variables: [`Condition`], Python's, on any of the locks of [`tl_locks`], re-entrant ones too, and [`Monitor`], a value
//! with its lock and condition in one.
//!
//! | | data | lock | several conditions on one lock |
//! | --- | --- | --- | --- |
//! | [`Condition`] | kept elsewhere | [`RLock`](tl_locks::RLock) or [`Lock`](tl_locks::Lock), its own or shared | yes |
//! | [`Monitor`] | `&mut T` through the guard | its own, not re-entrant | no |
//!
//! A wait ends because the thread was notified or because its time ran out, and says which. `notify(n)` notifies exactly `n`,
//! oldest first, and returns how many there were. A sleeping thread is not woken under the lock, only to wait for it: it is
//! moved to the lock's own queue, and woken when the lock is released.
//!
//! Waits and notifications come without a `Result` on the guards, where the lock is known to be held, and with
//! [`NotAcquired`] on the condition itself.
//!
//! # Examples
//!
//! A bounded buffer with two conditions on one lock, and the same as a monitor, are among the tests of this crate. The shortest
//! useful program is a value that somebody waits for:
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
//! Only Linux is supported and tested.
// So that the pages of its siblings find those of this crate, whichever are made first; `cargo xtask docs` sees to it.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod condition;
mod error;
mod guard;
#[cfg(not(loom))]
mod monitor;

pub use condition::Condition;
pub use error::NotAcquired;
pub use guard::ConditionGuard;
#[cfg(not(loom))]
pub use monitor::{Monitor, MonitorGuard};
