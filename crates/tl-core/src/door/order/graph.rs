//! Which lock was wanted while which was held.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;
use std::sync::Arc;

use super::found::{LockOrder, OrderStep};
use super::mode::LockMode;
use crate::door::word::QueueId;
use crate::ident::ThreadIdent;

/// A lock that a thread holds.
#[derive(Clone, Copy)]
pub(super) struct Holding {
    pub(super) lock: u64,
    pub(super) queue: QueueId,
    pub(super) mode: LockMode,
    pub(super) place: &'static Location<'static>,
}

/// A lock that a thread is about to take.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The thread and its name, read before the graph is locked, since that takes a lock, too.
    pub(super) thread: ThreadIdent,
    pub(super) thread_name: &'a Arc<str>,
    pub(super) lock: u64,
    pub(super) queue: QueueId,
    pub(super) mode: LockMode,
    pub(super) place: &'static Location<'static>,
}

/// All locks with edges, and the circles that were found.
pub(super) struct Graph {
    locks: BTreeMap<u64, Lock>,
    found: Vec<LockOrder>,
    /// The places of what was found.
    known: BTreeSet<Vec<Places>>,
}

/// Where a lock was taken, and where the next one was wanted.
type Places = (&'static Location<'static>, &'static Location<'static>);

#[derive(Default)]
struct Lock {
    /// What was wanted while this lock was held.
    after: BTreeMap<Edge, Seen>,
    /// The locks that were held when this one was wanted.
    before: BTreeSet<u64>,
    /// A thread has released it that had not taken it.
    is_passed_on: bool,
    /// It was read, with another lock held or wanted.
    is_read: bool,
    /// It was written after that.
    is_written: bool,
}

/// What was wanted, and in which modes the two locks were held and wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    to: u64,
    held: LockMode,
    wanted: LockMode,
}

/// How an edge was seen first, and what was held each time that it was.
struct Seen {
    guards: Vec<Guard>,
    step: OrderStep,
}

type Guard = (u64, LockMode);

/// A way through the graph: its last edge, and the index in a list of the way up to that edge.
struct Way {
    from: u64,
    edge: Edge,
    before: Option<usize>,
}

/// Returns whether a lock cannot be held in both modes at once, by two threads.
fn are_exclusive(one: LockMode, other: LockMode) -> bool {
    use LockMode::{Exclusive, Upgradable};
    matches!(
        (one, other),
        (Exclusive, _) | (_, Exclusive) | (Upgradable, Upgradable)
    )
}

impl Graph {
    pub(super) const fn new() -> Graph {
        Graph {
            locks: BTreeMap::new(),
            found: Vec::new(),
            known: BTreeSet::new(),
        }
    }

    pub(super) fn found(&self) -> &[LockOrder] {
        &self.found
    }

    /// Notes that the calling thread, which holds all of `here`, wants one more.
    pub(super) fn wanted(&mut self, here: &[Holding], wanted: Wanted<'_>) {
        for holding in here.iter().filter(|holding| holding.lock != wanted.lock) {
            let guards = here.iter().map(|guard| (guard.lock, guard.mode));
            let edge = Edge {
                to: wanted.lock,
                held: holding.mode,
                wanted: wanted.mode,
            };
            if self.note(holding, wanted, edge, guards) {
                self.search(holding.lock, edge);
            }
        }
    }

    /// Notes an edge, and says whether there may be a circle in which it was not before.
    fn note(
        &mut self,
        holding: &Holding,
        wanted: Wanted<'_>,
        edge: Edge,
        guards: impl Iterator<Item = Guard> + Clone,
    ) -> bool {
        let from = self.locks.entry(holding.lock).or_default();
        from.is_read |= holding.mode != LockMode::Exclusive;
        if let Some(seen) = from.after.get_mut(&edge) {
            let before = seen.guards.len();
            seen.guards
                .retain(|guard| guards.clone().any(|other| other == *guard));
            return seen.guards.len() < before;
        }
        let step = OrderStep {
            thread: wanted.thread,
            thread_name: Arc::clone(wanted.thread_name),
            held: holding.queue,
            held_as: holding.mode,
            held_at: holding.place,
            wanted: wanted.queue,
            wanted_as: wanted.mode,
            wanted_at: wanted.place,
        };
        let guards = guards.collect();
        from.after.insert(edge, Seen { guards, step });
        let to = self.locks.entry(wanted.lock).or_default();
        to.is_read |= wanted.mode != LockMode::Exclusive;
        to.before.insert(holding.lock);
        true
    }

    /// Notes that a thread writes: from now on readers of the lock may be in the way of each other.
    pub(super) fn written(&mut self, lock: u64) {
        let Some(node) = self.locks.get_mut(&lock) else {
            return;
        };
        if !node.is_read || node.is_written {
            return;
        }
        node.is_written = true;
        let before: Vec<u64> = node.before.iter().copied().collect();
        for from in before {
            let after = self.locks[&from].after.keys().copied();
            let edges: Vec<Edge> = after.filter(|edge| edge.to == lock).collect();
            edges.into_iter().for_each(|edge| self.search(from, edge));
        }
    }

    pub(super) fn passed_on(&mut self, lock: u64) {
        self.locks.entry(lock).or_default().is_passed_on = true;
    }

    pub(super) fn forget(&mut self, lock: u64) {
        let Some(gone) = self.locks.remove(&lock) else {
            return;
        };
        for before in gone.before {
            if let Some(before) = self.locks.get_mut(&before) {
                before.after.retain(|edge, _| edge.to != lock);
            }
        }
        for edge in gone.after.keys() {
            if let Some(after) = self.locks.get_mut(&edge.to) {
                after.before.remove(&lock);
            }
        }
    }

    /// Returns whether a thread that holds the lock in the mode `held` is in the way of one that
    /// wants it in the mode `wanted`.
    fn is_in_the_way(&self, lock: u64, held: LockMode, wanted: LockMode) -> bool {
        are_exclusive(held, wanted) || wanted != LockMode::Recursive && self.locks[&lock].is_written
    }

    /// Returns whether two threads can never be at the two edges at the same time, since a lock is
    /// held at both, in modes that exclude each other.
    fn exclude(&self, one: &Seen, other: &Seen) -> bool {
        let is_lock = |lock: &u64| !self.locks.get(lock).is_some_and(|lock| lock.is_passed_on);
        one.guards.iter().any(|(lock, mode)| {
            let excludes =
                |(other, as_well): &Guard| lock == other && are_exclusive(*mode, *as_well);
            is_lock(lock) && other.guards.iter().any(excludes)
        })
    }

    /// Reports the shortest circle that begins with this edge, if there is one.
    fn search(&mut self, first: u64, edge: Edge) {
        if let Some(steps) = self.circle(first, edge) {
            self.report(steps);
        }
    }

    fn circle(&self, first: u64, edge: Edge) -> Option<Vec<OrderStep>> {
        if self.locks[&first].is_passed_on {
            return None;
        }
        let mut ways = vec![Way {
            from: first,
            edge,
            before: None,
        }];
        let mut visited = BTreeSet::new();
        let mut last = 0;
        while last < ways.len() {
            let at = ways[last].edge.to;
            for (next, seen) in &self.locks[&at].after {
                if !self.goes_on(&ways, last, *next, seen) {
                    continue;
                }
                if next.to != first && !visited.insert((next.to, next.wanted)) {
                    continue;
                }
                ways.push(Way {
                    from: at,
                    edge: *next,
                    before: Some(last),
                });
                if next.to == first {
                    let edges = self.way(&ways, ways.len() - 1);
                    let steps = edges.map(|(from, edge)| self.seen(from, edge).step.clone());
                    let mut steps: Vec<OrderStep> = steps.collect();
                    steps.reverse();
                    return Some(steps);
                }
            }
            last += 1;
        }
        None
    }

    /// Returns whether the way to `last` goes on with this edge, or comes to its end with it.
    fn goes_on(&self, ways: &[Way], last: usize, next: Edge, seen: &Seen) -> bool {
        let (first, came) = (&ways[0], ways[last].edge);
        let closes = next.to == first.from;
        !self.locks[&came.to].is_passed_on
            && self.is_in_the_way(came.to, next.held, came.wanted)
            && (!closes || self.is_in_the_way(first.from, first.edge.held, next.wanted))
            && self.way(ways, last).all(|(from, edge)| {
                (closes || from != next.to) && !self.exclude(self.seen(from, edge), seen)
            })
    }

    fn seen(&self, from: u64, edge: Edge) -> &Seen {
        &self.locks[&from].after[&edge]
    }

    /// Returns the edges of a way, the last one first.
    fn way<'a>(&self, ways: &'a [Way], last: usize) -> impl Iterator<Item = (u64, Edge)> + 'a {
        let mut next = Some(last);
        std::iter::from_fn(move || {
            let way = &ways[next?];
            next = way.before;
            Some((way.from, way.edge))
        })
    }

    /// Keeps what was found, if it is new. It begins with the step that was seen first.
    fn report(&mut self, mut steps: Vec<OrderStep>) {
        let places = |step: &OrderStep| (step.held_at, step.wanted_at);
        let mut key: Vec<Places> = steps.iter().map(places).collect();
        let least = (0..key.len()).min_by_key(|first| {
            let mut turned = key.clone();
            turned.rotate_left(*first);
            turned
        });
        key.rotate_left(least.unwrap_or(0));
        if self.known.insert(key) {
            // It was found with the edge that closes it, which is the latest.
            steps.rotate_left(1);
            self.found.push(LockOrder {
                steps: Arc::from(steps),
            });
        }
    }
}
