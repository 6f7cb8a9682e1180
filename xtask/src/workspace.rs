//! Where things are, and how to call cargo.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::BoxedError;

/// Returns the workspace's root.
///
/// Cargo says where this package is when it runs it; without cargo it is where it was compiled.
#[must_use]
pub fn root() -> PathBuf {
    let package =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&package)
        .parent()
        .expect("the package is a folder of the workspace")
        .to_owned()
}

/// Returns the cargo that runs this task, in the workspace's root.
#[must_use]
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command, and returns what it printed on standard error if it failed.
///
/// # Errors
///
/// When it can't be run.
pub fn errors_of(mut command: Command) -> Result<Result<(), String>, BoxedError> {
    let output = command.output()?;
    Ok(if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    })
}

/// Returns `cargo` with every published crate as an argument.
///
/// # Errors
///
/// When a manifest can't be read.
pub fn of_published(mut cargo: Command) -> Result<Command, BoxedError> {
    for package in published()? {
        cargo.args(["--package", &package]);
    }
    Ok(cargo)
}

/// Returns the crates that are published, sorted: all in `crates` whose manifest does not say
/// `publish = false`.
///
/// # Errors
///
/// When a manifest can't be read.
pub fn published() -> Result<Vec<String>, BoxedError> {
    let mut published = Vec::new();
    for entry in fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let manifest: toml::Table = fs::read_to_string(folder.join("Cargo.toml"))?.parse()?;
        let package = manifest.get("package").ok_or("a crate has a package")?;
        let is_kept = package.get("publish").and_then(toml::Value::as_bool) == Some(false);
        if let (false, Some(name)) = (is_kept, folder.file_name()) {
            published.push(name.to_string_lossy().into_owned());
        }
    }
    published.sort();
    Ok(published)
}
