//! `cargo xtask msrv`: the published crates compile with the oldest Rust that they promise.

use std::fs;
use std::process::Command;

use crate::{BoxedError, Outcome, workspace};

/// Checks the crates with the toolchain of `rust-version`. Where it is not installed, says so and passes: the other checks run with
/// a newer one.
///
/// # Errors
///
/// When the manifest or the toolchains can't be read, or cargo can't be run.
pub fn run() -> Outcome {
    let oldest = rust_version(&fs::read_to_string(workspace::root().join("Cargo.toml"))?)?;
    let installed = match Command::new("rustup").args(["toolchain", "list"]).output() {
        Ok(list) => String::from_utf8(list.stdout)?,
        Err(_) => String::new(),
    };
    let Some(toolchain) = toolchain(&installed, &oldest) else {
        println!(
            "Rust {oldest} is not installed, so nothing was checked: rustup toolchain install {oldest}"
        );
        return Ok(true);
    };
    let status = Command::new("rustup")
        .current_dir(workspace::root())
        .args(["run", toolchain, "cargo", "check", "--quiet", "--locked"])
        .args(["--workspace", "--target-dir", "target/msrv"])
        .args(["--exclude", "tl-bench", "--exclude", "xtask"])
        // Those of the cargo that runs this would be used otherwise.
        .env_remove("RUSTC")
        .env_remove("CARGO")
        .status()?;
    if status.success() {
        println!("the crates compile with {toolchain}");
    }
    Ok(status.success())
}

/// What the root manifest says is the oldest version.
///
/// # Errors
///
/// When it is no manifest, or says nothing.
pub fn rust_version(manifest: &str) -> Result<String, BoxedError> {
    let manifest: toml::Table = manifest.parse()?;
    let stated = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("package")?.get("rust-version")?.as_str());
    Ok(stated
        .ok_or("the root manifest states no rust-version")?
        .to_owned())
}

/// The toolchain of this version among those that `rustup toolchain list` prints, which may name a release of it.
#[must_use]
pub fn toolchain<'l>(installed: &'l str, version: &str) -> Option<&'l str> {
    installed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .find(|name| {
            name.strip_prefix(version)
                .is_some_and(|rest| rest.starts_with(['.', '-']))
        })
}
