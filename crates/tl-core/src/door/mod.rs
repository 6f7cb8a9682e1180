//! The door: the one place where the threading crates put a thread to sleep.
//!
//! | file | what it has |
//! | --- | --- |
//! | `queue.rs` | [`WaitQueue`]: the threads that wait on one atomic word, oldest first |
//! | `locked_queue.rs` | [`LockedQueue`]: the same while it is locked: waiting, and what wakers can do with those that wait |
//! | `backoff.rs` | [`Backoff`]: how long a waiter stays awake before it sleeps, learnt from the waits of late |
//! | `deadline.rs` | [`Deadline`]: when a wait gives up |
//! | `mutex.rs` | [`Mutex`]: the small lock under all this |
//! | `bucket.rs`, `node.rs`, `wake_list.rs` | the table of queues by address, a waiter as the queues see it, and those about to be woken |
//! | `note.rs`, `look.rs` | [`Note`]: what a waiter shows of its wait; [`waits`]: looking at all of them |
//! | `gate.rs` | where waiters sleep that are woken together |
//! | `platform/` | the futex and the clock, the only parts that the model checker replaces |
//!
//! # What it promises
//!
//! - **First come, first served.** Waiters are woken in the order in which they joined the queue, and `wake(n)` wakes exactly
//!   `n` of those in it, whether they sleep or still spin. One that was woken in vain, since another thread had been faster, and
//!   waits again ([`Backoff::renew`]) has its old place in the queue.
//! - **No wake-up lost, none invented.** A wait ends because a waker took the waiter out, or because its deadline passed and it
//!   took itself out, and says which. When both happen at once, the waker wins.
//! - **No storage, no allocation.** A queue is keyed by the address of the word. Its nodes are on the stacks of the waiters.
//! - **No dangling.** After a waker has unlocked the queue it does not touch the word again, so that a woken thread may free it.
//! - **No clock that can be set.** Deadlines are on the monotonic clock: setting the time of day moves none of them.
//! - **No signal ends a wait.** A thread that is interrupted looks, finds nothing changed, and sleeps on until its deadline.
//!
//! # In a child made by `fork`
//!
//! The child has one thread, the one that forked. Those that waited in the parent are still in their queues, and nobody is there to go on:
//! who wakes them returns, having woken nobody, and a permit or a lock that is handed to one of them is lost. What is free can be had
//! as ever, and what does not find waiters does not enter the door. If another thread was inside the door at the moment of the fork, the child
//! waits for ever once it enters by the same bucket. So a child should do little before it calls `exec` or `_exit`, as
//! [POSIX](https://pubs.opengroup.org/onlinepubs/9799919799/functions/fork.html) asks of it for most functions; the door adds nothing to that.
//! In the parent nothing changes.
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
mod gate;
mod locked_queue;
mod look;
mod mutex;
mod node;
mod note;
mod platform;
mod queue;
mod wake_list;

pub use backoff::Backoff;
pub use deadline::Deadline;
pub use locked_queue::{LockedQueue, OVERDUE, Verdict, Waiter, Wake};
pub use look::{Wait, waits};
pub use mutex::{Mutex, MutexGuard};
pub use note::{Call, Holder, Note, Operation};
#[cfg(loom)]
pub use platform::let_time_pass;
pub use queue::{QueueId, WaitQueue, Word};
