//! How a thread is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tl_core::door::PooledMutex;
use tl_core::names::ThreadRecord;

use super::{Inner, Origin, Thread, Work};
use crate::crew::Crew;
use crate::life::Life;
use crate::{Runnable, SetDaemonError, current, own, registry};

impl Thread {
    /// Creates a thread that will call `f`. It is named `Thread-N` and inherits the daemon flag of
    /// the thread that makes it. What the main thread makes, or a thread that the library did not
    /// start, is not a daemon.
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ());
    /// assert!(!thread.is_alive());
    /// assert!(!thread.is_daemon());
    /// ```
    #[must_use = "a thread does nothing until it is started: call `start`"]
    pub fn new(f: impl FnOnce() + Send + 'static) -> Thread {
        Thread::made_here(ThreadRecord::unnamed(), Some(Box::new(f)), None)
    }

    /// Creates a thread that will [`run`](Runnable::run) `runnable`: Python's way to make a thread
    /// by subclassing.
    ///
    /// To get the struct back afterwards, with what `run` left in it, see
    /// [`spawn_runnable`](crate::spawn_runnable).
    ///
    /// # Examples
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
    #[must_use = "a thread does nothing until it is started: call `start`"]
    pub fn from_runnable(runnable: impl Runnable + Send + 'static) -> Thread {
        let mut runnable = runnable;
        Thread::new(move || runnable.run())
    }

    /// Creates a thread whose function is kept elsewhere.
    pub(crate) fn without_function(name: Option<Arc<str>>, crew: Option<Arc<Crew>>) -> Thread {
        let record = match name {
            Some(name) => ThreadRecord::new(name),
            None => ThreadRecord::unnamed(),
        };
        Thread::made_here(record, None, crew)
    }

    fn made_here(
        record: Arc<ThreadRecord>,
        function: Option<Box<dyn FnOnce() + Send>>,
        crew: Option<Arc<Crew>>,
    ) -> Thread {
        current::ensure_listed();
        Thread::of(Inner {
            is_daemon: AtomicBool::new(own::makes_daemons()),
            work: PooledMutex::new(Work::of(function)),
            crew,
            ..Inner::new(record, Life::new(), Origin::Library)
        })
    }

    /// Names the thread, instead of `Thread-N`, which the next unnamed thread may then get.
    ///
    /// # Examples
    ///
    /// ```
    /// let thread = tl_thread::Thread::new(|| ()).with_name("worker");
    /// assert_eq!(&*thread.name(), "worker");
    /// ```
    #[must_use = "the thread is moved into the result"]
    pub fn with_name(self, name: impl AsRef<str>) -> Thread {
        self.inner.record.set_initial_name(name.as_ref());
        self
    }

    /// Makes the thread a daemon, for which the end of the process does not wait, or one for which
    /// it does, whichever thread made it.
    ///
    /// # Panics
    ///
    /// If the thread has been started.
    ///
    /// # Examples
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

    /// Gives the thread a stack of at least `size` bytes; 0 for the default of
    /// [`stack_size`](crate::stack_size). A small size is rounded up to 32 KiB. What the system
    /// cannot provide makes [`start`](Thread::start) fail. Once the thread has been started this
    /// changes nothing.
    ///
    /// # Examples
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

    /// Makes the thread a daemon, or one for which the end of the process waits.
    ///
    /// It is Python's
    /// [`daemon`](https://docs.python.org/3/library/threading.html#threading.Thread.daemon).
    ///
    /// # Errors
    ///
    /// When the thread has been started; the flag is as it was. A timer can be changed until it
    /// fires.
    ///
    /// # Examples
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
}
