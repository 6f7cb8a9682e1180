//! Locks with Python's vocabulary: [`Lock`], which any thread may release; [`RLock`], which its
//! owner can acquire again; on the same raw lock [`Mutex`] and [`ReentrantMutex`], which hold
//! data; and [`RwLock`], for many readers or one writer.
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | one thread at a time to use a value | a [`Mutex`] |
//! | the same, where a function that holds the lock calls another that takes it | a [`ReentrantMutex`] |
//! | one thread at a time to use what is not a value: a terminal, a device, a file | a [`Lock`], or an [`RLock`] to take it again |
//! | a lock that one thread takes and another releases | a [`Lock`] |
//! | to wait until the value is as you need it | a `Monitor` of [`tl-condition`] |
//! | at most a given number of threads at a time to do something | [`tl-semaphore`] |
//! | many threads at a time to read a value, or one to write it | an [`RwLock`], where reading takes long; else a [`Mutex`] |
//!
//! A signal handler must not acquire or release a lock.
//! [A thread that learns of the signal](tl_core::door#in-a-signal-handler) may.
//!
//! # How they differ
//!
//! | | data | its holder locks again | released by | guard |
//! | --- | --- | --- | --- | --- |
//! | [`Lock`] | none | waits | any thread | may be sent |
//! | [`RLock`] | none | one level more | its owner | stays in its thread |
//! | [`Mutex`] | `&mut T` | waits | its guard | may be sent |
//! | [`ReentrantMutex`] | `&T` | one level more | its guard | stays in its thread |
//! | [`RwLock`] | `&T` to read, `&mut T` to write | waits; [reads again](RwLockExt::read_recursive) if it reads | its guard | may be sent |
//!
//! All have a `const fn new`, so that they can be statics. All can be acquired in four ways:
//! waiting as long as it takes, not waiting at all, within a `Duration`, and before an `Instant`. A
//! panic releases the lock, and poisons nothing.
//!
//! Under contention the locks are unfair for the sake of speed, up to a point: a thread that has
//! slept in the queue for more than half a millisecond gets the lock next, or after the waiter that
//! was woken before it and is on its way.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//! use tl_locks::{Lock, Mutex, RLock};
//!
//! static LOCK: Lock = Lock::new();
//! LOCK.with(|| println!("locked"));
//! if let Some(_guard) = LOCK.lock_timeout(Duration::from_millis(100)) {
//!     println!("locked in time");
//! }
//!
//! let rlock = RLock::new();
//! rlock.with(|| rlock.with(|| assert_eq!(rlock.recursion_count(), 2)));
//!
//! let total = Mutex::new(0);
//! *total.lock() += 1;
//! assert_eq!(total.into_inner(), 1);
//! ```
//!
//! # Feature flags
//!
//! | feature | by default | what it brings |
//! | --- | --- | --- |
//! | `owners` | off | which thread holds each lock, and where it acquired it, for [`tl-inspect`] |
//! | `lock-order` | off | `owners`, and a warning of each order of locks that could deadlock |
//!
//! With `owners` each acquire and each release writes into a table, so they take several times as
//! long. The feature is for finding out why a program hangs. The program's allocator must not use
//! these locks then. All readers of an [`RwLock`] are known, until a thread drops a read guard that
//! another thread has sent it: then nothing more is known of the readers. (If that thread also
//! holds a read guard of its own, the two guards are taken for each other.)
//!
//! # The order of locks
//!
//! Two threads that take two locks in opposite order may wait for each other forever. Mostly they
//! do not, since that takes a moment at which each has its first lock and not yet its second. With
//! `lock-order` that moment need not come. Each thread notes which lock it wants while it holds
//! which; when these notes close a circle for the first time, that is reported, whether or not any
//! thread waits. The report has the places where each lock was taken and the next one wanted.
//!
//! The next thread that has released all its locks logs the report as a warning, with the macros of
//! the crate [`log`](https://docs.rs/log), so that the logger may take locks, too. There is one
//! thing that does not go together: a logger that formats a record while it holds a lock of another
//! library, and a `Display` that takes a lock of this one. Then leave the reports to
//! [`tl-inspect`], whose watch has all orders that were found, and reports each at once.
//!
//! ```text
//! Lock order: 2 threads that do this at the same time can wait for each other forever
//!   "transfer" took A at src/bank.rs:41, and with it wanted B at src/bank.rs:42
//!   "refund" took B at src/bank.rs:97, and with it wanted A at src/bank.rs:98
//!   Here A is the lock at 0x55d0c8a4e010 and B is the lock at 0x55d0c8a4e018.
//!   Take them in the same order everywhere, or one at a time.
//! ```
//!
//! The report says that an order *could* deadlock: if threads did at the same time what was seen,
//! even if it was seen in one thread only, or at different times. There is no report of what could
//! not deadlock:
//!
//! - A try, and a form with a time limit, wait for no lock forever.
//! - A further level of an [`RLock`] does not wait.
//! - Readers do not wait for readers, unless threads write, too: a writer that is overdue keeps new
//!   readers out. [`read_recursive`](RwLockExt::read_recursive) does not wait even then.
//! - Where a third lock is held each time, the two never happen at once.
//! - A [`Lock`] that another thread releases is no lock but a signal, and in no order.
//! - A lock keeps its order when it is moved, and the order ends when the lock is dropped. A new
//!   lock at the same address has none: each lock has a number, in 8 bytes more.
//!
//! So what is reported is worth mending. That nothing is reported proves nothing of what has not
//! run. The feature costs a look at a table for each lock that is wanted while another is held, and
//! for each time that an [`RwLock`] is written, and keeps each such pair of locks for as long as
//! they live.
//!
//! # Platforms
//!
//! | | systems |
//! | --- | --- |
//! | tested | Linux on x86_64, i686 and aarch64 with glibc, and on x86_64 with musl; Windows on x86_64; programs that are linked statically; Linux on the portable door, which all systems but Linux and Android have |
//! | compiled | Windows with Microsoft's linker, macOS, FreeBSD, Android, Linux on ARM with 32 bits and on RISC-V |
//! | others | wherever Rust's standard library has threads, and the processor has atomic operations on 64 bits |
//!
//! It takes Rust 1.95 or newer. [`tl_core::sys`] lists what differs from system to system.
//!
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by
// side.
#![cfg_attr(
    docsrs,
    doc = "[`tl-condition`]: https://docs.rs/tl-condition
[`tl-inspect`]: https://docs.rs/tl-inspect
[`tl-semaphore`]: https://docs.rs/tl-semaphore"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-condition`]: ../tl_condition/index.html
[`tl-inspect`]: ../tl_inspect/index.html
[`tl-semaphore`]: ../tl_semaphore/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![deny(unsafe_code)]

mod condition_lock;
mod error;
mod lock;
#[cfg(not(loom))]
mod mutex;
mod place;
mod raw;
mod raw_rwlock;
mod rlock;
#[cfg(not(loom))]
mod rwlock;

pub use condition_lock::ConditionLock;
#[doc(hidden)]
pub use condition_lock::Limit;
pub use error::ReleaseError;
pub use lock::{Lock, LockGuard};
#[cfg(not(loom))]
pub use mutex::{
    MappedMutexGuard, MappedReentrantMutexGuard, Mutex, MutexExt, MutexGuard, ReentrantMutex,
    ReentrantMutexExt, ReentrantMutexGuard,
};
#[cfg(not(loom))]
pub use raw::RawThreadIdent;
#[cfg(not(loom))]
#[doc(hidden)]
pub use raw::wait_with_guard;
pub use raw::{RawCondvar, RawLock};
pub use raw_rwlock::RawRwLock;
pub use rlock::{RLock, RLockGuard};
#[cfg(not(loom))]
pub use rwlock::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLock, RwLockExt, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};
