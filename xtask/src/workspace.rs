//! Where things are, and how to call cargo.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root.
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

/// The cargo that runs this task, in the workspace's root.
#[must_use]
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}
