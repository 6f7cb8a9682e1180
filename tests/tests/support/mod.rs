//! Runs in a child process what would change the test's own.

use std::env;
use std::process::{Command, Stdio};

/// The variable that tells a test that it runs in the child.
const CHILD: &str = "TL_TESTS_CHILD";

/// What a child prints when all went well.
const DONE: &str = "the case is done";

/// Runs the case of the test of this name in a process of its own, which runs that test alone.
pub(crate) fn in_child(test: &str, case: fn()) {
    if env::var_os(CHILD).is_some() {
        case();
        println!("{DONE}");
        return;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && out.contains(DONE),
        "{test}: {}\n{out}{err}",
        output.status
    );
}
