//! Records what the threads of a program do: when each waits, for what and for how long, which
//! thread wakes it, which locks it holds, and when threads begin and end and timers fire.
//!
//! ```
//! use tl_event::Event;
//! use tl_inspect::trace;
//!
//! static NEWS: Event = Event::new();
//!
//! let recording = trace::start()?;
//! let reader = tl_thread::spawn(|| NEWS.wait());
//! NEWS.set();
//! reader.join().unwrap();
//! let trace = recording.stop();
//! # let path = std::env::temp_dir().join("news-of-an-example.json");
//! trace.write_chrome(&path)?; // To be opened in https://ui.perfetto.dev.
//! trace.write_svg(&path)?; // A picture.
//! println!("{}", trace.summary()); // Where the time went.
//! # std::fs::remove_file(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is recorded
//!
//! - Each wait in a primitive of these crates that did not end at once: the operation, the place
//!   that called it, the thread that ended the wait, and the thread that held what was waited for,
//!   where that is known (see [*What is seen*](crate#what-is-seen)).
//! - Each lock that a thread held, if `tl-locks` is built with its feature `owners`.
//! - The beginning and the end of each thread that `tl-thread` started, and each call of a timer.
//!
//! Waits in the standard library, in the system or in another library are not recorded.
//!
//! # What it costs
//!
//! While there is no recording, a wait reads one word when it begins, when it ends and when it is
//! woken; an operation that does not wait pays nothing. During a recording, the clock is read at
//! each of these as well, and what happened goes into a buffer of the thread. Threads that were
//! there before the recording share 64 buffers, by their idents, and go on to the next when one is
//! full. A buffer is allocated before the thread runs its function, or when the recording starts,
//! and never in a wait. What finds no room is [counted](Trace::dropped). What a thread has recorded
//! is kept when it ends, until the recording stops, so that a program which starts threads all the
//! time needs more memory the longer it is recorded.
//!
//! A child made by `fork` does not record. It may wait forever when it ends, or when it starts a
//! recording of its own, if a recorded thread was just beginning or ending at the moment of the
//! fork: the crate `thread_local`, which numbers the threads, does so behind a lock that a fork
//! leaves as it is.

mod buffers;
mod chrome;
mod collect;
mod spans;
mod summary;
mod svg;

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use tl_core::door::{set_tracer, trace_clock};
use tl_core::sys::fork_generation;

pub use spans::{End, Trace, TracedHold, TracedThread, TracedTimer, TracedWait, Wakeup};
pub use summary::{HeldBy, Row, Summary};

/// How many events a buffer takes, if nothing else is said.
const EVENTS: usize = 4096;

/// 0 while there is no recording; else one more than the number of forks that led to the process
/// that records.
static RECORDED_BY: AtomicU64 = AtomicU64::new(0);

/// Starts a recording of the whole process, with room for 4,096 events of each thread.
///
/// An event takes about two hundred bytes, and memory that is not used costs nothing where the
/// system gives it out when it is first touched, as most do.
///
/// # Errors
///
/// [`AlreadyRecording`] while another one is on.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace;
///
/// let recording = trace::start()?;
/// assert!(trace::start().is_err());
/// let trace = recording.stop();
/// assert_eq!(trace.dropped(), 0);
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
pub fn start() -> Result<Recording, AlreadyRecording> {
    start_with_room_for(EVENTS)
}

/// Starts a recording as [`start`] does, with room for `events` events of each thread.
///
/// Events that find no room are dropped and [counted](Trace::dropped).
///
/// # Errors
///
/// [`AlreadyRecording`] while another recording is on.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace;
///
/// let recording = trace::start_with_room_for(100_000)?;
/// let trace = recording.stop();
/// # let _ = trace;
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
pub fn start_with_room_for(events: usize) -> Result<Recording, AlreadyRecording> {
    let process = u64::from(fork_generation()) + 1;
    // Acquire: pairs with `drop`, so that the last recording has been collected. A recording that
    // this process has from its parent, by a fork, is over.
    let is_first = RECORDED_BY.fetch_update(Ordering::Acquire, Ordering::Relaxed, |before| {
        (before != process).then_some(process)
    });
    if is_first.is_err() {
        return Err(AlreadyRecording);
    }
    buffers::prepare(events);
    let recording = Recording {
        process,
        began: trace_clock(),
        started_at: SystemTime::now(),
    };
    set_tracer(Some(&buffers::TRACER));
    Ok(recording)
}

/// A recording that is on. See [`start`]. When it is dropped it ends, and what was recorded is
/// thrown away.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::{self, Recording};
///
/// let recording: Recording = trace::start()?;
/// drop(recording);
/// assert!(trace::start().is_ok());
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
#[derive(Debug)]
#[must_use = "a recording ends when it is dropped"]
pub struct Recording {
    process: u64,
    began: u64,
    started_at: SystemTime,
}

impl Recording {
    /// Ends the recording and returns what was recorded. In the trace, waits that are going on end
    /// there, and are [marked](End::Open), and so do locks that are held.
    ///
    /// In a child made by `fork` the trace is empty.
    ///
    /// # Blocking
    ///
    /// It waits for no thread, and no thread waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_inspect::trace;
    ///
    /// let trace = trace::start()?.stop();
    /// assert_eq!(trace.threads()[0].name(), "MainThread");
    /// # Ok::<(), trace::AlreadyRecording>(())
    /// ```
    pub fn stop(self) -> Trace {
        if !self.is_of_this_process() {
            return Trace::empty(self.started_at);
        }
        let open = collect::look();
        set_tracer(None);
        let ended = trace_clock();
        let (events, dropped) = buffers::collect();
        Trace {
            dropped,
            ..Trace::of(self.began..ended, self.started_at, events, open)
        }
    }

    fn is_of_this_process(&self) -> bool {
        self.process == u64::from(fork_generation()) + 1
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.is_of_this_process() {
            set_tracer(None);
            drop(buffers::collect());
            // Release: pairs with `start_with_room_for`.
            RECORDED_BY.store(0, Ordering::Release);
        }
    }
}

/// The error of [`start`] while there is a recording: a process has one at a time.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::{self, AlreadyRecording};
///
/// let recording = trace::start()?;
/// let error: AlreadyRecording = trace::start().unwrap_err();
/// assert!(error.to_string().contains("stop it first"));
/// # drop(recording);
/// # Ok::<(), AlreadyRecording>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlreadyRecording;

impl fmt::Display for AlreadyRecording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the process is being recorded already: stop it first")
    }
}

impl Error for AlreadyRecording {}
