//! The operating system refuses threads. That happens in child processes, whose address space has a
//! limit and which use it up.
#![cfg(not(loom))]

mod support;

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use support::eventually;
use tl_thread::{StartError, enumerate};
use tl_timer::Timer;

const CHILD: &str = "TL_TIMER_TEST_CHILD";
const MIB: usize = 1024 * 1024;

/// Runs one test of this file in a child process with a limited address space. Whether this is the
/// child.
fn in_a_child(test: &str) -> bool {
    if std::env::var_os(CHILD).is_some() {
        return true;
    }
    if cfg!(sanitize_thread) {
        // Its shadow memory alone needs more address space than any limit that threads would
        // notice.
        return false;
    }
    let output = Command::new("sh")
        .args(["-c", "ulimit -v 1000000 && exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("it runs"))
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        // A thread that starts takes address space for an allocator of its own, and gives some of
        // it back a moment later, when all of it was to be used up: with this it shares the one
        // there is.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}");
    false
}

/// Takes so much address space that there is none left for the stack of a thread, but some for
/// small things.
fn use_up_the_address_space() -> Vec<Vec<u8>> {
    let mut taken = Vec::with_capacity(10_000);
    for size in [64 * MIB, 8 * MIB, MIB] {
        loop {
            let mut block = Vec::new();
            if block.try_reserve_exact(size).is_err() {
                break;
            }
            taken.push(block);
        }
    }
    let refused = thread::Builder::new().spawn(|| ());
    assert!(refused.is_err(), "this should have taken all the room");
    taken
}

#[test]
fn a_timer_whose_thread_is_refused_stays_pending_and_fires_later() {
    static HEARD: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    if !in_a_child("a_timer_whose_thread_is_refused_stays_pending_and_fires_later") {
        return;
    }
    tl_thread::set_excepthook(|args| {
        let line = (args.thread().name().to_string(), args.message().to_owned());
        HEARD.lock().unwrap().push(line);
        panic!("a hook that panics does no harm");
    });
    // The scheduler is there before the room is gone, and stays.
    let keeper = Timer::new(Duration::MAX, || ());
    keeper.start().unwrap();
    let taken = use_up_the_address_space();
    let calls = Arc::new(AtomicUsize::new(0));
    let counting = |name| {
        let calls = Arc::clone(&calls);
        let timer = Timer::new(Duration::ZERO, move || {
            calls.fetch_add(1, Ordering::Relaxed);
        })
        .with_name(name);
        timer.start().unwrap();
        timer
    };
    let timers = [counting("first"), counting("second"), counting("third")];

    eventually("the excepthook", || !HEARD.lock().unwrap().is_empty());
    // Several more attempts, all in vain.
    thread::sleep(Duration::from_millis(100));
    for timer in &timers {
        assert!(timer.is_alive());
        assert_eq!(timer.native_id(), None);
        assert!(enumerate().contains(timer.thread()));
        assert_eq!(timer.join_timeout(Duration::ZERO), Ok(false));
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert!(timers[0].cancel());
    assert!(!enumerate().contains(timers[0].thread()));
    assert_eq!(timers[0].join(), Ok(()));

    drop(taken);
    timers[1].join().unwrap();
    timers[2].join().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    assert!(keeper.cancel());
    // Once for each timer that was tried in vain, however often.
    let heard = HEARD.lock().unwrap();
    for (name, message) in &*heard {
        assert!(message.contains("refused"), "{message}");
        assert_eq!(heard.iter().filter(|line| line.0 == *name).count(), 1);
    }
    assert_eq!(heard[0].0, "first");
}

#[test]
fn without_a_scheduler_nothing_is_started_and_nothing_listed() {
    if !in_a_child("without_a_scheduler_nothing_is_started_and_nothing_listed") {
        return;
    }
    let calls = Arc::new(AtomicUsize::new(0));
    let timer = Timer::new(Duration::from_millis(1), {
        let calls = Arc::clone(&calls);
        move || {
            calls.fetch_add(1, Ordering::Relaxed);
        }
    });
    let repeating = Timer::every(Duration::from_millis(1), || ());
    let taken = use_up_the_address_space();
    let listed = enumerate().len();
    for timer in [&timer, &repeating] {
        for _ in 0..2 {
            let error = timer.start().unwrap_err();
            assert!(matches!(error, StartError::Refused(_)), "{error:?}");
            assert!(!timer.is_alive());
            assert_eq!(timer.ident(), None);
            assert_eq!(enumerate().len(), listed);
        }
    }

    drop(taken);
    timer.start().unwrap();
    timer.join().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    repeating.start().unwrap();
    assert!(repeating.cancel());
    repeating.join().unwrap();
}

#[test]
fn a_timer_that_is_refused_for_its_own_sake_holds_up_no_other() {
    static HEARD: AtomicUsize = AtomicUsize::new(0);
    if !in_a_child("a_timer_that_is_refused_for_its_own_sake_holds_up_no_other") {
        return;
    }
    tl_thread::set_excepthook(|_| {
        HEARD.fetch_add(1, Ordering::Relaxed);
    });
    // There is room for it now, and none when it is due.
    let greedy: Vec<_> = (0..5)
        .map(|_| Timer::new(Duration::from_millis(50), || ()).with_stack_size(500 * MIB))
        .collect();
    for timer in &greedy {
        timer.start().unwrap();
    }
    let mut taken: Vec<u8> = Vec::new();
    taken.try_reserve_exact(600 * MIB).unwrap();
    eventually("five refusals", || HEARD.load(Ordering::Relaxed) == 5);
    for turn in 0..200 {
        let modest = Timer::new(Duration::from_micros(turn * 10), || ());
        modest.start().unwrap();
        assert_eq!(modest.join_timeout(Duration::from_secs(60)), Ok(true));
    }
    for timer in &greedy {
        assert_eq!(timer.native_id(), None);
        assert!(timer.is_alive());
    }
    drop(taken);
    for timer in &greedy {
        timer.join().unwrap();
    }
    assert_eq!(HEARD.load(Ordering::Relaxed), 5);
}

#[test]
fn a_stack_that_no_system_can_give_is_refused_at_the_start() {
    for size in [1 << 46, i64::MAX / 2] {
        // On 32 bits both are beyond what there is.
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let timer = Timer::new(Duration::ZERO, || ()).with_stack_size(size);
        for _ in 0..2 {
            let error = timer.start().unwrap_err();
            assert!(matches!(error, StartError::Refused(_)), "{error:?}");
            assert!(!timer.is_alive());
            assert_eq!(timer.ident(), None);
            assert!(!enumerate().contains(timer.thread()));
        }
        let timer = timer.with_stack_size(100 * MIB);
        timer.start().unwrap();
        assert_eq!(timer.join(), Ok(()));
    }
}

#[test]
fn a_stack_of_a_size_that_no_thread_can_have_is_refused_at_the_start() {
    let timer = Timer::new(Duration::from_millis(1), || ()).with_stack_size(usize::MAX);
    for _ in 0..2 {
        let error = timer.start().unwrap_err();
        assert!(matches!(error, StartError::Refused(_)), "{error:?}");
        assert!(!timer.is_alive());
        assert!(!enumerate().contains(timer.thread()));
    }
    let timer = timer.with_stack_size(64 * 1024);
    timer.start().unwrap();
    assert_eq!(timer.join(), Ok(()));
}
