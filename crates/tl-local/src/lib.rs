//! [`Local`]: an object in which every thread has a value of its own; and [`SharedLocal`], in which
//! every thread may also look at the values of the others.
//!
//! `Local` is Python's
//! [`threading.local`](https://docs.python.org/3/library/threading.html#thread-local-data) for
//! Rust. Unlike a [`thread_local!`](std::thread_local) static it is an object: it can be a field,
//! live in an [`Arc`](std::sync::Arc), and there can be any number of them. Reading a value costs a
//! few instructions, with no lock and no atomic operation.
//!
//! ```
//! use std::thread;
//! use tl_local::Local;
//!
//! let data = Local::new();
//! data.set(1000);
//! thread::scope(|scope| {
//!     scope.spawn(|| {
//!         assert_eq!(data.get(), None);
//!         data.set(1);
//!         assert_eq!(data.get(), Some(1));
//!     });
//! });
//! assert_eq!(data.get(), Some(1000));
//! ```
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | a value for each thread, in an object, and as many objects as you like | a [`Local`] |
//! | the same, and to go through the values of all threads while they run | a [`SharedLocal`] |
//! | a value for each thread, in one static, of a type that need not be `Send` | [`thread_local!`](std::thread_local) |
//! | one value for all threads | a `Mutex` of [`tl-locks`] |
//! | to give a thread a value when it starts | a closure that owns it, with [`tl-thread`] |
//!
//! # The life of a value
//!
//! A value belongs to the thread that set it, and no other thread sees it, except the exclusive
//! owner of the `Local` ([`for_each_mut`](Local::for_each_mut), [`drain`](Local::drain)). (In a
//! [`SharedLocal`] every thread may look at it.) The value is dropped once:
//!
//! - in its thread when that thread ends, before a `join` of it returns, or
//! - with the `Local`, in the thread that drops the `Local`, if that comes first, or
//! - in a thread that visits the value, after the visit, if the value's thread ends meanwhile.
//!
//! The drop of a value may use other `Local`s, and set them: such values are dropped next. A new
//! thread starts with no value, and nothing is kept of threads that have ended.
//!
//! A thread's first value is refused, and handed back, where it would come too late for anybody to
//! drop it: in the function of a [`ThreadEnd`](tl_core::sys::ThreadEnd), after the thread-locals
//! are gone.
//!
//! A signal handler must not use a `Local`.
//! [A thread that learns of the signal](tl_core::door#in-a-signal-handler) may.
//!
//! # Values that outlive their thread
//!
//! A value ends with its thread, in a [`SharedLocal`] too. Counters that are summed up when their
//! threads have ended must live longer. For that, let each thread's value be an
//! [`Arc`](std::sync::Arc) of something that is `Sync`, of which the initialiser keeps a clone in a
//! list: the thread uses its own without a lock, and the owner of the list reads all of them,
//! those of threads that have ended too.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use std::sync::{Arc, Mutex};
//! use std::thread;
//! use tl_local::Local;
//!
//! static ALL: Mutex<Vec<Arc<AtomicU64>>> = Mutex::new(Vec::new());
//! static HITS: Local<Arc<AtomicU64>> = Local::with_init_fn(|| {
//!     let own = Arc::new(AtomicU64::new(0));
//!     ALL.lock().unwrap().push(Arc::clone(&own));
//!     own
//! });
//!
//! fn hit() {
//!     HITS.with(|own| own.unwrap().fetch_add(1, Ordering::Relaxed));
//! }
//!
//! let threads = [1, 2, 3].map(|hits| thread::spawn(move || (0..hits).for_each(|_| hit())));
//! threads.map(|thread| thread.join().unwrap());
//! let sum: u64 = ALL.lock().unwrap().iter().map(|own| own.load(Ordering::Relaxed)).sum();
//! assert_eq!(sum, 6);
//! ```
//!
//! To forget the values of threads that have ended, drop from the list each `Arc` that has no other
//! owner (its [`strong_count`](std::sync::Arc::strong_count) is 1).
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
    doc = "[`tl-locks`]: https://docs.rs/tl-locks
[`tl-thread`]: https://docs.rs/tl-thread"
)]
#![cfg_attr(
    not(docsrs),
    doc = "[`tl-locks`]: ../tl_locks/index.html
[`tl-thread`]: ../tl_thread/index.html"
)]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod cell;
mod drain;
mod local;
mod shared;

pub use drain::Drain;
pub use local::Local;
pub use shared::{SharedIter, SharedLocal, SharedRef};
