//! A snapshot where it is hardest to take: of thousands of threads, in the destructor of a
//! thread-local, in an exit hook, in a child made by `fork`.

mod support;

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use support::in_child;
use tl_event::Event;
use tl_inspect::{State, deadlocks, snapshot};
use tl_thread::Thread;

const LIMIT: Duration = Duration::from_secs(120);

fn sleeper(event: &'static Event) -> Thread {
    let thread = Thread::new(|| event.wait()).with_daemon(true);
    thread.start().unwrap();
    thread
}

#[test]
fn thousands_of_threads_are_seen_at_once() {
    in_child("thousands_of_threads_are_seen_at_once", thousands);
}

fn thousands() {
    // Wine opens several files for each thread, and may not open many; qemu would take minutes for
    // more threads.
    const FEWER: bool = cfg!(any(windows, target_arch = "aarch64"));
    const THREADS: usize = if FEWER { 2_000 } else { 10_000 };
    static EVENT: Event = Event::new();
    tl_thread::set_stack_size(64 * 1024).unwrap();
    for _ in 0..THREADS {
        sleeper(&EVENT);
    }
    let begin = Instant::now();
    let waiting = || {
        let seen = snapshot();
        let waits = seen
            .threads()
            .iter()
            .filter(|thread| thread.wait().is_some());
        waits.count()
    };
    while waiting() < THREADS {
        assert!(begin.elapsed() < LIMIT, "{} of them are seen", waiting());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(waiting(), THREADS);
    assert!(deadlocks().is_empty());
    let seen = snapshot();
    assert_eq!(seen.threads().len(), THREADS + 2);
    let started = |pair: &[tl_inspect::ThreadInfo]| pair[0].ident() < pair[1].ident();
    assert!(seen.threads().windows(2).all(started));
    // One entry, since they all wait for the same.
    let text = snapshot().to_string();
    assert!(
        text.contains(&format!("and so do {} more", THREADS - 1)),
        "{}",
        &text[..text.len().min(2_000)]
    );
    assert!(text.lines().count() < 30);
    EVENT.set();
}

#[test]
fn the_destructor_of_a_thread_local_can_look() {
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    struct Looks;
    impl Drop for Looks {
        fn drop(&mut self) {
            let own = tl_core::current_ident();
            let snapshot = snapshot();
            let thread = snapshot.thread(own).unwrap();
            assert!(matches!(thread.state(), State::Running));
            assert_eq!(thread.name(), "leaving");
            drop(deadlocks());
            SEEN.fetch_add(1, Ordering::Relaxed);
        }
    }
    thread_local! {
        static LOOKS: RefCell<Option<Looks>> = const { RefCell::new(None) };
    }
    let thread = Thread::new(|| LOOKS.set(Some(Looks))).with_name("leaving");
    thread.start().unwrap();
    thread.join().unwrap();
    assert_eq!(SEEN.load(Ordering::Relaxed), 1);
}

#[cfg(unix)]
#[test]
fn a_child_made_by_fork_has_one_thread() {
    in_child("a_child_made_by_fork_has_one_thread", fork);
}

#[cfg(unix)]
fn fork() {
    static EVENT: Event = Event::new();
    let waiter = sleeper(&EVENT);
    let begin = Instant::now();
    let is_seen = || {
        let ident = waiter.ident().unwrap();
        snapshot()
            .thread(ident)
            .is_some_and(|thread| thread.wait().is_some())
    };
    while !is_seen() {
        assert!(begin.elapsed() < LIMIT);
        std::thread::yield_now();
    }
    assert!(is_alone_in_a_child());
    assert!(is_seen());
    // The thread that forks is the main one there, whichever it is here.
    let other = Thread::new(|| assert!(is_alone_in_a_child())).with_name("forks");
    other.start().unwrap();
    other.join().unwrap();
    EVENT.set();
}

/// Forks, and returns whether the child sees itself alone.
#[cfg(unix)]
fn is_alone_in_a_child() -> bool {
    // SAFETY: the child does not use what another thread may have been using.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let snapshot = snapshot();
        let is_alone = snapshot.threads().len() == 1 && snapshot.threads()[0].wait().is_none();
        let is_main = snapshot.awaited().count() == 0;
        let code = i32::from(!(is_alone && is_main && deadlocks().is_empty()));
        // SAFETY: it ends the child.
        unsafe { libc::_exit(code) };
    }
    let mut status = 0;
    // SAFETY: `status` is a local variable, which the call fills.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert!(libc::WIFEXITED(status), "{status}");
    libc::WEXITSTATUS(status) == 0
}
