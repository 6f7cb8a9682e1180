//! Handles of threads that the library did not start.

use std::sync::atomic::AtomicBool;

use tl_core::names::ThreadRecord;

use super::{Inner, Origin, Thread};
use crate::life::Life;

impl Thread {
    /// Creates the handle of the main thread. To be called once.
    pub(crate) fn main() -> Thread {
        let thread = Thread::of(Inner::new(
            ThreadRecord::main(),
            Life::running(),
            Origin::Main,
        ));
        thread.runs_now();
        thread
    }

    /// Creates a handle of the calling thread, which the library did not start. The process does
    /// not wait for it.
    pub(crate) fn foreign() -> Thread {
        let thread = Thread::of(Inner {
            is_daemon: AtomicBool::new(true),
            ..Inner::new(ThreadRecord::current(), Life::running(), Origin::Foreign)
        });
        thread.runs_now();
        thread
    }
}
