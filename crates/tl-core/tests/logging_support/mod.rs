//! What the tests of the logger share: files to log to, records, child processes.

// Each test file uses some of it.
#![allow(dead_code)]

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use log::{Level, Log, Record};
use tl_core::logging::{BasicConfig, Logger};

/// Says to the test that it runs in a child process.
const CHILD: &str = "LOGGING_TEST_CHILD";

/// A log file of one test, gone after it.
pub(crate) struct LogFile(PathBuf);

impl LogFile {
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{test}-{}.log", std::process::id()));
        let _ = fs::remove_file(&path);
        LogFile(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn content(&self) -> String {
        fs::read_to_string(&self.0).expect("the log file can be read")
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns what the configuration writes for one record that `log` makes.
pub(crate) fn logged(test: &str, config: BasicConfig, log: impl FnOnce(&Logger)) -> String {
    let file = LogFile::new(test);
    log(&config
        .file(file.path())
        .build()
        .expect("the configuration is right"));
    file.content()
}

/// Logs a message at level ERROR, which every configuration of these tests lets through.
pub(crate) fn log(logger: &Logger, message: fmt::Arguments<'_>) {
    log_at(logger, Level::Error, "test", message);
}

pub(crate) fn log_at(logger: &Logger, level: Level, target: &str, message: fmt::Arguments<'_>) {
    logger.log(
        &Record::builder()
            .level(level)
            .target(target)
            .args(message)
            .build(),
    );
}

/// Returns whether this process was started by [`child`].
pub(crate) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Returns a command that runs one test of this file again, on the main thread of a process of its
/// own.
pub(crate) fn child(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the test knows its own file"));
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .env_remove("RUST_LOG");
    command
}

/// Runs the child to its end, with its standard error in a pipe.
pub(crate) fn run(mut command: Command) -> Output {
    let output = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .expect("the child starts");
    assert!(
        output.status.success(),
        "{}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
