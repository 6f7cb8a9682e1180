//! What works with signals: the guide's program for Ctrl-C, and the same with ten thousand signals
//! a second.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

#[test]
fn a_signal_ends_the_program_in_good_order() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ctrl_c"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(program.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        assert_eq!(first, "at work, until Ctrl-C\n");

        let process = libc::pid_t::try_from(program.id()).unwrap();
        // SAFETY: a plain system call; the process is ours and has not been waited for.
        assert_eq!(unsafe { libc::kill(process, signal) }, 0);
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(program.wait().unwrap().code(), Some(0), "{rest}");

        let mut lines: Vec<_> = rest.lines().collect();
        assert_eq!(lines.pop(), Some("all is in order"));
        lines.sort_unstable();
        let tidied = [1, 2, 3].map(|number| format!("worker {number} has tidied up"));
        assert_eq!(lines, tidied);
    }
}

#[test]
fn a_thread_that_hears_of_ten_thousand_signals_a_second_wakes_others_for_each() {
    let stress = Command::new(env!("CARGO_BIN_EXE_stress"))
        .args(["--seconds", "2", "heard"])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&stress.stdout);
    assert_eq!(stress.status.code(), Some(0), "{printed}");
    assert!(printed.contains("| heard |"), "{printed}");
}
