//! Joins, the list and scopes wait for thread-locals, also in a program that has used none before
//! its first thread: in a static one the standard library then asks for what it drops them with
//! later than this library does.
//!
//! No test harness, which would use thread-locals first.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Whether the thread-local of the thread has been dropped.
static IS_DROPPED: AtomicBool = AtomicBool::new(false);

struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        // Long enough that a join that does not wait for this is seen.
        thread::sleep(Duration::from_millis(100));
        IS_DROPPED.store(true, Ordering::Relaxed);
    }
}

thread_local!(static SLOW: RefCell<Option<Slow>> = const { RefCell::new(None) });

fn work() {
    IS_DROPPED.store(false, Ordering::Relaxed);
    SLOW.set(Some(Slow));
}

fn is_dropped() -> bool {
    IS_DROPPED.load(Ordering::Relaxed)
}

fn main() {
    let worker = tl_thread::Thread::new(work);
    worker.start().unwrap();
    assert_eq!(worker.join_timeout(Duration::from_secs(60)), Ok(true));
    assert!(is_dropped(), "join_timeout");

    let worker = tl_thread::Thread::new(work);
    worker.start().unwrap();
    while worker.is_alive() {
        thread::yield_now();
    }
    assert!(is_dropped(), "is_alive");
    assert_eq!(tl_thread::active_count(), 1);

    tl_thread::spawn(work).join().unwrap();
    assert!(is_dropped(), "join");

    tl_thread::scope(|scope| {
        scope.spawn(work);
    });
    assert!(is_dropped(), "scope");
    // As the test harness says it.
    println!("\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
