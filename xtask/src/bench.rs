//! `cargo xtask bench`: everything measured beside its peers. The program, with its command line,
//! is `crates/tl-bench`.

use std::env;

use crate::flags::Bench;
use crate::{Outcome, workspace};

/// Builds and runs it, where the user is, so that the files it writes are where the user means.
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
