//! Threads that wait for each other in a circle.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;

use tl_core::door;
use tl_core::{ThreadIdent, current_ident};
use tl_thread::{Thread, enumerate, pending};

use crate::observers;
use crate::snapshot::{Holder, Names, ThreadName, Wait};
use crate::words::Count;

/// Returns the circles of threads that wait for each other, and of which none can go on.
///
/// It looks twice. A circle is one only if each wait in it lasted from the first look to the
/// second, and the same thread held what is waited for, so that at one moment they all waited at
/// once. Waits with a time limit are in none: they end.
///
/// A waiting thread can be in a circle through what has a holder: an `RLock`, also as the lock of a
/// condition; a thread that is joined; with the feature `owners` of `tl-locks`, all its locks. At a
/// barrier those that have arrived wait for those that have not: that is a circle if no thread is
/// left that could come, since all that the library knows are stuck, but the calling one.
///
/// ```
/// use tl_inspect::deadlocks;
///
/// assert!(deadlocks().is_empty());
/// ```
pub fn deadlocks() -> Vec<Deadlock> {
    let before = door::waits();
    let threads = enumerate();
    let after = door::waits();
    find(&before, &threads, after)
}

/// The waits without a limit that were in both looks, for the same.
fn lasting(before: &[door::Wait], after: Vec<door::Wait>) -> HashMap<ThreadIdent, door::Wait> {
    let key = |wait: &door::Wait| {
        let holder = wait.holder.map(|holder| holder.thread);
        (wait.thread, wait.serial, wait.queue.address(), holder)
    };
    let before: HashSet<_> = before.iter().map(key).collect();
    after
        .into_iter()
        .filter(|wait| wait.gives_up_in.is_none() && before.contains(&key(wait)))
        .map(|wait| (wait.thread, wait))
        .collect()
}

fn find(before: &[door::Wait], threads: &[Thread], after: Vec<door::Wait>) -> Vec<Deadlock> {
    let stuck = lasting(before, after);
    let mut cycles = held_cycles(&stuck);
    if cycles.is_empty() {
        cycles = barrier_cycles(&stuck, threads);
    }
    let mut names = Names::default();
    threads.iter().for_each(|thread| names.add(thread));
    let link = |ident: &ThreadIdent| {
        let wait = &stuck[ident];
        Link {
            thread: names.of(Some(*ident)),
            wait: Wait::alone(wait, &names),
            is_certain: wait.holder.is_some_and(|holder| holder.is_owner),
        }
    };
    let mut deadlocks: Vec<_> = cycles
        .iter()
        .map(|cycle| Deadlock {
            links: cycle.iter().map(link).collect(),
        })
        .collect();
    deadlocks.sort_by_key(|deadlock: &Deadlock| deadlock.links[0].thread.ident());
    deadlocks
}

/// The circles in which each thread waits for what the next one holds. Each begins with its oldest
/// thread.
fn held_cycles(stuck: &HashMap<ThreadIdent, door::Wait>) -> Vec<Vec<ThreadIdent>> {
    let next = |ident: ThreadIdent| stuck.get(&ident)?.holder.map(|holder| holder.thread);
    let mut cycles = Vec::new();
    let mut done = HashSet::new();
    for start in stuck.keys().copied() {
        let mut path = Vec::new();
        let mut at = start;
        while done.insert(at) {
            path.push(at);
            match next(at) {
                Some(holder) if stuck.contains_key(&holder) => at = holder,
                _ => break,
            }
        }
        if next(path.last().copied().unwrap_or(start)) != Some(at) {
            continue;
        }
        if let Some(begin) = path.iter().position(|ident| *ident == at) {
            let mut cycle = path.split_off(begin);
            let oldest = cycle.iter().enumerate().min_by_key(|(_, ident)| **ident);
            let oldest = oldest.map_or(0, |(index, _)| index);
            cycle.rotate_left(oldest);
            cycles.push(cycle);
        }
    }
    cycles
}

/// The circles through barriers, if nobody can come to one any more.
fn barrier_cycles(
    stuck: &HashMap<ThreadIdent, door::Wait>,
    threads: &[Thread],
) -> Vec<Vec<ThreadIdent>> {
    let is_held = |wait: &door::Wait| wait.holder.is_some() || wait.parties.is_some();
    // All that are alive must be stuck in something that only the others of them can end.
    let looks = |ident: ThreadIdent| ident == current_ident() || observers::contains(ident);
    for thread in threads {
        let is_stuck = thread
            .ident()
            .is_some_and(|ident| looks(ident) || stuck.get(&ident).is_some_and(is_held));
        if !is_stuck || pending::is_pending(thread) {
            return Vec::new();
        }
    }
    for wait in stuck.values() {
        match wait.holder {
            _ if !is_held(wait) || looks(wait.thread) => return Vec::new(),
            Some(holder) if !stuck.contains_key(&holder.thread) => return Vec::new(),
            _ => {}
        }
    }
    let mut cycles: Vec<Vec<ThreadIdent>> = Vec::new();
    let mut seen = HashSet::new();
    let mut arrived: Vec<_> = stuck
        .values()
        .filter(|wait| wait.parties.is_some())
        .collect();
    arrived.sort_by_key(|wait| wait.thread);
    for wait in arrived {
        if seen.insert(wait.object) {
            cycles.extend(barrier_cycle(stuck, wait));
        }
    }
    cycles
}

/// The shortest way from one that has arrived at a barrier, through one that has not, back to one
/// that has.
fn barrier_cycle(
    stuck: &HashMap<ThreadIdent, door::Wait>,
    first: &door::Wait,
) -> Option<Vec<ThreadIdent>> {
    let has_arrived = |ident: &ThreadIdent| {
        let wait = &stuck[ident];
        wait.parties.is_some() && wait.object == first.object
    };
    let missing_at = |barrier: usize| {
        let mut missing: Vec<_> = stuck
            .values()
            .filter(|wait| wait.parties.is_none() || wait.object != barrier)
            .collect();
        // Those that wait for a lock say more than those that join.
        missing.sort_by_key(|wait| {
            (
                wait.call.operation().name().starts_with("join"),
                wait.thread,
            )
        });
        missing.into_iter().map(|wait| wait.thread).collect()
    };
    let mut ways: VecDeque<Vec<ThreadIdent>> = VecDeque::from([vec![first.thread]]);
    let mut visited = HashSet::from([first.thread]);
    while let Some(way) = ways.pop_front() {
        let last = &stuck[way.last()?];
        let next: Vec<ThreadIdent> = match last.holder {
            Some(holder) => vec![holder.thread],
            None => missing_at(last.object),
        };
        for ident in next {
            if way.len() > 1 && has_arrived(&ident) {
                let mut way = way;
                if ident != first.thread {
                    // It closes at another one that has arrived, which stands for the first.
                    way[0] = ident;
                }
                return Some(way);
            }
            if visited.insert(ident) {
                let mut way = way.clone();
                way.push(ident);
                ways.push_back(way);
            }
        }
    }
    None
}

/// Threads that wait for each other in a circle. See [`deadlocks`]. It prints how the circle
/// closes.
///
/// ```
/// use tl_inspect::{Deadlock, deadlocks};
///
/// let found: Vec<Deadlock> = deadlocks();
/// for deadlock in found.iter().filter(|deadlock| deadlock.is_certain()) {
///     eprintln!("{} threads: {deadlock}", deadlock.links().len());
/// }
/// assert!(found.is_empty());
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Deadlock {
    links: Vec<Link>,
}

impl Deadlock {
    /// Returns the threads of the circle: each waits for the next one, and the last for the first.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Returns whether nothing but the end of the process can end it. It is not certain when it
    /// rests on a lock that another thread may release in place of its holder, or on a barrier to
    /// which a thread may come that the library does not know.
    pub fn is_certain(&self) -> bool {
        self.links.iter().all(|link| link.is_certain)
    }
}

impl Deadlock {
    /// What tells it from all others.
    pub(crate) fn key(&self) -> Vec<(Option<ThreadIdent>, u64)> {
        let key = |link: &Link| (link.thread.ident(), link.wait.serial());
        self.links.iter().map(key).collect()
    }
}

/// A thread in a [`Deadlock`], and what it waits for.
///
/// ```
/// use tl_inspect::{Link, deadlocks};
///
/// let describe = |link: &Link| format!("{} in {}", link.thread().name(), link.wait().primitive());
/// for deadlock in deadlocks() {
///     deadlock.links().iter().for_each(|link| println!("{}", describe(link)));
/// }
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Link {
    thread: ThreadName,
    wait: Wait,
    is_certain: bool,
}

impl Link {
    /// Returns which thread it is.
    pub fn thread(&self) -> &ThreadName {
        &self.thread
    }

    /// Returns what it waits for.
    pub fn wait(&self) -> &Wait {
        &self.wait
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.links.len() {
            1 => writeln!(f, "Deadlock: a thread waits for itself")?,
            n => writeln!(f, "Deadlock: {} wait for each other", Count(n, "thread"))?,
        }
        for (index, Link { thread, wait, .. }) in self.links.iter().enumerate() {
            let next = &self.links[(index + 1) % self.links.len()].thread;
            write!(f, "  {thread} waits in {}\n      ", wait.call())?;
            let of_a_condition = if wait.takes_lock_back() {
                "to take the lock back, "
            } else {
                ""
            };
            match wait.holder() {
                Some(holder) if wait.is_join() => writeln!(f, "for {} to end", holder.thread())?,
                Some(holder) => {
                    let whom = Whom(holder, thread);
                    write!(f, "{of_a_condition}for the {}", Lock(wait))?;
                    writeln!(f, ", which is held by {whom}")?;
                }
                None => writeln!(f, "for others to come; {next} cannot")?,
            }
        }
        if !self.is_certain() {
            let is_barrier = self.links.iter().any(|link| link.wait.parties().is_some());
            let unless = if is_barrier {
                "a thread that this library does not know comes"
            } else {
                "another thread releases one of the locks"
            };
            writeln!(f, "  It lasts unless {unless}.")?;
        }
        Ok(())
    }
}

/// As `RLock at 0x7ffd3c`; the lock of a condition has no name of its own.
struct Lock<'a>(&'a Wait);

impl fmt::Display for Lock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.takes_lock_back() {
            true => write!(
                f,
                "lock of the {} at {:#x}",
                self.0.primitive(),
                self.0.address()
            ),
            false => write!(f, "{} at {:#x}", self.0.primitive(), self.0.address()),
        }
    }
}

/// A holder, which may be the waiter itself.
struct Whom<'a>(&'a Holder, &'a ThreadName);

impl fmt::Display for Whom<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Whom(holder, waiter) = self;
        if holder.thread() == *waiter {
            f.write_str("itself")?
        } else {
            write!(f, "{}", holder.thread())?
        }
        match holder.place() {
            Some(place) => write!(f, " since {place}"),
            None => Ok(()),
        }
    }
}
