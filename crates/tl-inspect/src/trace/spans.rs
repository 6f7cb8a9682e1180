//! What a trace is made of.

use std::time::{Duration, SystemTime};

use tl_core::ThreadIdent;

use crate::{Holder, Place, ThreadName};

/// What was recorded. See [`start`](super::start). Its times are those since the recording began.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use tl_inspect::trace;
///
/// let trace = trace::start()?.stop();
/// assert!(trace.started_at() <= SystemTime::now());
/// for thread in trace.threads() {
///     for wait in thread.waits() {
///         println!("{} in {} after {:?}", thread.name(), wait.primitive(), wait.began_at());
///     }
/// }
/// println!("{:?}", trace.length());
/// assert_eq!(trace.dropped(), 0);
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
#[derive(Debug, Clone)]
pub struct Trace {
    pub(super) started_at: SystemTime,
    pub(super) length: Duration,
    pub(super) threads: Vec<TracedThread>,
    pub(super) dropped: u64,
}

impl Trace {
    /// Returns the threads: the main thread first, then in the order in which they came to be.
    pub fn threads(&self) -> &[TracedThread] {
        &self.threads
    }

    /// Returns how long the recording lasted.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Returns the time of day at which it began.
    pub fn started_at(&self) -> SystemTime {
        self.started_at
    }

    /// Returns how many events are missing, since there was no room for them.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn empty(started_at: SystemTime) -> Trace {
        Trace {
            started_at,
            length: Duration::ZERO,
            threads: Vec::new(),
            dropped: 0,
        }
    }
}

/// What one thread did.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::{self, TracedThread};
///
/// let describe = |thread: &TracedThread| {
///     let life = (thread.began_at(), thread.ended_at());
///     let did = (thread.waits().len(), thread.holds().len(), thread.timers().len());
///     format!("{} {:?} {life:?} {did:?}", thread.name(), thread.ident())
/// };
/// let trace = trace::start()?.stop();
/// assert!(describe(&trace.threads()[0]).starts_with("MainThread"));
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
#[derive(Debug, Clone)]
pub struct TracedThread {
    pub(super) thread: ThreadName,
    pub(super) began_at: Option<Duration>,
    pub(super) ended_at: Option<Duration>,
    pub(super) waits: Vec<TracedWait>,
    pub(super) holds: Vec<TracedHold>,
    pub(super) timers: Vec<TracedTimer>,
}

impl TracedThread {
    /// Returns the name that it had last; `?` if the library does not know it.
    pub fn name(&self) -> &str {
        self.thread.name()
    }

    /// Returns its identity.
    pub fn ident(&self) -> Option<ThreadIdent> {
        self.thread.ident()
    }

    /// Returns when it began, if that was recorded.
    pub fn began_at(&self) -> Option<Duration> {
        self.began_at
    }

    /// Returns when it ended, if that was recorded.
    pub fn ended_at(&self) -> Option<Duration> {
        self.ended_at
    }

    /// Returns its waits, one after the other.
    pub fn waits(&self) -> &[TracedWait] {
        &self.waits
    }

    /// Returns the locks that it held, in the order in which it acquired them, if `tl-locks` was
    /// built with its feature `owners`.
    pub fn holds(&self) -> &[TracedHold] {
        &self.holds
    }

    /// Returns the calls of timers that it made.
    pub fn timers(&self) -> &[TracedTimer] {
        &self.timers
    }
}

/// How a wait ended.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::End;
///
/// let describe = |end: End| match end {
///     End::Woken => "got what it waited for",
///     End::TimedOut => "gave up",
///     _ => "still waits",
/// };
/// assert_eq!(describe(End::Open), "still waits");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// Another thread woke it. (A waiter of a condition was either notified, or its time ran out
    /// and it then waited for the lock.)
    Woken,
    /// Its time ran out.
    TimedOut,
    /// It still waited when the recording ended.
    Open,
}

/// One blocking operation, as long as it waited.
///
/// One that is woken in vain, and waits again, is one wait; but the forms of a condition that wait
/// for a predicate wait once for each time that they are notified.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::{self, TracedWait};
///
/// fn describe(wait: &TracedWait) -> String {
///     let mut text = format!("{}::{} of {:#x}", wait.primitive(), wait.operation(), wait.address());
///     text += &format!(" at {}: {:?} to {:?}", wait.place(), wait.began_at(), wait.ended_at());
///     text += &format!(", {:?}, {:?}, {:?}", wait.duration(), wait.end(), wait.amount());
///     if let Some(holder) = wait.holder() {
///         text += &format!(", held by {}", holder.thread().name());
///     }
///     if let Some(notified) = wait.notified_by() {
///         text += &format!(", notified by {}", notified.thread().name());
///     }
///     if let Some(woken) = wait.woken_by() {
///         text += &format!(", woken by {}", woken.thread().name());
///     }
///     text + &format!(", takes the lock back from {:?} on", wait.takes_lock_back_at())
/// }
/// for thread in trace::start()?.stop().threads() {
///     thread.waits().iter().for_each(|wait| println!("{}", describe(wait)));
/// }
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
#[derive(Debug, Clone)]
pub struct TracedWait {
    pub(super) primitive: &'static str,
    pub(super) operation: &'static str,
    pub(super) amount: Option<u64>,
    pub(super) place: Place,
    pub(super) address: usize,
    pub(super) began_at: Duration,
    pub(super) ended_at: Duration,
    pub(super) end: End,
    pub(super) takes_lock_back_at: Option<Duration>,
    pub(super) holder: Option<Holder>,
    pub(super) notified_by: Option<Wakeup>,
    pub(super) woken_by: Option<Wakeup>,
}

impl TracedWait {
    /// Returns the name of what the thread waited in, as `Semaphore`.
    pub fn primitive(&self) -> &'static str {
        self.primitive
    }

    /// Returns the name of the operation that waited, as `acquire_many`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns how much the thread asked for, where an operation has an amount: permits.
    pub fn amount(&self) -> Option<u64> {
        self.amount
    }

    /// Returns where the operation was called.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns the address of the primitive.
    pub fn address(&self) -> usize {
        self.address
    }

    /// Returns when the wait began; zero if that was before the recording.
    pub fn began_at(&self) -> Duration {
        self.began_at
    }

    /// Returns when the thread went on; the end of the recording if it did not.
    pub fn ended_at(&self) -> Duration {
        self.ended_at
    }

    /// Returns how long it waited, as far as that was recorded.
    pub fn duration(&self) -> Duration {
        self.ended_at.saturating_sub(self.began_at)
    }

    /// Returns how the wait ended.
    pub fn end(&self) -> End {
        self.end
    }

    /// Returns when a waiter of a condition left the condition, and began to take its lock back.
    pub fn takes_lock_back_at(&self) -> Option<Duration> {
        self.takes_lock_back_at
    }

    /// Returns which thread held what this one waited for, when the wait began, if that is known.
    pub fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }

    /// Returns which thread notified it, if it waited in a condition and then for its lock.
    pub fn notified_by(&self) -> Option<&Wakeup> {
        self.notified_by.as_ref()
    }

    /// Returns which thread woke it last, if that was recorded.
    pub fn woken_by(&self) -> Option<&Wakeup> {
        self.woken_by.as_ref()
    }
}

/// Which thread let another go on, and when.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::Wakeup;
///
/// let describe = |wakeup: &Wakeup| format!("{} at {:?}", wakeup.thread().name(), wakeup.at());
/// # let _ = describe;
/// ```
#[derive(Debug, Clone)]
pub struct Wakeup {
    pub(super) thread: ThreadName,
    pub(super) at: Duration,
}

impl Wakeup {
    /// Returns which thread let the other go on.
    pub fn thread(&self) -> &ThreadName {
        &self.thread
    }

    /// Returns when it did so. The woken thread runs a moment later.
    pub fn at(&self) -> Duration {
        self.at
    }
}

/// A lock that a thread held.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::{self, TracedHold};
///
/// fn describe(hold: &TracedHold) -> String {
///     let kind = hold.primitive().unwrap_or("lock");
///     let mut text = format!("{kind} {:#x} from {}", hold.address(), hold.place());
///     text += &format!(": {:?} to {:?}", hold.began_at(), hold.ended_at());
///     if hold.is_open() { text + " at least" } else { text }
/// }
/// for thread in trace::start()?.stop().threads() {
///     thread.holds().iter().for_each(|hold| println!("{}", describe(hold)));
/// }
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
#[derive(Debug, Clone)]
pub struct TracedHold {
    pub(super) primitive: Option<&'static str>,
    pub(super) address: usize,
    pub(super) place: Place,
    pub(super) began_at: Duration,
    pub(super) ended_at: Duration,
    pub(super) is_open: bool,
}

impl TracedHold {
    /// Returns what kind of lock it is. That is known if a thread has waited for the lock.
    pub fn primitive(&self) -> Option<&'static str> {
        self.primitive
    }

    /// Returns the address of the lock.
    pub fn address(&self) -> usize {
        self.address
    }

    /// Returns where the thread acquired it.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns when the thread acquired it; zero if that was before the recording.
    pub fn began_at(&self) -> Duration {
        self.began_at
    }

    /// Returns when it was released; the end of the recording if it was not.
    pub fn ended_at(&self) -> Duration {
        self.ended_at
    }

    /// Returns whether it was still held when the recording ended.
    pub fn is_open(&self) -> bool {
        self.is_open
    }
}

/// A call of a timer's function.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::TracedTimer;
///
/// let late = |timer: &TracedTimer| timer.fired_at().saturating_sub(timer.due_at());
/// # let _ = late;
/// ```
#[derive(Debug, Clone)]
pub struct TracedTimer {
    pub(super) due_at: Duration,
    pub(super) fired_at: Duration,
}

impl TracedTimer {
    /// Returns when it was due; zero if that was before the recording.
    pub fn due_at(&self) -> Duration {
        self.due_at
    }

    /// Returns when it was called.
    pub fn fired_at(&self) -> Duration {
        self.fired_at
    }
}
