//! `shutdown`, in a process of its own: it waits for whatever thread there is.

use std::thread::yield_now;
use std::time::{Duration, Instant};

use tl_core::door::waits;
use tl_thread::{Thread, active_count, enumerate, shutdown};

const LIMIT: Duration = Duration::from_secs(60);

/// Returns once the thread in `shutdown` sleeps. A thread that ends then wakes it, and has just
/// left the list.
fn until_shutdown_sleeps() {
    let begin = Instant::now();
    while waits().iter().all(|wait| wait.asleep_for.is_none()) {
        assert!(begin.elapsed() < LIMIT, "no thread sleeps in `shutdown`");
        yield_now();
    }
}

#[test]
fn after_a_shutdown_the_threads_have_ended() {
    for _ in 0..100 {
        let threads = [(); 3].map(|()| {
            let thread = Thread::new(until_shutdown_sleeps);
            thread.start().unwrap();
            thread
        });
        shutdown();
        // In the order in which they may have ended, the last first.
        for thread in threads.iter().rev() {
            assert!(!thread.is_alive());
            assert_eq!(thread.join_timeout(Duration::ZERO), Ok(true));
        }
        assert_eq!(enumerate().len(), active_count());
        assert!(!enumerate().iter().any(|thread| threads.contains(thread)));
    }
}
