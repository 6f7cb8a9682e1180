//! Signals and Ctrl-C: how a program with threads reacts to a signal, and shuts down cleanly.
//!
//! In Python a handler of [`signal`](https://docs.python.org/3/library/signal.html) runs in the
//! main thread, between two of its instructions, and may set an event. A handler of the operating
//! system may not set one. It runs in the middle of whatever its thread is doing, perhaps while
//! that thread is waking another one and holds the door's lock for that. A handler that then sets
//! an event waits for its own thread, forever. So
//!
//! - **a signal handler must not call anything of these crates that waits or wakes**: not
//!   [`Event::set`](tl_event::Event::set), not
//!   [`Semaphore::release`](tl_semaphore::Semaphore::release), not `notify_one`, no lock;
//! - **a thread must learn of the signal and do the work**. A thread may call anything.
//!
//! The crate [`signal-hook`](https://docs.rs/signal-hook) has a handler that does next to nothing,
//! and an iterator that hands the signals to a thread. A program that uses it needs no `unsafe`:
//!
//! ```rust,no_run
#![doc = include_str!("../../../tests/src/bin/ctrl_c.rs")]
//! ```
//!
//! After Ctrl-C each worker prints that it has tidied up, and `main` prints last that all is in
//! order.
//!
//! # Other ways
//!
//! - **`sigwait`.** If `main` blocks the signal with `pthread_sigmask` before it starts any thread,
//!   it is blocked in all of them, since a thread inherits the mask of the thread that starts it.
//!   Then one thread waits for the signal with `sigwait`, or reads it from a `signalfd`, and no
//!   handler runs at all.
//! - **A handler of your own** may store into an atomic, and write to a pipe or an `eventfd` that a
//!   thread reads. POSIX lists
//!   [what else a handler may call](https://pubs.opengroup.org/onlinepubs/9799919799/functions/V2_chap02.html#tag_16_04_03).
//! - **A handler that only looks** works too: [`Event::is_set`](tl_event::Event::is_set),
//!   [`Semaphore::available`](tl_semaphore::Semaphore::available) and the like are one load.
//!
//! A signal does not end a wait: an interrupted thread sleeps on until it is woken or its time has
//! run out.
