//! What a timer calls and when: making, starting, cancelling and restarting it.

use std::ops::ControlFlow;
use std::time::Duration;

use tl_core::door::{Call, Operation};
use tl_thread::{StartError, Thread};

use crate::every::Every;
use crate::once::Once;

use super::{Kind, Timer};

const EVERY: &Operation = &Operation::new("Timer", "every");
const REPEAT: &Operation = &Operation::new("Timer", "repeat");

impl Timer {
    /// Creates a timer that will call `function` when `interval` has passed since its
    /// [`start`](Timer::start): never before, and as soon after as the system can start a thread.
    ///
    /// After [`Duration::ZERO`] it fires at once, in its own thread; an interval too long for the
    /// clock (more than 584 years, such as [`Duration::MAX`]) never passes, but the timer is
    /// pending like any other. The timer is named `Thread-N` and inherits the daemon flag of the
    /// thread that makes it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use tl_timer::Timer;
    ///
    /// let begin = Instant::now();
    /// let timer = Timer::new(Duration::from_millis(5), move || {
    ///     assert!(begin.elapsed() >= Duration::from_millis(5));
    /// });
    /// timer.start()?;
    /// timer.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a timer does nothing until it is started: call `start`"]
    pub fn new(interval: Duration, function: impl FnOnce() + Send + 'static) -> Timer {
        Timer {
            kind: Kind::Once(Once::new(interval, Thread::new(function))),
        }
    }

    /// Creates a timer that will call `function` again and again, on the grid of its period: one
    /// period after its [`start`](Timer::start), two periods after it, and so on, until it is
    /// cancelled.
    ///
    /// It is one thread of the operating system from its start to its end, and all calls happen
    /// there. How long a call takes, and how late it begins, does not add up: the next one aims at
    /// the grid again. Beats that pass during a call are skipped, not made up for. For a function
    /// that ends the timer, or changes its period, see [`repeat`](Timer::repeat). If the function
    /// panics the timer ends as any thread does: the [excepthook](tl_thread::set_excepthook) hears
    /// of it, and [`join`](Timer::join) tells.
    ///
    /// A period of [`Duration::ZERO`] has its beat always now: each call follows the one before
    /// without a pause. After one that is too long for the clock (more than 584 years, as
    /// [`Duration::MAX`]) no call ever comes.
    ///
    /// Python's `threading` has no such timer.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// let (send, receive) = mpsc::channel();
    /// let mut beat = 0;
    /// let timer = Timer::every(Duration::from_millis(2), move || {
    ///     beat += 1;
    ///     let _ = send.send(beat);
    /// });
    /// timer.start()?;
    /// assert!(receive.iter().take(3).eq(1..=3));
    /// assert!(timer.cancel());
    /// timer.join()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a timer does nothing until it is started: call `start`"]
    #[track_caller]
    pub fn every(period: Duration, function: impl FnMut() + Send + 'static) -> Timer {
        let mut function = function;
        Timer {
            kind: Kind::Every(Every::new(period, Call::here(EVERY), move || {
                function();
                ControlFlow::Continue(None)
            })),
        }
    }

    /// Returns a timer that will call `function` when `first` has passed since its
    /// [`start`](Timer::start), and from then on as the function says: again after another period,
    /// or never again.
    ///
    /// [`ControlFlow::Continue`] has the time from when this call was due to when the next one is;
    /// it is not added to how long the call takes. If that has passed by then, the next call is on
    /// the grid of this period, as with [`every`](Timer::every). [`ControlFlow::Break`] ends the
    /// timer: threads that [`join`](Timer::join) it go on, and [`cancel`](Timer::cancel) returns
    /// false. In all else it is as [`every`](Timer::every).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// // Ask again and again, less and less often, until there is an answer.
    /// let mut attempts = 0;
    /// let timer = Timer::repeat(Duration::ZERO, move || {
    ///     attempts += 1;
    ///     let answer = (attempts == 4).then_some("yes");
    ///     match answer {
    ///         Some(_) => ControlFlow::Break(()),
    ///         None => ControlFlow::Continue(Duration::from_millis(1 << attempts)),
    ///     }
    /// });
    /// timer.start()?;
    /// timer.join()?; // it ends by itself
    /// assert!(!timer.cancel());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a timer does nothing until it is started: call `start`"]
    #[track_caller]
    pub fn repeat(
        first: Duration,
        function: impl FnMut() -> ControlFlow<(), Duration> + Send + 'static,
    ) -> Timer {
        let mut function = function;
        Timer {
            kind: Kind::Every(Every::new(
                first,
                Call::here(REPEAT),
                move || match function() {
                    ControlFlow::Continue(period) => ControlFlow::Continue(Some(period)),
                    ControlFlow::Break(()) => ControlFlow::Break(()),
                },
            )),
        }
    }

    /// Names the timer, instead of `Thread-N`, which the next unnamed thread may then get. The
    /// function's thread has that name too.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::ZERO, || ()).with_name("egg timer");
    /// assert_eq!(&*timer.name(), "egg timer");
    /// ```
    #[must_use = "the timer is moved into the result"]
    pub fn with_name(self, name: impl AsRef<str>) -> Timer {
        // The result is another handle to the same thread, here and below.
        let _ = self.thread().clone().with_name(name);
        self
    }

    /// Makes the timer a daemon, for which the end of the process does not wait, or one for which
    /// it does, whichever thread made it.
    ///
    /// # Panics
    ///
    /// If the timer can no longer change: see [`set_daemon`](Timer::set_daemon).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::MAX, || ()).with_daemon(true);
    /// timer.start()?; // and yet this program ends
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[must_use = "the timer is moved into the result"]
    pub fn with_daemon(self, is_daemon: bool) -> Timer {
        let _ = self.thread().clone().with_daemon(is_daemon);
        self
    }

    /// Gives the timer's function a stack of at least `size` bytes; 0 for the default of
    /// [`tl_thread::stack_size`]. A size that no thread can have makes [`start`](Timer::start)
    /// fail, which tries those of more than 64 MiB with a thread that ends at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = tl_timer::Timer::new(Duration::ZERO, || ()).with_stack_size(64 * 1024);
    /// timer.start()?;
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    #[must_use = "the timer is moved into the result"]
    pub fn with_stack_size(self, size: usize) -> Timer {
        let _ = self.thread().clone().with_stack_size(size);
        self
    }

    /// Starts the time. When this returns the timer is alive, listed by [`tl_thread::enumerate`],
    /// and has its [`ident`](Timer::ident).
    ///
    /// A timer that was cancelled before can be started, as in Python: it ends at once and calls
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`StartError::AlreadyStarted`] if it has been started before, also if it has fired or been
    /// cancelled: make a new one for each run. [`StartError::Refused`] if the operating system
    /// refuses the thread that a pending timer needs: the one that schedules all timers, or for
    /// [`every`](Timer::every) its own; or if no thread can have the
    /// [stack](Timer::with_stack_size) that was asked for. The timer is then as it was, and can be
    /// started again.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_thread::{StartError, enumerate};
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::from_secs(3600), || ());
    /// timer.start()?;
    /// assert!(enumerate().contains(timer.thread()));
    /// assert!(matches!(timer.start(), Err(StartError::AlreadyStarted)));
    /// timer.cancel();
    /// # Ok::<(), StartError>(())
    /// ```
    pub fn start(&self) -> Result<(), StartError> {
        match &self.kind {
            Kind::Once(once) => once.start(),
            Kind::Every(every) => every.start(),
        }
    }

    /// Cancels the timer, from any thread, at any time, and returns whether that made a difference:
    /// of a timer that calls once, whether this is what prevented the call; of one that repeats,
    /// whether it would have gone on.
    ///
    /// It is exact. After `true` no call begins, and every other `cancel`, before or after, returns
    /// `false`. After `false` the call has begun, or an earlier `cancel` prevented it. A call that
    /// has begun is not stopped; to wait for its end use [`join`](Timer::join).
    ///
    /// A pending timer leaves [`tl_thread::enumerate`] before this returns, its function is dropped
    /// here, and threads that join it go on. A timer that has not been started can be cancelled
    /// too: its start then ends it.
    ///
    /// It is Python's
    /// [`cancel`](https://docs.python.org/3/library/threading.html#threading.Timer.cancel), which
    /// does not tell.
    ///
    /// # Panics
    ///
    /// If the destructor of what the function holds panics. The timer is cancelled nevertheless.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::from_secs(3600), || unreachable!());
    /// timer.start()?;
    /// assert!(timer.cancel());
    /// assert!(!timer.cancel());
    /// assert!(!timer.is_alive());
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn cancel(&self) -> bool {
        match &self.kind {
            Kind::Once(once) => once.cancel(),
            Kind::Every(every) => every.cancel(),
        }
    }

    /// Starts the time of a started timer again: it calls one [`interval`](Timer::interval) from
    /// now, instead of when it would have. Returns whether it does: false, and nothing has changed,
    /// if it was not started, was cancelled, or if its call has begun; of a timer that repeats, if
    /// it will never call again.
    ///
    /// It is exact, as [`cancel`](Timer::cancel) is: after `true` no call begins before the
    /// interval has passed. A timer that [repeats](Timer::every) begins its grid again; if it is
    /// restarted during a call, that goes before what the call [says](Timer::repeat) of the next
    /// one.
    ///
    /// This is how to wait until something has been quiet for a while (keys on a keyboard, changes
    /// of a file), and how to end what nobody uses any more: restart the timer whenever it is used.
    /// It takes about as long as to [`cancel`](Timer::cancel), and much less than another
    /// [`start`](Timer::start).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// let idle = Timer::new(Duration::from_secs(60), || println!("nobody is there, good night"));
    /// idle.start()?;
    /// for _request in 0..3 {
    ///     assert!(idle.restart()); // somebody is there: another minute
    /// }
    /// idle.cancel();
    /// assert!(!idle.restart());
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    ///
    /// A timer of one call that has begun cannot be restarted. To be called after each quiet while,
    /// make a new one:
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// struct Search {
    ///     timer: Timer,
    /// }
    ///
    /// impl Search {
    ///     fn new() -> Search {
    ///         let timer = Timer::new(Duration::from_millis(300), || println!("searching"));
    ///         Search { timer }
    ///     }
    ///
    ///     fn key_pressed(&mut self) -> Result<(), tl_thread::StartError> {
    ///         if !self.timer.restart() {
    ///             *self = Search::new();
    ///             self.timer.start()?;
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let mut search = Search::new();
    /// search.key_pressed()?;
    /// search.key_pressed()?;
    /// assert!(search.timer.cancel());
    /// # Ok::<(), tl_thread::StartError>(())
    /// ```
    pub fn restart(&self) -> bool {
        self.restart_with(None)
    }

    /// Restarts the timer as [`restart`](Timer::restart) does, and `interval` is its
    /// [`interval`](Timer::interval) from now on.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_timer::Timer;
    ///
    /// let timer = Timer::new(Duration::from_secs(3600), || println!("sooner than it was to be"));
    /// timer.start()?;
    /// assert!(timer.restart_after(Duration::from_millis(1)));
    /// timer.join()?;
    /// assert_eq!(timer.interval(), Duration::from_millis(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn restart_after(&self, interval: Duration) -> bool {
        self.restart_with(Some(interval))
    }

    fn restart_with(&self, interval: Option<Duration>) -> bool {
        match &self.kind {
            Kind::Once(once) => once.restart(interval),
            Kind::Every(every) => every.restart(interval),
        }
    }
}
