//! Wherever `parking_lot_core` knows how to put a thread to sleep: on what the system has for that,
//! or on a condition variable of the C library's.
//!
//! What differs from a bare futex:
//!
//! - The first wait of a thread may allocate: the crate's table grows with the number of threads.
//! - Where the C library can only wait by the time of day (Apple's), setting that clock moves a
//!   timed sleep. It is still measured by the monotonic clock, so it never ends early; it may end
//!   late.
//! - A child made by `fork` has the crate's own locks as they were. If another thread held one,
//!   since it was just going to sleep or waking one, the child waits forever at the first wait that
//!   needs it.
//! - Windows measures a timed sleep in its own ticks, of up to 16 milliseconds.

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use parking_lot_core::{DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN};

pub(in crate::door) fn wait(word: &AtomicU32, expected: u32, until: Option<u64>) {
    // One that cannot be represented is so far away that the thread can as well sleep until it is
    // woken.
    let until = until.and_then(|nanos| {
        let since_origin = nanos.saturating_sub(AT_ORIGIN);
        origin().checked_add(Duration::from_nanos(since_origin))
    });
    // SAFETY: the closures neither panic nor call `parking_lot_core`, and the word lives for the
    // length of the call. The first closure runs under the lock that `wake` takes for this key,
    // after its caller has changed the word: a wake-up is either seen there, or finds this thread
    // in the queue.
    unsafe {
        parking_lot_core::park(
            key(word),
            || word.load(Ordering::Relaxed) == expected,
            || {},
            |_, _| {},
            DEFAULT_PARK_TOKEN,
            until,
        );
    }
}

pub(in crate::door) fn wake(word: *const AtomicU32) {
    // SAFETY: the closure neither panics nor calls `parking_lot_core`. The key is only compared;
    // see there for what happens if something else is at the address by now.
    unsafe {
        parking_lot_core::unpark_one(key(word), |_| DEFAULT_UNPARK_TOKEN);
    }
}

pub(in crate::door) fn wake_all(word: *const AtomicU32) {
    // SAFETY: as in `wake`, but for the closure, of which there is none.
    unsafe {
        parking_lot_core::unpark_all(key(word), DEFAULT_UNPARK_TOKEN);
    }
}

/// Returns the key of a word in the table that all users of `parking_lot_core` in this program
/// share: an address within the word, and an odd one. When the word is gone, a late `wake` may find
/// another sleeper there, but only one whose own key can be odd, which is a byte: `parking_lot`'s
/// locks, which go back to sleep, and never its `Condvar`.
fn key(word: *const AtomicU32) -> usize {
    word.addr() + 1
}

/// What `now` is at its origin. The door takes 0 for no moment at all.
const AT_ORIGIN: u64 = 1_000_000_000;

/// Returns the moment from which `now` counts: when it was first asked.
fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(Instant::now)
}

pub(in crate::door) fn now() -> u64 {
    // 584 years fit.
    AT_ORIGIN + origin().elapsed().as_nanos() as u64
}

pub(in crate::door) fn after(nanos: u64) -> Option<u64> {
    now().checked_add(nanos)
}

#[inline]
pub(in crate::door) fn pause() {
    std::hint::spin_loop();
}

/// Lets `parking_lot_core` know the calling thread. It counts the threads by a thread-local that it
/// makes when a thread first waits, and drops. If that were at the very end of the thread, nothing
/// would drop it: the table would grow with each thread that ends.
pub(crate) fn prepare_thread() {
    // SAFETY: the closures neither panic nor call `parking_lot_core`. The address is that of a
    // `static` of this module, so nobody sleeps there, and neither does this call.
    unsafe {
        parking_lot_core::park(
            ptr::from_ref(&NOBODY).addr(),
            || false,
            || {},
            |_, _| {},
            DEFAULT_PARK_TOKEN,
            None,
        );
    }
}

/// A word on which no thread sleeps. It is an atomic, so that it has an address of its own.
static NOBODY: AtomicU32 = AtomicU32::new(0);

/// Returns false, whatever the machine has: where spinning does not pay, waiters learn that.
pub(in crate::door) fn has_one_core() -> bool {
    false
}
