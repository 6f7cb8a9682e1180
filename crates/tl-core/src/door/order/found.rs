//! An order of locks in which threads could wait for each other.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::mode::LockMode;
use crate::door::word::QueueId;
use crate::ident::ThreadIdent;

/// An order of locks in which threads could wait for each other forever. It prints how.
///
/// # Examples
///
/// ```
/// use tl_core::door::{LockOrder, lock_orders};
///
/// let threads = |order: &LockOrder| order.steps().len();
/// lock_orders().iter().for_each(|order| println!("{} threads: {order}", threads(order)));
/// ```
#[derive(Debug, Clone)]
pub struct LockOrder {
    pub(super) steps: Arc<[OrderStep]>,
}

impl LockOrder {
    /// Returns the steps of the circle: each wants the lock that the next one holds, and the last
    /// wants that of the first.
    pub fn steps(&self) -> &[OrderStep] {
        &self.steps
    }
}

/// One step of a [`LockOrder`]: a thread that held a lock and wanted another, as it was seen the
/// first time.
///
/// # Examples
///
/// ```
/// use tl_core::door::{OrderStep, lock_orders};
///
/// let places = |step: &OrderStep| format!("{}, {}", step.held_at, step.wanted_at);
/// for order in lock_orders() {
///     order.steps().iter().for_each(|step| println!("{}", places(step)));
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OrderStep {
    /// The thread.
    pub thread: ThreadIdent,
    /// The name that it had.
    pub thread_name: Arc<str>,
    /// The queue of the lock that it held.
    pub held: QueueId,
    /// How it held it.
    pub held_as: LockMode,
    /// Where it had taken it.
    pub held_at: &'static Location<'static>,
    /// The queue of the lock that it wanted.
    pub wanted: QueueId,
    /// How it wanted it.
    pub wanted_as: LockMode,
    /// Where that was.
    pub wanted_at: &'static Location<'static>,
}

/// Shows a lock as `A`, `B`, …, by its place in the circle.
struct Letter(usize);

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u8::try_from(self.0) {
            Ok(index) if index < 26 => write!(f, "{}", char::from(b'A' + index)),
            _ => write!(f, "lock {}", self.0 + 1),
        }
    }
}

/// Shows a place as `src/main.rs:12`.
struct At(&'static Location<'static>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.file(), self.0.line())
    }
}

impl fmt::Display for LockOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.steps.len();
        writeln!(
            f,
            "Lock order: {count} threads that do this at the same time can wait for each other \
             forever"
        )?;
        for (index, step) in self.steps.iter().enumerate() {
            let took = match step.held_as {
                LockMode::Exclusive => "took",
                _ => "read",
            };
            let wanted = match step.wanted_as {
                LockMode::Exclusive => "wanted",
                _ => "wanted to read",
            };
            let (held, next) = (Letter(index), Letter((index + 1) % count));
            writeln!(
                f,
                "  \"{}\" {took} {held} at {}, and with it {wanted} {next} at {}",
                step.thread_name,
                At(step.held_at),
                At(step.wanted_at)
            )?;
        }
        for (index, step) in self.steps.iter().enumerate() {
            let before = match index {
                0 => "  Here ",
                _ if index + 1 == count => " and ",
                _ => ", ",
            };
            write!(
                f,
                "{before}{} is the lock at {:#x}",
                Letter(index),
                step.held.address()
            )?;
        }
        f.write_str(".\n  Take them in the same order everywhere, or one at a time.\n")
    }
}
