//! What every thread does, as it was when somebody looked.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::ThreadIdent;
use tl_core::door;
use tl_thread::{Thread, enumerate, main_thread, pending};

use crate::Place;

/// Returns what every thread does now: those that [`tl_thread::enumerate`] lists, and others that
/// wait in one of the primitives.
///
/// It can be called in any thread at any time, also while others are stuck. It waits for none of
/// them: it locks each part of the wait queues for as long as it takes to copy what is there. So
/// the threads are not all seen at the same moment; each is seen as it was at some moment during
/// the call. It allocates memory.
///
/// A thread that is asleep in the system, in a call of the standard library, or in a lock of
/// another library, is seen as running.
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
    let mut waits: HashMap<ThreadIdent, door::Wait> =
        waits.into_iter().map(|wait| (wait.thread, wait)).collect();
    let mut names = Names::default();
    for thread in &listed {
        names.add(thread);
    }
    // Those that are not listed are of threads that the library did not start, or that ended just
    // now.
    let strangers: Vec<_> = waits
        .keys()
        .filter(|ident| !names.are_listed(**ident))
        .copied()
        .collect();
    if !strangers.is_empty() {
        let now = door::waits();
        let lasts = |wait: &door::Wait| {
            now.iter()
                .any(|other| (other.thread, other.serial) == (wait.thread, wait.serial))
        };
        waits.retain(|ident, wait| names.are_listed(*ident) || lasts(wait));
    }
    let mut held: HashMap<ThreadIdent, Vec<Holding>> = HashMap::new();
    for lock in door::held() {
        let holding = Holding {
            address: lock.lock.address(),
            place: Place::new(lock.place),
        };
        held.entry(lock.thread).or_default().push(holding);
    }
    let arrived = arrived(&waits);
    let mut threads: Vec<ThreadInfo> = Vec::with_capacity(listed.len());
    for thread in &listed {
        let wait = thread.ident().and_then(|ident| waits.remove(&ident));
        let state = match wait {
            Some(wait) => State::Waiting(Wait::new(&wait, &names, &arrived)),
            None if pending::is_pending(thread) => State::Pending {
                due_in: pending::due(thread).and_then(door::Deadline::time_left),
            },
            None if thread.native_id().is_none() => State::Starting,
            None => State::Running,
        };
        threads.push(ThreadInfo {
            thread: names.of(thread.ident()),
            name: thread.name(),
            native_id: thread.native_id(),
            is_daemon: thread.is_daemon(),
            alive_for: thread.alive_since().map(|since| since.elapsed()),
            holds: holdings(&mut held, thread.ident()),
            state,
        });
    }
    let mut strangers: Vec<_> = waits.into_values().collect();
    strangers.sort_by_key(|wait| wait.thread);
    for wait in strangers {
        // Having left `main`, the main thread is not listed.
        let is_main = wait.thread == ThreadIdent::MAIN;
        let mut thread = names.of(Some(wait.thread));
        if is_main {
            thread.name = main_thread().name();
        }
        threads.push(ThreadInfo {
            name: Arc::clone(&thread.name),
            thread,
            native_id: None,
            is_daemon: !is_main,
            alive_for: None,
            holds: holdings(&mut held, Some(wait.thread)),
            state: State::Waiting(Wait::new(&wait, &names, &arrived)),
        });
    }
    Snapshot {
        taken_at: Instant::now(),
        threads,
    }
}

fn holdings(
    held: &mut HashMap<ThreadIdent, Vec<Holding>>,
    thread: Option<ThreadIdent>,
) -> Vec<Holding> {
    thread
        .and_then(|ident| held.remove(&ident))
        .unwrap_or_default()
}

/// The threads that wait at each barrier, by the address of its word.
type Arrived = HashMap<usize, Vec<ThreadIdent>>;

fn arrived(waits: &HashMap<ThreadIdent, door::Wait>) -> Arrived {
    let mut arrived = Arrived::new();
    for wait in waits.values().filter(|wait| wait.parties.is_some()) {
        arrived.entry(wait.object).or_default().push(wait.thread);
    }
    arrived.values_mut().for_each(|threads| threads.sort());
    arrived
}

/// The names of the threads that are alive.
#[derive(Default)]
pub(crate) struct Names(pub(crate) HashMap<ThreadIdent, Arc<str>>);

impl Names {
    pub(crate) fn add(&mut self, thread: &Thread) {
        if let Some(ident) = thread.ident() {
            self.0.insert(ident, thread.name());
        }
    }

    fn are_listed(&self, ident: ThreadIdent) -> bool {
        self.0.contains_key(&ident)
    }

    pub(crate) fn of(&self, ident: Option<ThreadIdent>) -> ThreadName {
        let known = ident.and_then(|ident| self.0.get(&ident));
        ThreadName {
            ident: ident.map_or(0, |ident| ident.as_u64().get()),
            is_listed: known.is_some(),
            name: known.map_or_else(|| "?".into(), Arc::clone),
        }
    }
}

/// Which thread it is: its name and its identity.
///
/// ```
/// use tl_inspect::{ThreadName, deadlocks};
///
/// fn describe(thread: &ThreadName) -> String {
///     match (thread.is_listed(), thread.ident()) {
///         (true, Some(ident)) => format!("{} ({ident})", thread.name()),
///         _ => format!("{}, which has ended", thread.name()),
///     }
/// }
/// for deadlock in deadlocks() {
///     println!("{}", describe(deadlock.links()[0].thread()));
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ThreadName {
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_str"))]
    name: Arc<str>,
    ident: u64,
    is_listed: bool,
}

impl ThreadName {
    /// Returns the name; `?` if the library does not know it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the identity; `None` if the thread has none yet.
    pub fn ident(&self) -> Option<ThreadIdent> {
        ThreadIdent::from_u64(self.ident)
    }

    /// Returns whether [`tl_thread::enumerate`] lists the thread. One that it does not list has
    /// ended, or was not started by the library, which has not met it either.
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }
}

/// What all threads did, when [`snapshot`] was called. It prints as a report.
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
#[derive(Clone, Debug)]
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

    /// Returns the threads for which the end of the process waits: those that are alive and no
    /// daemons, and timers that are pending, without the main thread.
    pub fn awaited(&self) -> impl Iterator<Item = &ThreadInfo> {
        let is_main = |thread: &ThreadInfo| thread.ident() == Some(ThreadIdent::MAIN);
        let threads = self.threads.iter();
        threads.filter(move |thread| !thread.is_daemon && !is_main(thread))
    }

    /// Returns when it was taken.
    pub fn taken_at(&self) -> Instant {
        self.taken_at
    }
}

/// What one thread did. See [`snapshot`].
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
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ThreadInfo {
    #[cfg_attr(feature = "serde", serde(skip))]
    thread: ThreadName,
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_str"))]
    name: Arc<str>,
    native_id: Option<u64>,
    is_daemon: bool,
    alive_for: Option<Duration>,
    holds: Vec<Holding>,
    state: State,
}

impl ThreadInfo {
    /// Returns the name of the thread; `?` if the library does not know it.
    pub fn name(&self) -> &str {
        &self.name
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
        self.thread.is_listed
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
/// ```
/// use tl_inspect::{Holding, snapshot};
///
/// // Of locks it is known with the feature `owners` of `tl-locks`.
/// let describe = |lock: &Holding| format!("{:#x}, since {}", lock.address(), lock.place());
/// for thread in snapshot().threads() {
///     thread.holds().iter().for_each(|lock| println!("{}", describe(lock)));
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Holding {
    address: usize,
    place: Place,
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
}

/// What a thread was doing.
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
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum State {
    /// The system has not started it yet.
    Starting,
    /// It ran, or waited for something that this library does not know of.
    Running,
    /// It waited.
    Waiting(Wait),
    /// It is a timer.
    Pending {
        /// How long it was until its time.
        due_in: Option<Duration>,
    },
}

/// A wait in one of the primitives.
///
/// ```
/// use tl_inspect::{Wait, snapshot};
///
/// fn describe(wait: &Wait) -> String {
///     let mut text = format!("{}::{} of {:#x}", wait.primitive(), wait.operation(), wait.address());
///     text += &format!(" at {}, for {:?}", wait.place(), wait.waited_for());
///     if let Some(amount) = wait.amount() {
///         text += &format!(", for {amount} of them");
///     }
///     if let Some(holder) = wait.holder() {
///         text += &format!(", held by {}", holder.thread().name());
///     }
///     if let Some(parties) = wait.parties() {
///         text += &format!(", {} of {parties} have come", wait.arrived().len());
///     }
///     match (wait.takes_lock_back(), wait.gives_up_in()) {
///         (true, _) => text + ", having been notified",
///         (false, Some(left)) => format!("{text}, gives up in {left:?}"),
///         (false, None) => text,
///     }
/// }
/// for wait in snapshot().threads().iter().filter_map(|thread| thread.wait()) {
///     println!("{}", describe(wait));
/// }
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Wait {
    #[cfg_attr(feature = "serde", serde(skip))]
    serial: u64,
    primitive: &'static str,
    operation: &'static str,
    amount: Option<u64>,
    place: Place,
    address: usize,
    takes_lock_back: bool,
    waited_for: Option<Duration>,
    gives_up_in: Option<Duration>,
    holder: Option<Holder>,
    parties: Option<usize>,
    arrived: Vec<ThreadName>,
}

impl Wait {
    /// Whether it is the end of the process that is waited for.
    pub(crate) fn is_of_the_end(&self) -> bool {
        (self.primitive, self.operation) == ("process", "end")
    }

    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    fn new(wait: &door::Wait, names: &Names, arrived: &Arrived) -> Wait {
        let operation = wait.call.operation();
        let arrived = match wait.parties {
            Some(_) => arrived.get(&wait.object).map_or(&[][..], Vec::as_slice),
            None => &[],
        };
        Wait {
            serial: wait.serial,
            primitive: operation.primitive(),
            operation: operation.name(),
            amount: wait.amount,
            place: Place::new(wait.call.caller()),
            address: wait.object,
            takes_lock_back: wait.has_moved_on,
            waited_for: wait.asleep_for,
            gives_up_in: wait.gives_up_in,
            holder: wait.holder.map(|holder| Holder::new(&holder, names)),
            parties: wait.parties,
            arrived: arrived.iter().map(|ident| names.of(Some(*ident))).collect(),
        }
    }

    pub(crate) fn alone(wait: &door::Wait, names: &Names) -> Wait {
        Wait::new(wait, names, &Arrived::new())
    }

    /// Returns the name of what the thread waits in, as `Semaphore`.
    pub fn primitive(&self) -> &'static str {
        self.primitive
    }

    /// Returns the name of the operation that waits, as `acquire_many`.
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

    /// Returns the address of the primitive, by which its waiters can be told from those of another
    /// one. (Of a lock that holds data it is the address of the lock inside.)
    pub fn address(&self) -> usize {
        self.address
    }

    /// Returns whether the thread waited in a condition, and now takes the lock back.
    pub fn takes_lock_back(&self) -> bool {
        self.takes_lock_back
    }

    /// Returns for how long the thread has slept; `None` if it has not slept yet.
    pub fn waited_for(&self) -> Option<Duration> {
        self.waited_for
    }

    /// Returns how long it was until the thread gives up; `None` if it never does.
    pub fn gives_up_in(&self) -> Option<Duration> {
        self.gives_up_in
    }

    /// Returns who holds what the thread waits for, if that is known: for an `RLock`, also as the
    /// lock of a condition, and for `join`, the thread that is to end.
    pub fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }

    /// Returns how many threads must come to the barrier at which the thread waits.
    pub fn parties(&self) -> Option<usize> {
        self.parties
    }

    /// Returns who has arrived at the barrier at which the thread waits, itself included.
    pub fn arrived(&self) -> &[ThreadName] {
        &self.arrived
    }

    /// Equal for waits that a reader need not tell apart.
    pub(crate) fn key(&self) -> impl Eq + Hash + use<> {
        let holder = self.holder.as_ref().map(|holder| holder.thread.ident);
        let flags = (self.takes_lock_back, self.gives_up_in.is_some());
        let call = (self.primitive, self.operation, self.place, self.amount);
        (call, self.address, holder, flags)
    }
}

/// The thread that holds what another one waits for.
///
/// ```
/// use tl_inspect::{Holder, snapshot};
///
/// let describe = |holder: &Holder| match holder.place() {
///     Some(place) => format!("{} since {place}", holder.thread().name()),
///     None => holder.thread().name().to_owned(),
/// };
/// for wait in snapshot().threads().iter().filter_map(|thread| thread.wait()) {
///     println!("{:?}", wait.holder().map(describe));
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Holder {
    thread: ThreadName,
    place: Option<Place>,
}

impl Holder {
    pub(crate) fn new(holder: &door::Holder, names: &Names) -> Holder {
        Holder {
            thread: names.of(Some(holder.thread)),
            place: holder.place.map(Place::new),
        }
    }

    /// Returns which thread it is.
    pub fn thread(&self) -> &ThreadName {
        &self.thread
    }

    /// Returns where it got hold of it, if that is known.
    pub fn place(&self) -> Option<Place> {
        self.place
    }
}

#[cfg(feature = "serde")]
fn as_str<S: serde::Serializer>(name: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name)
}
