//! [`Semaphore`] and [`BoundedSemaphore`]: a number of permits that threads take and give back, and wait for when there are none.
//!
//! They are Python's [`threading.Semaphore` and
//! `BoundedSemaphore`](https://docs.python.org/3/library/threading.html#semaphore-objects) for Rust, in eight bytes: taking a
//! permit and giving it back is one atomic operation each, and a thread that waits costs no processor time once it sleeps.
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
//! | at most so many threads at once to do something | a [`BoundedSemaphore`] and its [`permit`](BoundedSemaphore::permit) |
//! | to count things that some threads produce and others consume | a [`Semaphore`], [`release`](Semaphore::release) and [`acquire`](Semaphore::acquire) |
//! | one thread at a time to use a value | `tl-locks` |
//! | all waiting threads to go on at once | `tl-event` |
//! | threads to wait until a condition on shared data holds | `tl-condition` |
//!
//! # Fairness
//!
//! A thread that comes by while a permit is free takes it, though others wait: that is what makes a busy semaphore fast. But a
//! thread that has slept for more than half a millisecond gets the next permits before anybody who comes by: they pass to it
//! directly, the longest waiter first. So no thread starves.
//!
//! A request for many permits waits in the same line. Once it has slept for so long, permits are kept for it until there are
//! enough, and all others wait. A request for more permits than the semaphore has ever had available at one time holds nobody
//! up: it is passed over until there are that many.
//!
//! Only Linux is supported.
// So that the pages of its siblings find those of this crate, whichever are made first; `cargo xtask docs` sees to it.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod error;
mod methods;
mod permit;
mod raw;
mod semaphore;

pub use error::ReleaseError;
pub use permit::{OwnedPermit, Permit};
pub use semaphore::{BoundedSemaphore, Semaphore};
