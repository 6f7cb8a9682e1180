//! What runs in a new thread before the library does: the allocator of the program, which std asks
//! for memory there, and the handlers of signals.
//!
//! Not for every system: raises signals.

#![cfg(unix)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tl_core::{ThreadIdent, current_ident};
use tl_locks::RLock;
use tl_thread::{Builder, Thread, current_thread, enumerate, scope};
use tl_timer::Timer;

const LIMIT: Duration = Duration::from_secs(60);
const ROUNDS: u32 = 50;

/// An allocator that counts under a lock of ours, and that interrupts its thread now and then.
struct Counting;

static LOCK: RLock = RLock::new();
static HANDLED: AtomicU32 = AtomicU32::new(0);
/// Whether the allocator also asks for the calling thread's handle.
static ASKS: AtomicBool = AtomicBool::new(false);

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
    static FIRST: Cell<Option<ThreadIdent>> = const { Cell::new(None) };
}

// SAFETY: it is the system's allocator; what is done besides makes no use of the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !IS_INSIDE.replace(true) {
            LOCK.with(|| {
                if FIRST.get().is_none() {
                    FIRST.set(Some(current_ident()));
                    // SAFETY: the handler below is installed before the first thread is started.
                    unsafe { libc::raise(libc::SIGURG) };
                }
            });
            if ASKS.load(Ordering::Relaxed) {
                drop(current_thread());
            }
            IS_INSIDE.set(false);
        }
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Does what a profiler's handler may do.
extern "C" fn handler(_signal: i32) {
    let _ = current_ident();
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

fn install_handler() {
    let handler: extern "C" fn(i32) = handler;
    // SAFETY: the handler does nothing but atomic accesses.
    unsafe { libc::signal(libc::SIGURG, handler as libc::sighandler_t) };
}

/// Returns whether the calling thread has got another identity since it began.
fn looks_well() -> bool {
    let first = FIRST.get().expect("the allocator was called before");
    first != current_ident() && current_thread().ident() == Some(current_ident())
}

#[test]
fn a_thread_that_was_given_an_identity_before_it_began_ends() {
    install_handler();
    for asks in [false, true] {
        ASKS.store(asks, Ordering::Relaxed);
        for _ in 0..ROUNDS {
            a_thread_of_each_kind();
        }
    }
    ASKS.store(false, Ordering::Relaxed);
    assert!(HANDLED.load(Ordering::Relaxed) >= 8 * ROUNDS);
    // What the library made of the threads before they began is no longer listed. (The scheduler of
    // the timers is one that the library takes for a foreign thread, and ends soon.)
    let begin = Instant::now();
    while enumerate()
        .iter()
        .any(|thread| thread.name().starts_with("Dummy-"))
    {
        assert!(begin.elapsed() < LIMIT, "{:?}", enumerate());
        std::thread::yield_now();
    }
}

fn a_thread_of_each_kind() {
    static WELL: AtomicU32 = AtomicU32::new(0);

    fn note() {
        WELL.fetch_add(u32::from(looks_well()), Ordering::Relaxed);
    }

    let before = WELL.load(Ordering::Relaxed);
    let thread = Thread::new(note).with_name("started");
    thread.start().unwrap();
    assert_eq!(thread.join_timeout(LIMIT), Ok(true));

    let handle = Builder::new().spawn(looks_well).unwrap();
    assert!(handle.join_timeout(LIMIT).expect("it ends").unwrap());

    let is_well = scope(|s| {
        s.spawn(looks_well)
            .join_timeout(LIMIT)
            .expect("it ends")
            .unwrap()
    });
    assert!(is_well);

    let timer = Timer::new(Duration::ZERO, note);
    timer.start().unwrap();
    assert_eq!(timer.join_timeout(LIMIT), Ok(true));
    assert_eq!(WELL.load(Ordering::Relaxed), before + 2);
}
