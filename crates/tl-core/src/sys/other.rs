//! Systems of which nothing is known but that Rust's standard library runs threads there.

use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// So that [`os_name_form`](super::os_name_form) leaves all of it.
pub(super) const OS_NAME_BYTES: usize = usize::MAX;

pub(super) fn native_id() -> u64 {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    thread_local!(static MINE: Cell<u64> = const { Cell::new(0) });

    if MINE.get() == 0 {
        // Relaxed: that no two calls see the same number is all that is asked.
        MINE.set(GIVEN.fetch_add(1, Ordering::Relaxed) + 1);
    }
    MINE.get()
}

pub(crate) fn main_native_id() -> Option<u64> {
    is_main_thread().then(native_id)
}

/// Returns whether this is the thread that the standard library calls `main`.
pub(super) fn is_main_thread() -> bool {
    thread::current().name() == Some("main")
}

pub(super) fn set_os_name(_name: &str) {}

pub(super) fn set_os_name_of(_native_id: u64, _name: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn os_name() -> String {
    String::new()
}

pub(super) fn set_timer_slack(_slack: Duration) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
