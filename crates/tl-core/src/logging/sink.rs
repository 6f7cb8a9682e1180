//! Where the lines go, one `write` each.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::mem;
use std::path::{self, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::InitError;
use crate::door::PooledMutex;
use crate::sys::{Stream, Turn};

/// The destination that a configuration asks for.
#[derive(Debug, Clone, Default)]
pub(super) enum Destination {
    #[default]
    Stderr,
    Stdout,
    File(PathBuf),
    WatchedFile(PathBuf),
}

impl Destination {
    /// Opens the destination. With `is_test`, the standard streams are written as a test writes
    /// them.
    pub(super) fn open(&self, is_test: bool) -> Result<Sink, InitError> {
        Ok(match self {
            Destination::Stderr if is_test => Sink::Printed(Stream::Error),
            Destination::Stdout if is_test => Sink::Printed(Stream::Output),
            Destination::Stderr => Sink::Stream(Stream::Error),
            Destination::Stdout => Sink::Stream(Stream::Output),
            Destination::File(path) => Sink::File(LogFile::open(path, false)?),
            Destination::WatchedFile(path) => Sink::File(LogFile::open(path, true)?),
        })
    }
}

/// An open destination.
///
/// A write is made under a lock, because the operating system may take a long line in several
/// pieces, and no other line may come between them. For the standard streams that is the lock of
/// [`std::io`]: so the lines do not mix with what `println!` and `eprintln!` write either. In a
/// child made by `fork` that lock may be held by a thread of the parent: see [`Stream`].
#[derive(Debug)]
pub(super) enum Sink {
    Stream(Stream),
    /// By the macros whose output the test harness captures.
    Printed(Stream),
    File(LogFile),
}

impl Sink {
    /// Writes a line, or loses it: a logger has nobody to tell that it cannot write.
    pub(super) fn write(&self, line: &str) {
        match self {
            // What is captured in a child nobody ever sees, and there is a lock to it.
            Sink::Printed(stream) if stream.is_past_std() => write_to(*stream, line),
            Sink::Printed(Stream::Error) => eprint!("{line}"),
            Sink::Printed(Stream::Output) => print!("{line}"),
            Sink::Stream(stream) => write_to(*stream, line),
            Sink::File(file) => file.write(line),
        }
    }

    /// Flushes what is kept back, by standard output alone: the start of a line that the program
    /// printed without its end.
    pub(super) fn flush(&self) {
        if let Sink::Stream(stream @ Stream::Output) = self {
            stream.write(b"");
        }
    }
}

/// Writes to a standard stream.
fn write_to(stream: Stream, line: &str) {
    /// Whether the last line of any logger is torn there; used with the stream locked.
    static ERROR_IS_TORN: AtomicBool = AtomicBool::new(false);
    static OUTPUT_IS_TORN: AtomicBool = AtomicBool::new(false);

    let is_torn = match stream {
        Stream::Error => &ERROR_IS_TORN,
        Stream::Output => &OUTPUT_IS_TORN,
    };
    stream.with(|out| write_line(out, line, is_torn));
}

/// Writes a line, which is on its own also if the last one was torn, and says whether this one is:
/// whether its beginning was written and its end was not.
fn write_line(out: &mut dyn Write, line: &str, is_torn: &AtomicBool) {
    // Relaxed, here and below: ordered by the lock of the destination.
    if is_torn.load(Ordering::Relaxed) {
        if out.write_all(b"\n").is_err() {
            return;
        }
        is_torn.store(false, Ordering::Relaxed);
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
    if !rest.is_empty() && rest.len() < line.len() {
        is_torn.store(true, Ordering::Relaxed);
    }
}

/// A file that is added to.
///
/// A fork may come at any moment of a write: nothing here is half changed then.
#[derive(Debug)]
pub(super) struct LogFile {
    /// Whoever has it writes, and no other.
    turn: Turn,
    current: PooledMutex<Arc<Opened>>,
    is_torn: AtomicBool,
    /// Where the file is expected to be, if it is watched.
    watched: Option<PathBuf>,
}

/// A file that is open, and which one that is.
#[derive(Debug)]
struct Opened {
    file: File,
    id: Option<FileId>,
}

impl LogFile {
    fn open(path: &PathBuf, is_watched: bool) -> Result<LogFile, InitError> {
        let open = || {
            let opened = Opened::at(path)?;
            let watched = match opened.id {
                // So that it is the same file wherever the program goes.
                Some(_) if is_watched => Some(path::absolute(path)?),
                _ => None,
            };
            Ok(LogFile {
                turn: Turn::new(),
                current: PooledMutex::new(Arc::new(opened)),
                is_torn: AtomicBool::new(false),
                watched,
            })
        };
        open().map_err(|error: io::Error| InitError::file(path.clone(), &error))
    }

    fn write(&self, line: &str) {
        let _turn = self.turn.take();
        self.follow();
        let opened = Arc::clone(&self.current.lock());
        write_line(&mut &opened.file, line, &self.is_torn);
    }

    /// Goes on in the file that is at the path now, if it is another one. If it cannot be opened
    /// the old one will do.
    fn follow(&self) {
        let Some(path) = &self.watched else {
            return;
        };
        let found = path.metadata().ok().as_ref().and_then(id_of);
        if found.is_some() && found == self.current.lock().id {
            return;
        }
        let Ok(opened) = Opened::at(path) else {
            return;
        };
        if opened.id.is_some() {
            let mut other = Arc::new(opened);
            mem::swap(&mut *self.current.lock(), &mut other);
            self.is_torn.store(false, Ordering::Relaxed);
        }
    }
}

impl Opened {
    fn at(path: &PathBuf) -> io::Result<Opened> {
        let file = append_to(path)?;
        let id = id_of(&file.metadata()?);
        Ok(Opened { file, id })
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

/// Returns `None`: other systems do not say, or do not let a file that is open be moved away.
#[cfg(not(unix))]
fn id_of(_metadata: &Metadata) -> Option<FileId> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a number of bytes, and then none until there is room again.
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
            let is_torn = AtomicBool::new(false);
            for line in ["first\n", "second\n", "lost\n"] {
                write_line(&mut disk, line, &is_torn);
                // A byte more gets no more of a line that is lost than the end of the one before.
                disk.room += usize::from(line == "lost\n") * 100;
            }
            write_line(&mut disk, "third\n", &is_torn);
            assert_eq!(String::from_utf8(disk.content).unwrap(), expected, "{room}");
            assert!(!is_torn.into_inner());
        }
    }
}
