//! A run with the time of each line.

use std::io::{self, BufRead, BufReader};
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::trace::Wait;
use crate::run::spawn;

/// What a program printed, and when.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The lines, each with the time from the arrival of the first to its own.
    pub lines: Vec<(Duration, String)>,
    /// The time from the arrival of the first line to the program's end.
    pub end: Duration,
    /// The time of day at which the first line arrived.
    pub first_line: SystemTime,
    /// When its threads waited, as far as that was recorded.
    pub waits: Vec<Wait>,
}

impl Recording {
    /// Returns what was printed, as one text.
    #[must_use]
    pub fn output(&self) -> String {
        self.lines
            .iter()
            .flat_map(|(_, line)| [line.as_str(), "\n"])
            .collect()
    }
}

/// Runs `command` to its end and takes the time of each line.
///
/// # Errors
///
/// When the program can't be started, its output can't be read, it fails, or it takes longer than
/// `limit`.
pub fn record(command: Command, limit: Duration) -> io::Result<Recording> {
    let (start, started_at) = (Instant::now(), SystemTime::now());
    let (mut child, reader) = spawn(command)?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(reader).lines() {
            if sender.send((start.elapsed(), line)).is_err() {
                break;
            }
        }
    });
    let mut lines = Vec::new();
    loop {
        match receiver.recv_timeout(limit.saturating_sub(start.elapsed())) {
            Ok((time, line)) => lines.push((time, line?)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("it did not end within {} s", limit.as_secs()),
                ));
            }
        }
    }
    let status = child.wait()?;
    let end = start.elapsed();
    // How long the system takes to load a program says nothing about its threads.
    let first = lines.first().map_or(end, |(time, _)| *time);
    for (time, _) in &mut lines {
        *time -= first;
    }
    if status.success() {
        Ok(Recording {
            lines,
            end: end - first,
            first_line: started_at + first,
            waits: Vec::new(),
        })
    } else {
        Err(io::Error::other(format!("it ended with {status}")))
    }
}
