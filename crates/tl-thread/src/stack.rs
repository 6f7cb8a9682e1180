//! The size of new threads' stacks.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{LARGEST_STACK, SMALLEST_STACK, StackSizeError};

/// The largest stack that any system grants.
pub(crate) const LARGE: usize = 64 * 1024 * 1024;

static DEFAULT: AtomicUsize = AtomicUsize::new(0);

/// Returns the size of the stack, in bytes, of threads that are started without one of their own; 0
/// for the standard library's default (2 MiB, or what the environment variable `RUST_MIN_STACK`
/// said when the first thread was started).
///
/// It is Python's
/// [`stack_size`](https://docs.python.org/3/library/threading.html#threading.stack_size).
///
/// # Examples
///
/// ```
/// assert_eq!(tl_thread::stack_size(), 0);
/// tl_thread::set_stack_size(256 * 1024)?;
/// assert_eq!(tl_thread::stack_size(), 256 * 1024);
/// # Ok::<(), tl_thread::StackSizeError>(())
/// ```
pub fn stack_size() -> usize {
    // Relaxed: a number that refers to nothing.
    DEFAULT.load(Ordering::Relaxed)
}

/// Sets the size of the stack, in bytes, for threads that are started from now on without one of
/// their own ([`with_stack_size`](crate::Thread::with_stack_size),
/// [`Builder::stack_size`](crate::Builder::stack_size)); 0 goes back to the standard library's
/// default.
///
/// Memory is used only as a stack grows into it.
///
/// # Errors
///
/// Below 32 KiB, other than 0, or above a quarter of the address space. The size is as it was. A
/// size in between that the system cannot provide makes the thread's
/// [`start`](crate::Thread::start) fail.
///
/// # Examples
///
/// ```
/// use tl_thread::StackSizeError;
///
/// assert_eq!(tl_thread::set_stack_size(100), Err(StackSizeError::TooSmall(100)));
/// assert_eq!(tl_thread::stack_size(), 0);
/// ```
pub fn set_stack_size(size: usize) -> Result<(), StackSizeError> {
    check(size)?;
    DEFAULT.store(size, Ordering::Relaxed);
    Ok(())
}

fn check(size: usize) -> Result<(), StackSizeError> {
    match size {
        0 | SMALLEST_STACK..=LARGEST_STACK => Ok(()),
        1..SMALLEST_STACK => Err(StackSizeError::TooSmall(size)),
        _ => Err(StackSizeError::TooLarge(size)),
    }
}

/// Returns the size of the stack of a thread that asked for `own` bytes, 0 if for none in
/// particular; `None` for the standard library's default.
pub(crate) fn for_new_thread(own: usize) -> io::Result<Option<usize>> {
    // What a thread asks for itself is rounded up, as the standard library does.
    let size = if own == 0 {
        stack_size()
    } else {
        own.max(SMALLEST_STACK)
    };
    check(size).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    Ok((size != 0).then_some(size))
}
