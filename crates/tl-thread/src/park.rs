//! Letting a thread wait until another one lets it go.

use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Note, Operation};

use crate::{Thread, current_thread};

const PARK: &Operation = &Operation::new("tl_thread", "park");
const PARK_TIMEOUT: &Operation = &Operation::new("tl_thread", "park_timeout");
const PARK_DEADLINE: &Operation = &Operation::new("tl_thread", "park_deadline");

/// Waits until another thread calls [`Thread::unpark`] for this one, and takes the token that it
/// has left. If there is one already, returns at once.
///
/// It is [`std::thread::park`], except that it never returns without a reason. The two have
/// separate tokens: `unpark` of the standard library's handle does not end this wait.
///
/// # Blocking
///
/// Waits until there is a token; forever if no thread leaves one.
///
/// # Examples
///
/// ```
/// use tl_thread::{current_thread, park, spawn};
///
/// let main = current_thread();
/// spawn(move || main.unpark());
/// park();
/// ```
#[track_caller]
pub fn park() {
    wait(Deadline::NEVER, Call::here(PARK));
}

/// Waits as [`park`] does, for at most `timeout`. Returns whether there was a token.
/// [`Duration::ZERO`] only looks.
///
/// # Blocking
///
/// The same as [`park`], but no longer than `timeout`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_thread::{current_thread, park_timeout};
///
/// assert!(!park_timeout(Duration::from_millis(1)));
/// current_thread().unpark();
/// assert!(park_timeout(Duration::MAX));
/// ```
#[track_caller]
pub fn park_timeout(timeout: Duration) -> bool {
    wait(Deadline::after(timeout), Call::here(PARK_TIMEOUT))
}

/// Waits as [`park`] does, until `deadline` at the latest. Returns whether there was a token.
///
/// # Blocking
///
/// The same as [`park`], but not after `deadline`.
///
/// # Examples
///
/// ```
/// use std::time::Instant;
///
/// assert!(!tl_thread::park_deadline(Instant::now()));
/// ```
#[track_caller]
pub fn park_deadline(deadline: Instant) -> bool {
    wait(Deadline::at(deadline), Call::here(PARK_DEADLINE))
}

fn wait(deadline: Deadline, call: Call) -> bool {
    current_thread().parker().park(deadline, &Note::new(call))
}

impl Thread {
    /// Leaves a token for the thread, which ends its [`park`], or keeps its next one from waiting.
    /// At most one token is kept, however often this is called.
    ///
    /// What this thread did before is seen by the other when it has taken the token. It may be any
    /// thread: one that has not begun, one that has ended, one that the library did not start.
    ///
    /// It is [`std::thread::Thread::unpark`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use tl_thread::{park, spawn};
    ///
    /// static READY: AtomicBool = AtomicBool::new(false);
    ///
    /// let worker = spawn(|| {
    ///     while !READY.load(Ordering::Relaxed) {
    ///         park();
    ///     }
    /// });
    /// READY.store(true, Ordering::Relaxed);
    /// worker.thread().unpark();
    /// worker.join().unwrap();
    /// ```
    pub fn unpark(&self) {
        self.parker().unpark();
    }
}
