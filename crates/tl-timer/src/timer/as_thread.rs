//! What a timer has as a thread: its end, name, daemon flag and identity.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_thread::{JoinError, SetDaemonError, Thread, ThreadIdent};

use super::{Kind, Timer};

impl Timer {
    /// Waits until the timer has ended: its call has returned and the thread-locals of its thread
    /// are dropped, or it was cancelled while pending.
    ///
    /// # Errors
    ///
    /// The same as [`Thread::join`]: [`JoinError::Panicked`] if the function panicked; at once,
    /// without waiting, [`JoinError::NotStarted`], and [`JoinError::CurrentThread`] in the timer's
    /// own function.
    ///
    /// # Blocking
    ///
    /// Waits for the interval and for the function. A timer that [repeats](Timer::every), or whose
    /// interval is longer than the clock, ends only by [`cancel`](Timer::cancel), and one that is
    /// [restarted](Timer::restart) again and again not at all. A function that waits for another
    /// timer may wait forever: see [*Deadlocks*](crate#deadlocks).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_thread::JoinError;
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::from_millis(1), || panic!("out of time"));
    /// assert_eq!(timer.join(), Err(JoinError::NotStarted));
    /// timer.start()?;
    /// assert_eq!(timer.join(), Err(JoinError::Panicked("out of time".into())));
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[track_caller]
    pub fn join(&self) -> Result<(), JoinError> {
        self.thread().join()
    }

    /// Waits as [`join`](Timer::join) does, for at most `timeout`. Returns whether the timer has
    /// ended.
    /// [`Duration::ZERO`] only looks.
    ///
    /// # Errors
    ///
    /// The same as [`join`](Timer::join).
    ///
    /// # Blocking
    ///
    /// The same as [`join`](Timer::join), but no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::from_secs(3600), || ());
    /// timer.start()?;
    /// assert_eq!(timer.join_timeout(Duration::from_millis(1)), Ok(false));
    /// timer.cancel();
    /// assert_eq!(timer.join_timeout(Duration::from_millis(1)), Ok(true));
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[track_caller]
    pub fn join_timeout(&self, timeout: Duration) -> Result<bool, JoinError> {
        self.thread().join_timeout(timeout)
    }

    /// Waits as [`join`](Timer::join) does, until `deadline` at the latest. Returns whether the
    /// timer has ended.
    ///
    /// # Errors
    ///
    /// The same as [`join`](Timer::join).
    ///
    /// # Blocking
    ///
    /// The same as [`join`](Timer::join), but not after `deadline`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::from_secs(3600), || ());
    /// timer.start()?;
    /// assert_eq!(timer.join_deadline(Instant::now()), Ok(false));
    /// timer.cancel();
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[track_caller]
    pub fn join_deadline(&self, deadline: Instant) -> Result<bool, JoinError> {
        self.thread().join_deadline(deadline)
    }

    /// Returns whether the timer has been started and has not ended. A pending timer is alive.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::from_secs(3600), || ());
    /// assert!(!timer.is_alive());
    /// timer.start()?;
    /// assert!(timer.is_alive());
    /// timer.cancel();
    /// assert!(!timer.is_alive());
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn is_alive(&self) -> bool {
        self.thread().is_alive()
    }

    /// Returns the name. Names need not be unique.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::ZERO, || ());
    /// assert!(timer.name().starts_with("Thread-"));
    /// ```
    pub fn name(&self) -> Arc<str> {
        self.thread().name()
    }

    /// Renames the timer, at any time. The function's thread has the name that the timer has when
    /// it fires, and later ones from then on.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::from_millis(5), || {
    ///     assert_eq!(&*tl_core::current_name(), "t1");
    /// });
    /// timer.start()?;
    /// timer.set_name("t1");
    /// timer.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_name(&self, name: impl AsRef<str>) {
        self.thread().set_name(name);
    }

    /// Returns whether the timer is a daemon: one for which the end of the process does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// assert!(!tl_timer::Timer::new(Duration::ZERO, || ()).is_daemon());
    /// ```
    pub fn is_daemon(&self) -> bool {
        self.thread().is_daemon()
    }

    /// Makes the timer a daemon, or one for which the end of the process waits. The flag may be
    /// changed until the timer fires; of a timer that [repeats](Timer::every), which is a thread
    /// from its start, until that.
    ///
    /// # Errors
    ///
    /// When it is too late for that; the flag is as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::MAX, || ());
    /// timer.start()?;
    /// timer.set_daemon(true)?; // or this program would not end
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_daemon(&self, is_daemon: bool) -> Result<(), SetDaemonError> {
        self.thread().set_daemon(is_daemon)
    }

    /// Returns the identity, fixed at the start: that of the thread in which the function will run.
    /// `None` before the start.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::from_secs(3600), || ());
    /// assert_eq!(timer.ident(), None);
    /// timer.start()?;
    /// assert!(timer.ident().is_some());
    /// timer.cancel();
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn ident(&self) -> Option<ThreadIdent> {
        self.thread().ident()
    }

    /// Returns the number that the operating system gave the thread of the function; `None` while
    /// the timer is pending, which is no thread of the system.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::from_secs(3600), || ());
    /// timer.start()?;
    /// assert_eq!(timer.native_id(), None);
    /// timer.cancel();
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn native_id(&self) -> Option<u64> {
        self.thread().native_id()
    }

    /// Returns the time after which the timer calls; of one that [repeats](Timer::every), its
    /// period, which the latest call or [`restart_after`](Timer::restart_after) may have changed.
    /// Python's attribute `interval`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::from_secs(5), || ());
    /// assert_eq!(timer.interval(), Duration::from_secs(5));
    /// ```
    pub fn interval(&self) -> Duration {
        match &self.kind {
            Kind::Once(once) => once.interval(),
            Kind::Every(every) => every.period(),
        }
    }

    /// Returns the timer as a thread: the handle that [`tl_thread::enumerate`] lists, and that
    /// [`tl_thread::current_thread`] gives in the function.
    ///
    /// It is for comparing, waiting and asking. To start a timer use [`Timer::start`]: its thread's
    /// own [`start`](Thread::start) knows no interval, and would call the function at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_thread::current_thread;
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::ZERO, || assert_eq!(&*current_thread().name(), "t1"));
    /// timer.thread().set_name("t1");
    /// timer.start()?;
    /// timer.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn thread(&self) -> &Thread {
        match &self.kind {
            Kind::Once(once) => &once.thread,
            Kind::Every(every) => &every.thread,
        }
    }
}
