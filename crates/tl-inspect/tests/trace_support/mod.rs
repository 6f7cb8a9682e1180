//! What the tests of recordings share.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use tl_core::door::{Mutex, MutexGuard};
use tl_thread::Thread;

/// Lets one test at a time record, since a recording is of the whole process.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock()
}

/// Returns once all of these threads sleep in one of the primitives.
pub(crate) fn until_all_wait(threads: &[Thread]) {
    let limit = Instant::now() + Duration::from_secs(60);
    let all_wait = || {
        let seen = tl_inspect::snapshot();
        let asleep: HashSet<_> = seen
            .threads()
            .iter()
            .filter(|info| info.wait().is_some_and(|wait| wait.waited_for().is_some()))
            .filter_map(|info| info.ident())
            .collect();
        let sleeps = |thread: &Thread| thread.ident().is_some_and(|ident| asleep.contains(&ident));
        threads.iter().all(sleeps)
    };
    while !all_wait() {
        assert!(Instant::now() < limit, "a thread does not wait");
        std::thread::sleep(Duration::from_millis(1));
    }
}
