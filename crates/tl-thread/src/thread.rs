//! Threads, as objects with a name, a daemon flag, and a function to run.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Deadline, Mutex};
use tl_core::names::ThreadRecord;
use tl_core::{ThreadIdent, current_ident};

use crate::life::{Awaited, Life};
use crate::scope::Crew;
use crate::{
    JoinError, Runnable, SetDaemonError, StartError, current, excepthook, registry, stack,
};

/// A thread: what it is to do, its name, and whether the process waits for it. A handle: clones stand for the same thread, and
/// are equal.
///
/// As Python's [`Thread`](https://docs.python.org/3/library/threading.html#thread-objects). The thread exists once it is
/// [`start`](Thread::start)ed, and does not end with its handles. For a thread that returns a value see [`spawn`](crate::spawn), for one that borrows
/// [`scope`](crate::scope).
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
#[derive(Clone)]
pub struct Thread {
    inner: Arc<Inner>,
}

struct Inner {
    record: Arc<ThreadRecord>,
    life: Life,
    origin: Origin,
    /// Changes only before the start, or with the registry locked.
    is_daemon: AtomicBool,
    /// 0 for the default.
    stack_size: AtomicUsize,
    /// Where the registry has it. Changes with the registry locked.
    place: AtomicU32,
    work: Mutex<Work>,
    /// The message, if the thread panicked.
    panic: OnceLock<Arc<str>>,
    crew: Option<Arc<Crew>>,
}

#[derive(Clone, Copy, PartialEq)]
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
            origin,
            is_daemon: AtomicBool::new(false),
            stack_size: AtomicUsize::new(0),
            place: AtomicU32::new(registry::NOWHERE),
            work: Mutex::new(Work {
                function: None,
                handle: None,
            }),
            panic: OnceLock::new(),
            crew: None,
        }
    }
}

struct Work {
    /// What the thread is to do; the thread takes it.
    function: Option<Box<dyn FnOnce() + Send>>,
    /// The operating system's thread, for the first to join without a time limit, or for the thread itself when it ends.
    handle: Option<thread::JoinHandle<()>>,
}

impl Thread {
    /// A thread that will call `f`. It is named `Thread-N` and inherits the daemon flag of the thread that makes it: the main
    /// thread's is false, and so is that of what a thread makes that the library did not start.
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ());
    /// assert!(!thread.is_alive());
    /// assert!(!thread.is_daemon());
    /// ```
    pub fn new(f: impl FnOnce() + Send + 'static) -> Thread {
        Thread::with_function(Some(Box::new(f)), None)
    }

    /// A thread that will [`run`](Runnable::run) `runnable`: Python's way to make a thread by subclassing.
    ///
    /// To get the struct back afterwards, with what `run` left in it, see [`spawn_runnable`](crate::spawn_runnable).
    ///
    /// ```
    /// use tl_thread::{Runnable, Thread};
    ///
    /// struct Greeter {
    ///     whom: String,
    /// }
    ///
    /// impl Runnable for Greeter {
    ///     fn run(&mut self) {
    ///         println!("hello, {}", self.whom);
    ///     }
    /// }
    ///
    /// let thread = Thread::from_runnable(Greeter { whom: "world".into() });
    /// thread.start()?;
    /// thread.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_runnable(runnable: impl Runnable + Send + 'static) -> Thread {
        let mut runnable = runnable;
        Thread::new(move || runnable.run())
    }

    /// A thread whose function is kept elsewhere.
    pub(crate) fn without_function(crew: Option<Arc<Crew>>) -> Thread {
        Thread::with_function(None, crew)
    }

    fn with_function(
        function: Option<Box<dyn FnOnce() + Send>>,
        crew: Option<Arc<Crew>>,
    ) -> Thread {
        current::know();
        Thread::with(Inner {
            is_daemon: AtomicBool::new(current::bears_daemons()),
            work: Mutex::new(Work {
                function,
                handle: None,
            }),
            crew,
            ..Inner::new(ThreadRecord::unnamed(), Life::new(), Origin::Library)
        })
    }

    /// The main thread. To be called once.
    pub(crate) fn main() -> Thread {
        Thread::with(Inner::new(
            ThreadRecord::main(),
            Life::running(),
            Origin::Main,
        ))
    }

    /// The calling thread, which the library did not start. The process does not wait for it.
    pub(crate) fn foreign() -> Thread {
        Thread::with(Inner {
            is_daemon: AtomicBool::new(true),
            ..Inner::new(ThreadRecord::current(), Life::running(), Origin::Foreign)
        })
    }

    fn with(inner: Inner) -> Thread {
        Thread {
            inner: Arc::new(inner),
        }
    }

    /// The thread with this name instead of `Thread-N`, which the next unnamed thread may then get.
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ()).with_name("worker");
    /// assert_eq!(&*thread.name(), "worker");
    /// ```
    #[must_use = "the thread is moved into the result"]
    pub fn with_name(self, name: impl Into<Arc<str>>) -> Thread {
        self.inner.record.name_at_birth(name);
        self
    }

    /// The thread as a daemon, for which the end of the process does not wait, or as one for which it does, whatever thread made it.
    ///
    /// # Panics
    ///
    /// If the thread has been started.
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ()).with_daemon(true);
    /// assert!(thread.is_daemon());
    /// ```
    #[must_use = "the thread is moved into the result"]
    pub fn with_daemon(self, is_daemon: bool) -> Thread {
        if let Err(error) = self.set_daemon(is_daemon) {
            panic!("{error}");
        }
        self
    }

    /// The thread with a stack of at least so many bytes; 0 for the default of [`stack_size`](crate::stack_size). What the system cannot provide
    /// makes [`start`](Thread::start) fail. Once the thread has been started this changes nothing.
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ()).with_stack_size(64 * 1024);
    /// thread.start()?;
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[must_use = "the thread is moved into the result"]
    pub fn with_stack_size(self, size: usize) -> Thread {
        self.inner.stack_size.store(size, Ordering::Relaxed);
        self
    }

    /// Starts the thread.
    ///
    /// It does not wait for the thread to run. When it returns the thread is alive, listed by [`enumerate`](crate::enumerate), and has its
    /// [`ident`](Thread::ident); its [`native_id`](Thread::native_id) may be a moment behind.
    ///
    /// As Python's [`start`](https://docs.python.org/3/library/threading.html#threading.Thread.start).
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`] if it has been started before, also if it has ended;
    /// [`StartError::Refused`] if the operating system does not give the thread, or its stack size is below 32 KiB or absurd. It can then be started again.
    ///
    /// ```
    /// use tl_thread::{StartError, Thread};
    ///
    /// let thread = Thread::new(|| ());
    /// thread.start()?;
    /// assert!(matches!(thread.start(), Err(StartError::AlreadyStarted)));
    /// # Ok::<(), StartError>(())
    /// ```
    pub fn start(&self) -> Result<(), StartError> {
        current::know();
        if !self.inner.life.start() {
            return Err(StartError::AlreadyStarted);
        }
        match self.launch(|builder, main| builder.spawn(main.quietly())) {
            Ok(handle) => {
                self.keep(handle);
                Ok(())
            }
            Err(error) => Err(StartError::Refused(error)),
        }
    }

    /// Starts a thread that only the caller knows of.
    pub(crate) fn launch_new<H>(
        &self,
        spawn: impl FnOnce(thread::Builder, Main) -> io::Result<H>,
    ) -> io::Result<H> {
        let is_first = self.inner.life.start();
        debug_assert!(is_first, "a new thread has not been started");
        self.launch(spawn)
    }

    /// Starts the operating system's thread of one whose life is running: identity, list, system, in this order, and all of it
    /// undone if the system refuses.
    fn launch<H>(
        &self,
        spawn: impl FnOnce(thread::Builder, Main) -> io::Result<H>,
    ) -> io::Result<H> {
        let launched = current::prepare().and_then(|()| {
            self.inner.record.assign_ident();
            registry::list(self);
            self.spawn_os_thread(spawn)
        });
        if launched.is_err() {
            registry::unlist(self);
            self.inner.record.revoke_ident();
            self.inner.life.refuse_start();
        }
        launched
    }

    fn spawn_os_thread<H>(
        &self,
        spawn: impl FnOnce(thread::Builder, Main) -> io::Result<H>,
    ) -> io::Result<H> {
        let name = self.inner.record.name();
        // std panics at a zero byte in a name.
        let mut builder = thread::Builder::new().name(name.replace('\0', "\u{fffd}"));
        let own = self.inner.stack_size.load(Ordering::Relaxed);
        if let Some(size) = stack::for_new_thread(own)? {
            builder = builder.stack_size(size);
        }
        let main = Main {
            thread: self.clone(),
            os_name: name,
        };
        spawn(builder, main)
    }

    /// Keeps the operating system's thread for who joins, unless it has ended meanwhile.
    fn keep(&self, handle: thread::JoinHandle<()>) {
        let mut work = self.inner.work.lock();
        if !self.inner.life.has_ended() {
            work.handle = Some(handle);
        }
    }

    /// Lists the thread without starting it. Whether it was new.
    pub(crate) fn set_pending(&self) -> bool {
        current::know_main();
        if !self.inner.life.set_pending() {
            return false;
        }
        self.inner.record.assign_ident();
        registry::list(self);
        true
    }

    /// Starts the operating system's thread of a pending thread, which calls `ready` and then decides.
    pub(crate) fn fire<P>(
        &self,
        ready: impl FnOnce() -> Option<P> + Send + 'static,
    ) -> io::Result<()> {
        current::prepare()?;
        let handle = self.spawn_os_thread(|builder, main| builder.spawn(main.once_ready(ready)))?;
        self.keep(handle);
        Ok(())
    }

    /// Ends a pending thread. Whether it was pending.
    pub(crate) fn cancel(&self) -> bool {
        let was_pending = registry::unlist_if(self, || self.inner.life.cancel());
        if was_pending {
            self.inner.life.announce_end();
            let work = {
                let mut work = self.inner.work.lock();
                (work.function.take(), work.handle.take())
            };
            drop(work);
        }
        was_pending
    }

    /// The thread has ended: its thread-locals are dropped, and it leaves the list before anybody hears of it.
    pub(crate) fn end(&self) {
        registry::unlist(self);
        self.inner.life.end();
        // Nobody has joined it: the system need not keep what is left of it for that.
        let handle = self.inner.work.lock().handle.take();
        drop(handle);
        if let Some(crew) = &self.inner.crew {
            crew.leave();
        }
    }

    /// Waits until the thread has ended and its thread-locals have been dropped. By then it has left [`enumerate`](crate::enumerate).
    ///
    /// Any number of threads may join the same one, any number of times. A timer that is cancelled has ended.
    ///
    /// As Python's [`join`](https://docs.python.org/3/library/threading.html#threading.Thread.join).
    ///
    /// # Errors
    ///
    /// [`JoinError::Panicked`] with the message if the thread panicked, and then at every join. At once, without waiting:
    /// [`JoinError::NotStarted`], [`JoinError::CurrentThread`], and, if this is a handle to a thread that the library did not start,
    /// [`JoinError::ForeignThread`].
    ///
    /// # Blocking
    ///
    /// Two threads that join each other wait for ever, and so does one that joins while it holds a lock which the other needs to end. Joining the main
    /// thread waits until it leaves `main`.
    ///
    /// ```
    /// use tl_thread::{JoinError, Thread};
    ///
    /// let thread = Thread::new(|| panic!("no luck"));
    /// assert_eq!(thread.join(), Err(JoinError::NotStarted));
    /// thread.start()?;
    /// assert_eq!(thread.join(), Err(JoinError::Panicked("no luck".into())));
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn join(&self) -> Result<(), JoinError> {
        self.check_join()?;
        let handle = self.inner.work.lock().handle.take();
        if let Some(handle) = handle {
            // Its own result is always good: what the thread panicked with is kept here.
            let _ = handle.join();
        }
        self.join_until(Deadline::NEVER).map(|_| ())
    }

    /// As [`join`](Thread::join), for at most `timeout`: whether the thread has ended. [`Duration::ZERO`] only looks.
    ///
    /// # Errors
    ///
    /// As [`join`](Thread::join).
    ///
    /// # Blocking
    ///
    /// As [`join`](Thread::join), but no longer than `timeout`.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use tl_thread::Thread;
    ///
    /// let (finish, finished) = mpsc::channel::<()>();
    /// let thread = Thread::new(move || finished.recv().unwrap());
    /// thread.start()?;
    /// assert_eq!(thread.join_timeout(Duration::from_millis(10)), Ok(false));
    /// finish.send(())?;
    /// assert_eq!(thread.join_timeout(Duration::MAX), Ok(true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn join_timeout(&self, timeout: Duration) -> Result<bool, JoinError> {
        self.check_join()?;
        self.join_until(Deadline::after(timeout))
    }

    /// As [`join`](Thread::join), until `deadline` at the latest: whether the thread has ended.
    ///
    /// # Errors
    ///
    /// As [`join`](Thread::join).
    ///
    /// # Blocking
    ///
    /// As [`join`](Thread::join), but not after `deadline`.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let main = tl_thread::main_thread();
    /// let worker = tl_thread::spawn(move || main.join_deadline(Instant::now()));
    /// assert_eq!(worker.join().unwrap(), Ok(false));
    /// ```
    pub fn join_deadline(&self, deadline: Instant) -> Result<bool, JoinError> {
        self.check_join()?;
        self.join_until(Deadline::at(deadline))
    }

    fn check_join(&self) -> Result<(), JoinError> {
        current::know();
        match self.inner.origin {
            _ if self.inner.life.is_new() => Err(JoinError::NotStarted),
            _ if self.ident() == Some(current_ident()) => Err(JoinError::CurrentThread),
            Origin::Foreign => Err(JoinError::ForeignThread),
            Origin::Library | Origin::Main => Ok(()),
        }
    }

    fn join_until(&self, deadline: Deadline) -> Result<bool, JoinError> {
        match self.inner.life.wait(deadline) {
            Awaited::Ended => match self.inner.panic.get() {
                None => Ok(true),
                Some(message) => Err(JoinError::Panicked(Arc::clone(message))),
            },
            Awaited::TimedOut => Ok(false),
            Awaited::NotStarted => Err(JoinError::NotStarted),
        }
    }

    /// Waits for the end of a thread, of whatever kind: whether it came in time.
    pub(crate) fn wait_for_end(&self, deadline: Deadline) -> bool {
        self.inner.life.wait(deadline) == Awaited::Ended
    }

    /// Whether the thread has been started and has not ended. It has ended when its thread-locals have been dropped, just
    /// before [`join`](Thread::join) returns. A pending timer is alive.
    ///
    /// As Python's [`is_alive`](https://docs.python.org/3/library/threading.html#threading.Thread.is_alive).
    ///
    /// ```
    /// assert!(tl_thread::current_thread().is_alive());
    /// ```
    pub fn is_alive(&self) -> bool {
        self.inner.life.is_alive()
    }

    /// The name. Names need not be unique.
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
    /// The next line that it logs shows the new name, and so does the operating system (the first 15 bytes, ended at a character; for the main thread
    /// that is the name of the process). The standard library's message about a panic has the name with which the thread was started.
    ///
    /// ```
    /// let thread = tl_thread::current_thread();
    /// thread.set_name("chief");
    /// assert_eq!(&*tl_core::current_name(), "chief");
    /// ```
    pub fn set_name(&self, name: impl Into<Arc<str>>) {
        self.inner.record.set_name(name);
    }

    /// Whether the thread is a daemon: one for which the end of the process does not wait. See [the table](crate#the-end-of-the-process).
    ///
    /// A thread that the library did not start is one: nobody waits for it. What it makes is none.
    ///
    /// ```
    /// assert!(!tl_thread::main_thread().is_daemon());
    /// ```
    pub fn is_daemon(&self) -> bool {
        // Relaxed: changes before the start, which orders it, or with the registry locked.
        self.inner.is_daemon.load(Ordering::Relaxed)
    }

    /// Makes the thread a daemon, or one for which the end of the process waits.
    ///
    /// As Python's [`daemon`](https://docs.python.org/3/library/threading.html#threading.Thread.daemon).
    ///
    /// # Errors
    ///
    /// When the thread has been started; the flag is as it was. A timer can be changed until it fires.
    ///
    /// ```
    /// use tl_thread::{SetDaemonError, Thread};
    ///
    /// let thread = Thread::new(|| ());
    /// thread.set_daemon(true)?;
    /// thread.start().unwrap();
    /// assert_eq!(thread.set_daemon(false), Err(SetDaemonError::AlreadyStarted));
    /// # Ok::<(), SetDaemonError>(())
    /// ```
    pub fn set_daemon(&self, is_daemon: bool) -> Result<(), SetDaemonError> {
        let life = &self.inner.life;
        let is_set = registry::change_daemon(self, || {
            let may_change = life.is_new() || life.is_pending();
            if may_change {
                self.inner.is_daemon.store(is_daemon, Ordering::Relaxed);
            }
            may_change
        });
        if is_set {
            Ok(())
        } else {
            Err(SetDaemonError::AlreadyStarted)
        }
    }

    /// The identity; `None` before the start. It stays after the end, and no other thread ever has it.
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

    /// The number that the operating system gave the thread; `None` until it runs, which may be a moment after
    /// [`start`](Thread::start). It stays after the end, when the system may have given it to another thread.
    ///
    /// ```
    /// let thread = tl_thread::current_thread();
    /// assert_eq!(thread.native_id(), Some(tl_thread::get_native_id()));
    /// ```
    pub fn native_id(&self) -> Option<u64> {
        self.inner.record.native_id()
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.inner.life.is_pending()
    }

    pub(crate) fn place(&self) -> &AtomicU32 {
        &self.inner.place
    }

    /// Whether the end of the process waits for the thread, as long as it is alive.
    pub(crate) fn is_awaited(&self) -> bool {
        self.inner.origin == Origin::Library && !self.is_daemon()
    }

    /// The main thread has left `main`.
    pub(crate) fn main_is_over(&self) {
        debug_assert!(self.inner.origin == Origin::Main);
        registry::unlist(self);
        self.inner.life.end();
    }
}

/// What a new thread of the operating system does: it becomes the thread of the handle, and runs its function.
pub(crate) struct Main {
    thread: Thread,
    os_name: Arc<str>,
}

impl Main {
    /// The function that the handle keeps. It does not unwind.
    fn quietly(self) -> impl FnOnce() + Send + 'static {
        move || {
            let function = self.thread.inner.work.lock().function.take();
            if let Some(function) = function
                && let Err(payload) = self.run(function)
            {
                excepthook::discard(payload);
            }
        }
    }

    /// The function that the handle of a pending thread keeps, if `ready` gives a permit and the thread is still pending then.
    fn once_ready<P>(
        self,
        ready: impl FnOnce() -> Option<P> + Send + 'static,
    ) -> impl FnOnce() + Send + 'static {
        move || {
            let Some(permit) = ready() else {
                return;
            };
            if self.thread.inner.life.fire() {
                self.quietly()();
            }
            drop(permit);
        }
    }

    /// Another function. A panic in it goes on when it has been noted.
    pub(crate) fn around<T>(self, function: impl FnOnce() -> T) -> impl FnOnce() -> T {
        move || match self.run(function) {
            Ok(value) => value,
            Err(payload) => panic::resume_unwind(payload),
        }
    }

    fn run<T>(self, function: impl FnOnce() -> T) -> thread::Result<T> {
        let Main { thread, os_name } = self;
        thread.inner.record.begin(&os_name);
        let will_leave = current::enter(&thread);
        let result = panic::catch_unwind(AssertUnwindSafe(function));
        if let Err(payload) = &result {
            let message = excepthook::message_of(&**payload);
            // The only one who sets it.
            let _ = thread.inner.panic.set(Arc::clone(&message));
            excepthook::report(&thread, &message, &**payload);
        }
        if !will_leave {
            current::leave();
        }
        result
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
