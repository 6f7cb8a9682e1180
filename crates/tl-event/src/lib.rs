//! [`Event`]: a flag that one thread sets and others wait for.
//!
//! It is Python's [`threading.Event`](https://docs.python.org/3/library/threading.html#event-objects) for Rust, in four bytes:
//! looking at it is one load, setting and clearing it one atomic operation each, and a thread that waits costs no processor
//! time once it sleeps.
//!
//! ```
//! use std::thread;
//! use tl_event::Event;
//!
//! static READY: Event = Event::new();
//!
//! let worker = thread::spawn(|| {
//!     READY.wait();
//!     "off we go"
//! });
//! READY.set();
//! assert_eq!(worker.join().unwrap(), "off we go");
//! ```
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | threads to wait until something has happened, once or now and then | an [`Event`] |
//! | threads to wait until a condition on shared data holds | `tl-condition` |
//! | to hand out a number of turns, each to one thread | `tl-semaphore` |
//! | a number of threads to wait for each other, round after round | `tl-barrier` |
//! | a value computed once, which others wait for | [`std::sync::OnceLock`] |
//!
//! Only Linux is supported.
// So that the pages of its siblings find those of this crate, whichever are made first; `cargo xtask docs` sees to it.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod event;

pub use event::Event;
