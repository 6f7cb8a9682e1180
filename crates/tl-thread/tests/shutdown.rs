//! `shutdown`, in a process of its own: it waits for whatever thread there is.

use std::thread::sleep;
use std::time::Duration;

use tl_thread::{Thread, active_count, enumerate, shutdown};

#[test]
fn after_a_shutdown_the_threads_have_ended() {
    for _ in 0..100 {
        let threads = [(); 3].map(|()| {
            // Long enough for this thread to fall asleep in `shutdown`, most times: the thread that
            // wakes it has then just left the list.
            let thread = Thread::new(|| sleep(Duration::from_millis(1)));
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
