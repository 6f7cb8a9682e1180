//! The operating system refuses a thread, for want of address space. Each case runs in a child
//! process under a limit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tl_thread::{
    Builder, JoinError, StartError, Thread, active_count, enumerate, pending, scope, spawn,
};

const MIB: usize = 1 << 20;

/// Runs the case in a child that may use half a gigabyte of addresses.
fn under_a_limit(case: &str) {
    if cfg!(sanitize_thread) {
        // The sanitizer alone needs more addresses than any limit that a thread would notice.
        return;
    }
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 524288 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "in_a_child", "--nocapture"])
        .env("TL_THREAD_CASE", case)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{case}: {text}");
    assert!(text.contains("case passed"), "{case}: {text}");
}

#[test]
fn in_a_child() {
    let Ok(case) = std::env::var("TL_THREAD_CASE") else {
        return;
    };
    match case.as_str() {
        "start" => start(),
        "spawn" => spawning(),
        "scope" => scoped(),
        "pending" => pending_thread(),
        "many" => many(),
        _ => panic!("no such case"),
    }
    eprintln!("case passed");
}

/// Takes the addresses that are left, but for less than a thread's stack needs.
fn exhaust() -> Vec<Vec<u8>> {
    let for_the_test_itself = Vec::<u8>::with_capacity(MIB / 2);
    let mut ballast = Vec::new();
    for size in [16 * MIB, 2 * MIB, MIB] {
        loop {
            let mut block = Vec::new();
            if block.try_reserve_exact(size).is_err() {
                break;
            }
            ballast.push(block);
        }
    }
    drop(for_the_test_itself);
    ballast
}

#[test]
fn a_refused_start_is_an_error_nothing_is_listed_and_it_works_later() {
    under_a_limit("start");
}

fn start() {
    let runs = Arc::new(AtomicU32::new(0));
    let thread = Thread::new({
        let runs = Arc::clone(&runs);
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
        }
    });
    let listed = active_count();
    let ballast = exhaust();
    for _ in 0..3 {
        let Err(StartError::Refused(error)) = thread.start() else {
            panic!("there was room");
        };
        assert!(error.raw_os_error().is_some(), "{error:?}");
        assert!(!thread.is_alive());
        assert_eq!((thread.ident(), thread.native_id()), (None, None));
        assert_eq!(active_count(), listed);
        assert_eq!(thread.join(), Err(JoinError::NotStarted));
        thread.set_daemon(!thread.is_daemon()).unwrap();
    }
    drop(ballast);
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    thread.set_daemon(false).unwrap();
    thread.start().unwrap();
    thread.join().unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert!(!enumerate().contains(&thread));
}

#[test]
fn a_refused_spawn_is_an_error_and_nothing_is_listed() {
    under_a_limit("spawn");
}

fn spawning() {
    let listed = active_count();
    let ballast = exhaust();
    let owned = Arc::new(());
    let held = Arc::clone(&owned);
    let error = Builder::new().spawn(move || drop(held)).unwrap_err();
    assert!(error.raw_os_error().is_some());
    assert_eq!(Arc::strong_count(&owned), 1);
    assert!(std::panic::catch_unwind(|| spawn(|| ())).is_err());
    assert_eq!(active_count(), listed);
    drop(ballast);
    spawn(|| ()).join().unwrap();
}

#[test]
fn a_refused_thread_of_a_scope_does_not_hold_the_scope() {
    under_a_limit("scope");
}

fn scoped() {
    let mut ballast = exhaust();
    scope(|s| {
        assert!(Builder::new().spawn_scoped(s, || ()).is_err());
        ballast.clear();
        ballast.shrink_to_fit();
        s.spawn(|| ());
    });
}

#[test]
fn a_refused_pending_thread_stays_pending_and_fires_later() {
    under_a_limit("pending");
}

fn pending_thread() {
    let (send, receive) = mpsc::channel();
    let thread = Thread::new(move || send.send(()).unwrap());
    pending::register(&thread).unwrap();
    let ident = thread.ident();
    let ballast = exhaust();
    for _ in 0..3 {
        let error = pending::fire(&thread, || Some(())).unwrap_err();
        assert!(error.raw_os_error().is_some());
        assert!(pending::is_pending(&thread));
        assert!(enumerate().contains(&thread));
        assert_eq!(thread.join_timeout(Duration::ZERO), Ok(false));
    }
    drop(ballast);
    assert_eq!(thread.ident(), ident);
    pending::fire(&thread, || Some(())).unwrap();
    receive.recv().unwrap();
    thread.join().unwrap();
}

#[test]
fn of_threads_started_until_the_system_has_no_more_each_is_listed_or_an_error() {
    under_a_limit("many");
}

fn many() {
    let listed = active_count();
    let (finish, finished) = mpsc::channel::<()>();
    let finished = Arc::new(std::sync::Mutex::new(finished));
    let mut started = Vec::new();
    let error = loop {
        let finished = Arc::clone(&finished);
        let builder = Builder::new().stack_size(8 * MIB);
        match builder.spawn(move || finished.lock().unwrap().recv().is_err()) {
            Ok(handle) => started.push(handle),
            Err(error) => break error,
        }
    };
    assert!(error.raw_os_error().is_some());
    // Not many: the allocator reserves room for each thread beside its stack, and so does an
    // emulator.
    assert!(!started.is_empty());
    assert_eq!(active_count(), listed + started.len());
    drop(finish);
    for handle in started {
        assert!(handle.join().unwrap());
    }
    assert_eq!(active_count(), listed);
    spawn(|| ()).join().unwrap();
}

/// More than there are addresses; on 32 bits more than may be asked for.
const TOO_MUCH: usize = if cfg!(target_pointer_width = "64") {
    isize::MAX as usize / 2
} else {
    usize::MAX / 2
};

#[test]
fn a_refused_thread_whose_function_panics_when_it_is_dropped_is_not_left_behind() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let builder = || Builder::new().name("bomber".into()).stack_size(TOO_MUCH);
    let dropped = |spawn: &dyn Fn(Bomb)| {
        let outcome = catch_unwind(AssertUnwindSafe(|| spawn(Bomb)));
        assert!(outcome.is_err(), "the function was dropped");
        let is_left = enumerate().iter().any(|thread| &*thread.name() == "bomber");
        assert!(!is_left, "it is still listed");
    };
    dropped(&|bomb| drop(builder().spawn(move || drop(bomb))));
    // A scope does not wait for it either.
    scope(|scope| dropped(&|bomb| drop(builder().spawn_scoped(scope, move || drop(bomb)))));
}
