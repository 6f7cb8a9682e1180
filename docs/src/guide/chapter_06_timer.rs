//! Chapter 6: a [`Timer`](tl_timer::Timer) calls a function after some time, unless it is cancelled
//! first.
//!
//! It is started, named and joined like a thread. [`cancel`](tl_timer::Timer::cancel) works until
//! the function is called.
//!
#![doc = program!("timer")]
//! # What differs from Python
//!
//! - **A pending timer is not a thread of the operating system.** All of them share one scheduler,
//!   so a million may be pending. The function gets a fresh thread when its time has come, so one
//!   that blocks delays no other.
//! - **`cancel` says whether it prevented the call**: false when it came too late. Python does not
//!   tell.
//! - **The interval is a [`Duration`](std::time::Duration)**: `Duration::from_millis(300)`, not
//!   `0.3`.
//! - **The function has the affinity, niceness and signal mask** of the thread that started the
//!   timer, as in Python, although another thread creates the thread it runs in. Only what it
//!   prints under `cargo test` is not captured.
//! - **A pending timer keeps the program alive**, as in Python;
//!   [`set_daemon`](tl_timer::Timer::set_daemon) changes that.
//!
//! # One step further
//!
//! [`Timer::every`](tl_timer::Timer::every) calls again and again, at every multiple of its period
//! after the start, so that it does not drift. In Python each call would start the next timer.
//!
//! ```
//! use std::sync::atomic::{AtomicU32, Ordering};
//! use std::time::Duration;
//! use tl_event::Event;
//! use tl_timer::Timer;
//!
//! static TICKS: AtomicU32 = AtomicU32::new(0);
//! static THIRD: Event = Event::new();
//!
//! let clock = Timer::every(Duration::from_millis(5), || {
//!     if TICKS.fetch_add(1, Ordering::Relaxed) == 2 {
//!         THIRD.set();
//!     }
//! });
//! clock.start()?;
//! THIRD.wait();
//! clock.cancel();
//! # Ok::<(), tl_thread::StartError>(())
//! ```
//!
//! [`Timer::repeat`](tl_timer::Timer::repeat) lets the function say when it is called next, or
//! never again. [`restart`](tl_timer::Timer::restart) puts a pending call off, as often as you
//! like: for work that is to be done once nothing has happened for a while. In Python you would
//! cancel the timer and create a new one.
//!
//! The next chapter: [7, Event](super::chapter_07_event).
