//! Threads that return a value.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Operation, PooledMutex};

use crate::crew::Crew;
use crate::thread::Packet;
use crate::{JoinError, Thread};

/// Calls `f` in a new thread, whose value, or panic, the handle gives back: [`std::thread::spawn`],
/// with a thread that has a name and a daemon flag, is listed, and is waited for at the end of the
/// process unless it is a daemon.
///
/// The thread is named `Thread-N` and inherits the daemon flag of the calling one. For others see
/// [`Builder`].
///
/// # Panics
///
/// If the operating system refuses the thread; [`Builder::spawn`] returns the error instead.
///
/// # Examples
///
/// ```
/// let handle = tl_thread::spawn(|| 6 * 7);
/// assert_eq!(handle.join().unwrap(), 42);
/// ```
///
/// What `f` captures by reference could be gone before the thread is. So this does not compile;
/// with `move`, or in a [`scope`](crate::scope), it would:
///
/// ```compile_fail,E0373
/// let numbers = vec![1, 2, 3];
/// let sum = tl_thread::spawn(|| numbers.iter().sum::<i32>());
/// ```
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(f).expect("failed to spawn thread")
}

/// What a new thread is to be like: [`std::thread::Builder`], with a daemon flag.
///
/// # Examples
///
/// ```
/// use tl_thread::Builder;
///
/// let handle = Builder::new()
///     .name("worker".into())
///     .daemon(true)
///     .stack_size(128 * 1024)
///     .spawn(|| tl_thread::current_thread().name())?;
/// assert_eq!(&*handle.join().unwrap(), "worker");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder starts nothing until it spawns"]
pub struct Builder {
    name: Option<Arc<str>>,
    is_daemon: Option<bool>,
    stack_size: usize,
}

impl Builder {
    /// Creates a builder of threads like those of [`spawn`].
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Names the thread, instead of `Thread-N`. It takes a `String`, as
    /// [`std::thread::Builder::name`] does, so that a program can change from the one builder to
    /// the other.
    pub fn name(mut self, name: String) -> Builder {
        self.name = Some(name.into());
        self
    }

    /// Makes the thread a daemon or not, whatever the calling thread is. The end of the process
    /// does not wait for daemons.
    pub fn daemon(mut self, is_daemon: bool) -> Builder {
        self.is_daemon = Some(is_daemon);
        self
    }

    /// Gives the thread a stack of at least `size` bytes; 0 for the default of
    /// [`stack_size`](crate::stack_size). A small size is rounded up to 32 KiB, which is enough to
    /// run something, as the standard library rounds up to what the system asks for.
    pub fn stack_size(mut self, size: usize) -> Builder {
        self.stack_size = size;
        self
    }

    /// Calls `f` in the new thread. See [`spawn`].
    ///
    /// # Errors
    ///
    /// When the operating system refuses the thread, or the stack size is impossible. `f` is
    /// dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let handle = tl_thread::Builder::new().spawn(|| "done")?;
    /// assert_eq!(handle.join().unwrap(), "done");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let thread = self.thread(None);
        let result: Packet<T> = Arc::new(PooledMutex::new(None));
        thread.spawn(f, Arc::clone(&result))?;
        Ok(JoinHandle { thread, result })
    }

    pub(crate) fn thread(self, crew: Option<Arc<Crew>>) -> Thread {
        let mut thread = Thread::without_function(self.name, crew);
        if let Some(is_daemon) = self.is_daemon {
            thread = thread.with_daemon(is_daemon);
        }
        thread.with_stack_size(self.stack_size)
    }
}

const JOIN: &Operation = &Operation::new("JoinHandle", "join");
const JOIN_TIMEOUT: &Operation = &Operation::new("JoinHandle", "join_timeout");
const JOIN_DEADLINE: &Operation = &Operation::new("JoinHandle", "join_deadline");

/// A handle to the value of a spawned thread: [`std::thread::JoinHandle`], with time limits.
///
/// Dropping it does not end the thread.
///
/// # Examples
///
/// ```
/// let handle = tl_thread::spawn(|| 6 * 7);
/// assert_eq!(&*handle.thread().name(), "Thread-1");
/// while !handle.is_finished() {
///     // There is something else to do.
/// }
/// assert_eq!(handle.join().unwrap(), 42);
/// ```
///
/// # Mistakes that do not compile
///
/// A join with a time limit takes the handle, and gives it back if the time runs out. Not to look
/// is a warning, here made an error:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// let handle = tl_thread::spawn(|| 6 * 7);
/// handle.join_timeout(std::time::Duration::from_secs(1));
/// ```
pub struct JoinHandle<T> {
    thread: Thread,
    result: Packet<T>,
}

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended and its thread-locals have been dropped, and gives its
    /// value.
    ///
    /// # Errors
    ///
    /// What the thread panicked with. In a child made by `fork`, for a thread of the parent that
    /// had not ended: that it has left no result.
    ///
    /// # Panics
    ///
    /// In the thread itself, which would wait for itself forever.
    ///
    /// # Blocking
    ///
    /// The same as [`Thread::join`].
    ///
    /// # Examples
    ///
    /// ```
    /// let handle = tl_thread::spawn(|| panic!("no luck"));
    /// let payload = handle.join().unwrap_err();
    /// assert_eq!(payload.downcast_ref(), Some(&"no luck"));
    /// ```
    #[track_caller]
    pub fn join(self) -> thread::Result<T> {
        match self.thread.join_in(Call::here(JOIN)) {
            Ok(()) | Err(JoinError::Panicked(_)) => self.into_result(),
            Err(error) => panic!("{error}"),
        }
    }

    /// Waits as [`join`](JoinHandle::join) does, for at most `timeout`.
    ///
    /// # Errors
    ///
    /// The handle, if the thread has not ended by then. A panic of the thread is in the inner
    /// result.
    ///
    /// # Blocking
    ///
    /// The same as [`Thread::join_timeout`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    ///
    /// let (finish, finished) = mpsc::channel::<()>();
    /// let handle = tl_thread::spawn(move || finished.recv().is_ok());
    /// let handle = handle.join_timeout(Duration::from_millis(10)).unwrap_err();
    /// finish.send(())?;
    /// assert!(handle.join_timeout(Duration::MAX).unwrap().unwrap());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "it is the thread's value, or the handle if the time ran out; dropping the handle gives the value up"]
    #[track_caller]
    pub fn join_timeout(self, timeout: Duration) -> Result<thread::Result<T>, JoinHandle<T>> {
        self.join_before(Deadline::after(timeout), Call::here(JOIN_TIMEOUT))
    }

    /// Waits as [`join`](JoinHandle::join) does, until `deadline` at the latest.
    ///
    /// # Errors
    ///
    /// The handle, if the thread has not ended by then. A panic of the thread is in the inner
    /// result.
    ///
    /// # Blocking
    ///
    /// The same as [`Thread::join_deadline`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let handle = tl_thread::spawn(|| 7);
    /// let value = handle.join_deadline(Instant::now() + Duration::from_secs(60)).unwrap();
    /// assert_eq!(value.unwrap(), 7);
    /// ```
    #[must_use = "it is the thread's value, or the handle if the time ran out; dropping the handle gives the value up"]
    #[track_caller]
    pub fn join_deadline(self, deadline: Instant) -> Result<thread::Result<T>, JoinHandle<T>> {
        self.join_before(Deadline::at(deadline), Call::here(JOIN_DEADLINE))
    }

    fn join_before(
        self,
        deadline: Deadline,
        call: Call,
    ) -> Result<thread::Result<T>, JoinHandle<T>> {
        if self.thread.wait_for_end(deadline, call) {
            Ok(self.into_result())
        } else {
            Err(self)
        }
    }

    fn into_result(self) -> thread::Result<T> {
        let result = self.result.lock().take();
        result.unwrap_or_else(no_result)
    }

    /// Returns the thread itself, for its name, its flags, and to join it without its value.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Returns whether the thread has ended and its thread-locals have been dropped, so that
    /// [`join`](JoinHandle::join) would return at once. (That of the standard library is true as
    /// soon as the function has returned.)
    pub fn is_finished(&self) -> bool {
        !self.thread.is_alive()
    }
}

/// Returns the result of a thread that has left none: it has ended before it began, or it is one of
/// a process of which this one is a child by `fork`.
pub(crate) fn no_result<T>() -> thread::Result<T> {
    Err(Box::new("the thread has left no result"))
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}
