//! What somebody's first program might do with each of the crates.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use log::{LevelFilter, info};
use tl_barrier::Barrier;
use tl_condition::{Condvar, CondvarExt, Monitor};
use tl_core::logging::BasicConfig;
use tl_event::{AutoResetEvent, Event};
use tl_inspect::{deadlocks, snapshot};
use tl_local::Local;
use tl_locks::{Lock, Mutex, MutexExt, RLock, RwLock, RwLockExt, RwLockWriteGuard};
use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, Semaphore};
use tl_thread::{Thread, enumerate, scope};
use tl_timer::Timer;

static BARRIER: Barrier = Barrier::new(2);
static DESKS: Semaphore = Semaphore::new(1);
static DONE: AtomicUsize = AtomicUsize::new(0);
static LOCAL: Local<usize> = Local::new();
static LOCK: Lock = Lock::new();
static QUEUE: Monitor<Vec<usize>> = Monitor::new(Vec::new());
static RUNG: Event = Event::new();

fn work() {
    let _guard = BARRIER.abort_on_panic();
    BARRIER.wait().expect("nobody aborts it");
    LOCAL.set(7);
    DESKS.with(|| QUEUE.lock().push(LOCAL.get().unwrap_or_default()));
    QUEUE.lock().notify_all();
    LOCK.with(|| DONE.fetch_add(1, Ordering::Relaxed));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A warning or worse would be shown; this is neither.
    BasicConfig::new()
        .level(LevelFilter::Warn)
        .escape_controls()
        .init()?;
    info!(crates = 9; "not shown");

    let workers = [Thread::new(work).with_name("one"), Thread::new(work)];
    for worker in &workers {
        worker.start()?;
    }
    let mut queue = QUEUE.lock();
    queue.wait_while(|queue| queue.len() < 2);
    assert_eq!(*queue, [7, 7]);
    drop(queue);
    for worker in &workers {
        worker.join()?;
    }
    assert_eq!(DONE.load(Ordering::Relaxed), 2);
    assert_eq!(LOCAL.get(), None);
    assert_eq!(enumerate().len(), 1);
    assert_eq!(snapshot().threads().len(), 1);
    assert!(deadlocks().is_empty());

    let total = Mutex::new(0);
    scope(|s| {
        for n in 1..=4 {
            let total = &total;
            s.spawn(move || *total.lock() += n);
        }
    });
    assert_eq!(total.into_inner(), 10);

    let shelf = BoundedSemaphore::with_bound(1, 2);
    assert!(shelf.release_many(2).is_err());
    assert_eq!(shelf.drain(), 1);
    let pool = ClosableSemaphore::new(2);
    let mut pair = pool.permit_many(2)?;
    drop(pair.split(1));
    pool.close();
    assert!(pool.acquire().is_err());

    let limit = RwLock::new(1);
    let mut writer = limit.write();
    *writer += 1;
    let reader = RwLockWriteGuard::downgrade(writer);
    assert_eq!(*reader + *limit.read_recursive(), 4);

    let rlock = RLock::new();
    rlock.with(|| rlock.with(|| assert_eq!(rlock.recursion_count(), 2)));
    rlock.with(|| rlock.unlocked(|| assert!(!rlock.locked())))?;

    let (ready, changed) = (Mutex::new(false), Condvar::new());
    scope(|s| {
        s.spawn(|| {
            *ready.lock_timeout(Duration::MAX).expect("it never runs out") = true;
            changed.notify_one();
        });
        changed.wait_while(&mut ready.lock(), |ready| !*ready);
    });
    let mut queue = QUEUE.lock();
    assert!(!queue.on(&changed).wait_timeout(Duration::ZERO));
    assert_eq!(changed.n_waiting(), 0);
    drop(queue);

    let bell = AutoResetEvent::new();
    bell.set();
    assert!(bell.try_wait() && !bell.try_wait());

    let timer = Timer::new(Duration::from_millis(1), || RUNG.set());
    timer.start()?;
    RUNG.wait();
    timer.join()?;

    let idle = Timer::new(Duration::from_secs(60), || unreachable!()).cancel_on_drop();
    idle.start()?;
    assert!(idle.restart());
    let mut beats = 0;
    let timer = Timer::repeat(Duration::ZERO, move || {
        beats += 1;
        match beats {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(Duration::from_millis(1)),
        }
    });
    timer.start()?;
    timer.join()?;
    Ok(())
}
