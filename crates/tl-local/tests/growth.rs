//! Over many threads and many locals: one drop each, and memory that does not grow. All in one
//! test, since it counts all that the process allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
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

/// How often each value has been dropped, by its number.
static DROPS: [AtomicU8; 5 * MANY] = [const { AtomicU8::new(0) }; 5 * MANY];

static VALUES: AtomicUsize = AtomicUsize::new(0);

struct Value {
    number: usize,
    _room: [usize; 32],
}

impl Value {
    fn new() -> Value {
        Value {
            number: VALUES.fetch_add(1, Ordering::Relaxed),
            _room: [0; 32],
        }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        DROPS[self.number].fetch_add(1, Ordering::Relaxed);
    }
}

/// Asserts that all values that there have been are dropped, each of them once.
fn assert_dropped_once(values: usize) {
    assert_eq!(VALUES.load(Ordering::Relaxed), values);
    let wrong = DROPS[..values]
        .iter()
        .position(|drops| drops.load(Ordering::Relaxed) != 1);
    assert_eq!(wrong, None, "the first that was not dropped once");
}

/// How often each part is run before it is measured.
const FIRST: usize = 10;

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
    (0..FIRST).for_each(|_| batch());
    let before = ALLOCATED.load(Ordering::Relaxed);
    (0..MANY / 4).for_each(|_| batch());
    let grown = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before);
    assert!(grown < SLACK, "{grown} bytes more");
    let values = 4 * FIRST + MANY;
    assert_dropped_once(values);

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
    (0..FIRST).for_each(|_| one());
    let before = ALLOCATED.load(Ordering::Relaxed);
    (0..MANY).for_each(|_| one());
    let grown = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before);
    assert!(grown < SLACK, "{grown} bytes more");
    drop(send);
    other.join().unwrap();
    let values = values + 2 * (FIRST + MANY);
    assert_dropped_once(values);

    // Emptied again and again.
    let mut local = Local::new();
    let mut one = || {
        local.set(Value::new());
        assert_eq!(local.drain().len(), 1);
    };
    (0..FIRST).for_each(|_| one());
    let before = ALLOCATED.load(Ordering::Relaxed);
    (0..MANY).for_each(|_| one());
    let grown = ALLOCATED.load(Ordering::Relaxed).saturating_sub(before);
    assert!(grown < SLACK, "{grown} bytes more");
    assert_dropped_once(values + FIRST + MANY);
}
