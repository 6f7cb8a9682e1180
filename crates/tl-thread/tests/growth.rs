//! A hundred thousand threads: no identity twice, and nothing left of them. One test, since it
//! counts what the process allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::HashSet;
use std::sync::atomic::{AtomicIsize, Ordering};

use tl_thread::{Builder, Thread, ThreadIdent, current_thread, get_ident, pending, scope};

/// The system's allocator, which counts the bytes that are in use.
struct Counting;

static IN_USE: AtomicIsize = AtomicIsize::new(0);

// SAFETY: all calls are passed on to the system's allocator as they are.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's promises are those that this asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns how much more is in use, in bytes, after `rounds` of `work` than before. What is made
/// once is made before that.
fn growth(rounds: usize, mut work: impl FnMut()) -> isize {
    for _ in 0..20 {
        work();
    }
    let before = IN_USE.load(Ordering::Relaxed);
    for _ in 0..rounds {
        work();
    }
    IN_USE.load(Ordering::Relaxed) - before
}

/// What may be in use after many threads beyond what was after some. Outside Linux
/// `parking_lot_core` has a table that grows with the most threads that there were at once, and
/// keeps those that it had before.
const ROOM: isize = if cfg!(any(portable, not(target_os = "linux"))) {
    64 * 1024
} else {
    16 * 1024
};

#[test]
fn a_hundred_thousand_threads_leave_nothing_behind() {
    const THREADS: usize = if cfg!(sanitize_thread) {
        1_000
    } else {
        100_000
    };
    const AT_ONCE: usize = 50;

    let mut idents: HashSet<ThreadIdent> = HashSet::with_capacity(2 * THREADS);
    let grown = growth(THREADS / AT_ONCE, || {
        let handles: [_; AT_ONCE] = std::array::from_fn(|_| {
            let builder = Builder::new().stack_size(64 * 1024);
            builder.spawn(get_ident).unwrap()
        });
        for handle in handles {
            let ident = handle.thread().ident();
            assert_eq!(Some(handle.join().unwrap()), ident);
            assert!(idents.insert(ident.unwrap()));
        }
    });
    assert!(idents.len() >= THREADS);
    assert!(grown < ROOM, "{grown} bytes");

    let grown = growth(200, || {
        let threads: [_; AT_ONCE] = std::array::from_fn(|number| {
            let thread = Thread::new(move || {
                current_thread().set_name("renamed by itself");
                if number % 10 == 0 {
                    // A panic without std's message, which would be kept with the output of the
                    // test.
                    std::panic::resume_unwind(Box::new("one in ten"));
                }
            });
            thread.start().unwrap();
            thread.set_name(format!("renamed {number}"));
            thread
        });
        for thread in threads {
            assert_eq!(thread.join().is_ok(), thread.join().is_ok());
        }
    });
    assert!(grown < ROOM, "{grown} bytes");

    let grown = growth(1_000, || {
        std::thread::spawn(|| current_thread().name())
            .join()
            .unwrap();
    });
    assert!(grown < ROOM, "{grown} bytes for foreign threads");

    let grown = growth(500, || {
        scope(|s| {
            s.spawn(|| ());
            s.spawn(|| ());
        });
    });
    assert!(grown < ROOM, "{grown} bytes for scopes");

    // Without rounds before: what a crowd needs once is not kept either.
    let before = IN_USE.load(Ordering::Relaxed);
    {
        let threads: Vec<_> = (0..THREADS).map(|_| Thread::new(|| ())).collect();
        for thread in &threads {
            pending::register(thread).unwrap();
        }
        for thread in &threads {
            assert!(pending::cancel(thread));
        }
    }
    let grown = IN_USE.load(Ordering::Relaxed) - before;
    // The list keeps room for some.
    assert!(grown < 256 * 1024, "{grown} bytes for pending threads");
}
