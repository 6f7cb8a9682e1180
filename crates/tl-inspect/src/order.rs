//! Orders of locks in which threads could wait for each other.

use std::fmt;

use tl_core::ThreadIdent;
use tl_core::door::{self, LockMode};

use crate::Place;

/// Returns the orders of locks that were seen and could deadlock, the oldest first.
///
/// `tl-locks` notes them with its feature `lock-order`: a thread that holds one lock wants another,
/// and elsewhere a thread that holds the second wants the first; or the circle is longer. None
/// of the threads need have waited. The page of `tl-locks` says what counts as an order, and what
/// does not. An order is found once for the same places in the program, and is kept to the end of
/// the process.
///
/// A [`watch`](crate::watch) reports each order when it is found.
///
/// # Examples
///
/// ```
/// use tl_inspect::lock_orders;
///
/// assert!(lock_orders().is_empty());
/// ```
pub fn lock_orders() -> Vec<LockOrder> {
    door::lock_orders().into_iter().map(LockOrder).collect()
}

/// An order of locks in which threads could wait for each other. See [`lock_orders`]. It prints
/// what each thread did.
///
/// # Examples
///
/// ```
/// use tl_inspect::{LockOrder, lock_orders};
///
/// let found: Vec<LockOrder> = lock_orders();
/// for order in &found {
///     eprintln!("{} threads: {order}", order.steps().count());
/// }
/// assert!(found.is_empty());
/// ```
#[derive(Clone)]
pub struct LockOrder(door::LockOrder);

impl LockOrder {
    pub(crate) fn new(order: door::LockOrder) -> LockOrder {
        LockOrder(order)
    }

    /// Returns the steps of the circle: each wants the lock that the next one holds, and the last
    /// wants that of the first.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = OrderStep> {
        self.0.steps().iter().cloned().map(OrderStep)
    }
}

impl fmt::Display for LockOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for LockOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.steps()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for LockOrder {
    /// Serializes it as the list of its steps.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.steps())
    }
}

/// A step of a [`LockOrder`]: a thread that held a lock and wanted another, as it was when this was
/// first seen.
///
/// # Examples
///
/// ```
/// use tl_inspect::{OrderStep, lock_orders};
///
/// fn describe(step: &OrderStep) -> String {
///     let thread = format!("{} (#{})", step.thread_name(), step.thread());
///     let mode = |alone: bool| if alone { "" } else { " to read" };
///     let held = format!("{:#x}{}", step.held(), mode(step.is_held_alone()));
///     let wanted = format!("{:#x}{}", step.wanted(), mode(step.is_wanted_alone()));
///     let (held_at, wanted_at) = (step.held_at(), step.wanted_at());
///     format!("{thread} held {held} since {held_at}, wanted {wanted} at {wanted_at}")
/// }
/// for order in lock_orders() {
///     order.steps().for_each(|step| println!("{}", describe(&step)));
/// }
/// ```
#[derive(Clone)]
pub struct OrderStep(door::OrderStep);

impl OrderStep {
    /// Returns the identity of the thread.
    pub fn thread(&self) -> ThreadIdent {
        self.0.thread
    }

    /// Returns the name that the thread had.
    pub fn thread_name(&self) -> &str {
        &self.0.thread_name
    }

    /// Returns the address of the lock that the thread held.
    pub fn held(&self) -> usize {
        self.0.held.address()
    }

    /// Returns where the thread had acquired the lock that it held.
    pub fn held_at(&self) -> Place {
        Place::new(self.0.held_at)
    }

    /// Returns whether no other thread could hold that lock at the same time.
    pub fn is_held_alone(&self) -> bool {
        self.0.held_as == LockMode::Exclusive
    }

    /// Returns the address of the lock that the thread wanted.
    pub fn wanted(&self) -> usize {
        self.0.wanted.address()
    }

    /// Returns where the thread wanted that lock.
    pub fn wanted_at(&self) -> Place {
        Place::new(self.0.wanted_at)
    }

    /// Returns whether the thread wanted that lock for itself alone, not to read.
    pub fn is_wanted_alone(&self) -> bool {
        self.0.wanted_as == LockMode::Exclusive
    }
}

impl fmt::Debug for OrderStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderStep")
            .field("thread_name", &self.thread_name())
            .field("held_at", &self.held_at())
            .field("wanted_at", &self.wanted_at())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for OrderStep {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        let mut step = serializer.serialize_struct("OrderStep", 8)?;
        step.serialize_field("thread", &self.thread().as_u64())?;
        step.serialize_field("thread_name", self.thread_name())?;
        step.serialize_field("held", &self.held())?;
        step.serialize_field("held_at", &self.held_at())?;
        step.serialize_field("is_held_alone", &self.is_held_alone())?;
        step.serialize_field("wanted", &self.wanted())?;
        step.serialize_field("wanted_at", &self.wanted_at())?;
        step.serialize_field("is_wanted_alone", &self.is_wanted_alone())?;
        step.end()
    }
}
