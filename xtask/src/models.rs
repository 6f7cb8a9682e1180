//! The models of the protocols: which crates have some, and running one in a process of its own.
//!
//! A model is a test in a crate's `tests/loom.rs` that calls `tl_core::model::explore`, which
//! prints what it explored.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use regex::Regex;

use crate::built::Program;
use crate::run::{self, Run};
use crate::{BoxedError, workspace};

/// Returns the crates that have models, sorted.
///
/// # Errors
///
/// When their folder can't be read.
pub fn crates() -> Result<Vec<String>, BoxedError> {
    let mut with_models = Vec::new();
    for entry in fs::read_dir(workspace::root().join("crates"))? {
        let path = entry?.path();
        if path.join("tests/loom.rs").exists() {
            with_models.extend(
                path.file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    with_models.sort();
    Ok(with_models)
}

/// Returns where the models are built.
#[must_use]
pub fn target() -> PathBuf {
    workspace::root().join("target/loom")
}

/// Returns the command that builds the models of `crates` in the checkout at `root`.
#[must_use]
pub fn cargo(root: &Path, target: &Path, crates: &[String]) -> Command {
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(root)
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", target)
        .args([
            "test",
            "--no-run",
            "--profile=models",
            "--no-default-features",
            "--test",
            "loom",
        ]);
    for name in crates {
        cargo.args(["--package", name]);
    }
    cargo
}

/// Returns the models that `program`, the tests of a crate, has.
///
/// # Errors
///
/// When the program can't be run, or does not list its tests.
pub fn list(program: &Program) -> Result<Vec<String>, BoxedError> {
    let output = program
        .command()
        .args(["--list", "--format=terse"])
        .output()?;
    if !output.status.success() {
        return Err(format!("{} does not list its models", program.path.display()).into());
    }
    Ok(String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}

/// Runs one model with `program`, the tests of its crate.
///
/// # Errors
///
/// When the program can't be run.
pub fn explore(mut program: Command, model: &str, limit: Duration) -> io::Result<Run> {
    program.args(["--exact", model, "--nocapture"]);
    run::run(program, limit)
}

/// What a model explored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explored {
    /// How many executions.
    pub executions: u64,
    /// How far they were bounded.
    pub bound: String,
}

/// Returns what `model` explored in this run, if it ended well.
///
/// # Errors
///
/// Why it did not: it fails, it does not end, or it did not run at all.
pub fn verdict(run: &Run, model: &str) -> Result<Explored, String> {
    match run.status {
        Some(status) if status.success() => {
            explored(run, model).ok_or_else(|| format!("did not run\n{}", run.output))
        }
        _ => Err(format!("{}\n{}", run.ending(), run.output)),
    }
}

/// Returns what `tl_core::model::explore` printed for `model`, if it ran.
#[must_use]
pub fn explored(run: &Run, model: &str) -> Option<Explored> {
    let line = Regex::new(r"model (\S+): (\d+) executions, (.+)").expect("the pattern is right");
    let found = line
        .captures_iter(&run.output)
        .find(|found| &found[1] == model)?;
    Some(Explored {
        executions: found[2].parse().ok()?,
        bound: found[3].to_owned(),
    })
}
