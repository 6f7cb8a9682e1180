//! `cargo xtask standalone`: each primitive crate builds in a project that names only it, and
//! brings no logger.
//!
//! Inside the workspace a crate may lean on features that a sibling has switched on. Here each is
//! the only dependency of a project of its own, outside the workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::progress::failed;
use crate::{BoxedError, Outcome, progress, workspace};

/// The crates that somebody may want alone.
const PRIMITIVES: [&str; 6] = [
    "tl-locks",
    "tl-event",
    "tl-condition",
    "tl-barrier",
    "tl-semaphore",
    "tl-local",
];
/// What none of them may bring.
const LOGGERS: [&str; 3] = ["log", "simple_logger", "env_filter"];

/// Checks them one after the other.
///
/// # Errors
///
/// When a project can't be written or cargo can't be run.
pub fn run() -> Outcome {
    // One at a time: they share a folder in which cargo builds.
    let well = progress::each(
        &PRIMITIVES,
        1,
        |name| (*name).to_owned(),
        |step, name| {
            let checked = check(&workspace::root(), name)?;
            match &checked {
                Ok(()) => step.say(format_args!("{name}: builds alone, brings no logger")),
                Err(why) => step.say(format_args!("{} {name}: {why}", failed())),
            }
            Ok(checked.is_ok())
        },
    )?;
    Ok(well.iter().all(|well| *well))
}

fn check(root: &Path, name: &str) -> Result<Result<(), String>, BoxedError> {
    if let Some(logger) = logger(root, name)? {
        return Ok(Err(format!("brings {logger}")));
    }
    let project = project(root, name)?;
    Ok(
        if cargo(&project, root)
            .args(["build", "--quiet"])
            .status()?
            .success()
        {
            Ok(())
        } else {
            Err("does not build alone".to_owned())
        },
    )
}

/// Returns the logger that the crate `name` brings, if it brings one.
///
/// # Errors
///
/// When its project can't be written or cargo can't be run.
pub fn logger(root: &Path, name: &str) -> Result<Option<String>, BoxedError> {
    let tree = cargo(&project(root, name)?, root)
        .args([
            "tree",
            "--quiet",
            "--prefix=none",
            "--edges=normal",
            "--format={p}",
        ])
        .output()?;
    if !tree.status.success() {
        return Err(String::from_utf8_lossy(&tree.stderr).into_owned().into());
    }
    Ok(String::from_utf8(tree.stdout)?
        .lines()
        .filter_map(|line| line.split(' ').next())
        .find(|package| LOGGERS.contains(package))
        .map(str::to_owned))
}

/// Writes the project whose only dependency is the crate `name`, and returns its folder.
fn project(root: &Path, name: &str) -> Result<PathBuf, BoxedError> {
    let project = root.join("target/standalone").join(name);
    let module = name.replace('-', "_");
    fs::create_dir_all(project.join("src"))?;
    fs::write(
        project.join("Cargo.toml"),
        format!(
            "[package]\nname = \"alone-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{name} = {{ path = {:?} }}\n\n[workspace]\n",
            root.join("crates").join(name)
        ),
    )?;
    fs::write(
        project.join("src/lib.rs"),
        format!("pub use {module}::*;\n"),
    )?;
    // The same versions as in the workspace: nothing is resolved anew.
    fs::copy(root.join("Cargo.lock"), project.join("Cargo.lock"))?;
    Ok(project)
}

fn cargo(project: &Path, root: &Path) -> Command {
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(project)
        .env("CARGO_TARGET_DIR", root.join("target/standalone/target"));
    cargo
}
