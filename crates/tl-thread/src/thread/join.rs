//! Waiting for the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::current_ident;
use tl_core::door::{Call, Deadline, Holder, Operation};

use super::{Origin, OsThread, Thread};
use crate::life::Awaited;
use crate::{JoinError, current};

const JOIN: &Operation = &Operation::new("Thread", "join");
const JOIN_TIMEOUT: &Operation = &Operation::new("Thread", "join_timeout");
const JOIN_DEADLINE: &Operation = &Operation::new("Thread", "join_deadline");

impl Thread {
    /// Waits until the thread has ended and its thread-locals have been dropped. By then it has
    /// left [`enumerate`](crate::enumerate).
    ///
    /// Any number of threads may join the same one, any number of times. A timer that is cancelled
    /// has ended.
    ///
    /// It is Python's
    /// [`join`](https://docs.python.org/3/library/threading.html#threading.Thread.join).
    ///
    /// # Errors
    ///
    /// [`JoinError::Panicked`] with the message if the thread panicked, and then at every join.
    /// Without waiting: [`JoinError::NotStarted`], [`JoinError::CurrentThread`], and, if this is a
    /// handle to a thread that the library did not start, [`JoinError::ForeignThread`].
    ///
    /// # Blocking
    ///
    /// Two threads that join each other wait forever, and so does one that joins while it holds a
    /// lock which the other needs to end. Joining the main thread waits until it leaves `main`.
    ///
    /// # Examples
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
    #[track_caller]
    pub fn join(&self) -> Result<(), JoinError> {
        self.join_in(Call::here(JOIN))
    }

    pub(crate) fn join_in(&self, call: Call) -> Result<(), JoinError> {
        self.check_join()?;
        let handle = self.inner.work.lock().handle.take();
        if let Some(handle) = handle.and_then(OsThread::into_handle) {
            // Its own result is always good: what the thread panicked with is kept elsewhere.
            let _ = self.seen_to_join(call, || handle.join());
        }
        self.join_before(Deadline::NEVER, call).map(|_| ())
    }

    /// Waits as [`join`](Thread::join) does, for at most `timeout`. Returns whether the thread has
    /// ended. [`Duration::ZERO`] only looks.
    ///
    /// # Errors
    ///
    /// The same as [`join`](Thread::join).
    ///
    /// # Blocking
    ///
    /// The same as [`join`](Thread::join), but no longer than `timeout`.
    ///
    /// # Examples
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
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> Result<bool, JoinError> {
        self.check_join()?;
        self.join_before(Deadline::after(timeout), Call::here(JOIN_TIMEOUT))
    }

    /// Waits as [`join`](Thread::join) does, until `deadline` at the latest. Returns whether the
    /// thread has ended.
    ///
    /// # Errors
    ///
    /// The same as [`join`](Thread::join).
    ///
    /// # Blocking
    ///
    /// The same as [`join`](Thread::join), but not after `deadline`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let main = tl_thread::main_thread();
    /// let worker = tl_thread::spawn(move || main.join_deadline(Instant::now()));
    /// assert_eq!(worker.join().unwrap(), Ok(false));
    /// ```
    #[track_caller]
    pub fn join_deadline(&self, deadline: Instant) -> Result<bool, JoinError> {
        self.check_join()?;
        self.join_before(Deadline::at(deadline), Call::here(JOIN_DEADLINE))
    }

    fn check_join(&self) -> Result<(), JoinError> {
        current::ensure_listed();
        if self.inner.life.is_new() {
            Err(JoinError::NotStarted)
        } else if self.ident() == Some(current_ident()) {
            Err(JoinError::CurrentThread)
        } else if self.origin_is(Origin::Foreign) {
            Err(JoinError::ForeignThread)
        } else {
            Ok(())
        }
    }

    fn join_before(&self, deadline: Deadline, call: Call) -> Result<bool, JoinError> {
        match self.await_end(deadline, call) {
            Awaited::Ended => match self.inner.panic.get() {
                None => Ok(true),
                Some(message) => Err(JoinError::Panicked(Arc::clone(message))),
            },
            Awaited::TimedOut => Ok(false),
            Awaited::NotStarted => Err(JoinError::NotStarted),
        }
    }

    /// Waits for the end of the thread, of whatever kind it is. Returns whether it came in time.
    pub(crate) fn wait_for_end(&self, deadline: Deadline, call: Call) -> bool {
        self.await_end(deadline, call) == Awaited::Ended
    }

    fn await_end(&self, deadline: Deadline, call: Call) -> Awaited {
        let who = || self.ident().map(Holder::new);
        let note = self.inner.life.note(call, &who);
        self.inner.life.wait(deadline, &note)
    }

    /// Calls `f`, which joins the thread in its own way. Meanwhile the caller is seen to wait for
    /// it.
    pub(crate) fn seen_to_join<R>(&self, call: Call, f: impl FnOnce() -> R) -> R {
        let who = || self.ident().map(Holder::new);
        let note = self.inner.life.note(call, &who);
        self.inner.life.wait_elsewhere(&note, f)
    }
}
