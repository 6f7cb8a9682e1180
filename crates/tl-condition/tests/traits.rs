//! What the compiler holds: sizes, `Send`, `Sync`, unwind safety, constants. These tests fail by
//! not compiling.

#[macro_use]
#[path = "../../../tests/support/assert_not.rs"]
mod assert_not;

use std::cell::Cell;
use std::mem::size_of;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::Arc;

use tl_condition::{Condition, ConditionGuard, Condvar, Monitor, MonitorGuard, NotAcquired};
use tl_locks::{Lock, RLock};

#[test]
fn sizes_are_those_promised() {
    const {
        assert!(size_of::<Condition>() - size_of::<RLock>() <= 24);
        assert!(size_of::<Condition<Lock>>() <= 16);
        assert!(size_of::<Condition<&Lock>>() <= 16);
        assert!(size_of::<Monitor<()>>() <= 16);
        assert!(size_of::<Condvar>() <= size_of::<usize>());
    }
}

#[test]
fn all_can_be_constants() {
    static LOCK: Lock = Lock::new();
    static CONDITION: Condition = Condition::new();
    static OWN: Condition<Lock> = Condition::with_lock(Lock::new());
    static SHARED: Condition<&Lock> = Condition::with_lock(&LOCK);
    static MONITOR: Monitor<Vec<String>> = Monitor::new(Vec::new());
    static CONDVAR: Condvar = Condvar::new();
    let _ = (&CONDITION, &OWN, &SHARED, &MONITOR, &CONDVAR);
}

#[test]
fn conditions_are_shared_and_guards_go_where_they_may() {
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send>() {}
    fn seen<T: Sync>() {}
    shared::<Condition>();
    shared::<Condvar>();
    shared::<Condition<Lock>>();
    shared::<Condition<Arc<RLock>>>();
    shared::<Condition<&'static Lock>>();
    shared::<Monitor<Cell<u32>>>();
    shared::<NotAcquired>();
    sent::<ConditionGuard<'static, Lock>>();
    sent::<ConditionGuard<'static, Arc<Lock>>>();
    sent::<MonitorGuard<'static, u32>>();
    seen::<MonitorGuard<'static, u32>>();
    assert_not!(ConditionGuard<'static, RLock>: Send);
    assert_not!(ConditionGuard<'static, RLock>: Sync);
    assert_not!(ConditionGuard<'static, Arc<RLock>>: Send);
    assert_not!(ConditionGuard<'static, &'static RLock>: Send);
    assert_not!(Monitor<Rc<u32>>: Sync);
    assert_not!(MonitorGuard<'static, Rc<u32>>: Send);
    assert_not!(MonitorGuard<'static, Cell<u32>>: Sync);
}

#[test]
fn conditions_may_be_used_on_both_sides_of_a_panic() {
    fn survives_unwinding<T: UnwindSafe + RefUnwindSafe>() {}
    survives_unwinding::<Condition>();
    survives_unwinding::<Condition<Arc<Lock>>>();
    survives_unwinding::<ConditionGuard<'static, RLock>>();
    // As a `RefCell`: there is no poisoning that would tell of a value left half changed.
    assert_not!(Monitor<u32>: RefUnwindSafe);
}
