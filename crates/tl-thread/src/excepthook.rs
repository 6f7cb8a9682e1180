//! What happens when a thread panics.

use std::any::Any;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use tl_core::door::Mutex;
#[cfg(not(loom))]
use tl_core::door::MutexGuard;

use crate::Thread;
use crate::statics::model_static;

/// What the hook of [`set_excepthook`] is told.
///
/// # Examples
///
/// ```
/// tl_thread::set_excepthook(|args| {
///     eprintln!("{} gave up: {}", args.thread().name(), args.message());
///     if let Some(code) = args.payload().downcast_ref::<i32>() {
///         eprintln!("its code was {code}");
///     }
/// });
///
/// let thread = tl_thread::spawn(|| std::panic::panic_any(7));
/// assert!(thread.join().is_err()); // Thread-1 gave up: … its code was 7
/// ```
pub struct ExceptHookArgs<'a> {
    thread: &'a Thread,
    message: &'a str,
    payload: &'a (dyn Any + Send),
}

impl ExceptHookArgs<'_> {
    /// Returns the thread that panicked.
    pub fn thread(&self) -> &Thread {
        self.thread
    }

    /// Returns the message of the panic; for a payload that is not a string, a text that says so.
    pub fn message(&self) -> &str {
        self.message
    }

    /// Returns what the thread panicked with.
    pub fn payload(&self) -> &(dyn Any + Send) {
        self.payload
    }
}

impl fmt::Debug for ExceptHookArgs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExceptHookArgs")
            .field("thread", self.thread)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

pub(crate) type Hook = Arc<dyn Fn(&ExceptHookArgs<'_>) + Send + Sync>;

model_static! {
    static HOOK: Mutex<Option<Hook>> = Mutex::new(None);
}

/// Sets the function that is called, in the thread itself, when a thread that this library started
/// panics: a [`Thread`], a timer, or one that was spawned, even if `join` passes its panic on as
/// well.
///
/// It is Python's
/// [`threading.excepthook`](https://docs.python.org/3/library/threading.html#threading.excepthook).
/// There is one hook for the process. At first it does nothing: the standard library's own panic
/// hook has already printed the message and where it happened, and goes on doing so (see
/// [`std::panic::set_hook`]). A panic in the hook ends only this call of the hook.
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
/// use tl_thread::{Thread, set_excepthook};
///
/// static FAILED: Mutex<Vec<String>> = Mutex::new(Vec::new());
///
/// set_excepthook(|args| {
///     let line = format!("{}: {}", args.thread().name(), args.message());
///     FAILED.lock().unwrap().push(line);
/// });
///
/// let thread = Thread::new(|| panic!("out of paper")).with_name("printer");
/// thread.start()?;
/// thread.join().unwrap_err();
/// assert_eq!(*FAILED.lock().unwrap(), ["printer: out of paper"]);
/// # Ok::<(), tl_thread::StartError>(())
/// ```
pub fn set_excepthook(hook: impl Fn(&ExceptHookArgs<'_>) + Send + Sync + 'static) {
    let old = HOOK.lock().replace(Arc::new(hook));
    // What it holds is the user's: not under the lock.
    drop(old);
}

/// Locks the place of the hook, for the thread that is about to fork.
#[cfg(not(loom))]
pub(crate) fn lock() -> MutexGuard<'static, Option<Hook>> {
    HOOK.lock()
}

/// Calls the hook.
pub(crate) fn report(thread: &Thread, message: &str, payload: &(dyn Any + Send)) {
    let Some(hook) = HOOK.lock().clone() else {
        return;
    };
    let args = ExceptHookArgs {
        thread,
        message,
        payload,
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        hook(&args);
        drop(hook);
    }));
    if let Err(payload) = outcome {
        discard(payload);
    }
}

/// Returns the message of a panic.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> Arc<str> {
    if let Some(message) = payload.downcast_ref::<&'static str>() {
        (*message).into()
    } else if let Some(message) = payload.downcast_ref::<String>() {
        message.as_str().into()
    } else {
        "a panic whose payload is no string".into()
    }
}

/// Drops a payload, which may panic in turn, and again.
pub(crate) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}
