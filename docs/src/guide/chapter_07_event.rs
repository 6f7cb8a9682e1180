//! Chapter 7: an [`Event`](tl_event::Event) is a flag that one thread sets and others wait for.
//!
//! `wait` returns when the event is set, at once if it is set already. `wait_timeout` also returns
//! when the time has run out, and says which of the two happened.
//!
#![doc = program!("event")]
//! # What differs from Python
//!
//! - **Two methods for two kinds of waiting.** `wait` has no result, since it returns for one
//!   reason only; [`wait_timeout`](tl_event::Event::wait_timeout) returns a `bool` that must be
//!   used.
//! - **It promises what CPython happens to do**: a thread that was waiting when `set` was called
//!   goes on, even if `clear` follows at once.
//! - **It is four bytes** and can be a static, so small programs need no [`Arc`](std::sync::Arc).
//!
//! # One step further
//!
//! For several waits under one time limit take a deadline. The second wait then has only what the
//! first has left:
//!
//! ```
//! use std::time::{Duration, Instant};
//! use tl_event::Event;
//!
//! static CONNECTED: Event = Event::new();
//! static LOGGED_IN: Event = Event::new();
//!
//! let deadline = Instant::now() + Duration::from_millis(20);
//! let ready = CONNECTED.wait_deadline(deadline) && LOGGED_IN.wait_deadline(deadline);
//! assert!(!ready);
//! ```
//!
//! Where each `set` is meant for one thread, not for all, take an
//! [`AutoResetEvent`](tl_event::AutoResetEvent): each `set` lets the thread go that has waited
//! longest and leaves the event clear, and a `set` is remembered if no thread waits. An event that
//! Ctrl-C sets is on the page about [signals](super::signals).
//!
//! ```
//! use tl_event::AutoResetEvent;
//!
//! static BELL: AutoResetEvent = AutoResetEvent::new();
//!
//! let porter = tl_thread::spawn(|| BELL.wait());
//! BELL.set();
//! porter.join().unwrap();
//! assert!(!BELL.is_set());
//! ```
//!
//! An event says *that* something happened. When threads wait for a value to be something, take a
//! [`Monitor`](tl_condition::Monitor): chapter [11](super::chapter_11_condition_barrier).
//!
//! The next chapter: [8, Lock](super::chapter_08_lock).
