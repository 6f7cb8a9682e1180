//! The programs that cargo builds, tests among them, so that they can be run without cargo.

use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use crate::BoxedError;

/// The option by which cargo says what it builds.
pub const MESSAGES: &str = "--message-format=json-render-diagnostics";

/// A program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// The folder of its package, which has the package's name.
    pub package: String,
    /// The name of the test, or of the program itself.
    pub target: String,
    /// The package's folder, in which cargo runs tests.
    pub folder: PathBuf,
    /// The program.
    pub path: PathBuf,
}

/// The part of cargo's messages that matters here.
#[derive(Deserialize)]
struct Message {
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

impl Program {
    /// Returns the command that runs a test as cargo would.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder);
        command
    }
}

/// Runs `cargo`, a `cargo build` or `cargo test --no-run`, and returns the programs; or what the
/// compiler says, if they do not build.
///
/// # Errors
///
/// When cargo can't be run, or its messages can't be parsed.
pub fn build(mut cargo: Command) -> Result<Result<Vec<Program>, String>, BoxedError> {
    let built = cargo.arg(MESSAGES).output()?;
    Ok(if built.status.success() {
        Ok(programs(built.stdout)?)
    } else {
        Err(String::from_utf8_lossy(&built.stderr).into_owned())
    })
}

/// Returns the programs that cargo's `messages` name, sorted.
///
/// # Errors
///
/// When the messages can't be parsed.
pub fn programs(messages: Vec<u8>) -> Result<Vec<Program>, BoxedError> {
    let mut programs = Vec::new();
    for line in String::from_utf8(messages)?.lines() {
        let message: Message = serde_json::from_str(line)?;
        let (Some(manifest), Some(target), Some(path)) =
            (message.manifest_path, message.target, message.executable)
        else {
            continue;
        };
        let folder = manifest.parent().ok_or("a manifest is in a folder")?;
        let package = folder.file_name().ok_or("a package's folder has a name")?;
        programs.push(Program {
            package: package.to_string_lossy().into_owned(),
            target: target.name,
            folder: folder.to_owned(),
            path,
        });
    }
    programs.sort();
    Ok(programs)
}
