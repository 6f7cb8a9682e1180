//! Where a lock was acquired: what the feature `owners` notes of each, and nothing without it.

use tl_core::door::{Call, Holder, WaitQueue};

/// The place that acquires a lock. Without the feature it is nothing.
#[derive(Clone, Copy)]
pub(crate) struct Place(#[cfg(feature = "owners")] &'static std::panic::Location<'static>);

#[cfg(feature = "owners")]
impl Place {
    /// From where the calling function was called, if that is `#[track_caller]`.
    #[inline]
    #[track_caller]
    pub(crate) fn here() -> Place {
        Place(std::panic::Location::caller())
    }

    #[inline]
    pub(crate) fn of(call: Call) -> Place {
        Place(call.caller())
    }

    /// Notes that the calling thread holds the lock.
    pub(super) fn note(self, lock: WaitQueue<'_>) {
        tl_core::door::note_held(lock.id(), self.0);
    }
}

#[cfg(feature = "owners")]
pub(super) fn forget(lock: WaitQueue<'_>) {
    tl_core::door::note_released(lock.id());
}

#[cfg(feature = "owners")]
pub(super) fn holder_of(lock: WaitQueue<'_>) -> Option<Holder> {
    tl_core::door::holder_of(lock.id())
}

#[cfg(not(feature = "owners"))]
impl Place {
    #[inline]
    pub(crate) fn here() -> Place {
        Place()
    }

    #[inline]
    pub(crate) fn of(_call: Call) -> Place {
        Place()
    }

    #[inline]
    pub(super) fn note(self, _lock: WaitQueue<'_>) {}
}

#[cfg(not(feature = "owners"))]
#[inline]
pub(super) fn forget(_lock: WaitQueue<'_>) {}

#[cfg(not(feature = "owners"))]
#[inline]
pub(super) fn holder_of(_lock: WaitQueue<'_>) -> Option<Holder> {
    None
}
