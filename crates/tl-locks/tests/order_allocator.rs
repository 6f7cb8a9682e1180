//! With the feature `lock-order`: noting the order of locks allocates memory and frees it, for
//! which an allocator that locks is called.
#![cfg(all(feature = "lock-order", not(loom)))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tl_core::door::lock_orders;
use tl_locks::{Lock, RwLock};

const LIMIT: Duration = Duration::from_secs(60);

struct Locking;

static LOCK: Lock = Lock::new();

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Takes the lock and gives it back, unless the calling thread is at that already.
fn lock() {
    if !IS_INSIDE.replace(true) {
        LOCK.with(|| ());
        IS_INSIDE.set(false);
    }
}

// SAFETY: it is the system's allocator; what is done beside makes no use of the memory.
unsafe impl GlobalAlloc for Locking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        lock();
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        lock();
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Locking = Locking;

/// Calls `f` in a thread that holds a lock, so that it notes in which order it takes others.
fn ends_while_a_lock_is_held(f: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        let held = Lock::new();
        held.with(f);
        done.send(()).unwrap();
    });
    is_done
        .recv_timeout(LIMIT)
        .expect("the thread waits for what it has locked itself");
}

#[test]
fn a_lock_that_was_taken_after_another_is_dropped() {
    ends_while_a_lock_is_held(|| {
        let lock = Lock::new();
        lock.with(|| ());
        drop(lock);
    });
}

#[test]
fn what_was_read_after_another_lock_was_taken_is_written() {
    ends_while_a_lock_is_held(|| {
        let value = RwLock::new(0);
        assert_eq!(*value.read(), 0);
        *value.write() += 1;
    });
}

#[test]
fn a_lock_is_released_for_another_thread() {
    ends_while_a_lock_is_held(|| {
        let lock = Lock::new();
        thread::scope(|scope| {
            scope.spawn(|| lock.acquire()).join().unwrap();
        });
        lock.release().unwrap();
    });
}

#[test]
fn the_orders_that_were_found_are_listed() {
    let (first, second) = (Lock::new(), Lock::new());
    first.with(|| second.with(|| ()));
    second.with(|| first.with(|| ()));
    ends_while_a_lock_is_held(|| assert!(!lock_orders().is_empty()));
}
