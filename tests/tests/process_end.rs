//! The end of the process: every way to end it, with everything that can be alive then. The table
//! is in the documentation of `tl-thread`.
//!
//! Each cell is a child process. Its threads wait for each other, not for a time, so that a cell
//! can only go wrong for a reason. A child that is to end at once has threads that would otherwise
//! never end; one that hangs is killed.

#[path = "support/ending.rs"]
mod ending;

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::thread;
use std::time::Duration;

use ending::{DROPS_THE_LOCALS_OF_MAIN, Ended};

const PROGRAM: &str = env!("CARGO_BIN_EXE_process_end");

fn child(ending: &str, scene: &str) -> Child {
    ending::start(PROGRAM, &[ending, scene])
}

fn run(ending: &str, scene: &str) -> Ended {
    ending::run(PROGRAM, &[ending, scene])
}

/// Returns the endings that there are here: those in a thread-local of the main thread's come
/// first.
fn endings<'a>(in_local: &'a str, in_hook: &'a str) -> impl Iterator<Item = &'a str> {
    let in_local = DROPS_THE_LOCALS_OF_MAIN.then_some(in_local);
    in_local.into_iter().chain([in_hook])
}

/// What the main thread's end waits for: the scene and the line that shows that it was waited for.
const WAITED_FOR: [(&str, &str); 3] = [
    ("alive", "worker done\n"),
    ("another", "second worker done\n"),
    ("timer", "timer fired\n"),
];

/// What it does not wait for.
const NOT_WAITED_FOR: [&str; 5] = ["alone", "cancelled", "daemons", "endless", "blocked"];

/// The process waits for what it must, and ends with the code.
#[track_caller]
fn waits(ending: &str, code: i32) {
    for (scene, line) in WAITED_FOR {
        let ended = run(ending, scene);
        assert_eq!(
            ended.code,
            Some(code),
            "{ending}, {scene}: {}",
            ended.stderr
        );
        assert_eq!(ended.stdout, line, "{ending}, {scene}");
    }
    for scene in NOT_WAITED_FOR {
        let ended = run(ending, scene);
        assert_eq!(
            ended.code,
            Some(code),
            "{ending}, {scene}: {}",
            ended.stderr
        );
        assert_eq!(ended.stdout, "", "{ending}, {scene}");
    }
}

/// The process ends with the code and waits for nobody: the threads that are alive have printed
/// nothing.
#[track_caller]
fn ends_at_once(ending: &str, code: i32) {
    let scenes = WAITED_FOR.map(|(scene, _)| scene);
    for scene in scenes.into_iter().chain(NOT_WAITED_FOR) {
        let ended = run(ending, scene);
        assert_eq!(
            ended.code,
            Some(code),
            "{ending}, {scene}: {}",
            ended.stderr
        );
        assert_eq!(ended.stdout, "", "{ending}, {scene}");
    }
}

#[test]
fn main_returns() {
    waits("main-returns", 0);
}

#[test]
fn a_pending_timer_may_change_its_daemon_flag_and_be_cancelled_also_while_the_process_waits() {
    for (scene, line) in [
        ("timer made daemon", ""),
        ("daemon timer made none", "timer fired\n"),
        ("made daemon meanwhile", ""),
        ("cancelled meanwhile", ""),
    ] {
        let ended = run("main-returns", scene);
        assert_eq!(ended.code, Some(0), "{scene}: {}", ended.stderr);
        assert_eq!(ended.stdout, line, "{scene}");
    }
}

#[test]
fn main_panics() {
    waits("main-panics", 101);
    assert!(run("main-panics", "alive").stderr.contains("as asked"));
}

#[cfg_attr(
    windows,
    ignore = "std's exit is ExitProcess there, which ends at once and runs no hook"
)]
#[test]
fn exit_of_std_in_main() {
    waits("main-exit", 3);
}

#[cfg_attr(not(windows), ignore = "elsewhere it waits")]
#[test]
fn exit_of_std_in_main_ends_at_once_on_windows() {
    ends_at_once("main-exit", 3);
}

#[test]
fn exit_of_std_in_a_worker_before_main_has_returned() {
    ends_at_once("worker-exit-before", 4);
}

#[test]
fn exit_of_std_in_a_daemon_before_main_has_returned() {
    ends_at_once("daemon-exit-before", 5);
}

/// The worker sleeps forever inside std, and the process waits for it.
#[cfg_attr(
    windows,
    ignore = "std's exit is ExitProcess there, which ends at once and runs no hook"
)]
#[test]
fn exit_of_std_in_a_worker_after_main_has_returned_hangs() {
    let scenes = WAITED_FOR.map(|(scene, _)| scene);
    let mut children: Vec<_> = scenes
        .into_iter()
        .chain(NOT_WAITED_FOR)
        .map(|scene| (scene, KilledAtTheEnd(child("worker-exit-after", scene))))
        .collect();
    for (scene, KilledAtTheEnd(child)) in &mut children {
        let mut line = String::new();
        let mut stderr = BufReader::new(child.stderr.as_mut().unwrap());
        stderr.read_line(&mut line).unwrap();
        assert_eq!(line, "calls exit\n", "{scene}");
    }
    // What is not to happen has no moment at which it has not happened. Those that end do so in a
    // few milliseconds.
    thread::sleep(Duration::from_millis(500));
    for (scene, KilledAtTheEnd(child)) in &mut children {
        let status = child.try_wait().unwrap();
        assert!(status.is_none(), "worker-exit-after, {scene}: {status:?}");
    }
}

/// A child that would go on forever.
struct KilledAtTheEnd(Child);

impl Drop for KilledAtTheEnd {
    fn drop(&mut self) {
        // It may have ended, against all expectation.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

/// Std takes it for a second exit of the same thread.
#[cfg_attr(
    windows,
    ignore = "std's exit is ExitProcess there, which ends at once and runs no hook"
)]
#[test]
fn exit_of_std_in_the_main_thread_after_main_has_returned_aborts() {
    for ending in endings("local-exit-after", "hook-exit-after") {
        let scenes = WAITED_FOR.map(|(scene, _)| scene);
        for scene in scenes.into_iter().chain(NOT_WAITED_FOR) {
            let ended = run(ending, scene);
            assert!(ended.was_aborted, "{ending}, {scene}");
            assert_eq!(ended.stdout, "", "{ending}, {scene}");
        }
    }
}

/// The daemon sleeps forever inside std, and the process waits for the others and for them alone.
#[cfg_attr(
    windows,
    ignore = "std's exit is ExitProcess there, which ends at once and runs no hook"
)]
#[test]
fn exit_of_std_in_a_daemon_after_main_has_returned_does_nothing() {
    waits("daemon-exit-after", 0);
}

#[test]
fn exit_of_ours_in_main() {
    ends_at_once("main-tl-exit", 8);
}

#[test]
fn exit_of_ours_in_a_worker_before_main_has_returned() {
    ends_at_once("worker-tl-exit-before", 9);
}

#[test]
fn exit_of_ours_in_a_daemon_before_main_has_returned() {
    ends_at_once("daemon-tl-exit-before", 10);
}

#[test]
fn exit_of_ours_in_a_worker_after_main_has_returned() {
    ends_at_once("worker-tl-exit-after", 11);
}

#[test]
fn exit_of_ours_in_a_daemon_after_main_has_returned() {
    for (scene, _) in WAITED_FOR {
        let ended = run("daemon-tl-exit-after", scene);
        assert_eq!((ended.code, &*ended.stdout), (Some(12), ""), "{scene}");
    }
    for scene in NOT_WAITED_FOR {
        // Nothing keeps the process alive until the daemon has its turn.
        let ended = run("daemon-tl-exit-after", scene);
        assert!(
            matches!(ended.code, Some(0 | 12)),
            "{scene}: {:?}",
            ended.code
        );
        assert_eq!(ended.stdout, "", "{scene}");
    }
}

#[cfg_attr(
    any(
        target_env = "musl",
        target_feature = "crt-static",
        emulated_tls,
        windows
    ),
    ignore = "the end of the process does not drop the main thread's thread-locals there"
)]
#[test]
fn exit_of_ours_in_the_destructor_of_a_thread_local_of_main() {
    ends_at_once("local-tl-exit-after", 13);
}

#[test]
fn exit_of_ours_in_the_destructor_of_a_thread_local_of_a_worker() {
    ends_at_once("worker-local-tl-exit-before", 13);
    ends_at_once("worker-local-tl-exit-after", 13);
}

#[test]
fn exit_of_ours_in_an_exit_hook_after_main_has_returned() {
    ends_at_once("hook-tl-exit-after", 14);
}

#[cfg_attr(
    windows,
    ignore = "std's exit is ExitProcess there, which ends at once and runs no hook"
)]
#[cfg_attr(
    any(target_env = "musl", target_feature = "crt-static", emulated_tls),
    ignore = "nothing tells there that the thread is in C's exit, and std's own aborts"
)]
#[test]
fn exit_of_ours_in_an_exit_hook_on_a_worker() {
    ends_at_once("worker-hook-tl-exit", 15);
}

#[test]
fn an_abort_waits_for_nobody() {
    for scene in ["alive", "timer", "endless"] {
        let ended = run("abort", scene);
        assert_eq!((ended.was_aborted, &*ended.stdout), (true, ""), "{scene}");
    }
}

#[test]
fn shutdown_waits_in_main() {
    for scene in ["daemons", "cancelled", "endless"] {
        let ended = run("shutdown", scene);
        assert_eq!(
            (ended.code, &*ended.stdout),
            (Some(0), "main goes on\n"),
            "{scene}"
        );
    }
    let ended = run("shutdown", "timer");
    assert_eq!(ended.stdout, "timer fired\nmain goes on\n");
}

#[test]
fn shutdown_does_not_wait_for_the_thread_that_calls_it() {
    assert_eq!(run("shutdown-in-worker", "alone").stdout, "shut down\n");
}

#[test]
fn shutdown_in_main_is_the_end_of_main_for_a_thread_that_joins_it() {
    let ended = run("shutdown-joined", "alone");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, "main goes on\n");
}

#[test]
fn after_a_shutdown_in_main_a_hook_that_was_registered_late_finds_no_worker() {
    let ended = run("late-hook", "alone");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, "worker done\nthe late hook\n");
}

#[test]
fn exit_of_ours_is_forced_when_the_main_thread_never_comes_to_its_end() {
    for ending in endings(
        "local-hangs-tl-exit-in-worker",
        "hook-hangs-tl-exit-in-worker",
    ) {
        for scene in ["alone", "endless"] {
            let ended = run(ending, scene);
            assert_eq!(ended.code, Some(29), "{ending}, {scene}: {}", ended.stderr);
            assert_eq!(ended.stdout, "calls exit\n", "{ending}, {scene}");
        }
    }
}

#[test]
fn of_two_exits_at_once_one_decides() {
    for _ in 0..20 {
        let ended = run("first-caller-wins", "alive");
        assert!(matches!(ended.code, Some(20 | 21)), "{:?}", ended.code);
    }
}

#[test]
fn the_code_counts_also_when_main_returns_just_then() {
    // A process takes an emulator a hundred times as long to begin.
    let rounds = if cfg!(any(windows, target_arch = "aarch64")) {
        30
    } else {
        300
    };
    for _ in 0..rounds {
        assert_eq!(run("race", "alone").code, Some(25));
    }
}

#[cfg_attr(
    windows,
    ignore = "std's exit is ExitProcess there, which ends at once and runs no hook"
)]
#[test]
fn of_two_exits_at_once_one_runs_the_hooks_to_their_end() {
    for (ending, codes) in [
        ("two-exits-and-a-hook", 27..=28),
        ("exit-past-locals-and-a-hook", 13..=13),
    ] {
        for _ in 0..20 {
            let ended = run(ending, "alone");
            assert!(
                codes.contains(&ended.code.unwrap()),
                "{ending}: {:?}",
                ended.code
            );
            assert_eq!(ended.stdout, "the hook begins\nthe hook ends\n", "{ending}");
        }
    }
}

#[test]
fn exit_of_ours_flushes_standard_output() {
    let ended = run("flush", "alive");
    assert_eq!((ended.code, &*ended.stdout), (Some(22), "part of a line"));
}

#[test]
fn exit_of_ours_does_not_wait_for_a_thread_that_has_standard_output_locked() {
    assert_eq!(run("flush-held", "alone").code, Some(23));
}

#[test]
fn what_threads_print_after_main_is_flushed() {
    assert_eq!(run("flush-after-main", "alone").stdout, "part of a line");
}

/// Windows skips the hooks that are left, and with musl the library does: from 1.2.6 on musl's
/// `exit` crashes when a hook calls it again.
#[test]
fn other_exit_hooks_run_after_an_exit_of_ours_where_they_can_be_run() {
    let ended = run("other-hooks", "alone");
    let others = if cfg!(any(target_env = "musl", windows)) {
        ""
    } else {
        "another hook\n"
    };
    assert_eq!((ended.code, &*ended.stdout), (Some(24), others));
}

#[test]
fn exit_of_ours_flushes_what_c_has_buffered_also_where_it_skips_hooks() {
    let ended = run("flush-c", "alone");
    assert_eq!((ended.code, &*ended.stdout), (Some(31), "part of a line"));
}

#[test]
fn the_current_thread_is_known_in_an_exit_hook() {
    let ended = run("current-thread-in-hook", "blocked");
    assert_eq!(
        ended.stdout, "in the hook: MainThread\n",
        "{}",
        ended.stderr
    );
    assert_eq!(ended.code, Some(0));
}

#[cfg_attr(
    windows,
    ignore = "std's exit is ExitProcess there, which ends at once and runs no hook"
)]
#[test]
fn a_thread_may_call_for_the_first_time_in_an_exit_hook() {
    let ended = run("first-call-in-hook", "alone");
    assert_eq!(ended.stdout, "in the hook: Dummy-1\n", "{}", ended.stderr);
    assert_eq!((ended.code, &*ended.stderr), (Some(26), ""));
}

#[test]
fn the_main_thread_has_ended_when_it_has_left_main() {
    let ended = run("main-is-joined", "alone");
    assert_eq!(ended.stdout, "main has ended\n", "{}", ended.stderr);
}

#[test]
fn what_a_foreign_thread_starts_is_waited_for_and_it_is_not() {
    let ended = run("foreign", "alone");
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "worker done\n"));
}

#[cfg_attr(windows, ignore = "there is no fork")]
#[test]
fn a_forked_child_waits_for_nobody() {
    let ended = run("fork", "alone");
    assert_eq!(ended.stdout, "child exited with 30\n", "{}", ended.stderr);
    assert_eq!(ended.code, Some(0));
}

#[test]
fn the_main_threads_new_name_is_seen_by_the_system() {
    assert_eq!(run("named", "alone").stdout, "chief chief\n");
}
