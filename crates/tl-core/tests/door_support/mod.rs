//! What the tests of the door share: waiting, and knowing that others wait.

use std::sync::atomic::AtomicU32;
#[cfg(not(sanitize_thread))]
use std::thread;

use tl_core::door::{Deadline, Verdict, WaitQueue, Wake};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

/// Waits on `word` until woken; what the waker said.
pub(crate) fn wait(word: &AtomicU32, deadline: Deadline) -> Option<u32> {
    let queue = WaitQueue::of(word);
    match queue.lock().wait(&mut queue.backoff(), deadline) {
        Wake::Woken { token, .. } => Some(token),
        Wake::TimedOut(_) => None,
    }
}

/// Returns once `count` threads wait on `word`.
pub(crate) fn until_waiting(word: &AtomicU32, count: usize) {
    loop {
        let mut waiting = 0;
        WaitQueue::of(word).lock().scan(|_| {
            waiting += 1;
            Verdict::Keep
        });
        if waiting == count {
            return;
        }
        thread::yield_now();
    }
}
