//! A process is forked while threads wait.
//!
//! Not for every system: `fork` is Unix's.

#![cfg(unix)]

#[path = "../support/sleepers.rs"]
mod sleepers;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
use support::in_child;
use tl_barrier::Barrier;
use tl_condition::{Condition, Monitor};
use tl_event::Event;
use tl_locks::{Lock, RLock};
use tl_semaphore::Semaphore;

#[test]
fn in_a_forked_child_what_does_not_wait_works() {
    in_child("in_a_forked_child_what_does_not_wait_works", fork);
}

/// Forks. What holds in the child is in the documentation of the door: its thread is the only one,
/// and nobody waits.
fn fork() {
    struct Shared {
        event: Event,
        semaphore: Semaphore,
        condition: Condition<Lock>,
        monitor: Monitor<u32>,
        waiting: AtomicU32,
        sleepers: Sleepers,
    }
    let shared = Arc::new(Shared {
        event: Event::new(),
        semaphore: Semaphore::new(0),
        condition: Condition::with_lock(Lock::new()),
        monitor: Monitor::new(0),
        waiting: AtomicU32::new(0),
        sleepers: Sleepers::new(3),
    });
    let waits: [fn(&Shared); 3] = [
        |shared| shared.event.wait(),
        |shared| shared.semaphore.acquire(),
        |shared| {
            let guard = shared.condition.lock();
            shared.waiting.fetch_add(1, Ordering::Relaxed);
            guard.wait();
        },
    ];
    let waiters = waits.map(|wait| {
        let shared = Arc::clone(&shared);
        tl_thread::spawn(move || {
            shared.sleepers.enter();
            wait(&shared);
        })
    });
    // The waiter of the condition, which notes that it waits under the lock, has released the lock
    // by then, and is in the queue. The others may or may not be in theirs.
    while shared.waiting.load(Ordering::Relaxed) == 0 || shared.condition.locked() {
        thread::yield_now();
    }
    // Not while a wait begins, of which the child would see one half.
    shared.sleepers.until(3);
    // SAFETY: the child makes no use of what other threads may hold, such as the allocator, and
    // leaves by `_exit`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let all_well = works_in_the_child(&shared.event, &shared.semaphore, &shared.condition)
            && shared.monitor.try_lock().is_some();
        // SAFETY: it ends the child, and has no conditions.
        unsafe { libc::_exit(if all_well { 0 } else { 1 }) };
    }
    assert_eq!(exit_code(child), Some(0));
    // In the parent nothing has changed.
    shared.event.set();
    shared.semaphore.release().unwrap();
    assert_eq!(shared.condition.lock().notify_all(), 1);
    for waiter in waiters {
        waiter.join().unwrap();
    }
}

fn works_in_the_child(event: &Event, semaphore: &Semaphore, condition: &Condition<Lock>) -> bool {
    // What is free can be had, what is new works, and what is called that has waiters returns.
    let (lock, rlock) = (Lock::new(), RLock::new());
    lock.acquire();
    rlock.acquire();
    event.set();
    let permits = semaphore.release().is_ok();
    let notified = condition.lock().notify_all();
    lock.release().is_ok()
        && rlock.release().is_ok()
        && event.wait_timeout(Duration::from_secs(3600))
        && permits
        // The threads that waited there do not exist here.
        && notified == 0
        && !Event::new().wait_timeout(Duration::from_millis(1))
        && Barrier::new(1).wait().is_ok()
}

/// Returns the exit code of a child, which is killed after a minute.
fn exit_code(child: libc::pid_t) -> Option<i32> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut status = 0;
    loop {
        // SAFETY: the pointer is to a place for the status.
        let ended = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) };
        if ended == child {
            return libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
        }
        if Instant::now() > deadline {
            // SAFETY: it is a child of this process that has not been waited for.
            unsafe { libc::kill(child, libc::SIGKILL) };
        }
        thread::yield_now();
    }
}
