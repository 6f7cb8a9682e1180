//! Where waiters sleep that are woken together, so that one system call wakes them all.

use super::{Deadline, backoff, platform};
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::const_unless_loom;

/// A word on which many sleep, and which changes each time that some of them are woken. Each bucket
/// has one: it outlives all waiters, as the word of the first of them would not.
///
/// Opening it wakes all threads that sleep there, those of other objects in the same bucket too.
/// They find that they are not meant, and sleep again.
pub(super) struct Gate {
    /// How often it was opened.
    opened: AtomicU32,
}

impl Gate {
    const_unless_loom! {
        pub(super) const fn new() -> Gate {
            Gate {
                opened: AtomicU32::new(0),
            }
        }
    }

    /// Sleeps until the gate is opened or the deadline has passed, or returns for no reason; at
    /// once if `is_woken`.
    pub(super) fn wait_unless(&self, is_woken: impl FnOnce() -> bool, deadline: Deadline) {
        // Acquire: pairs with `open`, so that a thread that sees the count sees which waiters were
        // woken before. Otherwise a waiter could find the new count, not yet find itself woken, and
        // sleep.
        let opened = self.opened.load(Ordering::Acquire);
        if !is_woken() {
            platform::wait(&self.opened, opened, deadline.nanos());
        }
    }

    /// Wakes all that sleep here. To be called after those that are meant were told.
    pub(super) fn open(&self) {
        // Release: pairs with `wait_unless`.
        self.opened.fetch_add(1, Ordering::Release);
        backoff::note_rousing();
        platform::wake_all(&self.opened);
    }
}
