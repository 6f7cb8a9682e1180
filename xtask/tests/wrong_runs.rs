//! The goldens hold what each example teaches: runs that contradict it are rejected, for the right
//! reason.

mod common;

use common::{inserted, moved, recorded, rejects};
use xtask::golden::{DiffLine, Mismatch, Problem};

#[test]
fn a_third_thread_inside_the_semaphores_two_permits() {
    let output = recorded("semaphore");
    // Thread 2 comes in beside 0 and 1, and every list says so.
    let output = output
        .replace("(3 ) Waiting to join the pool\n", "(3 ) Waiting to join the pool\n2018-05-01 18:18:46,362 (2 ) Running: ['0', '1', '2']\n")
        .replace("(0 ) Running: ['1']", "(0 ) Running: ['1', '2']")
        .replace("2018-05-01 18:18:46,460 (2 ) Running: ['1', '2']\n", "");
    let mismatch = rejects("semaphore", &output);
    assert_extra(
        &mismatch,
        "2",
        "2018-05-01 18:18:46,362 (2 ) Running: ['0', '1', '2']",
    );
}

#[test]
fn a_third_thread_inside_that_the_list_hides() {
    // Thread 2 runs before 0 or 1 has gone; each line on its own is well formed.
    let line = "2018-05-01 18:18:46,460 (2 ) Running: ['1', '2']";
    let output = moved(
        &recorded("semaphore"),
        line,
        "2018-05-01 18:18:46,460 (0 ) Running: ['1']",
    );
    let mismatch = rejects("semaphore", &output);
    assert!(
        matches!(&mismatch.problems[0], Problem::Roster { expected, .. } if expected == "['0', '1', '2']")
    );
}

#[test]
fn a_list_that_forgets_a_thread_inside() {
    let output = recorded("semaphore").replace("(1 ) Running: ['0', '1']", "(1 ) Running: ['1']");
    let mismatch = rejects("semaphore", &output);
    assert_eq!(
        mismatch.problems,
        [Problem::Roster {
            number: 4,
            expected: "['0', '1']".to_owned(),
            found: "['1']".to_owned(),
        }]
    );
}

#[test]
fn joining_a_thread_before_the_one_joined_first_has_ended() {
    let output = recorded("enumerate");
    for (thread, next) in [("1", "2"), ("2", "3")] {
        let joining = format!("(MainThread) joining Thread-{next}");
        let ending = format!("(Thread-{thread}  ) ending");
        let mismatch = rejects("enumerate", &moved(&output, &joining, &ending));
        assert_pair(&mismatch, &ending, &joining);
    }
}

#[test]
fn a_time_that_no_thread_may_sleep() {
    let output = recorded("enumerate");
    for time in ["0.60", "0.00", "1.00", "0.45"] {
        rejects("enumerate", &output.replace("0.40", time));
    }
}

#[test]
fn a_consumer_that_goes_on_before_the_producer() {
    let making = "2018-05-01 15:39:49,962 (p ) Making resource available";
    for consumer in [
        "2018-05-01 15:39:49,963 (c1) Resource is available to consumer",
        "2018-05-01 15:39:49,964 (c2) Resource is available to consumer",
    ] {
        let mismatch = rejects(
            "condition",
            &moved(&recorded("condition"), consumer, making),
        );
        assert_pair(&mismatch, making, consumer);
    }
}

#[test]
fn a_thread_past_the_barrier_before_the_last_has_arrived() {
    let last = "worker-2 waiting for barrier with 2 others";
    for early in ["worker-0 after barrier 0", "worker-1 after barrier 1"] {
        let mismatch = rejects("barrier", &moved(&recorded("barrier"), early, last));
        assert_pair(&mismatch, last, early);
    }
    rejects(
        "barrier",
        &moved(&recorded("barrier"), "worker-2 after barrier 2", last),
    );
}

#[test]
fn an_index_given_out_twice() {
    let output =
        recorded("barrier").replace("worker-1 after barrier 1", "worker-1 after barrier 0");
    rejects("barrier", &output);
}

#[test]
fn a_thread_that_aborts_before_the_barrier_is_aborted() {
    let last = "worker-2 waiting for barrier with 2 others";
    let mismatch = rejects(
        "barrier_abort",
        &moved(&recorded("barrier_abort"), "worker-0 aborting", last),
    );
    assert_pair(&mismatch, last, "worker-0 aborting");
}

#[test]
fn a_thread_that_passes_an_aborted_barrier() {
    let output = recorded("barrier_abort").replace("worker-1 aborting", "worker-1 after barrier 1");
    rejects("barrier_abort", &output);
}

#[test]
fn a_cancelled_timer_that_fires() {
    for before in ["(MainThread) done", "(t1        ) worker running"] {
        let output = inserted(&recorded("timer"), "(t2        ) worker running", before);
        let mismatch = rejects("timer", &output);
        assert_extra(&mismatch, "t2", "(t2        ) worker running");
    }
}

#[test]
fn a_timer_that_fires_before_it_is_started() {
    let (fires, starting) = (
        "(t1        ) worker running",
        "(MainThread) starting timers",
    );
    let mismatch = rejects("timer", &moved(&recorded("timer"), fires, starting));
    assert_pair(&mismatch, starting, fires);
}

#[test]
fn a_daemon_that_the_program_waits_for() {
    for name in ["daemon", "daemon_join_timeout"] {
        for after in ["(daemon    ) Starting", "(non-daemon) Exiting"] {
            rejects(
                name,
                &inserted(&recorded(name), "(daemon    ) Exiting", after),
            );
        }
    }
}

#[test]
fn a_daemon_that_nobody_joined() {
    rejects("daemon_join", &recorded("daemon"));
}

#[test]
fn a_timed_join_that_says_the_daemon_is_dead() {
    let output = recorded("daemon_join_timeout").replace("True", "False");
    rejects("daemon_join_timeout", &output);
}

#[test]
fn an_event_seen_before_it_is_set() {
    let setting = "(MainThread) Waiting before calling Event.set()";
    for seen in [
        "(block     ) event set: True",
        "(nonblock  ) event set: True",
    ] {
        let mismatch = rejects("event", &moved(&recorded("event"), seen, setting));
        assert_pair(&mismatch, setting, seen);
    }
}

#[test]
fn a_counter_read_before_its_threads_are_done() {
    let output = recorded("lock");
    for done in ["(Thread-1  ) Done", "(Thread-2  ) Done"] {
        let mismatch = rejects("lock", &moved(&output, "(MainThread) Counter: 4", done));
        assert_pair(&mismatch, done, "(MainThread) Counter: 4");
    }
    rejects("lock", &output.replace("Counter: 4", "Counter: 3"));
}

#[test]
fn a_try_that_blocks_or_gets_a_held_lock() {
    rejects(
        "lock_noblock",
        &recorded("lock_noblock").replace("2: Not acquired", "2: Acquired"),
    );
    rejects(
        "lock_reacquire",
        &recorded("lock_reacquire").replace("False", "True"),
    );
    rejects(
        "rlock",
        &recorded("rlock").replace("Second try: True", "Second try: False"),
    );
}

#[test]
fn a_value_seen_by_another_thread() {
    for (name, own) in [("local", "No value yet"), ("local_defaults", "value=1000")] {
        let leaked =
            recorded(name).replace(&format!("(Thread-2  ) {own}"), "(Thread-2  ) value=64");
        rejects(name, &leaked);
    }
    rejects("local", &recorded("local").replace("value=64", "value=101"));
}

#[test]
fn a_thread_that_runs_before_the_main_thread_has_its_value() {
    for (name, first) in [
        ("local", "(Thread-1  ) No value yet"),
        (
            "local_defaults",
            "(Thread-1  ) Initializing <__main__.MyLocal object at 0x00000000026014C8>",
        ),
    ] {
        let mismatch = rejects(
            name,
            &moved(&recorded(name), first, "(MainThread) value=1000"),
        );
        assert_pair(&mismatch, "(MainThread) value=1000", first);
    }
}

#[test]
fn two_objects_where_there_is_one() {
    let initializing = "(Thread-2  ) Initializing <__main__.MyLocal object at 0x00000000026014C";
    let output = recorded("local_defaults")
        .replace(&format!("{initializing}8"), &format!("{initializing}9"));
    let mismatch = rejects("local_defaults", &output);
    assert!(
        matches!(&mismatch.problems[..], [Problem::Numbered { number: 6, rebound }] if rebound.label == "ADDRESS:1")
    );
}

#[test]
fn an_unnamed_thread_that_is_not_the_first() {
    for name in ["names", "names_log"] {
        rejects(name, &recorded(name).replace("Thread-1", "Thread-2"));
    }
}

#[test]
fn a_name_that_is_not_padded_as_the_format_says() {
    rejects(
        "names_log",
        &recorded("names_log").replace("(worker    )", "(worker)"),
    );
    rejects("condition", &recorded("condition").replace("(p )", "(p)"));
}

#[test]
fn a_time_stamp_that_is_none() {
    for wrong in [
        "2018-13-01 15:39:49,561",
        "2018-05-01 25:39:49,561",
        "2018-05-01 15:39:49.561",
        "2018-05-01 15:39:49",
    ] {
        rejects(
            "condition",
            &recorded("condition").replace("2018-05-01 15:39:49,561", wrong),
        );
    }
}

/// Asserts that one problem is that `then` stands before `first`.
#[track_caller]
fn assert_pair(mismatch: &Mismatch, first: &str, then: &str) {
    let found = mismatch.problems.iter().any(|problem| {
        matches!(problem, Problem::Pair { first: (_, a), then: (_, b) } if a == first && b == then)
    });
    assert!(
        found,
        "says that `{first}` must precede `{then}`, not:\n{mismatch}"
    );
}

/// Asserts that one problem is an extra `line` of `name`.
#[track_caller]
fn assert_extra(mismatch: &Mismatch, name: &str, line: &str) {
    let found = mismatch.problems.iter().any(|problem| match problem {
        Problem::Thread { thread, diff } => {
            thread == name && diff.contains(&DiffLine::Extra(line.to_owned()))
        }
        _ => false,
    });
    assert!(
        found,
        "says that `{line}` of {name} is extra, not:\n{mismatch}"
    );
}
