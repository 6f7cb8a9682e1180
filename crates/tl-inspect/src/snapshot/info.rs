//! What one thread did.

use std::time::Duration;

use tl_core::ThreadIdent;

use super::{ThreadName, Wait};
use crate::Place;

/// What one thread did. See [`snapshot`](crate::snapshot()).
///
/// # Examples
///
/// ```
/// use tl_inspect::{State, ThreadInfo, snapshot};
///
/// fn describe(thread: &ThreadInfo) -> String {
///     let kind = if thread.is_daemon() { "a daemon" } else { "no daemon" };
///     let lived = thread.alive_for().unwrap_or_default();
///     format!("{}, {kind}, {:?}, alive for {lived:?}", thread.name(), thread.native_id())
/// }
/// let seen = snapshot();
/// let main = &seen.threads()[0];
/// assert!(describe(main).starts_with("MainThread, no daemon"));
/// assert!(main.is_listed() && main.ident().is_some() && main.holds().is_empty());
/// assert!(matches!(main.state(), State::Running) && main.wait().is_none());
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ThreadInfo {
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub(super) thread: ThreadName,
    pub(super) native_id: Option<u64>,
    pub(super) is_daemon: bool,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) is_main: bool,
    pub(super) alive_for: Option<Duration>,
    pub(super) holds: Vec<Holding>,
    pub(super) state: State,
}

impl ThreadInfo {
    /// Returns the name of the thread; `?` if the library does not know it.
    pub fn name(&self) -> &str {
        self.thread.name()
    }

    /// Returns the identity of the thread.
    pub fn ident(&self) -> Option<ThreadIdent> {
        self.thread.ident()
    }

    /// Returns the number by which the operating system knows the thread, if there is one.
    pub fn native_id(&self) -> Option<u64> {
        self.native_id
    }

    /// Returns whether the end of the process does not wait for the thread.
    pub fn is_daemon(&self) -> bool {
        self.is_daemon
    }

    /// Returns whether the library lists the thread. See [`ThreadName::is_listed`].
    pub fn is_listed(&self) -> bool {
        self.thread.is_listed()
    }

    /// Returns whether it is the main thread: in a child made by `fork`, the one that forked.
    pub(crate) fn is_main(&self) -> bool {
        self.is_main
    }

    /// Returns how long the thread has lived. See [`tl_thread::Thread::alive_since`].
    pub fn alive_for(&self) -> Option<Duration> {
        self.alive_for
    }

    /// Returns the locks that the thread holds, if `tl-locks` was built with its feature `owners`.
    pub fn holds(&self) -> &[Holding] {
        &self.holds
    }

    /// Returns what the thread did.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns what the thread waited for, if it did.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_event::Event;
    /// use tl_inspect::snapshot;
    ///
    /// static NEWS: Event = Event::new();
    ///
    /// let reader = tl_thread::spawn(|| NEWS.wait());
    /// let ident = reader.thread().ident().unwrap();
    /// let wait = loop {
    ///     let seen = snapshot();
    ///     match seen.thread(ident).and_then(|reader| reader.wait()) {
    ///         Some(wait) => break wait.clone(),
    ///         None => thread::yield_now(), // It has not got there yet.
    ///     }
    /// };
    /// NEWS.set();
    /// reader.join().unwrap();
    /// assert_eq!((wait.primitive(), wait.operation()), ("Event", "wait"));
    /// ```
    pub fn wait(&self) -> Option<&Wait> {
        match &self.state {
            State::Waiting(wait) => Some(wait),
            _ => None,
        }
    }
}

/// A lock that a thread held.
///
/// # Examples
///
/// ```
/// use tl_inspect::{Holding, snapshot};
///
/// // Of locks it is known with the feature `owners` of `tl-locks`.
/// let what = |lock: &Holding| if lock.is_shared() { "reads" } else { "holds" };
/// let describe =
///     |lock: &Holding| format!("{} {:#x}, since {}", what(lock), lock.address(), lock.place());
/// for thread in snapshot().threads() {
///     thread.holds().iter().for_each(|lock| println!("{}", describe(lock)));
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Holding {
    pub(super) address: usize,
    pub(super) place: Place,
    pub(super) is_shared: bool,
}

impl Holding {
    /// Returns the address of the lock.
    pub fn address(&self) -> usize {
        self.address
    }

    /// Returns where the thread acquired it.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns whether others may hold it at the same time, to read.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }
}

/// What a thread was doing.
///
/// # Examples
///
/// ```
/// use tl_inspect::{State, snapshot};
///
/// let states = snapshot().threads().iter().map(|thread| match thread.state() {
///     State::Waiting(wait) => format!("in {}::{}", wait.primitive(), wait.operation()),
///     State::Pending { due_in } => format!("due in {due_in:?}"),
///     other => format!("{other:?}"),
/// }).collect::<Vec<_>>();
/// assert_eq!(states[0], "Running");
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum State {
    /// The system had not started it yet.
    Starting,
    /// It ran, or waited for something that this library does not know of.
    Running,
    /// It waited in one of the primitives.
    Waiting(Wait),
    /// It was a pending timer, or the thread of a timer that repeats, between two calls.
    Pending {
        /// How long it was until the timer's call was due.
        due_in: Option<Duration>,
    },
}
