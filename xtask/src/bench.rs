//! `cargo xtask bench`: measures everything beside its peers. The program, with its command line,
//! is `crates/tl-bench`.

use std::env;

use crate::flags::Bench;
use crate::{Outcome, workspace};

/// Builds the program, and runs it in the user's directory, so that it writes files where the user
/// means.
///
/// # Errors
///
/// When cargo can't be run.
pub fn run(options: &Bench) -> Outcome {
    let status = workspace::cargo()
        .current_dir(env::current_dir()?)
        .args(["run", "--quiet", "--release", "--package", "tl-bench", "--"])
        .args(&options.arguments)
        .status()?;
    Ok(status.success())
}
