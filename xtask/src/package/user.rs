//! What somebody's first program might do with each of the crates.

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use log::{LevelFilter, info};
use tl_barrier::{Barrier, BrokenBarrierKind};
use tl_condition::{Condition, Condvar, CondvarExt, Monitor};
use tl_core::logging::BasicConfig;
use tl_event::{AutoResetEvent, Event};
use tl_inspect::{deadlocks, snapshot};
use tl_local::{Local, SharedLocal};
use tl_locks::{
    Lock, Mutex, MutexExt, RLock, ReentrantMutex, ReentrantMutexExt, RwLock, RwLockExt,
    RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, Semaphore};
use tl_thread::{
    Builder, Thread, current_thread, enumerate, park, park_deadline, park_timeout, scope, spawn,
};
use tl_timer::Timer;

type Outcome = Result<(), Box<dyn Error>>;

const AN_HOUR: Duration = Duration::from_secs(3600);

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

fn main() -> Outcome {
    // A warning or worse would be shown; this is neither.
    BasicConfig::new()
        .level(LevelFilter::Warn)
        .escape_controls()
        .init()?;
    info!(crates = 10; "not shown");

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

    threads()?;
    locks()?;
    readers_and_writers()?;
    conditions();
    semaphores()?;
    events_and_barriers();
    timers()?;
    values_of_all_threads();
    Ok(())
}

fn threads() -> Outcome {
    // A stack that is too small for a thread is rounded up.
    let worker = Builder::new()
        .name("small".to_owned())
        .stack_size(20)
        .spawn(|| {
            park();
            park_timeout(AN_HOUR)
        })?;
    let thread = worker.thread();
    assert!(thread.wait_begun_timeout(AN_HOUR) && thread.has_begun() && !thread.is_foreign());
    assert!(thread.std_thread().is_some());
    #[cfg(unix)]
    assert!(thread.as_pthread_t().is_some());
    while !worker.is_finished() {
        worker.thread().unpark();
    }
    assert!(worker.join().expect("it does not panic"));
    assert!(!park_deadline(Instant::now()), "nothing unparks the main thread");

    let name = std::thread::scope(|s| {
        let inner = Builder::new().spawn_scoped(s, || current_thread().name().to_string());
        inner.map(|inner| inner.join().expect("it does not panic"))
    })?;
    assert!(name.starts_with("Thread-"));
    Ok(())
}

fn locks() -> Outcome {
    let rlock = RLock::new();
    rlock.with(|| rlock.with(|| assert_eq!(rlock.recursion_count(), 2)));
    rlock.with(|| rlock.with(|| rlock.unlocked(|| assert!(!rlock.locked()))))?;

    let mutex = Arc::new(Mutex::new(vec![1]));
    mutex.lock_arc().push(2);
    assert_eq!(serde_json::to_string(&*mutex)?, "[1,2]");
    assert!(mutex.lock_deadline(Instant::now()).is_some());
    let read: RwLock<u32> = serde_json::from_str("5")?;
    assert_eq!(*Arc::new(read).read_arc(), 5);

    let reentrant = ReentrantMutex::new(1);
    let _outer = reentrant.lock();
    assert!(reentrant.lock_timeout(Duration::ZERO).is_some());
    Ok(())
}

fn readers_and_writers() -> Outcome {
    let limit = RwLock::new(1);
    let mut writer = limit.write();
    assert!(limit.try_read().is_none() && limit.read_timeout(Duration::ZERO).is_none());
    *writer += 1;
    let reader = RwLockWriteGuard::downgrade(writer);
    assert_eq!(*reader + *limit.read_recursive(), 4);
    assert!(limit.try_write().is_none() && limit.write_deadline(Instant::now()).is_none());
    RwLockReadGuard::unlock_fair(reader);

    let upgradable = limit.upgradable_read();
    assert!(limit.upgradable_read_timeout(Duration::ZERO).is_none());
    let mut writer = RwLockUpgradableReadGuard::upgrade(upgradable);
    *writer += 1;
    let upgradable = RwLockWriteGuard::downgrade_to_upgradable(writer);
    assert_eq!(*upgradable + *limit.read(), 6);
    drop(upgradable);
    let part = RwLockReadGuard::map(limit.read(), |limit| limit);
    assert_eq!(*part, 3);
    Ok(())
}

fn conditions() {
    // A queue of one place: two conditions on one mutex, notified without it.
    let (queue, not_empty, not_full) = (Mutex::new(None), Condvar::new(), Condvar::new());
    let sum = scope(|s| {
        s.spawn(|| {
            for number in 1..=3 {
                let mut place = queue.lock();
                not_full.wait_while(&mut place, |place| place.is_some());
                *place = Some(number);
                drop(place);
                not_empty.notify_one();
            }
        });
        let mut sum = 0;
        for _ in 0..3 {
            let mut place = queue.lock();
            assert!(not_empty.wait_while_timeout(&mut place, |place| place.is_none(), AN_HOUR));
            sum += place.take().unwrap_or(0);
            drop(place);
            not_full.notify_one();
        }
        sum
    });
    assert_eq!((sum, not_empty.n_waiting()), (6, 0));

    // The same with what belongs together in one.
    let (place, taken) = (Monitor::new(Some(0)), Condvar::new());
    scope(|s| {
        s.spawn(|| {
            let mut place = place.lock();
            place.on(&taken).wait_while(|place| place.is_some());
            *place = Some(1);
            place.notify_one();
        });
        let mut place = place.lock();
        assert!(!place.on(&taken).wait_timeout(Duration::ZERO));
        *place = None;
        taken.notify_all();
        place.wait_while(|place| place.is_none());
    });

    let condition = Condition::new();
    let guard = condition.lock();
    assert!(condition.is_owned() && condition.lock_ref().locked());
    assert_eq!(condition.n_waiting(), 0);
    drop(guard);
}

fn semaphores() -> Outcome {
    let shelf = BoundedSemaphore::with_bound(1, 2);
    assert!(shelf.release_many(2).is_err());
    assert_eq!((shelf.drain(), shelf.n_waiting()), (1, 0));
    let pool = Arc::new(ClosableSemaphore::new(3));
    let mut pair = pool.permit_many(2)?;
    let mut one = pair.split(1).ok_or("it has two")?;
    one.merge(pool.permit()?)
        .map_err(|_| "both are of one pool")?;
    drop((pair, one));
    let owned = pool.permit_many_owned(3)?;
    let waiter = spawn({
        let pool = Arc::clone(&pool);
        move || pool.acquire()
    });
    while pool.n_waiting() == 0 {
        std::thread::yield_now();
    }
    pool.close();
    assert!(waiter.join().expect("it does not panic").is_err());
    assert!(pool.acquire().is_err() && pool.is_closed());
    drop(owned);
    Ok(())
}

fn events_and_barriers() {
    let bell = AutoResetEvent::new();
    bell.set();
    assert!(bell.try_wait() && !bell.try_wait());
    bell.set();
    assert!(bell.wait_timeout(AN_HOUR) && !bell.wait_deadline(Instant::now()));

    let barrier = Arc::new(Barrier::new(2));
    let crew = Thread::new({
        let barrier = Arc::clone(&barrier);
        move || {
            let _guard = barrier.abort_on_panic();
            std::panic::resume_unwind(Box::new("without a word"));
        }
    });
    assert!(crew.start().is_ok());
    assert_eq!(barrier.wait().map_err(|broken| broken.kind()), Err(BrokenBarrierKind::Aborted));
    assert!(crew.join().is_err());
}

fn timers() -> Outcome {
    let timer = Timer::new(Duration::from_millis(1), || RUNG.set());
    timer.start()?;
    RUNG.wait();
    timer.join()?;

    let idle = Timer::new(AN_HOUR, || unreachable!()).cancel_on_drop();
    idle.start()?;
    assert!(idle.restart() && idle.restart_after(2 * AN_HOUR));
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

fn values_of_all_threads() {
    let counts = SharedLocal::with_init(|| AtomicUsize::new(0));
    let count = |n| counts.with(|own| own.map(|own| own.fetch_add(n, Ordering::Relaxed)));
    let all = || -> usize { counts.iter().map(|own| own.load(Ordering::Relaxed)).sum() };
    count(1);
    scope(|s| {
        let other = s.spawn(|| {
            count(2);
            all()
        });
        assert_eq!(other.join().expect("it does not panic"), 3);
    });
    assert_eq!(all(), 1);
}
