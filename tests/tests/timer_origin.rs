//! What the thread of a timer's call inherits: what the thread that started the timer has,
//! whichever thread made the scheduler that makes it.
//!
//! Not for every system: processors, niceness and signals as on Linux.

#![cfg(target_os = "linux")]

mod support;

use std::env;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;
use std::{mem, ptr, thread};

use support::in_child;
use tl_timer::Timer;

/// What a thread passes on to those that it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Attributes {
    cpus: Vec<usize>,
    policy: i32,
    nice: i32,
    blocks_usr2: bool,
}

impl Attributes {
    fn of_current() -> Attributes {
        // SAFETY: sets of processors and of signals are plain bits, all zeros is an empty one, and
        // each call writes no more than the set that it is given.
        unsafe {
            let mut cpus: libc::cpu_set_t = mem::zeroed();
            libc::sched_getaffinity(0, size_of_val(&cpus), &mut cpus);
            let mut signals: libc::sigset_t = mem::zeroed();
            libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), &mut signals);
            Attributes {
                cpus: (0..1024)
                    .filter(|cpu| libc::CPU_ISSET(*cpu, &cpus))
                    .collect(),
                policy: libc::syscall(libc::SYS_sched_getscheduler, 0) as i32,
                nice: libc::getpriority(libc::PRIO_PROCESS, 0),
                blocks_usr2: libc::sigismember(&signals, libc::SIGUSR2) == 1,
            }
        }
    }
}

fn pin(cpu: usize) {
    // SAFETY: as above.
    let error = unsafe {
        let mut cpus: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(cpu, &mut cpus);
        libc::sched_setaffinity(0, size_of_val(&cpus), &cpus)
    };
    assert_eq!(error, 0);
}

fn be_nice(nice: i32) {
    // SAFETY: the call takes numbers alone. On Linux it sets the niceness of the calling thread.
    let error = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice) };
    assert_eq!(error, 0);
}

fn set_policy(policy: i32) {
    assert!(is_scheduled(policy, 0));
}

/// Gives the calling thread this policy with this priority, and returns whether that succeeded.
/// This is the kernel's own call: musl's refuses, since POSIX has it change the whole process.
fn is_scheduled(policy: i32, priority: i32) -> bool {
    // SAFETY: the parameter, a priority, lives as long as the call.
    unsafe { libc::syscall(libc::SYS_sched_setscheduler, 0, policy, &raw const priority) == 0 }
}

fn block_usr2() {
    // SAFETY: as above; the set is initialised before a signal is added.
    unsafe {
        let mut signals: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&mut signals);
        libc::sigaddset(&mut signals, libc::SIGUSR2);
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals, ptr::null_mut());
    }
}

/// Starts a timer, and returns the attributes that its function finds.
fn of_a_timer(after_start: impl FnOnce()) -> Attributes {
    let (said, heard) = mpsc::channel();
    let timer = Timer::new(Duration::from_millis(5), move || {
        said.send(Attributes::of_current()).unwrap();
    });
    timer.start().unwrap();
    after_start();
    timer.join().unwrap();
    heard.recv().unwrap()
}

/// Starts a timer that stays pending, in a thread that has been prepared like this, so that the
/// scheduler is of that thread's making.
fn keep_a_scheduler_of(prepare: impl FnOnce() + Send + 'static) {
    let keeper = thread::spawn(move || {
        prepare();
        let timer = Timer::new(Duration::MAX, || ()).with_daemon(true);
        timer.start().unwrap();
    });
    keeper.join().unwrap();
}

fn assert_as_the_starter(prepare: impl FnOnce() + Send + 'static) {
    let starter = thread::spawn(move || {
        prepare();
        let mine = Attributes::of_current();
        assert_eq!(of_a_timer(|| ()), mine);
    });
    starter.join().unwrap();
}

/// Checks each kind of starter with the scheduler that there is.
fn all_kinds() {
    let cpus = Attributes::of_current().cpus;
    let (first, last) = (cpus[0], cpus[cpus.len() - 1]);
    assert_as_the_starter(|| ());
    assert_as_the_starter(move || pin(first));
    assert_as_the_starter(move || pin(last));
    assert_as_the_starter(|| be_nice(5));
    assert_as_the_starter(|| be_nice(19));
    assert_as_the_starter(block_usr2);
    assert_as_the_starter(|| set_policy(libc::SCHED_BATCH));
    assert_as_the_starter(|| set_policy(libc::SCHED_IDLE));
    assert_as_the_starter(move || {
        pin(last);
        be_nice(3);
        block_usr2();
    });
    assert_as_the_starter(|| ());
}

#[test]
fn a_call_has_what_the_starter_has_after_a_pinned_nice_and_deaf_thread_began() {
    in_child(
        "a_call_has_what_the_starter_has_after_a_pinned_nice_and_deaf_thread_began",
        || {
            keep_a_scheduler_of(|| {
                pin(Attributes::of_current().cpus[0]);
                be_nice(10);
                block_usr2();
            });
            all_kinds();
        },
    );
}

#[test]
fn a_call_has_what_the_starter_has_after_a_thread_began_that_runs_when_nothing_else_does() {
    in_child(
        "a_call_has_what_the_starter_has_after_a_thread_began_that_runs_when_nothing_else_does",
        || {
            keep_a_scheduler_of(|| set_policy(libc::SCHED_IDLE));
            all_kinds();
        },
    );
}

/// Repeats the two tests above in a process that may lower the rank of a thread, but not raise it.
#[test]
fn a_call_has_what_the_starter_has_without_privileges() {
    // SAFETY: the call takes nothing, and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        return; // Then the tests above had none.
    }
    // SAFETY: numbers alone.
    if unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) } > 0 {
        return println!("without privileges the child could not be less nice than this process");
    }
    for test in [
        "a_call_has_what_the_starter_has_after_a_pinned_nice_and_deaf_thread_began",
        "a_call_has_what_the_starter_has_after_a_thread_began_that_runs_when_nothing_else_does",
    ] {
        let output = Command::new("setpriv")
            .args(["--bounding-set", "-sys_nice"])
            .arg(env::current_exe().unwrap())
            .args(["--exact", test])
            .output();
        let Ok(output) = output else {
            return println!("there is no `setpriv` here to try it with");
        };
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn it_is_what_the_starter_had_when_it_started_the_timer() {
    in_child(
        "it_is_what_the_starter_had_when_it_started_the_timer",
        || {
            keep_a_scheduler_of(|| ());
            let before = Attributes::of_current();
            let cpus = before.cpus.clone();
            let found = of_a_timer(move || {
                pin(cpus[0]);
                be_nice(7);
                block_usr2();
            });
            assert_eq!(found, before);
            // And the next timer of the same thread has the new ones.
            assert_eq!(of_a_timer(|| ()), Attributes::of_current());
        },
    );
}

#[test]
fn a_real_time_priority_is_passed_on_unless_it_is_to_be_reset() {
    in_child(
        "a_real_time_priority_is_passed_on_unless_it_is_to_be_reset",
        || {
            keep_a_scheduler_of(|| ());
            for (flags, expected) in [(0, libc::SCHED_FIFO), (libc::SCHED_RESET_ON_FORK, 0)] {
                let starter = thread::spawn(move || {
                    if !is_scheduled(libc::SCHED_FIFO | flags, 3) {
                        return; // Without the privilege nobody has such a thread.
                    }
                    assert_eq!(of_a_timer(|| ()).policy, expected);
                });
                starter.join().unwrap();
            }
        },
    );
}

const CAPTURE: &str = "TL_TESTS_CAPTURE";

#[test]
fn one_test_of_two_that_fail() {
    if env::var_os(CAPTURE).is_none() {
        return;
    }
    keep_a_scheduler_of(|| println!("from the test of the keeper"));
    let timer = Timer::new(Duration::MAX, || ()).with_daemon(true);
    timer.start().unwrap();
    panic!("so that what it printed is shown");
}

#[test]
fn other_test_of_two_that_fail() {
    if env::var_os(CAPTURE).is_none() {
        return;
    }
    let timer = Timer::new(Duration::ZERO, || println!("from a call"));
    timer.start().unwrap();
    timer.join().unwrap();
    let (said, heard) = mpsc::channel();
    let timer = Timer::every(Duration::from_millis(1), move || {
        println!("from a beat");
        let _ = said.send(());
    });
    timer.start().unwrap();
    heard.recv().unwrap();
    timer.cancel();
    timer.join().unwrap();
    panic!("so that what it printed is shown");
}

#[test]
fn what_a_call_prints_is_not_taken_for_the_output_of_another_test() {
    let output = Command::new(env::current_exe().unwrap())
        .args(["test_of_two_that_fail", "--test-threads=1"])
        .env(CAPTURE, "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let (shown, captured) = said.split_once("\nfailures:\n").expect("both fail");
    let (of_one, of_other) = captured
        .split_once("---- other_test_of_two_that_fail stdout ----")
        .expect("one after the other");
    assert!(shown.contains("from a call"), "{said}");
    assert!(of_one.contains("from the test of the keeper"), "{said}");
    assert!(!captured.contains("from a call"), "{said}");
    assert!(of_other.contains("from a beat"), "{said}");
}
