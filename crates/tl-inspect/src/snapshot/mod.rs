//! What every thread did at the moment of a look.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | [`snapshot`] and what it returns |
//! | `info.rs` | what one thread did |
//! | `wait.rs` | what it waited for, and which thread held that |
//! | `names.rs` | the names of threads |

mod info;
mod names;
mod wait;

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use tl_core::ThreadIdent;
use tl_core::door;
use tl_thread::{enumerate, main_thread, pending};

use crate::Place;
use wait::arrived;

pub use info::{Holding, State, ThreadInfo};
pub(crate) use names::Names;
pub use names::ThreadName;
pub use wait::{Holder, Wait};

/// Returns what every thread does now: each thread that [`tl_thread::enumerate`] lists, and others
/// that wait in one of the primitives.
///
/// It can be called in any thread at any time, also while other threads are stuck. It waits for
/// none of them: it locks each part of the wait queues for as long as it takes to copy what is
/// there. So the threads are not all seen at the same moment; each is seen as it was at some moment
/// during the call. It allocates memory.
///
/// A thread that is asleep in the system, in a call of the standard library, or in a lock of
/// another library, is seen as running.
///
/// # Examples
///
/// ```
/// use tl_inspect::{State, snapshot};
///
/// let snapshot = snapshot();
/// assert_eq!(snapshot.threads()[0].name(), "MainThread");
/// assert!(matches!(snapshot.threads()[0].state(), State::Running));
/// println!("{snapshot}");
/// ```
pub fn snapshot() -> Snapshot {
    let waits = door::waits();
    let listed = enumerate();
    let names = Names::of_all(&listed);
    let mut waits = of_the_living(waits, &names);
    let main = main_thread();
    let mut held = held();
    let arrived = arrived(&waits);
    let now = Instant::now();
    let mut threads: Vec<ThreadInfo> = Vec::with_capacity(listed.len());
    for thread in &listed {
        let ident = thread.ident();
        let state = match ident.and_then(|ident| waits.remove(&ident)) {
            Some(wait) if is_of_a_timer(&wait) => State::Pending {
                due_in: wait.gives_up_in,
            },
            Some(wait) => State::Waiting(Wait::new(&wait, &names, &arrived)),
            None if pending::is_pending(thread) => State::Pending {
                due_in: pending::due(thread).and_then(door::Deadline::time_left),
            },
            None if thread.native_id().is_none() => State::Starting,
            None => State::Running,
        };
        threads.push(ThreadInfo {
            thread: names.of(ident),
            native_id: thread.native_id(),
            is_daemon: thread.is_daemon(),
            is_main: ident == main.ident(),
            alive_for: thread
                .alive_since()
                .map(|since| now.saturating_duration_since(since)),
            holds: ident
                .and_then(|ident| held.remove(&ident))
                .unwrap_or_default(),
            state,
        });
    }
    let mut strangers: Vec<_> = waits.into_values().collect();
    strangers.sort_by_key(|wait| wait.thread);
    for wait in strangers {
        // The main thread is not listed once it has left `main`.
        let is_main = main.ident() == Some(wait.thread);
        let mut thread = names.of(Some(wait.thread));
        if is_main {
            thread.name = main.name();
        }
        threads.push(ThreadInfo {
            thread,
            native_id: None,
            is_daemon: !is_main,
            is_main,
            alive_for: None,
            holds: held.remove(&wait.thread).unwrap_or_default(),
            state: State::Waiting(Wait::new(&wait, &names, &arrived)),
        });
    }
    Snapshot {
        taken_at: now,
        threads,
    }
}

/// Returns the waits of threads that are listed, and of threads that the library did not start, if
/// a second look shows that they have not ended just now.
fn of_the_living(waits: Vec<door::Wait>, names: &Names) -> HashMap<ThreadIdent, door::Wait> {
    let is_stranger = |wait: &door::Wait| !names.are_listed(wait.thread);
    let lasting: HashSet<_> = if waits.iter().any(is_stranger) {
        door::waits().iter().map(key).collect()
    } else {
        HashSet::new()
    };
    waits
        .into_iter()
        .filter(|wait| !is_stranger(wait) || lasting.contains(&key(wait)))
        .map(|wait| (wait.thread, wait))
        .collect()
}

/// Returns whether the thread of a timer that repeats waits for the next call.
fn is_of_a_timer(wait: &door::Wait) -> bool {
    wait.call.operation().primitive() == "Timer"
}

fn key(wait: &door::Wait) -> (ThreadIdent, u64) {
    (wait.thread, wait.serial)
}

/// Returns what each thread holds.
fn held() -> HashMap<ThreadIdent, Vec<Holding>> {
    let mut held: HashMap<_, Vec<Holding>> = HashMap::new();
    for lock in door::held() {
        held.entry(lock.thread).or_default().push(Holding {
            address: lock.lock.address(),
            place: Place::new(lock.place),
            is_shared: lock.is_shared,
        });
    }
    held
}

/// What all threads did, when [`snapshot`] was called. It prints as a report.
///
/// # Examples
///
/// ```
/// use std::time::Instant;
/// use tl_core::ThreadIdent;
/// use tl_inspect::{Snapshot, snapshot};
///
/// let seen: Snapshot = snapshot();
/// assert!(seen.taken_at() <= Instant::now());
/// assert_eq!(seen.threads()[0].ident(), Some(ThreadIdent::MAIN));
/// assert!(seen.thread(ThreadIdent::MAIN).is_some());
/// assert_eq!(seen.awaited().count(), 0); // The process does not wait for its main thread.
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Snapshot {
    #[cfg_attr(feature = "serde", serde(skip))]
    taken_at: Instant,
    threads: Vec<ThreadInfo>,
}

impl Snapshot {
    /// Returns the threads, in the order in which they were started, the main thread first; those
    /// that the library does not list come last.
    pub fn threads(&self) -> &[ThreadInfo] {
        &self.threads
    }

    /// Returns the thread with this identity, if it was alive.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::ThreadIdent;
    ///
    /// let snapshot = tl_inspect::snapshot();
    /// assert!(snapshot.thread(ThreadIdent::MAIN).is_some());
    /// ```
    pub fn thread(&self, ident: ThreadIdent) -> Option<&ThreadInfo> {
        self.threads
            .iter()
            .find(|thread| thread.ident() == Some(ident))
    }

    /// Returns the threads for which the end of the process waits: each that is alive and not a
    /// daemon, and timers that are pending, without the main thread.
    pub fn awaited(&self) -> impl Iterator<Item = &ThreadInfo> {
        let threads = self.threads.iter();
        threads.filter(|thread| !thread.is_daemon() && !thread.is_main())
    }

    /// Returns when it was taken.
    pub fn taken_at(&self) -> Instant {
        self.taken_at
    }
}
