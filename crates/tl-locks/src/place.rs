//! Where a lock is wanted, acquired and released: what the features `owners` and `lock-order` note
//! of each, and nothing without them.

use tl_core::door::{Call, Holder, WaitQueue};

/// The place in the program that acquires a lock. Without the feature `owners` it is empty.
#[derive(Clone, Copy)]
pub(crate) struct Place(#[cfg(feature = "owners")] &'static std::panic::Location<'static>);

impl Place {
    /// Returns the place that called the calling function, if that is `#[track_caller]`.
    #[inline]
    #[track_caller]
    pub(crate) fn here() -> Place {
        Place(
            #[cfg(feature = "owners")]
            std::panic::Location::caller(),
        )
    }

    #[inline]
    pub(crate) fn of(_call: Call) -> Place {
        Place(
            #[cfg(feature = "owners")]
            _call.caller(),
        )
    }
}

/// How a lock is held.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(loom, allow(dead_code))]
pub(crate) enum Mode {
    /// By one thread at a time.
    Exclusive,
    /// To read, with the right to write later.
    Upgradable,
    /// To read.
    Shared,
    /// To read, past writers that wait.
    Recursive,
}

/// What identifies a lock in the order of locks. Without the feature `lock-order` it takes no room.
pub(crate) struct Identity(#[cfg(all(feature = "lock-order", not(loom)))] tl_core::door::LockId);

impl Identity {
    #[inline]
    pub(crate) const fn new() -> Identity {
        Identity(
            #[cfg(all(feature = "lock-order", not(loom)))]
            tl_core::door::LockId::new(),
        )
    }
}

/// A lock, as the features `owners` and `lock-order` note it.
#[derive(Clone, Copy)]
pub(crate) struct Noted<'a> {
    #[cfg_attr(not(feature = "owners"), allow(dead_code))]
    pub(crate) queue: WaitQueue<'a>,
    #[cfg_attr(not(all(feature = "lock-order", not(loom))), allow(dead_code))]
    pub(crate) identity: &'a Identity,
}

#[cfg(not(feature = "owners"))]
impl Noted<'_> {
    #[inline]
    pub(crate) fn is_held(self, _mode: Mode, _place: Place) {}

    #[inline]
    pub(crate) fn is_released(self, _mode: Mode) {}

    #[inline]
    pub(crate) fn holder(self) -> Option<Holder> {
        None
    }
}

#[cfg(feature = "owners")]
impl Noted<'_> {
    /// Notes that the calling thread holds the lock.
    pub(crate) fn is_held(self, mode: Mode, place: Place) {
        use tl_core::door::{note_held, note_held_shared};

        match mode {
            Mode::Exclusive => note_held(self.queue.id(), place.0),
            _ => note_held_shared(self.queue.id(), place.0),
        }
        self.is_ordered(mode, place);
    }

    /// Notes that the lock is released. To be called before it is, so that the next holder notes
    /// itself afterwards.
    pub(crate) fn is_released(self, mode: Mode) {
        use tl_core::door::{note_released, note_released_shared};

        self.is_ordered_no_more(mode);
        match mode {
            Mode::Exclusive => note_released(self.queue.id()),
            _ => note_released_shared(self.queue.id()),
        }
    }

    pub(crate) fn holder(self) -> Option<Holder> {
        tl_core::door::holder_of(self.queue.id())
    }
}

#[cfg(not(all(feature = "lock-order", not(loom))))]
impl Noted<'_> {
    #[inline]
    pub(crate) fn is_wanted(self, _mode: Mode, _call: Call) {}

    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn is_upgraded(self, _call: Call) {}

    #[cfg(not(loom))]
    #[inline]
    pub(crate) fn is_written(self) {}

    #[cfg(feature = "owners")]
    fn is_ordered(self, _mode: Mode, _place: Place) {}

    #[cfg(feature = "owners")]
    fn is_ordered_no_more(self, _mode: Mode) {}
}

/// Reports what was found of the order of locks. To be called when a lock was released.
#[cfg(not(all(feature = "lock-order", not(loom))))]
#[inline]
pub(crate) fn report() {}

#[cfg(all(feature = "lock-order", not(loom)))]
pub(crate) use order::report;

#[cfg(all(feature = "lock-order", not(loom)))]
mod order {
    use tl_core::door::{Call, LockMode, unreported_lock_orders};

    use super::{Mode, Noted, Place};

    impl From<Mode> for LockMode {
        fn from(mode: Mode) -> LockMode {
            match mode {
                Mode::Exclusive => LockMode::Exclusive,
                Mode::Upgradable => LockMode::Upgradable,
                Mode::Shared => LockMode::Shared,
                Mode::Recursive => LockMode::Recursive,
            }
        }
    }

    impl Noted<'_> {
        /// Notes that the calling thread is about to acquire the lock, and waits for it without a
        /// limit.
        pub(crate) fn is_wanted(self, mode: Mode, call: Call) {
            let id = &self.identity.0;
            id.note_wanted(self.queue.id(), mode.into(), call.caller());
        }

        /// Notes that the calling thread, which reads, is about to wait until no other reads.
        pub(crate) fn is_upgraded(self, call: Call) {
            self.identity.0.note_upgrade(self.queue.id(), call.caller());
        }

        /// Notes that a thread has taken the lock to write, if other threads can take it to read.
        pub(crate) fn is_written(self) {
            self.identity.0.note_writer();
        }

        pub(super) fn is_ordered(self, mode: Mode, place: Place) {
            self.identity
                .0
                .note_held(self.queue.id(), mode.into(), place.0);
        }

        pub(super) fn is_ordered_no_more(self, mode: Mode) {
            self.identity.0.note_released(self.queue.id(), mode.into());
        }
    }

    /// Warns of the orders that were found. A panic of the logger is caught: the caller releases a
    /// lock, perhaps while it unwinds already, and must not unwind because of the report.
    pub(crate) fn report() {
        for order in unreported_lock_orders() {
            let _ = std::panic::catch_unwind(|| log::warn!("{order}"));
        }
    }
}
