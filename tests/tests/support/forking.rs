//! Forks, and children that are checked: what several test files use.
#![allow(dead_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io, process, thread};

use tl_core::names::ThreadRecord;
use tl_core::{ThreadIdent, current_ident};
use tl_event::Event;
use tl_locks::Lock;
use tl_semaphore::Semaphore;
use tl_thread::{Thread, active_count, current_thread, enumerate, main_thread, scope};
use tl_timer::Timer;

pub(crate) const FORKS: u32 = 100;
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Forks. The child calls `f` and ends, with 0 if that returns.
pub(crate) fn fork(f: impl FnOnce()) -> libc::pid_t {
    // SAFETY: the child uses what these crates promise to be usable there, memory, with which
    // glibc's allocator does the same, and leaves by `_exit`.
    let child = unsafe { libc::fork() };
    if child != 0 {
        return child;
    }
    // SAFETY: no handler is installed: a child that hangs is killed, and no other, however long it
    // has to wait for a core.
    unsafe { libc::alarm(300) };
    let outcome = catch_unwind(AssertUnwindSafe(f));
    // SAFETY: it ends the child, with nothing to be said for.
    unsafe { libc::_exit(if outcome.is_ok() { 0 } else { 1 }) }
}

/// Waits for a child: 0 if all went well in it.
#[track_caller]
pub(crate) fn check(child: libc::pid_t) {
    let mut status = 0;
    // SAFETY: the pointer is to a place for the status.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(waited, child, "{}", io::Error::last_os_error());
    assert_eq!(status, 0, "the child ended with this status");
}

pub(crate) fn fork_and_check(f: impl FnOnce()) {
    check(fork(f));
}

/// What holds in every child, for a caller with this identity.
pub(crate) fn all_is_new(ident: ThreadIdent) {
    let own = current_thread();
    assert_eq!(current_ident(), ident);
    assert_eq!(own.ident(), Some(ident));
    assert_eq!(own.native_id(), Some(process::id().into()));
    assert_eq!(main_thread(), own);
    assert_eq!(ThreadRecord::main().ident(), Some(ident));
    assert!(own.is_alive() && !own.is_daemon());
    assert_eq!(enumerate(), [own]);
    assert_eq!(active_count(), 1);

    // Threads, started and joined in every way.
    let other = tl_thread::spawn(|| (current_ident(), main_thread().join_timeout(Duration::ZERO)));
    let (other_ident, main_is_over) = other.join().unwrap();
    assert!(other_ident > ident);
    assert_eq!(main_is_over, Ok(false));
    let thread = Thread::new(|| panic!("as asked")).with_name("panics");
    std::panic::set_hook(Box::new(|_| ()));
    thread.start().unwrap();
    assert_eq!(thread.join().unwrap_err().panic_message(), Some("as asked"));
    assert_eq!(scope(|s| s.spawn(|| 7).join().unwrap()), 7);

    // Timers, for which there is no scheduler.
    let timer = Timer::new(Duration::from_millis(1), || ());
    timer.start().unwrap();
    assert_eq!(timer.join_timeout(LIMIT), Ok(true));

    // Waits of each kind, at many words.
    for _ in 0..20 {
        let (event, lock, semaphore) = (Event::new(), Lock::new(), Semaphore::new(0));
        lock.acquire();
        scope(|s| {
            s.spawn(|| {
                event.wait();
                lock.acquire();
                semaphore.release().unwrap();
            });
            event.set();
            thread::yield_now();
            lock.release().unwrap();
            semaphore.acquire();
        });
    }

    // The end of the process waits for these.
    static ENDED: AtomicBool = AtomicBool::new(false);
    tl_thread::spawn(|| {
        thread::sleep(Duration::from_millis(1));
        ENDED.store(true, Ordering::Relaxed);
    });
    tl_thread::shutdown();
    assert!(ENDED.load(Ordering::Relaxed));
}
