//! What can go wrong.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

/// Why a thread was not started. The thread is as it was before, and not listed.
///
/// # Examples
///
/// ```
/// use tl_thread::{StartError, Thread};
///
/// let thread = Thread::new(|| ());
/// thread.start()?;
/// let error = thread.start().unwrap_err();
/// assert!(matches!(error, StartError::AlreadyStarted));
/// assert_eq!(
///     error.to_string(),
///     "the thread has been started before: make a new one for each run"
/// );
/// # Ok::<(), StartError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// It has been started before. A thread runs once: make a new one for each run.
    AlreadyStarted,
    /// The operating system refused it, for the reason given: too many threads, not enough memory,
    /// an impossible stack size. The thread keeps its function, and can be started again.
    Refused(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::AlreadyStarted => {
                f.write_str("the thread has been started before: make a new one for each run")
            }
            StartError::Refused(error) => write!(
                f,
                "the operating system refused the thread ({error}): start it again when others have ended, or ask for a smaller stack"
            ),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StartError::AlreadyStarted => None,
            StartError::Refused(error) => Some(error),
        }
    }
}

/// Why joining a thread failed.
///
/// # Examples
///
/// ```
/// use tl_thread::{JoinError, Thread, current_thread};
///
/// assert_eq!(Thread::new(|| ()).join(), Err(JoinError::NotStarted));
/// assert_eq!(current_thread().join(), Err(JoinError::CurrentThread));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// It has not been started, so there is no end to wait for.
    NotStarted,
    /// It is the calling thread, which would wait for itself forever.
    CurrentThread,
    /// The library did not start it and so does not know when it is over: join it where it was
    /// started.
    ForeignThread,
    /// It panicked, with this message. It has ended, and every join says so.
    Panicked(Arc<str>),
}

impl JoinError {
    /// Returns the message of the panic with which the thread ended, if that is what happened.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_thread::{StartError, Thread};
    ///
    /// let thread = Thread::new(|| panic!("out of paper"));
    /// thread.start()?;
    /// let error = thread.join().unwrap_err();
    /// assert_eq!(error.panic_message(), Some("out of paper"));
    /// # Ok::<(), StartError>(())
    /// ```
    pub fn panic_message(&self) -> Option<&str> {
        match self {
            JoinError::Panicked(message) => Some(message),
            _ => None,
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JoinError::NotStarted => {
                f.write_str("the thread has not been started: start it before joining it")
            }
            JoinError::CurrentThread => f.write_str(
                "a thread cannot join itself: it would wait forever; join it from another thread",
            ),
            JoinError::ForeignThread => f.write_str(
                "the thread was not started by this library: join it where it was started",
            ),
            JoinError::Panicked(message) => write!(f, "the thread panicked: {message}"),
        }
    }
}

impl Error for JoinError {}

/// Why a thread's daemon flag was not changed. It is as it was.
///
/// # Examples
///
/// ```
/// use tl_thread::{SetDaemonError, Thread};
///
/// let thread = Thread::new(|| ());
/// thread.set_daemon(true)?; // in time
/// thread.start()?;
/// assert_eq!(thread.set_daemon(false), Err(SetDaemonError::AlreadyStarted));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetDaemonError {
    /// The thread has been started: the process already counts on its flag. Set it before the
    /// start.
    AlreadyStarted,
}

impl fmt::Display for SetDaemonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the thread has been started: set its daemon flag before that")
    }
}

impl Error for SetDaemonError {}

/// The smallest stack: what Python allows too.
pub(crate) const SMALLEST_STACK: usize = 32 * 1024;
/// The largest stack: half of what a pointer can reach on 64 bits, and more than any system has.
pub(crate) const LARGEST_STACK: usize = isize::MAX as usize / 2;

/// Why the stack size for new threads was not changed. It is as it was.
///
/// # Examples
///
/// ```
/// use tl_thread::{StackSizeError, set_stack_size};
///
/// assert_eq!(set_stack_size(100), Err(StackSizeError::TooSmall(100)));
/// assert_eq!(set_stack_size(usize::MAX), Err(StackSizeError::TooLarge(usize::MAX)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StackSizeError {
    /// A stack this small cannot run anything.
    TooSmall(usize),
    /// A stack this large fits into no address space.
    TooLarge(usize),
}

impl fmt::Display for StackSizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StackSizeError::TooSmall(size) => write!(
                f,
                "a stack of {size} bytes is too small: use {} or more, or 0 for the default",
                SMALLEST_STACK
            ),
            StackSizeError::TooLarge(size) => write!(
                f,
                "a stack of {size} bytes is too large: use {} or less, or 0 for the default",
                LARGEST_STACK
            ),
        }
    }
}

impl Error for StackSizeError {}
