//! The first time that threads contend for a primitive, nothing is allocated: the queues of the
//! door are on the stacks of those that wait. One test, since it counts what the whole process
//! allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tl_barrier::Barrier;
use tl_condition::{Condition, Monitor};
use tl_core::door::waits;
use tl_event::Event;
use tl_locks::{Lock, Mutex, RLock};
use tl_semaphore::{BoundedSemaphore, Semaphore};

/// The system's allocator, which counts the allocations of threads that are watched.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
/// How many threads have come to [`hold`] since the last call of [`allocated`].
static HOLDS: AtomicUsize = AtomicUsize::new(0);

thread_local!(static IS_WATCHED: Cell<bool> = const { Cell::new(false) });

// SAFETY: all calls are passed on to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(usize::from(IS_WATCHED.get()), Ordering::Relaxed);
        // SAFETY: the caller's promises are those that this asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const THREADS: usize = 4;

/// Lets the threads run `each` at once, and counts what they allocate there.
fn allocated(each: impl Fn(usize) + Sync) -> usize {
    let before = ALLOCATED.load(Ordering::Relaxed);
    HOLDS.store(0, Ordering::Relaxed);
    let ready = AtomicUsize::new(0);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (ready, each) = (&ready, &each);
                scope.spawn(move || {
                    ready.fetch_add(1, Ordering::Relaxed);
                    while ready.load(Ordering::Relaxed) < THREADS {
                        thread::yield_now();
                    }
                    IS_WATCHED.set(true);
                    each(number);
                    IS_WATCHED.set(false);
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    ALLOCATED.load(Ordering::Relaxed) - before
}

/// Returns once another thread sleeps in one of the primitives; at once in the last of the threads
/// that come here, for which none can wait.
fn hold() {
    let is_last = HOLDS.fetch_add(1, Ordering::Relaxed) + 1 == THREADS;
    // The look itself allocates.
    let is_watched = IS_WATCHED.replace(false);
    while !is_last && waits().iter().all(|wait| wait.asleep_for.is_none()) {
        thread::yield_now();
    }
    IS_WATCHED.set(is_watched);
}

#[test]
fn contention_allocates_nothing() {
    assert_eq!(
        allocated(|_| drop(black_box(Box::new(1)))),
        THREADS,
        "the count works"
    );

    let lock = Lock::new();
    assert_eq!(allocated(|_| lock.with(hold)), 0, "Lock");
    let rlock = RLock::new();
    assert_eq!(allocated(|_| rlock.with(|| rlock.with(hold))), 0, "RLock");
    let mutex = Mutex::new(());
    let locked = allocated(|_| {
        let _guard = mutex.lock();
        hold();
    });
    assert_eq!(locked, 0, "Mutex");

    let event = Event::new();
    let waited = allocated(|number| match number {
        0 => {
            hold();
            event.set();
        }
        _ => event.wait(),
    });
    assert_eq!(waited, 0, "Event");

    let condition = Condition::new();
    let waited = allocated(|number| match number {
        0 => {
            let mut left = THREADS - 1;
            while left > 0 {
                left -= condition.lock().notify_one();
                thread::yield_now();
            }
        }
        _ => condition.lock().wait(),
    });
    assert_eq!(waited, 0, "Condition");

    let monitor = Monitor::new(0);
    let waited = allocated(|_| {
        let mut arrived = monitor.lock();
        *arrived += 1;
        arrived.notify_all();
        arrived.wait_while(|arrived| *arrived != THREADS);
    });
    assert_eq!(waited, 0, "Monitor");

    let barrier = Barrier::new(THREADS);
    let met = allocated(|number| {
        if number == 0 {
            hold();
        }
        assert!(barrier.wait().is_ok());
    });
    assert_eq!(met, 0, "Barrier");

    let (semaphore, bounded) = (Semaphore::new(1), BoundedSemaphore::new(1));
    let acquired = allocated(|_| semaphore.with(|| bounded.with(hold)));
    assert_eq!(acquired, 0, "Semaphore");

    let timed = allocated(|_| {
        assert!(!Event::new().wait_timeout(Duration::from_millis(1)));
        assert!(!Semaphore::new(0).acquire_timeout(Duration::from_millis(1)));
    });
    assert_eq!(timed, 0, "waits that run out");
}
