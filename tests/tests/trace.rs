//! Recordings where they are hardest to make: around a `fork`, and with an allocator that waits.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
#[cfg(unix)]
use std::time::Duration;

use tl_inspect::trace;
use tl_locks::Lock;
use tl_thread::Thread;

/// An allocator that counts under a lock of ours, for which its threads wait: a recording that
/// allocated in a wait would wait for itself.
struct Counting;

static LOCK: Lock = Lock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);
static IS_ON: AtomicBool = AtomicBool::new(false);
static RECURSIONS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

fn count() {
    if IS_ON.load(Ordering::Relaxed) {
        if IS_INSIDE.replace(true) {
            // Inside a wait for the allocator's lock: to take the lock again would be a deadlock.
            RECURSIONS.fetch_add(1, Ordering::Relaxed);
            return;
        }
        LOCK.with(|| COUNT.store(COUNT.load(Ordering::Relaxed) + 1, Ordering::Relaxed));
        IS_INSIDE.set(false);
    }
}

// SAFETY: it is the system's allocator; what is done besides makes no use of the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// One test, since a recording is of the whole process.
#[test]
fn recordings_where_they_are_hardest_to_make() {
    an_allocator_that_waits_is_recorded_and_never_entered_again();
    #[cfg(unix)]
    a_child_made_by_fork_does_not_record_and_can_begin_its_own();
}

fn an_allocator_that_waits_is_recorded_and_never_entered_again() {
    let is_over = AtomicBool::new(false);
    let allocate = || {
        while !is_over.load(Ordering::Relaxed) {
            drop(std::hint::black_box(Box::new(7)));
        }
    };
    let mut waits = 0;
    thread::scope(|scope| {
        // Threads of the standard library, which share buffers, and threads with their own.
        for _ in 0..2 {
            scope.spawn(allocate);
        }
        IS_ON.store(true, Ordering::Relaxed);
        for _ in 0..20 {
            let recording = trace::start().unwrap();
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let thread = Thread::new(|| {
                        for _ in 0..2_000 {
                            drop(std::hint::black_box(Box::new(7)));
                        }
                    });
                    thread.start().unwrap();
                    thread
                })
                .collect();
            threads.iter().for_each(|thread| thread.join().unwrap());
            let trace = recording.stop();
            let all = trace.threads().iter().flat_map(|thread| thread.waits());
            waits += all.filter(|wait| wait.primitive() == "Lock").count();
        }
        IS_ON.store(false, Ordering::Relaxed);
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(waits > 0, "nobody waited for the allocator");
    assert_eq!(RECURSIONS.load(Ordering::Relaxed), 0);
}

#[cfg(unix)]
fn a_child_made_by_fork_does_not_record_and_can_begin_its_own() {
    static NEVER: tl_event::Event = tl_event::Event::new();
    // Long enough not to be over before the thread has begun to wait, on a busy machine too.
    let wait = || assert!(!NEVER.wait_timeout(Duration::from_millis(100)));
    let recording = trace::start().unwrap();
    wait();
    // SAFETY: the child does not use what another thread may have been using.
    let child = unsafe { libc::fork() };
    if child == 0 {
        wait();
        let inherited = recording.stop();
        let own = trace::start().unwrap();
        wait();
        let own = own.stop();
        let waits = own.threads().iter().map(|thread| thread.waits().len());
        let is_well = inherited.threads().is_empty() && waits.sum::<usize>() == 1;
        // SAFETY: it ends the child.
        unsafe { libc::_exit(i32::from(!is_well)) };
    }
    let mut status = 0;
    // SAFETY: `status` is a local variable, which the call fills.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status), "{status}");
    assert_eq!(libc::WEXITSTATUS(status), 0);
    wait();
    let own = tl_core::current_ident();
    let trace = recording.stop();
    let is_own = |thread: &&trace::TracedThread| thread.ident() == Some(own);
    assert_eq!(
        trace.threads().iter().find(is_own).unwrap().waits().len(),
        2
    );
}
