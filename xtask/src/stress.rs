//! `cargo xtask stress`: random operations on every primitive, counted. The program is
//! `tests/src/bin/stress`.

use crate::flags::Stress;
use crate::{Outcome, workspace};

/// Builds and runs the program.
///
/// # Errors
///
/// When cargo can't be run.
pub fn run(options: &Stress) -> Outcome {
    let mut cargo = workspace::cargo();
    cargo
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "tl-tests",
            "--bin",
            "stress",
            "--",
        ])
        .arg(format!("--seconds={}", options.seconds));
    if let Some(seed) = options.seed {
        cargo.arg(format!("--seed={seed}"));
    }
    Ok(cargo.args(&options.names).status()?.success())
}
