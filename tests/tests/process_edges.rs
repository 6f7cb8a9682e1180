//! What a program can do at the edges of its life: in destructors, in timers, when it gets a
//! signal. Each case is a process of its own.

#[path = "support/ending.rs"]
mod ending;

use ending::DROPS_THE_LOCALS_OF_MAIN;

/// Runs a case. It must end in time, with this code and this output.
#[track_caller]
fn run(case: &str, code: i32, expected: &str) {
    let ended = ending::run(env!("CARGO_BIN_EXE_process_edges"), &[case]);
    let (out, err) = (&ended.stdout, &ended.stderr);
    assert_eq!(ended.code, Some(code), "{case}: {out}{err}");
    assert_eq!(out, expected, "{case}: {err}");
}

#[cfg_attr(
    windows,
    ignore = "a thread that a destructor starts there begins when that has ended"
)]
#[test]
fn the_destructor_of_a_thread_local_starts_threads_and_timers_logs_and_uses_locals() {
    let expected = "logged\ntimer fired\nworker done\n";
    if DROPS_THE_LOCALS_OF_MAIN {
        run("main-ends-with-work", 0, expected);
    }
    run("worker-ends-with-work", 0, expected);
}

#[test]
fn exit_ends_the_process_from_the_drop_of_a_value_in_a_local() {
    if DROPS_THE_LOCALS_OF_MAIN {
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
