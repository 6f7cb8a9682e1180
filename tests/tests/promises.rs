//! What the crates promise beyond behaviour: how large the primitives are, which threads may have
//! what, what can be a static, what each crate brings along, and where there is unsafe code. Most
//! of these tests fail by not compiling.

#[macro_use]
#[path = "../support/assert_not.rs"]
mod assert_not;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::mem::size_of;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;

use tl_barrier::{AbortOnPanic, Barrier, BarrierWaitResult, BrokenBarrier};
use tl_condition::{Condition, ConditionGuard, Condvar, Monitor, MonitorGuard, NotAcquired};
use tl_core::ThreadIdent;
use tl_event::{AutoResetEvent, Event};
use tl_local::{Local, SharedLocal, SharedRef};
use tl_locks::{
    Lock, LockGuard, Mutex, MutexGuard, RLock, RLockGuard, ReentrantMutex, ReentrantMutexGuard,
    RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, OwnedPermit, Permit, Semaphore};
use tl_thread::{JoinError, JoinHandle, SetDaemonError, StartError, Thread};
use tl_timer::{CancelOnDrop, Timer};

#[test]
fn a_primitive_is_64_bits_or_less_and_a_protocol_of_two_parts_a_line_or_two() {
    const WORD: usize = 8;
    const POINTER: usize = size_of::<usize>();
    const LINE: usize = 64;
    const {
        assert!(size_of::<Lock>() <= WORD);
        assert!(size_of::<Event>() <= WORD);
        assert!(size_of::<Semaphore>() <= WORD);
        assert!(size_of::<BoundedSemaphore>() <= WORD);
        assert!(size_of::<ClosableSemaphore>() <= WORD);
        assert!(size_of::<Mutex<()>>() <= WORD);
        assert!(size_of::<RwLock<()>>() <= WORD);
        assert!(size_of::<Condvar>() <= WORD);
        assert!(size_of::<AutoResetEvent>() <= WORD);
        // The owner, the depth, and the word.
        assert!(size_of::<RLock>() <= 2 * WORD);
        assert!(size_of::<ReentrantMutex<()>>() <= 3 * WORD);
        assert!(size_of::<Condition<Lock>>() <= LINE);
        assert!(size_of::<Condition<RLock>>() <= LINE);
        assert!(size_of::<Monitor<()>>() <= LINE);
        assert!(size_of::<Barrier>() <= 2 * LINE);
        assert!(size_of::<Local<u8>>() <= LINE);
        assert!(size_of::<SharedLocal<u8>>() <= LINE);
        assert!(size_of::<ThreadIdent>() == 8 && size_of::<Option<ThreadIdent>>() == 8);
        assert!(size_of::<Thread>() == POINTER);
        assert!(size_of::<LockGuard<'_>>() == POINTER);
        assert!(size_of::<RLockGuard<'_>>() == POINTER);
    }
}

#[test]
fn what_is_shared_can_be_shared_and_what_is_sent_can_be_sent() {
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send>() {}
    fn seen<T: Sync>() {}
    shared::<Lock>();
    shared::<RLock>();
    shared::<Mutex<Cell<u32>>>();
    shared::<ReentrantMutex<Cell<u32>>>();
    shared::<Event>();
    shared::<AutoResetEvent>();
    shared::<RwLock<u32>>();
    shared::<Condvar>();
    shared::<Condition<Lock>>();
    shared::<Condition<RLock>>();
    shared::<Condition<Arc<RLock>>>();
    shared::<Monitor<Cell<u32>>>();
    shared::<Barrier>();
    shared::<BarrierWaitResult>();
    shared::<Semaphore>();
    shared::<BoundedSemaphore>();
    shared::<ClosableSemaphore>();
    shared::<OwnedPermit>();
    shared::<Local<Cell<u32>>>();
    shared::<SharedLocal<u32>>();
    shared::<Thread>();
    shared::<JoinHandle<u32>>();
    shared::<Timer>();
    shared::<CancelOnDrop>();
    shared::<ThreadIdent>();
    sent::<Permit<'_>>();
    sent::<LockGuard<'_>>();
    sent::<MutexGuard<'_, Cell<u32>>>();
    sent::<RwLockReadGuard<'_, u32>>();
    sent::<RwLockWriteGuard<'_, u32>>();
    sent::<RwLockUpgradableReadGuard<'_, u32>>();
    sent::<ConditionGuard<'_, Lock>>();
    sent::<AbortOnPanic<'_>>();
    seen::<LockGuard<'_>>();
    seen::<RLockGuard<'_>>();
    seen::<Permit<'_>>();
}

#[test]
fn what_belongs_to_a_thread_stays_with_it() {
    assert_not!(RLockGuard<'static>: Send);
    assert_not!(ReentrantMutexGuard<'static, Cell<u32>>: Send);
    assert_not!(ConditionGuard<'static, RLock>: Send);
    assert_not!(MonitorGuard<'static, Rc<u32>>: Send);
    assert_not!(MutexGuard<'static, Cell<u32>>: Sync);
    assert_not!(MutexGuard<'static, Rc<u32>>: Send);
    assert_not!(Mutex<Rc<u32>>: Sync);
    assert_not!(Mutex<Rc<u32>>: Send);
    assert_not!(ReentrantMutex<Rc<u32>>: Sync);
    assert_not!(RwLock<Cell<u32>>: Sync);
    assert_not!(RwLockReadGuard<'static, Cell<u32>>: Send);
    assert_not!(Monitor<Rc<u32>>: Sync);
    assert_not!(SharedRef<'static, u32>: Send);
}

#[test]
fn a_panic_elsewhere_leaves_them_fit_for_use() {
    fn unwinds<T: UnwindSafe + RefUnwindSafe>() {}
    unwinds::<Lock>();
    unwinds::<RLock>();
    unwinds::<Event>();
    unwinds::<AutoResetEvent>();
    unwinds::<Condvar>();
    unwinds::<Condition<Lock>>();
    unwinds::<Condition<RLock>>();
    unwinds::<Barrier>();
    unwinds::<Semaphore>();
    unwinds::<BoundedSemaphore>();
    unwinds::<ClosableSemaphore>();
    unwinds::<Local<u32>>();
    unwinds::<SharedLocal<u32>>();
    unwinds::<Thread>();
    unwinds::<Timer>();
}

#[test]
fn all_can_be_statics() {
    static LOCK: Lock = Lock::new();
    static RLOCK: RLock = RLock::new();
    static MUTEX: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    static REENTRANT: ReentrantMutex<Cell<u8>> = ReentrantMutex::new(Cell::new(0));
    static RWLOCK: RwLock<Vec<u8>> = RwLock::new(Vec::new());
    static EVENT: Event = Event::new();
    static BELL: AutoResetEvent = AutoResetEvent::new();
    static CONDVAR: Condvar = Condvar::new();
    static CONDITION: Condition = Condition::new();
    static ON_A_LOCK: Condition<Lock> = Condition::with_lock(Lock::new());
    static MONITOR: Monitor<Vec<u8>> = Monitor::new(Vec::new());
    static BARRIER: Barrier = Barrier::new(1);
    static SEMAPHORE: Semaphore = Semaphore::new(1);
    static BOUNDED: BoundedSemaphore = BoundedSemaphore::new(1);
    static CLOSABLE: ClosableSemaphore = ClosableSemaphore::new(1);
    static LOCAL: Local<String> = Local::new();
    static SHARED: SharedLocal<String> = SharedLocal::new();
    LOCK.with(|| RLOCK.with(|| ()));
    MUTEX.lock().push(1);
    REENTRANT.lock().set(1);
    RWLOCK.write().push(1);
    EVENT.set();
    BELL.set();
    CONDVAR.notify_all();
    CONDITION.lock().notify_all();
    ON_A_LOCK.lock().notify_all();
    MONITOR.lock().push(1);
    assert!(BARRIER.wait().is_ok());
    SEMAPHORE.with(|| BOUNDED.with(|| ()));
    assert!(CLOSABLE.with(|| ()).is_ok());
    assert!(!LOCAL.is_set() && !SHARED.is_set());
}

#[test]
fn errors_can_be_boxed_and_sent() {
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    error::<BrokenBarrier>();
    error::<NotAcquired>();
    error::<tl_locks::ReleaseError>();
    error::<tl_semaphore::ReleaseError>();
    error::<tl_semaphore::Closed>();
    error::<tl_inspect::trace::AlreadyRecording>();
    error::<JoinError>();
    error::<StartError>();
    error::<SetDaemonError>();
    error::<tl_core::logging::FormatError>();
}

// --- What each crate brings along.

/// Under `tl-core` without its logger. Everything that a primitive has brings at least this.
const CORE: [&str; 3] = ["tl-core", "crossbeam-utils", "libc"];

/// Returns the crates that a user of `package` compiles, without those that only its tests and
/// builds need.
fn dependencies(package: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}",
        ])
        .args(["--package", package])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != package)
        .collect()
}

fn assert_brings(package: &str, others: &[&str]) {
    let allowed: BTreeSet<String> = CORE
        .iter()
        .chain(others)
        .filter(|name| **name != package)
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(
        dependencies(package),
        allowed,
        "what {package} brings along (left) is not what it may (right)"
    );
}

#[test]
fn a_primitive_brings_the_core_and_little_else() {
    const LOCK_API: [&str; 2] = ["lock_api", "scopeguard"];
    assert_brings("tl-event", &[]);
    assert_brings("tl-barrier", &[]);
    assert_brings("tl-semaphore", &[]);
    assert_brings("tl-local", &[]);
    assert_brings("tl-locks", &LOCK_API);
    assert_brings("tl-condition", &["tl-locks", LOCK_API[0], LOCK_API[1]]);
    assert_brings("tl-thread", &[]);
    assert_brings("tl-timer", &["tl-thread"]);
    let own = ["log", "tl-thread", "thread_local", "cfg-if"];
    assert_brings("tl-inspect", &own);
}

#[test]
fn the_logger_is_all_that_the_core_adds() {
    assert_brings(
        "tl-core",
        &[
            "log",
            "env_filter",
            "jiff",
            "jiff-core",
            // For `logging::simple()`, from here on.
            "simple_logger",
            "colored",
            "time",
            "time-core",
            "time-macros",
            "deranged",
            "num-conv",
            "num_threads",
            "powerfmt",
        ],
    );
}
