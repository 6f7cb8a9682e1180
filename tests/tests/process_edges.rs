//! What a program can do at the edges of its life: in destructors, in timers, when it gets a
//! signal. Each case is a process of its own.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

/// Whether the end of the process drops the main thread's thread-locals. Where Rust keeps their
/// destructors under a key of the C library's, it does not: musl, glibc in a static program, and
/// where thread-locals are emulated. Windows drops them when no other thread is left, and Wine
/// never.
const MAIN_DROPS_ITS_LOCALS: bool = !cfg!(any(
    target_env = "musl",
    target_feature = "crt-static",
    emulated_tls,
    windows
));

/// Runs a case. It must end in time, with this code and this output.
#[track_caller]
fn run(case: &str, code: i32, expected: &str) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_process_edges"))
        .arg(case)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > LIMIT {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(code), "{case}: {out}{err}");
    assert_eq!(out, expected, "{case}: {err}");
}

#[cfg_attr(
    windows,
    ignore = "a thread that a destructor starts there begins when that has ended"
)]
#[test]
fn the_destructor_of_a_thread_local_starts_threads_and_timers_logs_and_uses_locals() {
    let expected = "logged\ntimer fired\nworker done\n";
    if MAIN_DROPS_ITS_LOCALS {
        run("main-ends-with-work", 0, expected);
    }
    run("worker-ends-with-work", 0, expected);
}

#[test]
fn exit_ends_the_process_from_the_drop_of_a_value_in_a_local() {
    if MAIN_DROPS_ITS_LOCALS {
        run("main-ends-with-a-value-that-exits", 13, "");
    }
    run("worker-ends-with-a-value-that-exits", 13, "");
}

#[test]
fn exit_ends_the_process_from_the_function_of_a_timer() {
    run("timer-exits", 13, "");
    run("timer-exits-after-main", 13, "");
    run("every-timer-exits-after-main", 13, "");
}

#[cfg(unix)]
#[test]
fn exit_ends_the_process_from_a_thread_that_waits_for_a_signal() {
    run("signal-exits-after-main", 13, "");
}

#[test]
fn a_shutdown_does_not_wait_for_threads_that_wait_for_main_through_others() {
    run("shutdown-joined-by-each-other", 0, "main goes on\n");
}
