//! Threads that are started later than they are listed: what a timer is made of.
//!
//! A pending thread looks as if it had been started: it has its identity, is alive and listed, can
//! be joined, and the process waits for it unless it is a daemon. But it is no thread of the
//! operating system yet, and costs none. Its maker decides once what becomes of it: it
//! [`fire`]s the thread, whose function then runs in a fresh thread of the system, or
//! [`cancel`]s it, which ends it.
//!
//! | stage | [`is_alive`](Thread::is_alive) | may be renamed | daemon flag may change | next |
//! | --- | --- | --- | --- | --- |
//! | made | no | yes | yes | [`register`] |
//! | pending | yes | yes | yes | [`fire`], [`cancel`] |
//! | running | yes | yes | no | ends when its function has returned |
//! | ended | no | yes | no | none |
//!
//! [`register`] and [`cancel`] cost some ten nanoseconds each, however many threads are pending.
//! None of these functions takes the calling thread for a user of the library: a scheduler's thread
//! that calls them is not listed.
//!
//! Programs use `tl-timer`, which is built on this.

use std::any::Any;
use std::io;

use tl_core::door::Deadline;

use crate::{StartError, Thread, excepthook};

/// Lists the thread and gives it its identity, without starting it.
///
/// # Errors
///
/// [`StartError::AlreadyStarted`] if it has been started or registered before.
/// [`StartError::Refused`] if no thread can have a stack of the size that it was given: it is then
/// as it was.
///
/// # Examples
///
/// ```
/// use tl_thread::{Thread, enumerate, pending};
///
/// let thread = Thread::new(|| ()).with_daemon(true);
/// pending::register(&thread)?;
/// assert!(thread.is_alive() && thread.ident().is_some());
/// assert!(enumerate().contains(&thread));
/// # Ok::<(), tl_thread::StartError>(())
/// ```
pub fn register(thread: &Thread) -> Result<(), StartError> {
    thread.set_pending()
}

/// Finds out whether the system gives threads a stack of the size that this one is to have, so that
/// it can be refused while there is a caller to be told. A size of up to 64 MiB is not in doubt;
/// beyond that, a thread is started that ends at once, and waited for.
///
/// # Errors
///
/// [`StartError::Refused`], with what the system says. Nothing has changed.
///
/// # Examples
///
/// ```
/// use tl_thread::{Thread, pending};
///
/// assert!(pending::try_stack(&Thread::new(|| ())).is_ok());
/// let greedy = Thread::new(|| ()).with_stack_size(1 << 60);
/// assert!(pending::try_stack(&greedy).is_err());
/// ```
pub fn try_stack(thread: &Thread) -> Result<(), StartError> {
    thread.try_stack()
}

/// Starts a fresh thread of the operating system for a pending thread. It first calls `ready`,
/// which may wait for the right moment. If that gives a permit, and the thread is still pending
/// then, the new thread takes the pending one's identity, and its name and daemon flag, and runs
/// its function; the permit is dropped when the function has returned. Else it ends without a
/// trace, and what is pending still is.
///
/// Until the function begins the thread can be cancelled. `ready` runs in a thread that has no
/// identity yet: what it asks for, it is given for that time alone.
///
/// # Errors
///
/// When the operating system refuses the thread. The thread is pending as before, and can be fired
/// again, or cancelled.
///
/// # Examples
///
/// ```
/// use tl_thread::{Thread, pending};
///
/// let thread = Thread::new(|| println!("now"));
/// pending::register(&thread)?;
/// pending::fire(&thread, || Some(()))?;
/// thread.join()?;
/// assert!(!pending::cancel(&thread));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fire<P>(
    thread: &Thread,
    ready: impl FnOnce() -> Option<P> + Send + 'static,
) -> io::Result<()> {
    thread.fire(ready)
}

/// Ends a pending thread: it leaves the list, its function is dropped, and threads that join it go
/// on. Returns whether this call did it: false if the thread is not pending, or no longer.
///
/// # Examples
///
/// ```
/// use tl_thread::{Thread, enumerate, pending};
///
/// let thread = Thread::new(|| unreachable!());
/// pending::register(&thread)?;
/// assert!(pending::cancel(&thread));
/// assert!(!enumerate().contains(&thread));
/// assert_eq!(thread.join(), Ok(()));
/// # Ok::<(), tl_thread::StartError>(())
/// ```
pub fn cancel(thread: &Thread) -> bool {
    thread.cancel()
}

/// Returns whether the thread is pending.
///
/// # Examples
///
/// ```
/// use tl_thread::{Thread, pending};
///
/// let thread = Thread::new(|| ());
/// assert!(!pending::is_pending(&thread));
/// pending::register(&thread)?;
/// assert!(pending::is_pending(&thread));
/// pending::cancel(&thread);
/// assert!(!pending::is_pending(&thread));
/// # Ok::<(), tl_thread::StartError>(())
/// ```
pub fn is_pending(thread: &Thread) -> bool {
    thread.is_pending()
}

/// Notes when the pending thread is to be fired, which [`due`] returns. It changes nothing else.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_core::door::Deadline;
/// use tl_thread::{Thread, pending};
///
/// let thread = Thread::new(|| ()).with_daemon(true);
/// pending::register(&thread)?;
/// let due = Deadline::after(Duration::from_secs(5));
/// pending::set_due(&thread, due);
/// assert_eq!(pending::due(&thread), Some(due));
/// # Ok::<(), tl_thread::StartError>(())
/// ```
pub fn set_due(thread: &Thread, due: Deadline) {
    thread.set_due(due);
}

/// Returns when the thread is to be fired, if it is pending and that was [noted](set_due).
///
/// # Examples
///
/// ```
/// use tl_thread::{Thread, pending};
///
/// assert_eq!(pending::due(&Thread::new(|| ())), None);
/// ```
pub fn due(thread: &Thread) -> Option<Deadline> {
    thread.due()
}

/// Calls the hook of [`set_excepthook`](crate::set_excepthook) for something that went wrong with a
/// thread and that nobody else will hear of. It never panics.
///
/// # Examples
///
/// ```
/// use tl_thread::{Thread, pending, set_excepthook};
///
/// set_excepthook(|args| assert_eq!(args.message(), "it will be tried again"));
/// pending::report(&Thread::new(|| ()), "it will be tried again", &());
/// ```
pub fn report(thread: &Thread, message: &str, payload: &(dyn Any + Send)) {
    excepthook::report(thread, message, payload);
}
