//! Signals interrupt the system calls in which threads wait, and end no wait.
//!
//! Not for every system: signals are Unix's.

#![cfg(unix)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{mem, ptr, thread};

use tl_barrier::Barrier;
use tl_condition::Condition;
use tl_event::Event;
use tl_locks::{Lock, Mutex};
use tl_semaphore::Semaphore;
use tl_thread::Thread;

static INTERRUPTIONS: AtomicU32 = AtomicU32::new(0);

extern "C" fn interrupted(_signal: libc::c_int) {
    INTERRUPTIONS.fetch_add(1, Ordering::Relaxed);
}

/// Runs `wait` in a thread that gets a hundred signals, each of which interrupts the thread's
/// system call, and then lets it go. The wait must not have returned before that.
fn interrupt(what: &str, wait: impl FnOnce() + Send + 'static, let_go: impl FnOnce()) {
    let (begun, may_return) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let waiter = thread::spawn({
        let (begun, may_return) = (Arc::clone(&begun), Arc::clone(&may_return));
        move || {
            begun.store(true, Ordering::Relaxed);
            wait();
            may_return.load(Ordering::Relaxed)
        }
    });
    while !begun.load(Ordering::Relaxed) {
        thread::yield_now();
    }
    for _ in 0..100 {
        let before = INTERRUPTIONS.load(Ordering::Relaxed);
        send_signal(&waiter);
        while INTERRUPTIONS.load(Ordering::Relaxed) == before {
            assert!(!waiter.is_finished(), "{what}: the signal ended the wait");
            thread::yield_now();
        }
    }
    may_return.store(true, Ordering::Relaxed);
    let_go();
    assert!(waiter.join().unwrap(), "{what}: a signal ended the wait");
}

fn send_signal<T>(to: &thread::JoinHandle<T>) {
    use std::os::unix::thread::JoinHandleExt;
    // The types differ with musl, where one is a pointer. SAFETY: the thread has not been joined,
    // so its identity is its own.
    let error =
        unsafe { libc::pthread_kill(to.as_pthread_t() as usize as libc::pthread_t, libc::SIGUSR1) };
    assert_eq!(error, 0);
}

#[test]
fn a_signal_ends_no_wait() {
    // SAFETY: an all-zero `sigaction` is one without flags, `SA_RESTART` among them, and with an
    // empty mask; the handler only counts.
    let installed = unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = interrupted as extern "C" fn(libc::c_int) as usize;
        libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut())
    };
    assert_eq!(installed, 0);
    let long = Duration::from_secs(3600);

    let event = Arc::new(Event::new());
    let waits = Arc::clone(&event);
    interrupt("Event", move || waits.wait(), || event.set());

    let event = Arc::new(Event::new());
    let waits = Arc::clone(&event);
    let timed = move || assert!(waits.wait_timeout(long));
    interrupt("Event, timed", timed, || event.set());

    let lock = Arc::new(Lock::new());
    lock.acquire();
    let waits = Arc::clone(&lock);
    interrupt("Lock", move || waits.acquire(), || lock.release().unwrap());

    let condition = Arc::new(Condition::with_lock(Lock::new()));
    let waits = Arc::clone(&condition);
    let notify = || {
        // The thread may not wait yet; then nobody is notified.
        while condition.lock().notify_all() == 0 {
            thread::yield_now();
        }
    };
    interrupt("Condition", move || waits.lock().wait(), notify);

    let barrier = Arc::new(Barrier::new(2));
    let waits = Arc::clone(&barrier);
    let meet = move || assert!(waits.wait().is_ok());
    interrupt("Barrier", meet, || assert!(barrier.wait().is_ok()));

    let semaphore = Arc::new(Semaphore::new(0));
    let waits = Arc::clone(&semaphore);
    let acquire = move || assert!(waits.acquire_many_timeout(2, long));
    interrupt("Semaphore", acquire, || semaphore.release_many(2).unwrap());

    let go = Arc::new(Event::new());
    let goes = Arc::clone(&go);
    let joined = Thread::new(move || goes.wait());
    joined.start().unwrap();
    interrupt("Thread", move || joined.join().unwrap(), || go.set());

    let mutex = Arc::new(Mutex::new(0));
    let guard = mutex.lock();
    let waits = Arc::clone(&mutex);
    interrupt("Mutex", move || *waits.lock() += 1, || drop(guard));

    let start = Instant::now();
    let patience = Duration::from_millis(30);
    let timed_out = move || assert!(!Event::new().wait_timeout(patience));
    interrupt_often_until(timed_out);
    assert!(
        start.elapsed() >= patience,
        "a signal took time off a timeout"
    );
}

/// Interrupts a wait that ends by itself, until it does.
fn interrupt_often_until(wait: impl FnOnce() + Send + 'static) {
    let waiter = thread::spawn(wait);
    while !waiter.is_finished() {
        send_signal(&waiter);
        thread::yield_now();
    }
    waiter.join().unwrap();
}
