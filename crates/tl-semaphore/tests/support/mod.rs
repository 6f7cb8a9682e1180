//! Threads of which it is known that they sleep. Linux tells; elsewhere they are given some time.

#[cfg(target_os = "linux")]
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
#[cfg(not(sanitize_thread))]
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Duration;

#[cfg(sanitize_thread)]
use tl_core::sanitized::thread::{self, Scope, ScopedJoinHandle};

/// Longer than a waiter may sleep before it is served first.
const OVERDUE: Duration = Duration::from_millis(5);

/// Starts a thread that calls `wait`, and returns once it has slept for so long that it is overdue,
/// or has ended.
pub(crate) fn spawn_overdue<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    wait: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    let (send, receive) = mpsc::channel();
    let thread = scope.spawn(move || {
        send.send(itself()).expect("the test waits for it");
        wait()
    });
    let directory = Path::new("/proc").join(receive.recv().expect("the thread sends it first"));
    loop {
        let before = naps(&directory);
        thread::sleep(OVERDUE);
        let after = naps(&directory);
        if after.is_none() || before.is_some_and(|before| before.0 && Some(before) == after) {
            return thread;
        }
    }
}

/// Returns the calling thread's folder in `/proc`.
#[cfg(target_os = "linux")]
fn itself() -> PathBuf {
    fs::read_link("/proc/thread-self").expect("Linux has it")
}

#[cfg(not(target_os = "linux"))]
fn itself() -> PathBuf {
    PathBuf::new()
}

/// Returns whether a thread sleeps, and how often it has begun to. `None` if it has ended.
#[cfg(target_os = "linux")]
fn naps(directory: &Path) -> Option<(bool, String)> {
    let status = fs::read_to_string(directory.join("status")).ok()?;
    let line = |name| status.lines().find(|line| line.starts_with(name));
    let asleep = line("State:")?.contains("(sleeping)");
    Some((asleep, line("voluntary_ctxt_switches:")?.to_owned()))
}

#[cfg(not(target_os = "linux"))]
fn naps(_directory: &Path) -> Option<(bool, String)> {
    thread::sleep(4 * OVERDUE);
    Some((true, String::new()))
}
