//! Over many threads and many locals: one drop each, and memory that does not grow. All in one test, since it counts all
//! that the process allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tl_local::Local;

/// Counts the bytes that are allocated.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is passed on to the system's allocator as it comes.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const MANY: usize = if cfg!(sanitize_thread) {
    2_000
} else {
    100_000
};
/// What may remain of all that: less than a byte for each.
const SLACK: usize = 64 << 10;

static DROPS: AtomicUsize = AtomicUsize::new(0);

struct Value {
    _room: [usize; 32],
}

impl Value {
    fn new() -> Value {
        Value { _room: [0; 32] }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        DROPS.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn many_threads_and_many_locals_drop_once_and_leave_nothing() {
    // Short threads, four at a time, with a value each in one local that lives.
    let local = Arc::new(Local::new());
    let batch = || {
        let threads: [_; 4] = std::array::from_fn(|_| {
            let local = Arc::clone(&local);
            thread::spawn(move || assert!(local.set(Value::new()).is_none()))
        });
        for thread in threads {
            thread.join().unwrap();
        }
    };
    (0..10).for_each(|_| batch());
    let before = (
        ALLOCATED.load(Ordering::Relaxed),
        DROPS.load(Ordering::Relaxed),
    );
    (0..MANY / 4).for_each(|_| batch());
    assert_eq!(DROPS.load(Ordering::Relaxed) - before.1, MANY);
    let grown = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before.0);
    assert!(grown < SLACK, "{grown} bytes more");

    // Locals that come and go while two threads live, each of which has had a value in all of them.
    let (send, receive) = std::sync::mpsc::sync_channel::<Arc<Local<Value>>>(0);
    let (done_send, done) = std::sync::mpsc::sync_channel(0);
    let other = thread::spawn(move || {
        for local in receive {
            local.set(Value::new());
            drop(local);
            done_send.send(()).unwrap();
        }
    });
    let one = || {
        let local = Arc::new(Local::new());
        local.set(Value::new());
        send.send(Arc::clone(&local)).unwrap();
        done.recv().unwrap();
        drop(local);
    };
    (0..10).for_each(|_| one());
    let before = (
        ALLOCATED.load(Ordering::Relaxed),
        DROPS.load(Ordering::Relaxed),
    );
    (0..MANY).for_each(|_| one());
    assert_eq!(DROPS.load(Ordering::Relaxed) - before.1, 2 * MANY);
    let grown = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before.0);
    assert!(grown < SLACK, "{grown} bytes more");
    drop(send);
    other.join().unwrap();

    // Emptied again and again.
    let mut local = Local::new();
    let mut one = || {
        local.set(Value::new());
        assert_eq!(local.drain().len(), 1);
    };
    (0..10).for_each(|_| one());
    let before = ALLOCATED.load(Ordering::Relaxed);
    (0..MANY).for_each(|_| one());
    let grown = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before);
    assert!(grown < SLACK, "{grown} bytes more");
}
