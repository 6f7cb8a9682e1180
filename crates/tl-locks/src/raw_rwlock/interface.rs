//! The raw lock as `lock_api` wants it: the place that vouches for the protocol.
#![allow(unsafe_code)]

use std::time::{Duration, Instant};

use lock_api::{
    GuardSend, RawRwLockDowngrade, RawRwLockFair, RawRwLockTimed, RawRwLockUpgrade,
    RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair, RawRwLockUpgradeTimed,
};

use tl_core::door::{Call, Deadline, Operation};
use tl_core::sync::atomic::Ordering;

use super::{HELD, RawRwLock, WRITER, Wish};
use crate::place::{self, Mode, Place};
use crate::{RwLock, RwLockReadGuard};

const READ: &Operation = &Operation::new("RwLock", "read");
const TRY_READ_FOR: &Operation = &Operation::new("RwLock", "try_read_for");
const TRY_READ_UNTIL: &Operation = &Operation::new("RwLock", "try_read_until");
const WRITE: &Operation = &Operation::new("RwLock", "write");
const TRY_WRITE_FOR: &Operation = &Operation::new("RwLock", "try_write_for");
const TRY_WRITE_UNTIL: &Operation = &Operation::new("RwLock", "try_write_until");
const UPGRADABLE: &Operation = &Operation::new("RwLock", "upgradable_read");
const TRY_UPGRADABLE_FOR: &Operation = &Operation::new("RwLock", "try_upgradable_read_for");
const TRY_UPGRADABLE_UNTIL: &Operation = &Operation::new("RwLock", "try_upgradable_read_until");
const UPGRADE: &Operation = &Operation::new("RwLockUpgradableReadGuard", "upgrade");
const TRY_UPGRADE_FOR: &Operation = &Operation::new("RwLockUpgradableReadGuard", "try_upgrade_for");
const TRY_UPGRADE_UNTIL: &Operation =
    &Operation::new("RwLockUpgradableReadGuard", "try_upgrade_until");

impl RawRwLock {
    #[inline]
    fn acquire_shared_deadline(&self, deadline: Instant, call: Call) -> bool {
        self.join_readers() || self.acquire_before(Wish::Read, Deadline::at(deadline), call)
    }

    #[inline]
    fn acquire_exclusive_deadline(&self, deadline: Instant, call: Call) -> bool {
        self.take_free() || self.acquire_before(Wish::Write, Deadline::at(deadline), call)
    }

    /// Notes that the lock was acquired, if it was.
    #[inline]
    fn got(&self, acquired: bool, mode: Mode, place: Place) -> Option<GuardSend> {
        if !acquired {
            return None;
        }
        self.noted().is_held(mode, place);
        if mode == Mode::Exclusive {
            self.noted().is_written();
        }
        Some(GuardSend::new())
    }

    /// Notes that the lock, which was held as `before`, is held as `after` from now on.
    #[inline]
    fn turned(&self, before: Mode, after: Mode, place: Place) {
        self.noted().is_released(before);
        self.noted().is_held(after, place);
    }

    /// Waits for the others that read, and becomes the writer.
    #[inline]
    fn upgrade_noting(&self, deadline: Deadline, call: Call) -> bool {
        let upgraded = RawRwLock::upgrade(self, deadline, call);
        if upgraded {
            self.turned(Mode::Upgradable, Mode::Exclusive, Place::of(call));
        }
        upgraded
    }
}

// SAFETY: `RawRwLock` asks for
// - readers that exclude writers, and writers that exclude all, acquire on locking, release on
//   unlocking: the protocol, which the model checker explores;
// - guard state that may be forgotten: `GuardSend` has nothing to drop;
// - a lock that may be moved or dropped while it is locked, by the thread that owns it exclusively:
//   no other waits then, and nothing but the queue of waiters depends on the address;
// - operations that do not unwind half-way: a panic about too many readers comes before the lock is
//   taken, and nothing else unwinds.
unsafe impl lock_api::RawRwLock for RawRwLock {
    const INIT: RawRwLock = RawRwLock::new();

    // The lock has no owner: any thread may release it.
    type SharedGuard = GuardSend;
    type ExclusiveGuard = GuardSend;

    #[inline]
    #[track_caller]
    fn lock_shared(&self) -> GuardSend {
        let call = Call::here(READ);
        self.noted().is_wanted(Mode::Shared, call);
        self.acquire_shared(call);
        self.noted().is_held(Mode::Shared, Place::of(call));
        GuardSend::new()
    }

    #[inline]
    #[track_caller]
    fn try_lock_shared(&self) -> Option<GuardSend> {
        let acquired = self.join_readers() || self.try_acquire(Wish::Read);
        self.got(acquired, Mode::Shared, Place::here())
    }

    #[inline]
    unsafe fn unlock_shared(&self, _guard: GuardSend) {
        self.noted().is_released(Mode::Shared);
        self.release_shared(false);
        place::report();
    }

    #[inline]
    #[track_caller]
    fn lock_exclusive(&self) -> GuardSend {
        let call = Call::here(WRITE);
        self.noted().is_wanted(Mode::Exclusive, call);
        self.acquire_exclusive(call);
        self.noted().is_held(Mode::Exclusive, Place::of(call));
        self.noted().is_written();
        GuardSend::new()
    }

    #[inline]
    #[track_caller]
    fn try_lock_exclusive(&self) -> Option<GuardSend> {
        let acquired = self.take_free() || self.try_acquire(Wish::Write);
        self.got(acquired, Mode::Exclusive, Place::here())
    }

    #[inline]
    unsafe fn unlock_exclusive(&self, _guard: GuardSend) {
        self.noted().is_released(Mode::Exclusive);
        self.release_exclusive();
        place::report();
    }

    #[inline]
    fn is_locked(&self) -> bool {
        self.state.load(Ordering::Relaxed) & HELD != 0
    }

    #[inline]
    fn is_locked_exclusive(&self) -> bool {
        self.state.load(Ordering::Relaxed) & WRITER != 0
    }
}

// SAFETY: a lock acquired in time is acquired as without a limit; the deadlines do not come early.
unsafe impl RawRwLockTimed for RawRwLock {
    type Duration = Duration;
    type Instant = Instant;

    #[inline]
    #[track_caller]
    fn try_lock_shared_for(&self, timeout: Duration) -> Option<GuardSend> {
        let call = Call::here(TRY_READ_FOR);
        let acquired = self.acquire_shared_timeout(timeout, call);
        self.got(acquired, Mode::Shared, Place::of(call))
    }

    #[inline]
    #[track_caller]
    fn try_lock_shared_until(&self, deadline: Instant) -> Option<GuardSend> {
        let call = Call::here(TRY_READ_UNTIL);
        let acquired = self.acquire_shared_deadline(deadline, call);
        self.got(acquired, Mode::Shared, Place::of(call))
    }

    #[inline]
    #[track_caller]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<GuardSend> {
        let call = Call::here(TRY_WRITE_FOR);
        let acquired = self.acquire_exclusive_timeout(timeout, call);
        self.got(acquired, Mode::Exclusive, Place::of(call))
    }

    #[inline]
    #[track_caller]
    fn try_lock_exclusive_until(&self, deadline: Instant) -> Option<GuardSend> {
        let call = Call::here(TRY_WRITE_UNTIL);
        let acquired = self.acquire_exclusive_deadline(deadline, call);
        self.got(acquired, Mode::Exclusive, Place::of(call))
    }
}

// SAFETY: a lock released fairly is released as without fairness, or is handed to waiters that
// would have found it free. Bumping is left to `lock_api`, which aborts if the lock cannot be taken
// again.
unsafe impl RawRwLockFair for RawRwLock {
    #[inline]
    unsafe fn unlock_shared_fair(&self, _guard: GuardSend) {
        self.noted().is_released(Mode::Shared);
        self.release_shared(true);
        place::report();
    }

    #[inline]
    unsafe fn unlock_exclusive_fair(&self, _guard: GuardSend) {
        self.noted().is_released(Mode::Exclusive);
        self.release_exclusive_fair();
        place::report();
    }
}

// SAFETY: the reader that the writer becomes is among the readers before anybody else can write.
unsafe impl RawRwLockDowngrade for RawRwLock {
    #[inline]
    #[track_caller]
    unsafe fn downgrade(&self, guard: GuardSend) -> GuardSend {
        self.turned(Mode::Exclusive, Mode::Shared, Place::here());
        RawRwLock::downgrade(self);
        guard
    }
}

// SAFETY: an upgradable reader excludes writers and its like, and becomes the writer only when no
// other reader is left; until then it reads on.
unsafe impl RawRwLockUpgrade for RawRwLock {
    type UpgradableGuard = GuardSend;

    #[inline]
    #[track_caller]
    fn lock_upgradable(&self) -> GuardSend {
        let call = Call::here(UPGRADABLE);
        self.noted().is_wanted(Mode::Upgradable, call);
        self.acquire_upgradable(call);
        self.noted().is_held(Mode::Upgradable, Place::of(call));
        GuardSend::new()
    }

    #[inline]
    #[track_caller]
    fn try_lock_upgradable(&self) -> Option<GuardSend> {
        let acquired = self.try_acquire(Wish::ReadUpgradably);
        self.got(acquired, Mode::Upgradable, Place::here())
    }

    #[inline]
    unsafe fn unlock_upgradable(&self, _guard: GuardSend) {
        self.noted().is_released(Mode::Upgradable);
        self.release_upgradable(false);
        place::report();
    }

    #[inline]
    #[track_caller]
    unsafe fn upgrade(&self, guard: GuardSend) -> GuardSend {
        let call = Call::here(UPGRADE);
        self.noted().is_upgraded(call);
        self.upgrade_noting(Deadline::NEVER, call);
        guard
    }

    #[inline]
    #[track_caller]
    unsafe fn try_upgrade(&self, guard: GuardSend) -> Result<GuardSend, GuardSend> {
        if !self.try_acquire(Wish::Upgrade) {
            return Err(guard);
        }
        self.turned(Mode::Upgradable, Mode::Exclusive, Place::here());
        Ok(guard)
    }
}

// SAFETY: as for `RawRwLockFair`.
unsafe impl RawRwLockUpgradeFair for RawRwLock {
    #[inline]
    unsafe fn unlock_upgradable_fair(&self, _guard: GuardSend) {
        self.noted().is_released(Mode::Upgradable);
        self.release_upgradable(true);
        place::report();
    }
}

// SAFETY: what the thread keeps is noted before anybody else can write.
unsafe impl RawRwLockUpgradeDowngrade for RawRwLock {
    #[inline]
    #[track_caller]
    unsafe fn downgrade_upgradable(&self, guard: GuardSend) -> GuardSend {
        self.turned(Mode::Upgradable, Mode::Shared, Place::here());
        RawRwLock::downgrade_upgradable(self);
        guard
    }

    #[inline]
    #[track_caller]
    unsafe fn downgrade_to_upgradable(&self, guard: GuardSend) -> GuardSend {
        self.turned(Mode::Exclusive, Mode::Upgradable, Place::here());
        RawRwLock::downgrade_to_upgradable(self);
        guard
    }
}

// SAFETY: as for `RawRwLockUpgrade` and `RawRwLockTimed`.
unsafe impl RawRwLockUpgradeTimed for RawRwLock {
    #[inline]
    #[track_caller]
    fn try_lock_upgradable_for(&self, timeout: Duration) -> Option<GuardSend> {
        let call = Call::here(TRY_UPGRADABLE_FOR);
        let acquired = self.acquire_timeout_slow(Wish::ReadUpgradably, timeout, call);
        self.got(acquired, Mode::Upgradable, Place::of(call))
    }

    #[inline]
    #[track_caller]
    fn try_lock_upgradable_until(&self, deadline: Instant) -> Option<GuardSend> {
        let call = Call::here(TRY_UPGRADABLE_UNTIL);
        let acquired = self.acquire_before(Wish::ReadUpgradably, Deadline::at(deadline), call);
        self.got(acquired, Mode::Upgradable, Place::of(call))
    }

    #[inline]
    #[track_caller]
    unsafe fn try_upgrade_for(
        &self,
        guard: GuardSend,
        timeout: Duration,
    ) -> Result<GuardSend, GuardSend> {
        if self.upgrade_noting(Deadline::after(timeout), Call::here(TRY_UPGRADE_FOR)) {
            Ok(guard)
        } else {
            Err(guard)
        }
    }

    #[inline]
    #[track_caller]
    unsafe fn try_upgrade_until(
        &self,
        guard: GuardSend,
        deadline: Instant,
    ) -> Result<GuardSend, GuardSend> {
        if self.upgrade_noting(Deadline::at(deadline), Call::here(TRY_UPGRADE_UNTIL)) {
            Ok(guard)
        } else {
            Err(guard)
        }
    }
}

/// Reads, even if the lock is closed to new readers. Returns `None` if the deadline came first;
/// without a `deadline` it tries once.
pub(crate) fn read_recursive<T: ?Sized>(
    lock: &RwLock<T>,
    deadline: Option<Deadline>,
    call: Call,
) -> Option<RwLockReadGuard<'_, T>> {
    // SAFETY: the raw lock must not be changed so that a guard lies: to become one more reader
    // where nobody writes is what any reader does.
    let raw = unsafe { lock.raw() };
    if deadline.is_some_and(|deadline| deadline == Deadline::NEVER) {
        raw.noted().is_wanted(Mode::Recursive, call);
    }
    let acquired = match deadline {
        Some(deadline) => raw.acquire_before(Wish::ReadRecursively, deadline, call),
        None => raw.try_acquire(Wish::ReadRecursively),
    };
    let guard = raw.got(acquired, Mode::Shared, Place::of(call))?;
    // SAFETY: the calling thread has become a reader, and this is its only guard.
    Some(unsafe { lock.make_read_guard_unchecked(guard) })
}
