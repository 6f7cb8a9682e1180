//! Looking at all that wait.

use std::time::Duration;

use super::bucket::Bucket;
use super::node::{NO_QUEUE, Node};
use super::note::{Call, Holder};
use super::platform;
use super::word::QueueId;
use crate::ident::ThreadIdent;
use crate::sync::atomic::{AtomicU64, Ordering};

/// How often a look is repeated because waiters were on their way from one queue to another.
const LOOKS: usize = 8;

/// How often waiters have been moved from one queue to another. During a move they are in neither.
///
/// A look misses a waiter only if it came to the second queue before the waiter did, and to the
/// first one after the waiter had left. Then, at the end of the look, more moves have begun than
/// had ended before it. Relaxed: each is counted while a queue is locked that the look locks, too.
#[cfg_attr(loom, derive(Default))]
pub(super) struct Moves {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Moves {
    #[cfg(not(loom))]
    pub(super) fn all() -> &'static Moves {
        static MOVES: Moves = Moves {
            begun: AtomicU64::new(0),
            ended: AtomicU64::new(0),
        };
        &MOVES
    }

    #[cfg(loom)]
    pub(super) fn all() -> &'static Moves {
        loom::lazy_static! {
            static ref MOVES: Moves = Moves::default();
        }
        &MOVES
    }

    /// Notes that waiters are taken out of a queue to be put into another. To be called before the
    /// first queue is unlocked.
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that they are in the other queue, or will be woken instead. To be called before that
    /// queue is unlocked.
    pub(super) fn end(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// A wait, as it was when [`waits`] looked.
///
/// # Examples
///
/// ```
/// use tl_core::door::{Wait, waits};
///
/// let describe = |wait: &Wait| format!("{} in {}", wait.thread, wait.call.operation());
/// waits().iter().for_each(|wait| println!("{}", describe(wait)));
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Wait {
    /// The operation in which the thread waits, and the place that called it.
    pub call: Call,
    /// The thread.
    pub thread: ThreadIdent,
    /// Different from that of each other wait of the same thread: one that has the same serial in
    /// two looks has lasted all the time between them.
    pub serial: u64,
    /// The address of the primitive.
    pub object: usize,
    /// The queue in which the thread waits. That of a condition's waiter becomes that of its lock.
    pub queue: QueueId,
    /// Whether that is another queue than the one in which the wait began. If so, the thread was
    /// notified through its condition, or its time ran out, and now it takes the lock back.
    pub has_moved_on: bool,
    /// How much the thread wants, where an operation has an amount.
    pub amount: Option<u64>,
    /// How many threads must wait for the same for all of them to go on, where that is the rule.
    pub parties: Option<usize>,
    /// How long the thread has slept; `None` if it is still awake.
    pub asleep_for: Option<Duration>,
    /// How long it will be until it gives up; `None` if it does not.
    pub gives_up_in: Option<Duration>,
    /// Which thread holds what this one waits for, if that is known.
    pub holder: Option<Holder>,
}

/// Returns what every thread waits for that is in a queue with a [note](super::Note), in no order.
///
/// It looks at one part of the queues after the other, and locks each for as long as it copies what
/// is in it. So the waits are not all seen at one moment, but each of them was there at some moment
/// during the call. A thread is seen once, at the last place where it was found. It allocates,
/// though not while a queue is locked.
///
/// # Examples
///
/// ```
/// use tl_core::door::waits;
///
/// assert!(waits().is_empty()); // There is one thread, and it runs.
/// ```
pub fn waits() -> Vec<Wait> {
    let mut seen = Vec::new();
    let moves = Moves::all();
    for _ in 0..LOOKS {
        seen.clear();
        let before = moves.ended.load(Ordering::Relaxed);
        Bucket::for_each(|bucket| look_into(bucket, &mut seen));
        if moves.begun.load(Ordering::Relaxed) == before {
            break;
        }
        platform::pause();
    }
    // Found in two queues, a thread has left the first: the later find is the one to keep.
    seen.reverse();
    seen.sort_by_key(|wait: &Wait| wait.thread);
    seen.dedup_by_key(|wait| wait.thread);
    seen
}

fn look_into(bucket: &'static Bucket, seen: &mut Vec<Wait>) {
    loop {
        let queues = bucket.lock();
        let mut count = 0;
        queues.for_each(|_| count += 1);
        if count == 0 {
            return;
        }
        if count <= seen.capacity() - seen.len() {
            let now = platform::now();
            queues.for_each(|node| seen.extend(wait_of(node, now)));
            return;
        }
        drop(queues);
        seen.reserve(count + count / 2);
    }
}

/// Returns what is seen of a node that is in a queue, whose bucket is locked.
fn wait_of(node: &Node, now: u64) -> Option<Wait> {
    let note = node.note()?;
    let thread = ThreadIdent::from_u64(note.thread.load(Ordering::Relaxed))?;
    let key = node.key.load(Ordering::Relaxed);
    let was_moved = node.moved_to.get() != NO_QUEUE;
    let is_held = note.held_key == key;
    Some(Wait {
        call: note.call,
        thread,
        serial: note.serial.load(Ordering::Relaxed),
        object: match note.object {
            0 => key,
            object => object,
        },
        queue: QueueId(key),
        has_moved_on: key != note.first_key.load(Ordering::Relaxed),
        amount: note.amount,
        parties: (note.parties != 0).then_some(note.parties),
        asleep_for: note
            .since()
            .map(|since| Duration::from_nanos(now.saturating_sub(since))),
        gives_up_in: match node.until {
            _ if was_moved => None,
            None => None,
            Some(until) => Some(Duration::from_nanos(until.saturating_sub(now))),
        },
        holder: match note.holder {
            Some(holder) if is_held => holder(),
            _ => None,
        },
    })
}
