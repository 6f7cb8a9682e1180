//! Chapter 3: the program does not wait for a daemon thread when it ends.
//!
//! A daemon is for work that has no end of its own, such as a heartbeat.
//! [`with_daemon`](tl_thread::Thread::with_daemon) makes one.
//!
#![doc = program!("daemon")]
//! The daemon's `Exiting` is missing: the other thread has ended, so the program has.
//!
//! # Waiting for a daemon
//!
//! [`join`](tl_thread::Thread::join) waits for a thread, daemon or not.
//!
#![doc = program!("daemon_join")]
//! # Waiting, but not forever
//!
//! [`join_timeout`](tl_thread::Thread::join_timeout) gives up after a while.
//! [`is_alive`](tl_thread::Thread::is_alive) says whether the thread has ended.
//!
#![doc = program!("daemon_join_timeout")]
//! # What differs from Python
//!
//! - **Little; but it is new in Rust.** In its standard library every thread is a daemon, and the
//!   program ends with `main`. Here it waits for all threads that are not daemons, without a line
//!   in `main`, even after a panic or [`std::process::exit`] there. The
//!   [table](tl_thread#the-end-of-the-process) has every case.
//! - **`join_timeout` returns whether the thread has ended**, so there is no need for `is_alive`.
//!   Python's `join` always returns `None`.
//! - **A panic in the thread is an error of `join`**, with its message. Python's `join` says
//!   nothing of an exception.
//! - **A daemon is stopped where it is.** Its values are not dropped, its files not flushed. That
//!   is so in Python too.
//!
//! # One step further
//!
//! Ask a thread to end instead, and join it. An [`Event`](tl_event::Event) makes a pause that can
//! be cut short:
//!
//! ```
//! use std::time::Duration;
//! use tl_event::Event;
//!
//! static STOP: Event = Event::new();
//!
//! let heartbeat = tl_thread::spawn(|| {
//!     let mut beats = 0;
//!     while !STOP.wait_timeout(Duration::from_millis(10)) {
//!         beats += 1;
//!     }
//!     beats
//! });
//! STOP.set();
//! println!("{} beats", heartbeat.join().unwrap());
//! ```
//!
//! The next chapter: [4, enumerating all threads](super::chapter_04_enumerate).
