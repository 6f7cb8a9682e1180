//! A system that refuses threads, and a process with more threads than anybody should have. The
//! limit on addresses is tested in `tl-thread` and `tl-timer`.
//!
//! Not for every system: sets a limit of Unix's.

#![cfg(unix)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;
use std::{io, mem, thread};

use support::in_child;
use tl_barrier::Barrier;
use tl_condition::Condition;
use tl_event::Event;
use tl_locks::{Lock, RLock};
use tl_semaphore::Semaphore;
use tl_thread::{StartError, Thread, active_count};
use tl_timer::Timer;

#[test]
fn under_a_limit_on_threads_a_start_is_refused_and_works_later() {
    in_child(
        "under_a_limit_on_threads_a_start_is_refused_and_works_later",
        threads_refused,
    );
}

/// Limits how many threads the user of this process may have.
fn limit_threads(count: libc::rlim_t) {
    // SAFETY: the structure is a local one, which the calls fill and read.
    let done = unsafe {
        let mut limit: libc::rlimit = mem::zeroed();
        libc::getrlimit(libc::RLIMIT_NPROC, &raw mut limit) == 0 && {
            limit.rlim_cur = count.min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_NPROC, &raw const limit) == 0
        }
    };
    assert!(done, "{}", io::Error::last_os_error());
}

fn threads_refused() {
    // SAFETY: the calls take nothing, or a number.
    unsafe {
        // The limit does not hold for root, so the user becomes `nobody`.
        if libc::geteuid() == 0 {
            assert_eq!(libc::setuid(65_534), 0, "run by another user");
        }
    }
    let runs = Arc::new(AtomicU32::new(0));
    let thread = Thread::new({
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
        }
    });
    let timer = Timer::new(Duration::ZERO, {
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
        }
    });
    let listed = active_count();
    limit_threads(1);
    for _ in 0..3 {
        let Err(StartError::Refused(error)) = thread.start() else {
            panic!("one more thread than the limit");
        };
        assert_eq!(error.raw_os_error(), Some(libc::EAGAIN));
        assert!(matches!(timer.start(), Err(StartError::Refused(_))));
        assert!(!thread.is_alive() && !timer.is_alive());
        assert_eq!(active_count(), listed);
    }
    // What needs no thread still works: waits with a timeout, and what does not wait.
    assert!(!Event::new().wait_timeout(Duration::from_millis(1)));
    assert!(Semaphore::new(1).try_acquire());
    assert_eq!(Barrier::new(1).wait().unwrap().index(), 0);
    limit_threads(libc::RLIM_INFINITY);
    thread.start().unwrap();
    timer.start().unwrap();
    thread.join().unwrap();
    timer.join().unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

#[test]
fn ten_thousand_threads_wait_and_none_is_forgotten() {
    in_child(
        "ten_thousand_threads_wait_and_none_is_forgotten",
        many_threads,
    );
}

fn many_threads() {
    const THREADS: usize = 10_000;
    struct Shared {
        event: Event,
        semaphore: Semaphore,
        condition: Condition<Lock>,
        lock: RLock,
        barrier: Barrier,
        notified: AtomicBool,
        passed: [AtomicUsize; 4],
    }
    let shared = Arc::new(Shared {
        event: Event::new(),
        semaphore: Semaphore::new(0),
        condition: Condition::with_lock(Lock::new()),
        lock: RLock::new(),
        barrier: Barrier::new(THREADS + 1),
        notified: AtomicBool::new(false),
        passed: [const { AtomicUsize::new(0) }; 4],
    });
    let before = active_count();
    let threads: Vec<Thread> = (0..THREADS)
        .map(|_| {
            let shared = Arc::clone(&shared);
            let thread = Thread::new(move || {
                let pass = |stage: usize| shared.passed[stage].fetch_add(1, Ordering::Relaxed);
                shared.event.wait();
                pass(0);
                shared.semaphore.acquire();
                pass(1);
                let guard = shared.condition.lock();
                guard.wait_for(|| shared.notified.load(Ordering::Relaxed));
                drop(guard);
                shared.lock.with(|| shared.lock.with(|| pass(2)));
                shared.barrier.wait().unwrap();
                pass(3);
            })
            .with_stack_size(32 * 1024)
            // So that the case fails at once, and does not wait for the others, if the system has
            // no room for all.
            .with_daemon(true);
            thread.start().unwrap();
            thread
        })
        .collect();
    assert_eq!(active_count(), before + THREADS);
    assert_eq!(tl_thread::enumerate().len(), before + THREADS);
    let until_all_passed = |stage: usize| {
        while shared.passed[stage].load(Ordering::Relaxed) < THREADS {
            thread::yield_now();
        }
    };
    shared.event.set();
    until_all_passed(0);
    shared.semaphore.release_many(THREADS).unwrap();
    until_all_passed(1);
    {
        let guard = shared.condition.lock();
        shared.notified.store(true, Ordering::Relaxed);
        guard.notify_all();
    }
    until_all_passed(2);
    shared.barrier.wait().unwrap();
    for thread in &threads {
        thread.join().unwrap();
    }
    assert!(
        shared
            .passed
            .iter()
            .all(|n| n.load(Ordering::Relaxed) == THREADS)
    );
    assert_eq!(active_count(), before);
    assert_eq!(shared.semaphore.available(), 0);
    assert!(!shared.lock.locked() && !shared.condition.locked());
}
