//! The standard streams, a whole text at a time, and turns for those that write to files: in a
//! child made by `fork`, too.
//!
//! The standard library has a lock for each stream. What another thread of the parent had locked
//! when the process forked stays locked in the child, forever, and nothing can release it. So
//! there the texts go past that lock, and take turns among themselves.

#[cfg(unix)]
use std::fs::File;
use std::io::{self, Write};
#[cfg(unix)]
use std::mem::ManuallyDrop;
#[cfg(unix)]
use std::os::fd::FromRawFd;
#[cfg(feature = "logging")]
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{ForkHooks, ForkRank, at_fork, fork_generation};
use crate::door::{Mutex, MutexGuard};

/// A few, which the files of a process share: two files that have the same one wait for each
/// other's lines, no more.
const TURNS: usize = 16;
/// The first ones are those of the streams.
#[cfg(feature = "logging")]
const STREAMS: usize = 2;

#[cfg(not(loom))]
static ALL_TURNS: [Mutex<()>; TURNS] = [const { Mutex::new(()) }; TURNS];
#[cfg(loom)]
static ALL_TURNS: std::sync::LazyLock<[Mutex<()>; TURNS]> =
    std::sync::LazyLock::new(|| [(); TURNS].map(Mutex::new));

/// A lock for those that write to one place. Nobody has it in a child made by `fork`.
#[derive(Debug)]
pub(crate) struct Turn(usize);

impl Turn {
    /// Returns a turn for a file.
    #[cfg(feature = "logging")]
    pub(crate) fn new() -> Turn {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        be_ready();
        // Relaxed: any of them will do.
        Turn(STREAMS + NEXT.fetch_add(1, Ordering::Relaxed) % (TURNS - STREAMS))
    }

    /// Waits until nobody has it.
    pub(crate) fn take(&self) -> MutexGuard<'static, ()> {
        ALL_TURNS[self.0].lock()
    }
}

fn be_ready() {
    // Without memory for that, a fork is what it is in most libraries.
    let _ = at_fork(
        ForkRank::Streams,
        ForkHooks {
            // The thread that writes may be blocked: no fork waits for that. What is written to
            // holds nothing that is half changed meanwhile.
            before: || (),
            in_parent: || (),
            in_child: || {
                #[cfg(not(loom))]
                ALL_TURNS.iter().for_each(Mutex::forget_holder);
            },
        },
    );
}

/// One of the standard streams of the process.
///
/// # Examples
///
/// ```
/// use tl_core::sys::Stream;
///
/// Stream::Error.write(b"a whole line, whatever other threads print\n");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

impl Stream {
    /// Writes the text, if that is possible, under the lock of [`std::io`], so that it does not
    /// mix with what others print. In a child made by `fork` it waits only for others that call
    /// this: the lock of the standard library may be one that nobody is there to release.
    ///
    /// # Blocking
    ///
    /// Waits until the system has taken the text, and until no other thread writes there.
    ///
    /// # Examples
    ///
    /// ```
    /// tl_core::sys::Stream::Output.write(b"done\n");
    /// ```
    pub fn write(self, text: &[u8]) {
        self.with(|stream| {
            // Nobody is left to hear of an error.
            let _ = stream.write_all(text);
            let _ = stream.flush();
        });
    }

    /// Calls `f` with the stream, which nobody else writes to meanwhile.
    pub(crate) fn with(self, f: impl FnOnce(&mut dyn Write)) {
        be_ready();
        if self.is_past_std() {
            #[cfg(unix)]
            return self.with_file(f);
        }
        match self {
            Stream::Output => f(&mut io::stdout().lock()),
            Stream::Error => f(&mut io::stderr().lock()),
        }
    }

    /// Returns whether the standard library's own lock must not be waited for.
    pub(crate) fn is_past_std(self) -> bool {
        fork_generation() != 0
    }

    #[cfg(unix)]
    fn with_file(self, f: impl FnOnce(&mut dyn Write)) {
        let (turn, number) = match self {
            Stream::Output => (Turn(0), libc::STDOUT_FILENO),
            Stream::Error => (Turn(1), libc::STDERR_FILENO),
        };
        let _turn = turn.take();
        // SAFETY: the number is one that no owner in this program closes, as with the standard
        // library's own streams; this one is never dropped, so it does not close it either.
        let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(number) });
        f(&mut *file)
    }
}
