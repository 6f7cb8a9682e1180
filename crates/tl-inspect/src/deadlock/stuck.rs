//! Which threads wait without an end in sight, and for which threads.

use std::collections::{HashMap, HashSet};

use tl_core::ThreadIdent;
use tl_core::door;

/// What one look sees. A thread that is in the same wait in two looks has not run in between.
pub(super) struct Look {
    waits: Vec<door::Wait>,
    held: Vec<door::Held>,
}

impl Look {
    pub(super) fn now() -> Look {
        let waits = door::waits();
        let held = door::held();
        Look { waits, held }
    }

    /// Looks in the other order than [`now`](Look::now). So what is held in both looks was held
    /// while the threads that wait in both looks waited.
    pub(super) fn again() -> Look {
        let held = door::held();
        let waits = door::waits();
        Look { waits, held }
    }
}

/// The waits without a limit that both looks saw, for the same thing.
pub(super) struct Stuck {
    pub(super) waits: HashMap<ThreadIdent, door::Wait>,
    /// The holders of what the thread waits for: all of them must let go of it.
    holders: HashMap<ThreadIdent, Vec<door::Holder>>,
}

impl Stuck {
    pub(super) fn between(before: &Look, after: Look) -> Stuck {
        let readers = readers(before, &after);
        let key = |wait: &door::Wait| {
            // If the lock is held to read, each look may name another reader, so leave it out.
            let queue = wait.queue.address();
            let holder = wait.holder.filter(|_| !readers.contains_key(&queue));
            let holder = holder.map(|holder| holder.thread);
            (wait.thread, wait.serial, queue, holder)
        };
        let before: HashSet<_> = before.waits.iter().map(key).collect();
        let waits: HashMap<_, _> = after
            .waits
            .into_iter()
            .filter(|wait| wait.gives_up_in.is_none() && before.contains(&key(wait)))
            .map(|wait| (wait.thread, wait))
            .collect();
        let writers: HashSet<usize> = waits
            .values()
            .filter(|wait| wants(wait) == Wants::ToWrite)
            .map(|wait| wait.queue.address())
            .collect();
        let holders = waits.values().map(|wait| {
            let queue = wait.queue.address();
            let holders = match readers.get(&queue) {
                None => wait.holder.into_iter().collect(),
                Some(readers) => in_the_way(wait, readers, writers.contains(&queue)),
            };
            (wait.thread, holders)
        });
        let holders = holders.collect();
        Stuck { waits, holders }
    }

    pub(super) fn contains(&self, thread: ThreadIdent) -> bool {
        self.waits.contains_key(&thread)
    }

    /// Returns the holders of what the thread waits for.
    pub(super) fn holders(&self, thread: ThreadIdent) -> &[door::Holder] {
        self.holders.get(&thread).map_or(&[], Vec::as_slice)
    }

    /// Returns the wait of a thread, with `next` as its holder if `next` is one of its holders.
    pub(super) fn wait_for(&self, thread: ThreadIdent, next: ThreadIdent) -> door::Wait {
        let mut holders = self.holders(thread).iter();
        let mut wait = self.waits[&thread];
        wait.holder = holders.find(|holder| holder.thread == next).copied();
        wait
    }
}

/// Returns the threads that hold each lock to read, in both looks, by the address of its queue.
fn readers(before: &Look, after: &Look) -> HashMap<usize, Vec<door::Held>> {
    let key = |held: &door::Held| (held.lock.address(), held.thread, held.place);
    let before: HashSet<_> = before.held.iter().map(key).collect();
    let mut readers: HashMap<_, Vec<_>> = HashMap::new();
    for held in after.held.iter().filter(|held| held.is_shared) {
        if before.contains(&key(held)) {
            let of_lock = readers.entry(held.lock.address()).or_default();
            of_lock.push(*held);
        }
    }
    readers
}

/// What a thread wants of a lock for readers and writers.
#[derive(PartialEq, Eq)]
enum Wants {
    ToRead,
    ToReadPastWriters,
    ToWrite,
    SomethingElse,
}

fn wants(wait: &door::Wait) -> Wants {
    match wait.call.operation().name() {
        "read" | "upgradable_read" => Wants::ToRead,
        "read_recursive" => Wants::ToReadPastWriters,
        "write" | "upgrade" => Wants::ToWrite,
        _ => Wants::SomethingElse,
    }
}

/// Returns the readers that must release the lock before the wait can end. A thread that wants to
/// read waits for them only if a writer waits, too: the writer is ahead of it in the queue, or will
/// be once it is overdue.
fn in_the_way(
    wait: &door::Wait,
    readers: &[door::Held],
    is_writer_waiting: bool,
) -> Vec<door::Holder> {
    let is_upgrade = wait.call.operation().name() == "upgrade";
    let are = match wants(wait) {
        Wants::ToWrite | Wants::SomethingElse => true,
        Wants::ToRead => is_writer_waiting,
        Wants::ToReadPastWriters => false,
    };
    let others = readers
        .iter()
        .filter(|held| are && !(is_upgrade && held.thread == wait.thread));
    others
        .map(|held| door::Holder::new(held.thread).at(held.place).not_alone())
        .collect()
}
