//! What a thread waited for.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tl_core::ThreadIdent;
use tl_core::door;

use super::{Names, ThreadName};
use crate::Place;

/// The threads that wait at each barrier, by the address of its word.
pub(super) type Arrived = HashMap<usize, Vec<ThreadIdent>>;

pub(super) fn arrived(waits: &HashMap<ThreadIdent, door::Wait>) -> Arrived {
    let mut arrived = Arrived::new();
    for wait in waits.values().filter(|wait| wait.parties.is_some()) {
        arrived.entry(wait.object).or_default().push(wait.thread);
    }
    arrived.values_mut().for_each(|threads| threads.sort());
    arrived
}

/// A wait in one of the primitives.
///
/// # Examples
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
#[derive(Debug, Clone)]
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
    /// Returns whether the thread waits for the end of the process.
    pub(crate) fn is_of_the_end(&self) -> bool {
        (self.primitive, self.operation) == ("process", "end")
    }

    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    pub(super) fn new(wait: &door::Wait, names: &Names, arrived: &Arrived) -> Wait {
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

    /// Returns the address of the primitive, which tells its waiters from those of another
    /// primitive. (For a lock that holds data, it is the address of the lock inside.)
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

    /// Returns after how much longer the thread gives up; `None` if it never does.
    pub fn gives_up_in(&self) -> Option<Duration> {
        self.gives_up_in
    }

    /// Returns which thread holds what this one waits for, if that is known: for an `RLock`, also
    /// as the lock of a condition, and for `join`, where it is the thread that is to end.
    pub fn holder(&self) -> Option<&Holder> {
        self.holder.as_ref()
    }

    /// Returns how many threads must come to the barrier at which the thread waits.
    pub fn parties(&self) -> Option<usize> {
        self.parties
    }

    /// Returns the threads that have arrived at the barrier at which the thread waits, itself
    /// included.
    pub fn arrived(&self) -> &[ThreadName] {
        &self.arrived
    }

    /// Returns a key that is equal for waits that a reader need not tell apart.
    pub(crate) fn key(&self) -> impl Eq + Hash + use<> {
        let holder = self.holder.as_ref().map(|holder| holder.thread.ident());
        let flags = (self.takes_lock_back, self.gives_up_in.is_some());
        let call = (self.primitive, self.operation, self.place, self.amount);
        (call, self.address, holder, flags)
    }
}

/// The thread that holds what another one waits for.
///
/// # Examples
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Returns where the thread acquired what it holds, if that is known.
    pub fn place(&self) -> Option<Place> {
        self.place
    }
}
