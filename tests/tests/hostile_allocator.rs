//! An allocator that takes a lock of every kind in each call, and a profiler's signal a thousand
//! times a second, while thousands of threads begin and end.
//!
//! Not for every system: `setitimer` is Unix's.
#![cfg(all(unix, not(sanitize_thread)))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use log::{Level, Log, Record};
use tl_core::current_ident;
use tl_core::logging::{BasicConfig, LevelFilter};
use tl_local::Local;
use tl_locks::{Lock, Mutex, RLock, RwLock};
use tl_semaphore::{BoundedSemaphore, Semaphore};
use tl_thread::{Thread, scope};
use tl_timer::Timer;

const THREADS: usize = 2_000;
const AT_ONCE: usize = 20;
const LIMIT: Duration = Duration::from_secs(60);

struct Locking;

static LOCK: Lock = Lock::new();
static RLOCK: RLock = RLock::new();
static MUTEX: Mutex<u64> = Mutex::new(0);
static RWLOCK: RwLock<u64> = RwLock::new(0);
static SEMAPHORE: Semaphore = Semaphore::new(1);
static BOUNDED: BoundedSemaphore = BoundedSemaphore::new(2);

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Acquires and releases each of them, unless the calling thread is doing so already.
fn take_all() {
    if IS_INSIDE.replace(true) {
        return;
    }
    LOCK.with(|| ());
    RLOCK.with(|| RLOCK.with(|| ()));
    *MUTEX.lock() += 1;
    *RWLOCK.write() += 1;
    let _ = *RWLOCK.read();
    SEMAPHORE.with(|| ());
    BOUNDED.acquire_many(2);
    BOUNDED.release_many(2).expect("they were acquired");
    IS_INSIDE.set(false);
}

// SAFETY: it is the system's allocator; what is done besides makes no use of the memory.
unsafe impl GlobalAlloc for Locking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take_all();
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        take_all();
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Locking = Locking;

static HANDLED: AtomicU32 = AtomicU32::new(0);

extern "C" fn handler(_signal: i32) {
    assert!(current_ident() == current_ident());
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// Sends the process a thousand signals for each second of its processor time.
fn profile() {
    let handler: extern "C" fn(i32) = handler;
    let timer = tl_tests::every_millisecond();
    // SAFETY: the handler only asks for the identity, which a handler may do, and counts; the timer
    // is one of the process's own.
    unsafe {
        libc::signal(libc::SIGPROF, handler as libc::sighandler_t);
        libc::setitimer(libc::ITIMER_PROF, &raw const timer, std::ptr::null_mut());
    }
}

#[test]
fn thousands_of_threads_begin_and_end_under_an_allocator_that_locks_and_a_profiler() {
    static LOCAL: Local<Vec<u8>> = Local::new();
    static DONE: AtomicU32 = AtomicU32::new(0);

    profile();
    let logger = BasicConfig::new()
        .level(LevelFilter::Info)
        .file("/dev/null")
        .build()
        .unwrap();
    let logger: &'static dyn Log = Box::leak(Box::new(logger));
    let work = move || {
        LOCAL.set(vec![1]);
        logger.log(
            &Record::builder()
                .level(Level::Info)
                .args(format_args!("{}", String::from("allocated")))
                .build(),
        );
        drop(Box::new(LOCAL.take()));
        DONE.fetch_add(1, Ordering::Relaxed);
    };
    for round in 0..THREADS / AT_ONCE {
        let threads: Vec<Thread> = (0..AT_ONCE / 2)
            .map(|_| {
                let thread = Thread::new(work);
                thread.start().unwrap();
                thread
            })
            .collect();
        let timer = Timer::new(Duration::from_micros(round as u64), work);
        timer.start().unwrap();
        scope(|s| {
            for _ in 0..AT_ONCE / 2 - 1 {
                s.spawn(work);
            }
        });
        for thread in threads {
            assert_eq!(thread.join_timeout(LIMIT), Ok(true));
        }
        assert_eq!(timer.join_timeout(LIMIT), Ok(true));
    }
    assert_eq!(DONE.load(Ordering::Relaxed) as usize, THREADS);
    assert!(HANDLED.load(Ordering::Relaxed) > 0);
}
