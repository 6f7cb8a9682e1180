//! CPython as a contender: the same work through its `threading`, by `python.py`, in a process of
//! its own.

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::sample::{Outcome, Sample};

const PROGRAM: &str = include_str!("python.py");

/// Returns where the interpreter is, if there is one. What is called `python3` may be a script that
/// first looks for the interpreter.
pub(crate) fn interpreter() -> Option<&'static str> {
    static INTERPRETER: OnceLock<Option<String>> = OnceLock::new();
    INTERPRETER
        .get_or_init(|| {
            let output = Command::new("python3")
                .args(["-c", "import sys; print(sys.executable)"])
                .output()
                .ok()?;
            let path = String::from_utf8(output.stdout).ok()?;
            output.status.success().then(|| path.trim().to_owned())
        })
        .as_deref()
}

/// Takes one sample of a case, named as in `python.py`.
pub(crate) fn sample(case: &str, budget: Duration) -> Outcome {
    let interpreter = interpreter().ok_or("there is no python3")?;
    let output = Command::new(interpreter)
        .args(["-c", PROGRAM, case])
        .arg(budget.as_secs_f64().to_string())
        .output()
        .map_err(|error| format!("python3: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    match printed.trim().parse() {
        Ok(nanos) => Ok(Sample {
            nanos,
            second: None,
        }),
        Err(_) => Err(String::from_utf8_lossy(&output.stderr)
            .lines()
            .last()
            .unwrap_or("python3 printed nothing")
            .to_owned()),
    }
}
