//! A snapshot as people read it.

use std::collections::HashMap;
use std::fmt;

use crate::snapshot::{Snapshot, State, ThreadInfo, ThreadName, Wait};
use crate::words::{Count, Span};

/// How many names of threads that wait alike are listed.
const NAMES: usize = 8;

impl fmt::Display for ThreadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_listed(), self.ident()) {
            (true, _) => write!(f, "\"{}\"", self.name()),
            (false, Some(ident)) => write!(f, "a thread that is not listed (#{ident})"),
            (false, None) => f.write_str("a thread"),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = self.threads();
        let count = |is: fn(&State) -> bool| threads.iter().filter(|t| is(t.state())).count();
        write!(f, "{}", Count(threads.len(), "thread"))?;
        let kinds: [(usize, &str); 4] = [
            (count(|state| matches!(state, State::Running)), "running"),
            (count(|state| matches!(state, State::Waiting(_))), "waiting"),
            (count(|state| matches!(state, State::Starting)), "starting"),
            (
                count(|state| matches!(state, State::Pending { .. })),
                "pending",
            ),
        ];
        let mut separator = ": ";
        for (number, kind) in kinds.iter().filter(|(number, _)| *number > 0) {
            write!(f, "{separator}{number} {kind}")?;
            separator = ", ";
        }
        writeln!(f)?;
        for alike in self.alike() {
            let (first, others) = (alike[0], &alike[1..]);
            writeln!(f, "\n{first}")?;
            if others.is_empty() {
                continue;
            }
            write!(
                f,
                "    and so {}",
                match others.len() {
                    1 => "does one more".to_owned(),
                    n => format!("do {n} more"),
                }
            )?;
            separator = ": ";
            for other in others.iter().take(NAMES) {
                write!(f, "{separator}{}", other.title())?;
                separator = ", ";
            }
            writeln!(f, "{}", if others.len() > NAMES { ", …" } else { "" })?;
        }
        Ok(())
    }
}

impl Snapshot {
    /// Returns the threads in their order, and together those that wait for the same thing in the
    /// same place.
    fn alike(&self) -> Vec<Vec<&ThreadInfo>> {
        let mut alike: Vec<Vec<&ThreadInfo>> = Vec::new();
        let mut waits = HashMap::new();
        for thread in self.threads() {
            let place = match thread.wait() {
                Some(wait) => *waits.entry(wait.key()).or_insert(alike.len()),
                None => alike.len(),
            };
            match alike.get_mut(place) {
                Some(others) => others.push(thread),
                None => alike.push(vec![thread]),
            }
        }
        alike
    }
}

impl ThreadInfo {
    fn title(&self) -> String {
        if self.is_listed() || self.is_main() {
            format!("\"{}\"", self.name())
        } else {
            "a thread that the library did not start".to_owned()
        }
    }
}

impl fmt::Display for ThreadInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())?;
        if let Some(ident) = self.ident() {
            write!(f, " #{ident}")?;
        }
        if let Some(native_id) = self.native_id() {
            write!(f, ", native id {native_id}")?;
        }
        if self.is_daemon() {
            f.write_str(", daemon")?;
        }
        if let Some(alive_for) = self.alive_for() {
            write!(f, ", alive for {}", Span(alive_for))?;
        }
        f.write_str("\n    ")?;
        match self.state() {
            State::Starting => f.write_str("is being started"),
            State::Running => f.write_str("runs"),
            State::Waiting(wait) => wait.fmt(f),
            State::Pending { due_in: None } => f.write_str("is a timer that never comes due"),
            State::Pending { due_in: Some(time) } if time.is_zero() => {
                f.write_str("is a timer, due now: its call has not begun")
            }
            State::Pending { due_in: Some(time) } => {
                write!(f, "is a timer, due in {}", Span(*time))
            }
        }?;
        for holding in self.holds() {
            let (address, place) = (holding.address(), holding.place());
            write!(f, "\n    holds the lock at {address:#x}, since {place}")?;
        }
        Ok(())
    }
}

impl Wait {
    /// Returns the call as in `Semaphore::acquire_many(3) at src/pool.rs:41`.
    pub(crate) fn call(&self) -> String {
        let amount = match self.amount() {
            Some(amount) if amount != 1 => format!("({amount})"),
            _ => String::new(),
        };
        format!(
            "{}::{}{amount} at {}",
            self.primitive(),
            self.operation(),
            self.place()
        )
    }

    /// Returns whether the thread waits for the end of another thread.
    pub(crate) fn is_join(&self) -> bool {
        matches!(
            self.primitive(),
            "Thread" | "JoinHandle" | "ScopedJoinHandle"
        )
    }
}

/// As `waits in Semaphore::acquire_many(3) at src/pool.rs:41, for 3.2 s, gives up in 1.8 s`, and
/// what is known of the holder.
impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_of_the_end() {
            f.write_str(
                "has left main; the process waits until all threads but daemons have ended",
            )?;
        } else {
            write!(f, "waits in {}", self.call())?;
        }
        match self.waited_for() {
            Some(waited_for) => write!(f, ", for {}", Span(waited_for))?,
            None => f.write_str(", since this moment")?,
        }
        match self.gives_up_in() {
            Some(gives_up_in) => write!(f, ", gives up in {}", Span(gives_up_in))?,
            None => f.write_str(", without a limit")?,
        }
        if self.takes_lock_back() {
            f.write_str("\n    is past the wait, and takes the lock back")?;
        }
        match self.holder() {
            Some(holder) if self.is_join() => write!(f, "\n    for {} to end", holder.thread())?,
            Some(holder) => {
                write!(f, "\n    for what is held by {}", holder.thread())?;
                if let Some(place) = holder.place() {
                    write!(f, ", since {place}")?;
                }
                write!(f, "; {} at {:#x}", self.primitive(), self.address())?;
            }
            None if self.is_lock() => write!(
                f,
                "\n    holder unknown; {} at {:#x}",
                self.primitive(),
                self.address()
            )?,
            None if matches!(self.primitive(), "process" | "tl_thread") => {}
            None => write!(f, "\n    {} at {:#x}", self.primitive(), self.address())?,
        }
        if let Some(parties) = self.parties() {
            write!(f, ", {} of {parties} have arrived", self.arrived().len())?;
        }
        Ok(())
    }
}

impl Wait {
    /// Returns whether the thread waits for a lock, which another thread holds.
    pub(crate) fn is_lock(&self) -> bool {
        self.takes_lock_back()
            || matches!(
                self.primitive(),
                "Lock" | "RLock" | "Mutex" | "MutexGuard" | "RwLock" | "RwLockUpgradableReadGuard"
            )
    }
}
