//! Threads that wait for each other in a circle.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | [`deadlocks`], and how they are written |
//! | `stuck.rs` | which threads wait without an end in sight, and for which threads |
//! | `circles.rs` | the circles among those threads |

mod circles;
mod stuck;

use std::fmt;

use tl_core::ThreadIdent;
use tl_thread::{Thread, enumerate};

use crate::snapshot::{Holder, Names, ThreadName, Wait};
use crate::words::Count;
use stuck::{Look, Stuck};

/// Returns the circles of threads that wait for each other, so that none of them can go on.
///
/// It looks twice. A circle is reported only if each wait in it lasted from the first look to the
/// second, and the same thread held what is waited for, so that at one moment all of them waited.
/// A wait with a time limit is in no circle: it ends.
///
/// A thread can be in a circle if it waits for something that has a holder: an `RLock`, also as the
/// lock of a condition; a thread that is joined; with the feature `owners` of `tl-locks`, all its
/// locks. At a barrier the threads that have arrived wait for those that have not. That is a circle
/// if no thread is left that could come, because all that the library knows are stuck, except the
/// calling one.
///
/// # Examples
///
/// ```
/// use tl_inspect::deadlocks;
///
/// assert!(deadlocks().is_empty());
/// ```
pub fn deadlocks() -> Vec<Deadlock> {
    let before = Look::now();
    let threads = enumerate();
    let after = Look::again();
    find(&Stuck::between(&before, after), &threads)
}

fn find(stuck: &Stuck, threads: &[Thread]) -> Vec<Deadlock> {
    let mut circles = circles::held(stuck);
    if circles.is_empty() {
        circles = circles::through_barriers(stuck, threads);
    }
    let names = Names::of_all(threads);
    let link = |circle: &[ThreadIdent], index: usize| {
        let (ident, next) = (circle[index], circle[(index + 1) % circle.len()]);
        let wait = stuck.wait_for(ident, next);
        Link {
            thread: names.of(Some(ident)),
            is_certain: wait.holder.is_some_and(|holder| holder.is_owner),
            wait: Wait::alone(&wait, &names),
        }
    };
    let mut deadlocks: Vec<_> = circles
        .iter()
        .map(|circle| Deadlock {
            links: (0..circle.len()).map(|index| link(circle, index)).collect(),
        })
        .collect();
    deadlocks.sort_by_key(|deadlock: &Deadlock| deadlock.links[0].thread.ident());
    deadlocks
}

/// Threads that wait for each other in a circle. See [`deadlocks`]. Its `Display` says how the
/// circle closes.
///
/// # Examples
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

    /// Returns whether nothing but the end of the process can end the deadlock. It is not certain
    /// if it rests on a lock that another thread may release in place of its holder, or on a
    /// barrier to which a thread may come that the library does not know.
    pub fn is_certain(&self) -> bool {
        self.links.iter().all(|link| link.is_certain)
    }
}

impl Deadlock {
    /// Returns what tells this deadlock from all others.
    pub(crate) fn key(&self) -> Vec<(Option<ThreadIdent>, u64)> {
        let key = |link: &Link| (link.thread.ident(), link.wait.serial());
        self.links.iter().map(key).collect()
    }
}

/// A thread in a [`Deadlock`], and what it waits for.
///
/// # Examples
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
        let Lock(wait) = self;
        let of = if wait.takes_lock_back() {
            "lock of the "
        } else {
            ""
        };
        write!(f, "{of}{} at {:#x}", wait.primitive(), wait.address())
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
