//! The calling thread: its handle, and its very end.

use std::cell::Cell;
use std::io;

use tl_core::sys::{self, ThreadEnd};
use tl_core::{ThreadIdent, current_ident};

use crate::own::{self, Own};
use crate::{Thread, forked, process_end, registry};

thread_local! {
    /// It has no destructor, so that it is there as long as the thread runs.
    static STAGE: Cell<Stage> = const { Cell::new(Stage::Unknown) };
    /// It has a destructor, so that it is gone as soon as the thread-locals have been dropped.
    static WITNESS: Witness = const { Witness };
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Unknown,
    Known,
    Ended,
}

struct Witness;

impl Drop for Witness {
    fn drop(&mut self) {}
}

/// Empties the handle that the thread keeps.
static AT_END: ThreadEnd = ThreadEnd::new(leave);

/// Returns the handle of the calling thread.
///
/// It is Python's
/// [`current_thread`](https://docs.python.org/3/library/threading.html#threading.current_thread).
/// In a thread that this library did not start the handle is that of a `Dummy`, or of the main
/// thread. It works in every thread at every time, also while thread-locals are being dropped and
/// after `main` has returned.
///
/// # Examples
///
/// ```
/// use tl_thread::{current_thread, main_thread};
///
/// assert_eq!(current_thread(), main_thread());
/// assert_eq!(&*current_thread().name(), "MainThread");
/// ```
pub fn current_thread() -> Thread {
    own::handle().unwrap_or_else(adopt_current)
}

/// Returns the handle of the main thread: the one on which the operating system started the process
/// and in which `main` runs.
///
/// It is alive until `main` has returned or panicked, or the main thread has called
/// [`std::process::exit`]. Joining it, from a daemon thread or one that the process waits for,
/// waits for that moment.
///
/// In a child made by `fork` it is the thread that forked, by the handle and the name that it had.
///
/// It is Python's
/// [`main_thread`](https://docs.python.org/3/library/threading.html#threading.main_thread).
///
/// # Examples
///
/// ```
/// let worker = tl_thread::spawn(|| tl_thread::main_thread().name());
/// assert_eq!(&*worker.join().unwrap(), "MainThread");
/// ```
pub fn main_thread() -> Thread {
    main_handle()
}

/// Returns the identity of the calling thread, as Python's
/// [`get_ident`](https://docs.python.org/3/library/threading.html#threading.get_ident), except that
/// it is never reused.
///
/// # Examples
///
/// ```
/// assert_eq!(Some(tl_thread::get_ident()), tl_thread::current_thread().ident());
/// ```
#[inline]
pub fn get_ident() -> ThreadIdent {
    ensure_listed();
    current_ident()
}

/// Returns the number by which the operating system knows the calling thread.
///
/// The system uses it again once the thread has ended.
///
/// It is Python's
/// [`get_native_id`](https://docs.python.org/3/library/threading.html#threading.get_native_id).
///
/// # Examples
///
/// ```
/// assert_eq!(tl_thread::get_native_id(), u64::from(std::process::id())); // in the main thread
/// ```
pub fn get_native_id() -> u64 {
    ensure_listed();
    sys::native_id()
}

/// Lists the calling thread, if it is one that the library did not start and has not seen before.
#[inline]
pub(crate) fn ensure_listed() {
    if STAGE.get() == Stage::Unknown {
        adopt_current();
    }
}

/// Makes a handle for the calling thread, which has none: the main thread, one that the library did
/// not start, or one that has ended except for the last steps of the C runtime.
#[cold]
fn adopt_current() -> Thread {
    if sys::is_main_thread() {
        let thread = main_handle();
        set_current(&thread);
        return thread;
    }
    let thread = Thread::foreign();
    // A thread whose end the library could not see would be listed forever.
    if STAGE.get() != Stage::Ended && AT_END.arm().is_ok() {
        main_handle();
        registry::list(&thread);
        set_current(&thread);
    }
    thread
}

fn main_handle() -> Thread {
    registry::main().unwrap_or_else(|| {
        forked::be_ready();
        process_end::install();
        registry::note_main(Thread::main())
    })
}

/// Sees to what has to be in place before a thread is started.
pub(crate) fn prepare() -> io::Result<()> {
    ensure_main_listed();
    AT_END.prepare()
}

/// Lists the main thread, which is to be the first in the list, and sees to the end of the process.
#[inline]
pub(crate) fn ensure_main_listed() {
    if !registry::is_main_listed() {
        main_handle();
    }
}

/// Makes the calling thread, a new one, the thread of this handle. Returns whether [`leave`] will
/// be called at its end; if not, [`leave_as`] must be called.
pub(crate) fn enter(thread: &Thread) -> bool {
    own::make_daemons(thread.is_daemon());
    // If something in the thread has used the library before this, it was listed as a foreign
    // thread. That one ends here.
    drop(set_current(thread));
    AT_END.arm().is_ok()
}

/// Makes this the handle of the calling thread. Returns the handle that it had before.
fn set_current(thread: &Thread) -> Option<Own> {
    let before = own::replace(Some(thread.clone()));
    STAGE.set(Stage::Known);
    thread.note_os_thread();
    // Makes it, unless the thread-locals are gone already.
    let _ = WITNESS.try_with(|_| {});
    before
}

/// Ends the calling thread, whose thread-locals have been dropped.
fn leave() {
    STAGE.set(Stage::Ended);
    drop(own::replace(None));
}

/// Ends the calling thread as far as the library knows, since nothing is called at its very end.
pub(crate) fn leave_as(thread: &Thread) {
    STAGE.set(Stage::Ended);
    let own = own::replace(None);
    if own.as_ref().is_none_or(|own| !own.is(thread)) {
        thread.end();
    }
    drop(own);
}

/// Returns whether the thread-locals of the calling thread have been dropped: it is past its end,
/// or in an exit hook.
pub(crate) fn has_lost_its_locals() -> bool {
    WITNESS.try_with(|_| {}).is_err()
}
