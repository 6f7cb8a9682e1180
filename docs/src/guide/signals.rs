//! Signals and Ctrl-C: how a program with threads hears of a signal, and ends in good order.
//!
//! In Python a handler of [`signal`](https://docs.python.org/3/library/signal.html) runs in the
//! main thread, between two of its instructions, and may set an event. What a system calls a
//! handler may not. It runs in the midst of whatever its thread happens to do, so also while that
//! thread is waking another one and has locked what it needs for that. A handler that then sets an
//! event waits for its own thread, for ever. So
//!
//! - **no handler of a signal calls anything of these crates that waits or wakes**: not
//!   [`Event::set`](tl_event::Event::set), not
//!   [`Semaphore::release`](tl_semaphore::Semaphore::release), not `notify_one`, no lock;
//! - **a thread hears of the signal and does it**. A thread may do anything.
//!
//! The crate [`signal-hook`](https://docs.rs/signal-hook) has a handler that does next to nothing,
//! and an iterator that gives the signals to a thread. With it a program needs no `unsafe`:
//!
//! ```rust,no_run
#![doc = include_str!("../../../tests/src/bin/ctrl_c.rs")]
//! ```
//!
//! After Ctrl-C it prints that each worker has tidied up, and last that all is in order.
//!
//! # Other ways
//!
//! - **`sigwait`.** If `main` blocks the signal with `pthread_sigmask` before it starts any thread, it is
//!   blocked in all of them, since a thread inherits that from the one that starts it. Then one thread waits
//!   for the signal with `sigwait`, or reads it from a `signalfd`, and no handler runs at all.
//! - **A handler of your own** may store into an atomic, and write to a pipe or an `eventfd` that a thread
//!   reads. What else the system allows in a handler is listed in
//!   [POSIX](https://pubs.opengroup.org/onlinepubs/9799919799/functions/V2_chap02.html#tag_16_04_03).
//! - **A handler that only looks** works too: [`Event::is_set`](tl_event::Event::is_set),
//!   [`Semaphore::available`](tl_semaphore::Semaphore::available) and the like are one load.
//!
//! A signal ends no wait. A thread that is interrupted sleeps on until it is woken or its time has run out.
