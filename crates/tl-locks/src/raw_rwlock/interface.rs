//! The raw lock as `lock_api` wants it: the place that vouches for the protocol.
#![allow(unsafe_code)]

use std::time::{Duration, Instant};

use lock_api::{
    GuardSend, RawRwLockDowngrade, RawRwLockFair, RawRwLockTimed, RawRwLockUpgrade,
    RawRwLockUpgradeDowngrade, RawRwLockUpgradeFair, RawRwLockUpgradeTimed,
};

use tl_core::door::{Call, Deadline, Operation};

use super::{RawRwLock, Wish};
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

// SAFETY: `RawRwLock` asks for
// - readers that exclude writers, and writers that exclude all, acquire on locking, release on
//   unlocking: the protocol, which the model checker explores;
// - guard state that may be forgotten: `GuardSend` has nothing to drop;
// - a lock that may be moved or dropped while it is locked by who owns it exclusively: nobody waits
//   then, and nothing but the queue of waiters depends on the address;
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
        self.acquire_shared(Call::here(READ));
        GuardSend::new()
    }

    #[inline]
    fn try_lock_shared(&self) -> Option<GuardSend> {
        (self.join_readers() || self.try_acquire(Wish::Read)).then(GuardSend::new)
    }

    #[inline]
    unsafe fn unlock_shared(&self, _guard: GuardSend) {
        self.release_shared(false);
    }

    #[inline]
    #[track_caller]
    fn lock_exclusive(&self) -> GuardSend {
        self.acquire_exclusive(Call::here(WRITE));
        GuardSend::new()
    }

    #[inline]
    fn try_lock_exclusive(&self) -> Option<GuardSend> {
        (self.take_free() || self.try_acquire(Wish::Write)).then(GuardSend::new)
    }

    #[inline]
    unsafe fn unlock_exclusive(&self, _guard: GuardSend) {
        self.release_exclusive();
    }

    #[inline]
    fn is_locked(&self) -> bool {
        RawRwLock::is_locked(self)
    }

    #[inline]
    fn is_locked_exclusive(&self) -> bool {
        RawRwLock::is_locked_exclusive(self)
    }
}

// SAFETY: a lock acquired in time is acquired as without a limit; the deadlines do not come early.
unsafe impl RawRwLockTimed for RawRwLock {
    type Duration = Duration;
    type Instant = Instant;

    #[inline]
    #[track_caller]
    fn try_lock_shared_for(&self, timeout: Duration) -> Option<GuardSend> {
        self.acquire_shared_timeout(timeout, Call::here(TRY_READ_FOR))
            .then(GuardSend::new)
    }

    #[inline]
    #[track_caller]
    fn try_lock_shared_until(&self, deadline: Instant) -> Option<GuardSend> {
        self.acquire_shared_deadline(deadline, Call::here(TRY_READ_UNTIL))
            .then(GuardSend::new)
    }

    #[inline]
    #[track_caller]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> Option<GuardSend> {
        self.acquire_exclusive_timeout(timeout, Call::here(TRY_WRITE_FOR))
            .then(GuardSend::new)
    }

    #[inline]
    #[track_caller]
    fn try_lock_exclusive_until(&self, deadline: Instant) -> Option<GuardSend> {
        self.acquire_exclusive_deadline(deadline, Call::here(TRY_WRITE_UNTIL))
            .then(GuardSend::new)
    }
}

// SAFETY: a lock released fairly is released as without fairness, or is handed to waiters for whom
// it would have been free. To bump it is left to `lock_api`, which aborts should it not be had
// again.
unsafe impl RawRwLockFair for RawRwLock {
    #[inline]
    unsafe fn unlock_shared_fair(&self, _guard: GuardSend) {
        self.release_shared(true);
    }

    #[inline]
    unsafe fn unlock_exclusive_fair(&self, _guard: GuardSend) {
        self.release_exclusive_fair();
    }
}

// SAFETY: the reader that the writer becomes is among the readers before anybody else can write.
unsafe impl RawRwLockDowngrade for RawRwLock {
    #[inline]
    unsafe fn downgrade(&self, guard: GuardSend) -> GuardSend {
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
        self.acquire_upgradable(Call::here(UPGRADABLE));
        GuardSend::new()
    }

    #[inline]
    fn try_lock_upgradable(&self) -> Option<GuardSend> {
        self.try_acquire(Wish::ReadUpgradably).then(GuardSend::new)
    }

    #[inline]
    unsafe fn unlock_upgradable(&self, _guard: GuardSend) {
        self.release_upgradable(false);
    }

    #[inline]
    #[track_caller]
    unsafe fn upgrade(&self, guard: GuardSend) -> GuardSend {
        RawRwLock::upgrade(self, Deadline::NEVER, Call::here(UPGRADE));
        guard
    }

    #[inline]
    unsafe fn try_upgrade(&self, guard: GuardSend) -> Result<GuardSend, GuardSend> {
        match self.try_acquire(Wish::Upgrade) {
            true => Ok(guard),
            false => Err(guard),
        }
    }
}

// SAFETY: as for `RawRwLockFair`.
unsafe impl RawRwLockUpgradeFair for RawRwLock {
    #[inline]
    unsafe fn unlock_upgradable_fair(&self, _guard: GuardSend) {
        self.release_upgradable(true);
    }
}

// SAFETY: what the thread keeps is noted before anybody else can write.
unsafe impl RawRwLockUpgradeDowngrade for RawRwLock {
    #[inline]
    unsafe fn downgrade_upgradable(&self, guard: GuardSend) -> GuardSend {
        RawRwLock::downgrade_upgradable(self);
        guard
    }

    #[inline]
    unsafe fn downgrade_to_upgradable(&self, guard: GuardSend) -> GuardSend {
        RawRwLock::downgrade_to_upgradable(self);
        guard
    }
}

// SAFETY: as for `RawRwLockUpgrade` and `RawRwLockTimed`.
unsafe impl RawRwLockUpgradeTimed for RawRwLock {
    #[inline]
    #[track_caller]
    fn try_lock_upgradable_for(&self, timeout: Duration) -> Option<GuardSend> {
        self.acquire_timeout_slow(
            Wish::ReadUpgradably,
            timeout,
            Call::here(TRY_UPGRADABLE_FOR),
        )
        .then(GuardSend::new)
    }

    #[inline]
    #[track_caller]
    fn try_lock_upgradable_until(&self, deadline: Instant) -> Option<GuardSend> {
        self.acquire_slow(
            Wish::ReadUpgradably,
            Deadline::at(deadline),
            Call::here(TRY_UPGRADABLE_UNTIL),
        )
        .then(GuardSend::new)
    }

    #[inline]
    #[track_caller]
    unsafe fn try_upgrade_for(
        &self,
        guard: GuardSend,
        timeout: Duration,
    ) -> Result<GuardSend, GuardSend> {
        match RawRwLock::upgrade(self, Deadline::after(timeout), Call::here(TRY_UPGRADE_FOR)) {
            true => Ok(guard),
            false => Err(guard),
        }
    }

    #[inline]
    #[track_caller]
    unsafe fn try_upgrade_until(
        &self,
        guard: GuardSend,
        deadline: Instant,
    ) -> Result<GuardSend, GuardSend> {
        match RawRwLock::upgrade(self, Deadline::at(deadline), Call::here(TRY_UPGRADE_UNTIL)) {
            true => Ok(guard),
            false => Err(guard),
        }
    }
}

/// Reads, though the lock be closed to new readers. `None` if the deadline came first; with
/// `deadline` of `None` it is a try.
pub(crate) fn read_recursive<T: ?Sized>(
    lock: &RwLock<T>,
    deadline: Option<Deadline>,
    call: Call,
) -> Option<RwLockReadGuard<'_, T>> {
    // SAFETY: the raw lock must not be changed so that a guard lies: to become one more reader
    // where nobody writes is what any reader does.
    let raw = unsafe { lock.raw() };
    let acquired = match deadline {
        Some(deadline) => raw.acquire_slow(Wish::ReadRecursively, deadline, call),
        None => raw.try_acquire(Wish::ReadRecursively),
    };
    // SAFETY: the calling thread has become a reader, and this is its only guard.
    acquired.then(|| unsafe { lock.make_read_guard_unchecked(GuardSend::new()) })
}
