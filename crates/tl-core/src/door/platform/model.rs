//! The model checker's platform. Time is one bit: it has not passed, or it has, and a thread of the
//! model decides when ([`let_time_pass`]), so that the checker tries every moment at which a wait
//! can run out.

use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use loom::sync::{Condvar, Mutex};

struct Platform {
    /// Held while a sleeper looks at its word, as the kernel holds its own lock.
    kernel: Mutex<()>,
    sleepers: Condvar,
    time_has_passed: AtomicBool,
}

loom::lazy_static! {
    static ref PLATFORM: Platform = Platform {
        kernel: Mutex::new(()),
        sleepers: Condvar::new(),
        time_has_passed: AtomicBool::new(false),
    };
}

pub(in crate::door) fn wait(word: &AtomicU32, expected: u32, until: Option<u64>) {
    let kernel = PLATFORM
        .kernel
        .lock()
        .expect("no thread of a model panics here");
    let has_passed = until.is_some_and(|until| until <= now());
    if word.load(Ordering::Relaxed) == expected && !has_passed {
        drop(PLATFORM.sleepers.wait(kernel));
    }
}

pub(in crate::door) fn wake(_word: *const AtomicU32) {
    // Wakes every sleeper of the model: those it was not meant for see their words unchanged and
    // sleep again.
    let _kernel = PLATFORM
        .kernel
        .lock()
        .expect("no thread of a model panics here");
    PLATFORM.sleepers.notify_all();
}

pub(in crate::door) fn wake_all(word: *const AtomicU32) {
    wake(word);
}

/// Before [`let_time_pass`] it is the first nanosecond, afterwards it is so late that every sleeper
/// is overdue.
pub(in crate::door) fn now() -> u64 {
    if PLATFORM.time_has_passed.load(Ordering::Relaxed) {
        1_000_000_000
    } else {
        1
    }
}

/// Every deadline is at the second nanosecond: it lies ahead until time passes, and has passed from
/// then on.
pub(in crate::door) fn after(_nanos: u64) -> Option<u64> {
    Some(2)
}

pub(in crate::door) fn pause() {
    loom::thread::yield_now();
}

pub(in crate::door) fn has_one_core() -> bool {
    false
}

/// Lets every deadline of the model pass, and wakes the threads that sleep until one.
pub fn let_time_pass() {
    let _kernel = PLATFORM
        .kernel
        .lock()
        .expect("no thread of a model panics here");
    PLATFORM.time_has_passed.store(true, Ordering::Relaxed);
    PLATFORM.sleepers.notify_all();
}

/// Does nothing: the model keeps nothing for a thread.
pub(crate) fn prepare_thread() {}
