//! Threads that are just starting or ending, in the standard library's own code.
//!
//! That code takes a lock, to note or forget where the thread's stack ends. If the process forks at
//! that moment, no thread can ever start in the child, where nobody is left to release the lock. So
//! a fork waits until none of the library's threads is in that code, which takes microseconds.

#[cfg(not(loom))]
use std::time::{Duration, Instant};

use tl_core::door::Mutex;
#[cfg(not(loom))]
use tl_core::door::MutexGuard;

use crate::statics::model_static;

/// How long a fork waits at most: a thread that ends may drop its result there, and a destructor of
/// the user's may take any time.
#[cfg(not(loom))]
const LIMIT: Duration = Duration::from_millis(100);

model_static! {
    static COUNT: Mutex<usize> = Mutex::new(0);
}

/// A thread that is being started. Dropped when it has begun, or when it was refused.
#[derive(Debug)]
pub(crate) struct Birth(());

impl Birth {
    /// Counts a thread, before the system is asked for it. The value is moved there.
    pub(crate) fn begin() -> Birth {
        *COUNT.lock() += 1;
        Birth(())
    }
}

impl Drop for Birth {
    fn drop(&mut self) {
        one_less();
    }
}

/// Counts one thread less. In a child made by `fork`, the threads that were counted before are not.
fn one_less() {
    let mut count = COUNT.lock();
    *count = count.saturating_sub(1);
}

thread_local! {
    /// Made as the last of a thread's thread-locals, it is dropped as the first.
    static END: End = const { End(()) };
}

struct End(());

impl Drop for End {
    fn drop(&mut self) {
        one_less();
    }
}

/// Counts the calling thread as ending. To be called as the last thing in a thread.
pub(crate) fn end() {
    *COUNT.lock() += 1;
    if END.try_with(|_| ()).is_err() {
        one_less();
    }
}

/// Waits until no thread is just starting or ending. Until the guard is dropped, none can begin to.
#[cfg(not(loom))]
pub(crate) fn hold() -> MutexGuard<'static, usize> {
    let begin = Instant::now();
    loop {
        let count = COUNT.lock();
        if *count == 0 || begin.elapsed() > LIMIT {
            return count;
        }
        drop(count);
        std::thread::yield_now();
    }
}
