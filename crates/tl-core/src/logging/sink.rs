//! Where the lines go, one `write` each.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{self, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::InitError;
use crate::door::Mutex;

/// The destination that a configuration asks for.
#[derive(Clone, Debug, Default)]
pub(super) enum Destination {
    #[default]
    Stderr,
    Stdout,
    File(PathBuf),
    WatchedFile(PathBuf),
}

impl Destination {
    /// `is_test` if the standard streams are to be written as a test writes them.
    pub(super) fn open(&self, is_test: bool) -> Result<Sink, InitError> {
        Ok(match self {
            Destination::Stderr if is_test => Sink::PrintedStderr,
            Destination::Stdout if is_test => Sink::PrintedStdout,
            Destination::Stderr => Sink::Stderr,
            Destination::Stdout => Sink::Stdout,
            Destination::File(path) => Sink::File(Mutex::new(LogFile::open(path, false)?)),
            Destination::WatchedFile(path) => Sink::File(Mutex::new(LogFile::open(path, true)?)),
        })
    }
}

/// An open destination.
///
/// A write is made under a lock, because the operating system may take a long line in several
/// pieces, and no other line may come between them. For the standard streams that is the lock of
/// [`std::io`]: so the lines do not mix with what `println!` and `eprintln!` write either.
#[derive(Debug)]
pub(super) enum Sink {
    Stderr,
    Stdout,
    /// By the macros whose output the test harness captures.
    PrintedStderr,
    PrintedStdout,
    File(Mutex<LogFile>),
}

impl Sink {
    /// Writes a line, or loses it: a logger has nobody to tell that it cannot write.
    pub(super) fn write(&self, line: &str) {
        match self {
            Sink::Stderr => write_locked(io::stderr().lock(), line, &STDERR_IS_TORN),
            Sink::Stdout => write_locked(io::stdout().lock(), line, &STDOUT_IS_TORN),
            Sink::PrintedStderr => eprint!("{line}"),
            Sink::PrintedStdout => print!("{line}"),
            Sink::File(file) => file.lock().write(line),
        }
    }

    /// Only standard output keeps anything back: the start of a line that the program printed
    /// without its end.
    pub(super) fn flush(&self) {
        if let Sink::Stdout = self {
            let _ = io::stdout().lock().flush();
        }
    }
}

/// Whether the last line of any logger is torn there; used with the stream locked.
static STDERR_IS_TORN: AtomicBool = AtomicBool::new(false);
static STDOUT_IS_TORN: AtomicBool = AtomicBool::new(false);

/// Writes to a stream that is locked as long as this has it.
fn write_locked(mut stream: impl Write, line: &str, is_torn: &AtomicBool) {
    // Relaxed: ordered by the lock of the stream.
    let mut torn = is_torn.load(Ordering::Relaxed);
    write_line(&mut stream, line, &mut torn);
    is_torn.store(torn, Ordering::Relaxed);
}

/// Writes a line, which is on its own also if the last one was torn, and says whether this one is:
/// whether its beginning was written and its end was not.
fn write_line(out: &mut impl Write, line: &str, is_torn: &mut bool) {
    if *is_torn {
        if out.write_all(b"\n").is_err() {
            return;
        }
        *is_torn = false;
    }
    let mut rest = line.as_bytes();
    while !rest.is_empty() {
        match out.write(rest) {
            Ok(0) => break,
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    *is_torn = !rest.is_empty() && rest.len() < line.len();
}

/// A file that is open to be added to.
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    is_torn: bool,
    watched: Option<Watched>,
}

/// Where a file is expected to be, and which one was found there last.
#[derive(Debug)]
struct Watched {
    path: PathBuf,
    id: FileId,
}

impl LogFile {
    fn open(path: &PathBuf, is_watched: bool) -> Result<LogFile, InitError> {
        let open = || {
            let file = append_to(path)?;
            let watched = match id_of(&file.metadata()?) {
                Some(id) if is_watched => Some(Watched {
                    // So that it is the same file wherever the program goes.
                    path: path::absolute(path)?,
                    id,
                }),
                _ => None,
            };
            Ok(LogFile {
                file,
                is_torn: false,
                watched,
            })
        };
        open().map_err(|error: io::Error| InitError::file(path.clone(), &error))
    }

    fn write(&mut self, line: &str) {
        self.follow();
        write_line(&mut self.file, line, &mut self.is_torn);
    }

    /// Goes on in the file that is at the path now, if it is another one. If it cannot be opened
    /// the old one will do.
    fn follow(&mut self) {
        let Some(watched) = &mut self.watched else {
            return;
        };
        let found = watched.path.metadata().ok().as_ref().and_then(id_of);
        if found == Some(watched.id) {
            return;
        }
        let Ok(file) = append_to(&watched.path) else {
            return;
        };
        if let Some(id) = file.metadata().ok().as_ref().and_then(id_of) {
            watched.id = id;
            self.file = file;
            self.is_torn = false;
        }
    }
}

fn append_to(path: &PathBuf) -> io::Result<File> {
    File::options().append(true).create(true).open(path)
}

/// What tells a file from every other: its device and its number there.
type FileId = (u64, u64);

#[cfg(unix)]
fn id_of(metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Other systems do not say, or do not let a file that is open be moved away.
#[cfg(not(unix))]
fn id_of(_metadata: &Metadata) -> Option<FileId> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, and then none until there is room again.
    struct Disk {
        content: Vec<u8>,
        room: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.room);
            if taken == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.content.extend(&bytes[..taken]);
            self.room -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_was_cut_short_is_not_glued_to_the_next() {
        for (room, expected) in [
            (0, "third\n"),
            (3, "fir\nthird\n"),
            (5, "first\nthird\n"),
            (6, "first\nthird\n"),
            (8, "first\nse\nthird\n"),
        ] {
            let mut disk = Disk {
                content: Vec::new(),
                room,
            };
            let mut is_torn = false;
            for line in ["first\n", "second\n", "lost\n"] {
                write_line(&mut disk, line, &mut is_torn);
                // A byte more gets no more of a line that is lost than the end of the one before.
                disk.room += usize::from(line == "lost\n") * 100;
            }
            write_line(&mut disk, "third\n", &mut is_torn);
            assert_eq!(String::from_utf8(disk.content).unwrap(), expected, "{room}");
            assert!(!is_torn);
        }
    }
}
