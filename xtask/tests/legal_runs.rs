//! Legal runs other than the recorded ones are accepted: a golden holds only what is promised.

mod common;

use common::{accepts, moved, recorded, text};

/// Puts `line` before `before` in the recorded output and expects it to be accepted.
#[track_caller]
fn may_precede(name: &str, line: &str, before: &str) {
    accepts(name, &moved(&recorded(name), line, before));
}

#[test]
fn threads_that_share_nothing_run_in_any_order() {
    accepts(
        "simple_args",
        &text(&[
            "Worker: 3",
            "Worker: 0",
            "Worker: 4",
            "Worker: 2",
            "Worker: 1",
        ]),
    );
    for name in ["subclass", "subclass_args", "with_lock"] {
        let output = recorded(name);
        accepts(name, &text(&output.lines().rev().collect::<Vec<_>>()));
    }
    may_precede("names", "my_service Exiting", "Thread-1 Exiting");
    may_precede("names", "worker Exiting", "Thread-1 Starting");
    may_precede(
        "names_log",
        "[DEBUG] (my_service) Starting",
        "[DEBUG] (worker    ) Starting",
    );
    may_precede(
        "daemon_join",
        "(daemon    ) Exiting",
        "(non-daemon) Starting",
    );
    may_precede(
        "daemon_join",
        "(non-daemon) Starting",
        "(daemon    ) Starting",
    );
}

#[test]
fn a_thread_may_end_while_another_is_joined() {
    may_precede(
        "enumerate",
        "(Thread-3  ) ending",
        "(MainThread) joining Thread-1",
    );
    may_precede(
        "enumerate",
        "(MainThread) joining Thread-1",
        "(Thread-2  ) sleeping 0.50",
    );
    accepts("enumerate", &recorded("enumerate").replace("0.40", "0.10"));
}

#[test]
fn a_timer_may_fire_before_the_main_thread_has_cancelled_the_other() {
    may_precede(
        "timer",
        "(t1        ) worker running",
        "(MainThread) canceling t2",
    );
}

#[test]
fn a_waiter_may_be_faster_than_the_thread_that_sets_the_event() {
    may_precede(
        "event",
        "(block     ) event set: True",
        "(MainThread) Event is set",
    );
    may_precede(
        "event",
        "(nonblock  ) event set: True",
        "(MainThread) Event is set",
    );
    may_precede(
        "event",
        "(MainThread) Waiting before calling Event.set()",
        "(block     ) wait_for_event starting",
    );
}

#[test]
fn either_thread_gets_the_lock_first() {
    accepts(
        "lock",
        &text(&[
            "(MainThread) Waiting for worker threads",
            "(Thread-2  ) Sleeping 0.00",
            "(Thread-1  ) Sleeping 1.00",
            "(Thread-2  ) Waiting for lock",
            "(Thread-1  ) Waiting for lock",
            "(Thread-1  ) Acquired lock",
            "(Thread-2  ) Acquired lock",
            "(Thread-1  ) Sleeping 0.63",
            "(Thread-1  ) Waiting for lock",
            "(Thread-2  ) Sleeping 0.33",
            "(Thread-1  ) Acquired lock",
            "(Thread-1  ) Done",
            "(Thread-2  ) Waiting for lock",
            "(Thread-2  ) Acquired lock",
            "(Thread-2  ) Done",
            "(MainThread) Counter: 4",
        ]),
    );
}

#[test]
fn either_consumer_goes_on_first() {
    may_precede(
        "condition",
        "2018-05-01 15:39:49,964 (c2) Resource is available to consumer",
        "2018-05-01 15:39:49,963 (c1) Resource is available to consumer",
    );
}

#[test]
fn any_worker_leaves_the_barrier_first() {
    may_precede(
        "barrier",
        "worker-1 after barrier 1",
        "worker-2 after barrier 2",
    );
    may_precede("barrier_abort", "worker-2 aborting", "worker-0 aborting");
}

#[test]
fn any_two_share_the_semaphore() {
    accepts(
        "semaphore",
        &text(&[
            "2024-02-29 00:00:00,000 (3 ) Waiting to join the pool",
            "2024-02-29 00:00:00,000 (1 ) Waiting to join the pool",
            "2024-02-29 00:00:00,000 (1 ) Running: ['1']",
            "2024-02-29 00:00:00,100 (1 ) Running: []",
            "2024-02-29 00:00:00,100 (3 ) Running: ['3']",
            "2024-02-29 00:00:00,100 (0 ) Waiting to join the pool",
            "2024-02-29 00:00:00,101 (0 ) Running: ['3', '0']",
            "2024-02-29 00:00:00,101 (2 ) Waiting to join the pool",
            "2024-02-29 00:00:00,201 (0 ) Running: ['3']",
            "2024-02-29 00:00:00,201 (2 ) Running: ['3', '2']",
            "2024-02-29 00:00:00,202 (3 ) Running: ['2']",
            "2024-02-29 00:00:00,302 (2 ) Running: []",
        ]),
    );
}

#[test]
fn values_and_addresses_differ_from_run_to_run() {
    accepts(
        "local",
        &recorded("local")
            .replace("value=64", "value=100")
            .replace("value=99", "value=1"),
    );
    accepts(
        "local_defaults",
        &recorded("local_defaults").replace("0x00000000026014C8", "0x000055D0A1B2C3D0"),
    );
}
