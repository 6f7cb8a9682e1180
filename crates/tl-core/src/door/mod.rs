//! The door: the one place where the threading crates put a thread to sleep. It is a parking lot:
//! FIFO queues of waiting threads, keyed by the address of an atomic word.
//!
//! | file | what it has |
//! | --- | --- |
//! | `word.rs` | [`Word`], [`WaitQueue`]: the threads that wait on one atomic word, oldest first |
//! | `queue.rs` | what a thread does with a queue that is not locked |
//! | `locked_queue/` | [`LockedQueue`]: the same while it is locked: what wakers can do with those that wait; in `wait.rs`, waiting |
//! | `backoff/` | [`Backoff`]: how long a waiter stays awake before it sleeps |
//! | `history.rs` | what is known of the waits of late: whether staying awake pays |
//! | `deadline.rs` | [`Deadline`]: when a wait gives up |
//! | `mutex.rs` | [`Mutex`]: the small lock under all this |
//! | `pooled.rs` | [`PooledMutex`]: a value behind one of a few such locks, which a fork can take |
//! | `fork.rs` | what the parts of the door do around a `fork` |
//! | `bucket.rs`, `node.rs`, `wake_list.rs` | the table of queues by address, a waiter as the queues see it, and those about to be woken |
//! | `spread.rs` | which entry of a table, such as that of the queues, an address belongs to |
//! | `note.rs`, `look.rs` | [`Note`]: what a waiter shows of its wait; [`waits`]: looking at all of them |
//! | `held.rs` | [`held`]: which thread holds which lock, for locks without an owner that are told to note it |
//! | `trace.rs` | [`Tracer`]: what records the events of the door, and which events it is told of |
//! | `order/` | [`lock_orders`]: which lock is taken while which is held, and which orders could deadlock |
//! | `overdue.rs` | [`OVERDUE`]: which waiters are served before all others |
//! | `gate.rs` | where waiters sleep that are woken together |
//! | `platform/` | the futex and the clock, the only parts that the model checker replaces |
//!
//! # What it promises
//!
//! - **First come, first served.** Waiters are woken in the order in which they joined the queue,
//!   and `wake(n)` wakes exactly `n` of those in it, whether they sleep or still spin. A waiter may
//!   be woken in vain, since another thread was faster; if it waits again ([`Backoff::renew`]), it
//!   gets its old place in the queue.
//! - **No wake-up lost, none invented.** A wait ends because a waker took the waiter out, or
//!   because its deadline passed and it took itself out, and says which. When both happen at once,
//!   the waker wins.
//! - **No storage, no allocation.** A queue is keyed by the address of the word. Its nodes are on
//!   the stacks of the waiters.
//! - **No dangling.** After a waker has unlocked the queue it does not touch the word again, so
//!   that a woken thread may free it.
//! - **No clock that can be set.** Deadlines are on the monotonic clock: setting the time of day
//!   moves none of them.
//! - **No signal ends a wait.** A thread that is interrupted looks, finds nothing changed, and
//!   sleeps on until its deadline.
//!
//! # In a child made by `fork`
//!
//! The child has one thread, the one that forked, and the door works there as in any process.
//! Nobody is in a queue: the threads that waited in the parent are no more. What is free can be
//! had; what another thread held at the moment of the fork stays held, forever, since nobody is
//! there to release it. That includes a lock or a permit that was just being handed to a waiter.
//!
//! For this the thread that forks first takes the locks of all buckets, so that no thread is inside
//! the door at that moment ([`sys::at_fork`](crate::sys::at_fork)). This does not hold for a child
//! that is made in another way than by C's `fork`, and a signal handler must not fork, since it may
//! have interrupted the door. In the parent nothing changes.
//!
//! # In a signal handler
//!
//! A signal handler must call nothing that waits or wakes: no `set`, `release` or `notify_one`, and
//! no lock. It may have interrupted its own thread inside the door, with a bucket locked; then it
//! waits for that thread forever. At ten thousand signals a second that happens within moments. A
//! method that only looks, such as `is_set` or `available`, never enters the door.
//!
//! So let a thread learn of the signal and do the work. A thread may call anything. It can
//!
//! - iterate over the signals of the crate [`signal-hook`](https://docs.rs/signal-hook), or be
//!   started by [`ctrlc`](https://docs.rs/ctrlc);
//! - wait in `sigwait`, or read a `signalfd`, for a signal that `main` has blocked before it
//!   started any thread;
//! - read from a pipe or an `eventfd` into which the handler writes.
//!
//! The guide has a program that ends in good order after Ctrl-C: *Signals and Ctrl-C*.
//!
//! # What it asks
//!
//! Between [`WaitQueue::lock`] and the end of the [`LockedQueue`] a thread must not enter the door
//! again, not even for another word, whose queue may be behind the same lock. In these crates no
//! code of a user runs there.
//!
//! The design follows WebKit's parking lot (<https://webkit.org/blog/6161/locking-in-webkit/>).

mod backoff;
mod bucket;
mod deadline;
#[cfg(not(loom))]
mod fork;
mod gate;
mod held;
mod history;
mod locked_queue;
mod look;
mod mutex;
mod node;
mod note;
#[cfg(not(loom))]
mod order;
mod overdue;
mod platform;
#[cfg(not(loom))]
mod pooled;
mod queue;
mod spread;
mod trace;
mod wake_list;
mod word;

pub use backoff::Backoff;
pub use deadline::Deadline;
pub use held::{
    Held, held, holder_of, note_held, note_held_shared, note_released, note_released_shared,
};
pub use locked_queue::{LockedQueue, Verdict, Waiter, Wake};
pub use look::{Wait, waits};
pub use mutex::{Mutex, MutexGuard};
pub use note::{Call, Holder, Note, Operation};
#[cfg(not(loom))]
pub use order::{
    LockId, LockMode, LockOrder, OrderStep, OrderWatch, lock_orders, unreported_lock_orders,
    watch_lock_orders,
};
// The model checker has no forks.
#[cfg(loom)]
pub use mutex::{Mutex as PooledMutex, MutexGuard as PooledGuard};
pub use overdue::OVERDUE;
#[cfg(loom)]
pub use platform::let_time_pass;
pub(crate) use platform::prepare_thread;
#[cfg(not(loom))]
pub use pooled::{PooledGuard, PooledMutex};
pub use trace::{
    Event, Tracer, Waited, Waker, WasHeld, set_tracer, trace_begin, trace_clock, trace_end,
    trace_fire,
};
pub use word::{QueueId, WaitQueue, Word};
