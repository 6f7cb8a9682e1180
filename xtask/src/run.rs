//! Runs one program: what it printed, in order, and how it ended.

use std::io::{self, PipeReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// What a program did.
#[derive(Debug)]
pub struct Run {
    /// Standard output and standard error, in the order in which they were written.
    pub output: String,
    /// How it ended; `None` when it had to be killed at the time limit.
    pub status: Option<ExitStatus>,
}

impl Run {
    /// Returns whether it ended by itself, and said that all is well.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// Returns how it ended, in words.
    #[must_use]
    pub fn ending(&self) -> String {
        match self.status {
            Some(status) => format!("ended with {status}"),
            None => "did not end in time, and was killed".to_owned(),
        }
    }
}

/// How often to look whether a program that has closed its output has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Starts `command` without input. Standard output and standard error are one pipe, so that what
/// they get is read in the order in which it was written.
///
/// # Errors
///
/// When the program can't be started.
pub(crate) fn spawn(mut command: Command) -> io::Result<(Child, PipeReader)> {
    let (reader, writer) = io::pipe()?;
    let child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()?;
    // The command, which is dropped now, holds this process's ends of the pipe, and the reader
    // reads until the last end is closed.
    Ok((child, reader))
}

/// Runs `command` to its end, or kills it after `limit`.
///
/// # Errors
///
/// When the program can't be started or its output can't be read.
pub fn run(command: Command, limit: Duration) -> io::Result<Run> {
    let deadline = Instant::now() + limit;
    let (mut child, mut reader) = spawn(command)?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = reader.read_to_end(&mut bytes).map(|_| bytes);
        // Nobody listens any more when the wait for the killed program failed.
        let _ = sender.send(result);
    });
    let before_limit = receiver.recv_timeout(limit).ok();
    let status = match &before_limit {
        Some(_) => wait_before(&mut child, deadline)?,
        None => None,
    };
    if status.is_none() {
        child.kill()?;
        child.wait()?;
    }
    let bytes = match before_limit {
        Some(result) => result?,
        None => receiver.recv().map_err(io::Error::other)??,
    };
    Ok(Run {
        output: String::from_utf8_lossy(&bytes).into_owned(),
        status,
    })
}

fn wait_before(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(LOOK_AGAIN);
    }
}
