//! The door: the one place where the threading crates put a thread to sleep.
//!
//! | file | what it has |
//! | --- | --- |
//! | `queue.rs` | [`WaitQueue`]: the threads that wait on one atomic word, oldest first, and what wakers can do with them |
//! | `backoff.rs` | [`Backoff`]: how long a waiter stays awake before it sleeps, learnt from the waits of late |
//! | `deadline.rs` | [`Deadline`]: when a wait gives up |
//! | `mutex.rs` | [`Mutex`]: the small lock under all this |
//! | `bucket.rs`, `node.rs` | the table of queues by address, and a waiter as the queues see it |
//! | `platform/` | the futex and the clock, the only parts that the model checker replaces |
//!
//! # What it promises
//!
//! - **First come, first served.** Waiters are woken in the order in which they joined the queue, and `wake(n)` wakes exactly
//!   `n` of those in it, whether they sleep or still spin.
//! - **No wake-up lost, none invented.** A wait ends because a waker took the waiter out, or because its deadline passed and it
//!   took itself out, and says which. When both happen at once, the waker wins.
//! - **No storage, no allocation.** A queue is keyed by the address of the word. Its nodes are on the stacks of the waiters.
//! - **No dangling.** After a waker has unlocked the queue it does not touch the word again, so that a woken thread may free it.
//!
//! # What it asks
//!
//! Between [`WaitQueue::lock`] and the end of the [`LockedQueue`] a thread must not enter the door again, not even for another
//! word, whose queue may be behind the same lock. In these crates no code of a user runs there.
//!
//! The design follows WebKit's parking lot (<https://webkit.org/blog/6161/locking-in-webkit/>).

mod backoff;
mod bucket;
mod deadline;
mod mutex;
mod node;
mod platform;
mod queue;

pub use backoff::Backoff;
pub use deadline::Deadline;
pub use mutex::{Mutex, MutexGuard};
#[cfg(loom)]
pub use platform::let_time_pass;
pub use queue::{LockedQueue, QueueId, Verdict, WaitQueue, Waiter, Wake, Word};
