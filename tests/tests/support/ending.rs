//! Programs whose end is looked at: started, waited for, and killed when they do not end.
#![allow(dead_code)]

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any program takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Whether the end of the process drops the main thread's thread-locals. Where Rust keeps their
/// destructors under a key of the C library's, it does not: musl, glibc in a static program, and
/// where thread-locals are emulated. Windows drops them when no other thread is left, and Wine
/// never.
pub(crate) const DROPS_THE_LOCALS_OF_MAIN: bool = !cfg!(any(
    target_env = "musl",
    target_feature = "crt-static",
    emulated_tls,
    windows
));

/// How a program ended, and what it printed.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) was_aborted: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Starts a program, whose output is a pipe.
pub(crate) fn start(program: &str, arguments: &[&str]) -> Child {
    Command::new(program)
        .args(arguments)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs a program to its end.
///
/// # Panics
///
/// When it does not end in time. It is killed.
#[track_caller]
pub(crate) fn run(program: &str, arguments: &[&str]) -> Ended {
    let mut child = start(program, arguments);
    let status = status_of(&mut child).unwrap_or_else(|| panic!("{arguments:?} does not end"));
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.unwrap().read_to_string(&mut stderr).unwrap();
    Ended {
        code: status.code(),
        was_aborted: was_aborted(status),
        stdout,
        stderr,
    }
}

/// Waits for a child, and kills it at the limit.
fn status_of(child: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + LIMIT;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// Returns whether a process has ended by `abort`.
#[cfg(unix)]
fn was_aborted(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(libc::SIGABRT)
}

/// Returns whether a process has ended by `abort`: what Windows calls a fast failure.
#[cfg(windows)]
fn was_aborted(status: ExitStatus) -> bool {
    const FAST_FAIL: u32 = 0xc000_0409;
    status.code() == Some(FAST_FAIL as i32)
}
