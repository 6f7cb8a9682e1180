//! `cargo xtask ci`: everything that a change must pass.
//!
//! The list stands in one place, the script `.ci/run`; this task runs it.

use std::process::Command;

use crate::{Outcome, workspace};

/// Runs `.ci/run`.
///
/// # Errors
///
/// When the script can't be started.
pub fn run() -> Outcome {
    let script = workspace::root().join(".ci/run");
    let status = Command::new("bash")
        .arg(&script)
        .status()
        .map_err(|e| format!("can't run {} with bash: {e}", script.display()))?;
    Ok(status.success())
}
