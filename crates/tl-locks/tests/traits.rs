//! What the compiler holds: sizes, `Send`, `Sync`, unwind safety, constants. These tests fail by
//! not compiling.

#[macro_use]
#[path = "../../../tests/support/assert_not.rs"]
mod assert_not;

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::Arc;

use lock_api::{RawMutex, RawMutexFair, RawMutexTimed};
use lock_api::{
    RawRwLockDowngrade, RawRwLockFair, RawRwLockTimed, RawRwLockUpgradeDowngrade,
    RawRwLockUpgradeFair, RawRwLockUpgradeTimed,
};
use tl_locks::{
    ConditionLock, Lock, LockGuard, Mutex, MutexGuard, RLock, RLockGuard, RawCondvar, RawLock,
    RawRwLock, ReentrantMutex, ReentrantMutexGuard, ReleaseError, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};

// With the feature `lock-order` each lock has room for its number.
#[cfg(not(feature = "lock-order"))]
#[test]
fn sizes_are_those_promised() {
    const {
        assert!(size_of::<Lock>() <= 4);
        assert!(size_of::<RawLock>() <= 4);
        assert!(size_of::<RLock>() <= 16);
        assert!(size_of::<RawRwLock>() <= 4);
        assert!(size_of::<RwLock<u32>>() <= 8);
        assert!(size_of::<RawCondvar>() <= size_of::<usize>());
        assert!(size_of::<Mutex<u32>>() <= 8);
        assert!(size_of::<Option<LockGuard<'_>>>() == size_of::<usize>());
        assert!(size_of::<Option<RLockGuard<'_>>>() == size_of::<usize>());
    }
}

#[test]
fn all_can_be_constants() {
    static LOCK: Lock = Lock::new();
    static RLOCK: RLock = RLock::new();
    static MUTEX: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static REENTRANT: ReentrantMutex<Cell<u32>> = ReentrantMutex::new(Cell::new(0));
    static RWLOCK: RwLock<Vec<String>> = RwLock::new(Vec::new());
    static WAITERS: RawCondvar = RawCondvar::new();
    let _ = (&LOCK, &RLOCK, &MUTEX, &REENTRANT, &RWLOCK, &WAITERS);
}

#[test]
fn locks_are_shared_and_guards_go_where_they_may() {
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send>() {}
    fn seen<T: Sync>() {}
    shared::<Lock>();
    shared::<RLock>();
    shared::<RawLock>();
    shared::<RawRwLock>();
    shared::<RawCondvar>();
    shared::<ReleaseError>();
    shared::<Mutex<Cell<u32>>>();
    shared::<ReentrantMutex<Cell<u32>>>();
    sent::<LockGuard<'static>>();
    sent::<MutexGuard<'static, u32>>();
    seen::<LockGuard<'static>>();
    seen::<RLockGuard<'static>>();
    assert_not!(RLockGuard<'static>: Send);
    assert_not!(ReentrantMutexGuard<'static, Cell<u32>>: Send);
    assert_not!(MutexGuard<'static, Rc<u32>>: Send);
    assert_not!(Mutex<Rc<u32>>: Sync);
    shared::<RwLock<u32>>();
    sent::<RwLockReadGuard<'static, u32>>();
    sent::<RwLockUpgradableReadGuard<'static, u32>>();
    sent::<RwLockWriteGuard<'static, u32>>();
    assert_not!(RwLock<Cell<u32>>: Sync);
    assert_not!(RwLockReadGuard<'static, Cell<u32>>: Send);
}

#[test]
fn locks_may_be_used_on_both_sides_of_a_panic() {
    fn survives_unwinding<T: UnwindSafe + RefUnwindSafe>() {}
    survives_unwinding::<Lock>();
    survives_unwinding::<RLock>();
    survives_unwinding::<LockGuard<'static>>();
    survives_unwinding::<RLockGuard<'static>>();
    survives_unwinding::<RawCondvar>();
}

#[test]
fn a_condition_gives_up_locks_without_data_only() {
    fn condition_lock<L: ConditionLock>() {}
    condition_lock::<Lock>();
    condition_lock::<RLock>();
    condition_lock::<&Lock>();
    condition_lock::<Arc<RLock>>();
    condition_lock::<Arc<&Lock>>();
    assert_not!(Mutex<u32>: ConditionLock);
    assert_not!(ReentrantMutex<u32>: ConditionLock);
    assert_not!(RawLock: ConditionLock);
}

#[test]
fn only_the_raw_lock_is_a_raw_mutex() {
    fn raw_mutex<R: RawMutex + RawMutexFair + RawMutexTimed>() {}
    raw_mutex::<RawLock>();
    // A re-entrant lock under a mutex would be two `&mut` to one value; one with a bare `release`,
    // two owners.
    assert_not!(RLock: RawMutex);
    assert_not!(Lock: RawMutex);
}

#[test]
fn the_raw_lock_of_readers_and_writers_can_all_that_lock_api_knows() {
    fn raw_rwlock<R>()
    where
        R: RawRwLockTimed + RawRwLockFair + RawRwLockDowngrade,
        R: RawRwLockUpgradeTimed + RawRwLockUpgradeFair + RawRwLockUpgradeDowngrade,
    {
    }
    raw_rwlock::<RawRwLock>();
}
