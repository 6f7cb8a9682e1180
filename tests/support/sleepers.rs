//! Lets a test know that threads wait, without waiting for a time itself: Linux tells which of them
//! sleep. Elsewhere it gives them some time.
//!
//! The tests of the crates take this file by its path.

#[cfg(target_os = "linux")]
use std::fs;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

/// Threads that announce that they are about to wait.
pub(crate) struct Sleepers {
    come: AtomicUsize,
    /// The system's numbers of the threads that have come; 0 where none has.
    native_ids: Box<[AtomicU64]>,
}

impl Sleepers {
    /// Makes room for `most` threads.
    pub(crate) fn new(most: usize) -> Sleepers {
        Sleepers {
            come: AtomicUsize::new(0),
            native_ids: (0..most).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Announces that the calling thread is about to wait.
    pub(crate) fn enter(&self) {
        let place = self.come.fetch_add(1, Ordering::Relaxed);
        self.native_ids[place].store(tl_core::sys::native_id(), Ordering::Relaxed);
    }

    /// Returns once `count` threads have come, and each of those sleeps or has ended.
    pub(crate) fn until(&self, count: usize) {
        for id in &self.native_ids[..count] {
            loop {
                let id = id.load(Ordering::Relaxed);
                if id != 0 && (!lives(id) || sleeps(id)) {
                    break;
                }
                thread::yield_now();
            }
        }
    }
}

fn lives(native_id: u64) -> bool {
    naps(native_id).is_some()
}

/// Returns whether the thread sleeps, and has not woken up between two looks.
fn sleeps(native_id: u64) -> bool {
    let before = naps(native_id);
    thread::yield_now();
    before == naps(native_id) && matches!(before, Some((true, _)))
}

/// Returns whether the thread sleeps, and how often it has begun to. `None` if it has ended.
#[cfg(target_os = "linux")]
fn naps(native_id: u64) -> Option<(bool, String)> {
    let status = fs::read_to_string(format!("/proc/self/task/{native_id}/status")).ok()?;
    let line = |name| status.lines().find(|line| line.starts_with(name));
    let is_asleep = line("State:")?.contains("(sleeping)");
    Some((is_asleep, line("voluntary_ctxt_switches:")?.to_owned()))
}

#[cfg(not(target_os = "linux"))]
fn naps(_native_id: u64) -> Option<(bool, String)> {
    thread::sleep(std::time::Duration::from_millis(20));
    Some((true, String::new()))
}
