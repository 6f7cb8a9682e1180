//! Locks with Python's vocabulary: [`Lock`], which any thread may release, [`RLock`], which its
//! owner can acquire again, and, on the same raw lock, locks that hold data: [`Mutex`] and
//! [`ReentrantMutex`]. And [`RwLock`], for many readers or one writer.
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
//! | at most so many threads at a time | [`tl-semaphore`] |
//! | many threads at a time to read a value, or one to write it | an [`RwLock`], where reading takes long; else a [`Mutex`] |
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
//! slept in the queue for more than half a millisecond gets the lock next.
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
//! In the handler of a signal nothing may be locked or unlocked.
//! [What works there](tl_core::door#in-a-signal-handler) is a thread that hears of it.
//!
//! # Feature flags
//!
//! | feature | by default | what it brings |
//! | --- | --- | --- |
//! | `owners` | off | who holds each [`Lock`], [`Mutex`], [`RLock`] and [`ReentrantMutex`], and where it was acquired, for [`tl-inspect`] |
//!
//! With `owners` each acquire and each release writes into a table, which takes several times as
//! long as they do otherwise. It is for finding out why a program hangs. The allocator of a program
//! must not use these locks then.
//!
//! # Platforms
//!
//! | | |
//! | --- | --- |
//! | tested | Linux on x86_64 with glibc; there also on the portable door, which all systems but Linux have |
//! | compiled | Linux on i686, and with musl; Windows, macOS and FreeBSD |
//! | others | wherever Rust's standard library has threads, and the processor has atomic operations on 64 bits |
//!
//! It takes Rust 1.95 or newer. What is not the same everywhere is in [`tl_core::sys`].
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
// So that the pages of its siblings find those of this crate, whichever are made first;
// `cargo xtask docs` sees to it.
#![doc(html_root_url = "../")]
#![deny(unsafe_code)]

mod condition_lock;
mod error;
mod lock;
#[cfg(not(loom))]
mod mutex;
mod raw;
mod raw_rwlock;
mod rlock;
#[cfg(not(loom))]
mod rwlock;

pub use condition_lock::ConditionLock;
#[cfg(not(loom))]
pub use condition_lock::wait_with_guard;
pub use error::ReleaseError;
pub use lock::{Lock, LockGuard};
#[cfg(not(loom))]
pub use mutex::{
    MappedMutexGuard, MappedReentrantMutexGuard, Mutex, MutexExt, MutexGuard, ReentrantMutex,
    ReentrantMutexExt, ReentrantMutexGuard,
};
#[cfg(not(loom))]
pub use raw::{RawCondvar, RawThreadIdent};
pub use raw::{RawLock, Waiters};
pub use raw_rwlock::RawRwLock;
pub use rlock::{RLock, RLockGuard};
#[cfg(not(loom))]
pub use rwlock::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLock, RwLockExt, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};
