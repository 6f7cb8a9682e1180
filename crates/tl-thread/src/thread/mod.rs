//! Threads, as objects with a name, a daemon flag, and a function to run.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | the handle, and what it says |
//! | `made.rs` | how it is made: what it is to do, its name, its daemon flag, its stack |
//! | `adopted.rs` | handles of threads that the library did not start |
//! | `start.rs` | from the handle to a thread of the operating system |
//! | `run.rs` | what that does: it becomes the thread of the handle, and runs its function |
//! | `begun.rs` | waiting for the beginning, and what only a thread has that has begun |
//! | `end.rs` | the end, as those that wait for it and the list of threads hear of it |
//! | `join.rs` | waiting for the end |
//! | `os_thread.rs` | the standard library's handle, which is of no use in a child made by `fork` |
//! | `pending.rs` | between being listed and being started |

// First, so that their methods come first on the page of `Thread`.
mod made;
mod start;

mod adopted;
mod begun;
mod end;
mod join;
mod os_thread;
mod pending;
mod run;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tl_core::ThreadIdent;
use tl_core::door::{Deadline, PooledMutex};
use tl_core::names::ThreadRecord;

use crate::crew::Crew;
use crate::life::Life;
use crate::parker::Parker;

pub(crate) use os_thread::OsThread;
#[cfg(not(loom))]
pub(crate) use os_thread::lock_discarded;
pub(crate) use run::Packet;
pub(crate) use start::Start;

/// The place of a thread that is not in the registry.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// A thread: what it is to do, its name, and whether the process waits for it.
///
/// It is Python's [`Thread`](https://docs.python.org/3/library/threading.html#thread-objects), and
/// a handle: clones stand for the same thread, and are equal. The thread exists once it is
/// [`start`](Thread::start)ed, and does not end with its handles. For a thread that returns a value
/// see [`spawn`](crate::spawn), for one that borrows [`scope`](crate::scope).
///
/// # Examples
///
/// ```
/// use tl_thread::Thread;
///
/// let thread = Thread::new(|| println!("working")).with_name("worker");
/// thread.start()?;
/// thread.join()?;
/// assert!(!thread.is_alive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Mistakes that do not compile
///
/// The thread may outlive the function that makes it, so it cannot borrow that function's
/// variables. Give them away with `move`, share them in an [`Arc`], or use [`scope`](crate::scope),
/// which ends no sooner than its threads:
///
/// ```compile_fail,E0373
/// let words = vec!["one", "two"];
/// tl_thread::Thread::new(|| println!("{}", words.len())).start().unwrap();
/// ```
///
/// ```
/// let words = vec!["one", "two"];
/// tl_thread::scope(|s| {
///     s.spawn(|| println!("{}", words.len()));
/// });
/// ```
///
/// What must not leave its thread, such as an [`Rc`](std::rc::Rc) or the guard of an `RLock`,
/// cannot move into another, as an [`Arc`] and a `Mutex` can:
///
/// ```compile_fail,E0277
/// use std::rc::Rc;
/// use tl_thread::Thread;
///
/// let shared = Rc::new(5);
/// let thread = Thread::new(move || println!("{shared}"));
/// ```
///
/// A thread that is made but never started does nothing. That is a warning, here made an error:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// tl_thread::Thread::new(|| println!("never printed"));
/// ```
#[derive(Clone)]
pub struct Thread {
    inner: Arc<Inner>,
}

struct Inner {
    record: Arc<ThreadRecord>,
    life: Life,
    /// An [`Origin`]. Changes only in a child made by `fork`.
    origin: AtomicU8,
    /// Changes only before the start, or with the registry locked.
    is_daemon: AtomicBool,
    /// 0 for the default.
    stack_size: AtomicUsize,
    /// The thread's place in the registry. Changes with the registry locked.
    place: AtomicU32,
    work: PooledMutex<Work>,
    /// The message, if the thread panicked.
    panic: OnceLock<Arc<str>>,
    parker: Parker,
    /// Set when the thread runs.
    std_thread: OnceLock<std::thread::Thread>,
    /// The `pthread_t`; 0 until it runs.
    #[cfg(unix)]
    pthread: AtomicUsize,
    crew: Option<Arc<Crew>>,
}

#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
enum Origin {
    Library,
    Main,
    Foreign,
}

// No user's code runs while the work is locked, nor between two changes that belong together.
impl UnwindSafe for Inner {}
impl RefUnwindSafe for Inner {}

impl Inner {
    fn new(record: Arc<ThreadRecord>, life: Life, origin: Origin) -> Inner {
        Inner {
            record,
            life,
            origin: AtomicU8::new(origin as u8),
            is_daemon: AtomicBool::new(false),
            stack_size: AtomicUsize::new(0),
            place: AtomicU32::new(NOWHERE),
            work: PooledMutex::new(Work::of(None)),
            panic: OnceLock::new(),
            parker: Parker::new(),
            std_thread: OnceLock::new(),
            #[cfg(unix)]
            pthread: AtomicUsize::new(0),
            crew: None,
        }
    }
}

struct Work {
    /// What the thread is to do; the thread takes it.
    function: Option<Box<dyn FnOnce() + Send>>,
    /// The operating system's thread, for the first to join without a time limit, or for the thread
    /// itself when it ends.
    handle: Option<OsThread<std::thread::JoinHandle<()>>>,
    /// Since when it runs.
    since: Option<Instant>,
    /// While it is pending: when it is due, if that is known.
    due: Option<Deadline>,
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(thread) = self.handle.take() {
            os_thread::discard(thread);
        }
    }
}

impl Work {
    fn of(function: Option<Box<dyn FnOnce() + Send>>) -> Work {
        Work {
            function,
            handle: None,
            since: None,
            due: None,
        }
    }
}

impl Thread {
    fn of(inner: Inner) -> Thread {
        Thread {
            inner: Arc::new(inner),
        }
    }

    /// Returns whether the thread has been started and has not ended. It has ended when its
    /// thread-locals have been dropped, just before [`join`](Thread::join) returns. A pending timer
    /// is alive.
    ///
    /// It is Python's
    /// [`is_alive`](https://docs.python.org/3/library/threading.html#threading.Thread.is_alive).
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(tl_thread::current_thread().is_alive());
    /// ```
    pub fn is_alive(&self) -> bool {
        self.inner.life.is_alive()
    }

    /// Returns the name. Names need not be unique.
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ());
    /// assert!(thread.name().starts_with("Thread-"));
    /// ```
    pub fn name(&self) -> Arc<str> {
        self.inner.record.name()
    }

    /// Renames the thread, at any time: before it is started, while it runs, afterwards.
    ///
    /// The next line that it logs shows the new name, and so does the operating system (the first
    /// 15 bytes, ended at a character; for the main thread that is the name of the process). The
    /// standard library's message about a panic has the name with which the thread was started.
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::current_thread();
    /// thread.set_name("chief");
    /// assert_eq!(&*tl_core::current_name(), "chief");
    /// ```
    pub fn set_name(&self, name: impl AsRef<str>) {
        self.inner.record.set_name(name.as_ref());
    }

    /// Returns whether the thread is a daemon: one for which the end of the process does not wait.
    /// See [the table](crate#the-end-of-the-process).
    ///
    /// A thread that the library did not start counts as a daemon: the process does not wait for
    /// it. The threads that it makes do not.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(!tl_thread::main_thread().is_daemon());
    /// ```
    pub fn is_daemon(&self) -> bool {
        // Relaxed: changes before the start, which orders it, or with the registry locked.
        self.inner.is_daemon.load(Ordering::Relaxed)
    }

    /// Returns the identity; `None` before the start. It stays after the end, and no other thread
    /// ever has it.
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ());
    /// assert_eq!(thread.ident(), None);
    /// thread.start()?;
    /// assert!(thread.ident().is_some());
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn ident(&self) -> Option<ThreadIdent> {
        self.inner.record.ident()
    }

    /// Returns the number that the operating system gave the thread; `None` until it runs, which
    /// may be a moment after [`start`](Thread::start). It stays after the end, when the system may
    /// have given it to another thread.
    ///
    /// On Windows it is what `OpenThread` takes, which makes a `HANDLE` to the thread.
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::current_thread();
    /// assert_eq!(thread.native_id(), Some(tl_thread::get_native_id()));
    /// ```
    pub fn native_id(&self) -> Option<u64> {
        self.inner.record.native_id()
    }

    /// Returns when the thread began to run; of a thread that the library did not start, and of the
    /// main thread, when the library first saw it. `None` before that.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let thread = tl_thread::current_thread();
    /// assert!(thread.alive_since().is_some_and(|since| since <= Instant::now()));
    /// assert_eq!(tl_thread::Thread::new(|| ()).alive_since(), None);
    /// ```
    pub fn alive_since(&self) -> Option<Instant> {
        self.inner.work.lock().since
    }

    /// Notes that the thread runs from now on.
    fn runs_now(&self) {
        self.inner.work.lock().since = Some(Instant::now());
    }

    pub(crate) fn place(&self) -> &AtomicU32 {
        &self.inner.place
    }

    pub(crate) fn parker(&self) -> &Parker {
        &self.inner.parker
    }

    fn origin_is(&self, origin: Origin) -> bool {
        // Relaxed: it changes where there is one thread.
        self.inner.origin.load(Ordering::Relaxed) == origin as u8
    }

    pub(crate) fn is_main(&self) -> bool {
        self.origin_is(Origin::Main)
    }

    /// Returns whether the end of the process waits for the thread, as long as it is alive.
    pub(crate) fn is_awaited(&self) -> bool {
        self.origin_is(Origin::Library) && !self.is_daemon()
    }

    /// Makes this the main thread, in a child made by `fork`.
    #[cfg(not(loom))]
    pub(crate) fn become_main(&self) {
        self.inner
            .origin
            .store(Origin::Main as u8, Ordering::Relaxed);
        self.inner.is_daemon.store(false, Ordering::Relaxed);
    }

    /// Notes that this thread is not there, in a child made by `fork`.
    #[cfg(not(loom))]
    pub(crate) fn lose(&self) {
        self.inner.place.store(NOWHERE, Ordering::Relaxed);
        self.inner.life.lose();
    }
}

impl PartialEq for Thread {
    fn eq(&self, other: &Thread) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for Thread {}

impl Hash for Thread {
    fn hash<H: Hasher>(&self, state: &mut H) {
        ptr::hash(Arc::as_ptr(&self.inner), state);
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread")
            .field("record", &self.inner.record)
            .field("life", &self.inner.life)
            .field("is_daemon", &self.is_daemon())
            .finish()
    }
}
