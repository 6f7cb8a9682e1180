//! Where the lines go, one `write` each.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use super::error::InitError;
use crate::door::Mutex;

/// The destination that a configuration asks for.
#[derive(Clone, Debug, Default)]
pub(super) enum Destination {
    #[default]
    Stderr,
    Stdout,
    File(PathBuf),
}

impl Destination {
    pub(super) fn open(&self) -> Result<Sink, InitError> {
        Ok(match self {
            Destination::Stderr => Sink::Stderr,
            Destination::Stdout => Sink::Stdout,
            Destination::File(path) => {
                let file = File::options().append(true).create(true).open(path);
                Sink::File(Mutex::new(
                    file.map_err(|error| InitError::file(path.clone(), &error))?,
                ))
            }
        })
    }
}

/// An open destination.
///
/// A write is made under a lock, because the operating system may take a long line in several pieces, and no other line may
/// come between them. For the standard streams that is the lock of [`std::io`]: so the lines do not mix with what `println!`
/// and `eprintln!` write either.
#[derive(Debug)]
pub(super) enum Sink {
    Stderr,
    Stdout,
    File(Mutex<File>),
}

impl Sink {
    /// Writes a line, or loses it: a logger has nobody to tell that it cannot write.
    pub(super) fn write(&self, line: &str) {
        let line = line.as_bytes();
        let _ = match self {
            Sink::Stderr => io::stderr().lock().write_all(line),
            Sink::Stdout => io::stdout().lock().write_all(line),
            Sink::File(file) => file.lock().write_all(line),
        };
    }

    /// Only standard output keeps anything back: the start of a line that the program printed without its end.
    pub(super) fn flush(&self) {
        if let Sink::Stdout = self {
            let _ = io::stdout().lock().flush();
        }
    }
}
