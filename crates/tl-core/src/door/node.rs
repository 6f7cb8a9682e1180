//! A waiting thread, as the queues see it.

use std::ptr;

use super::gate::Gate;
use super::note::Note;
use super::overdue::OverdueClock;
use super::trace::Waker;
use super::{Deadline, backoff, platform};
use crate::sync::Cell;
use crate::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

const WAITING: u32 = 0;
const PARKED: u32 = 1;
const GATED: u32 = 2;
const WOKEN: u32 = 3;

/// A key that no queue has: keys are addresses.
pub(super) const NO_QUEUE: usize = 0;

/// One wait of one thread. It lives on the waiter's stack, from before it is queued until it has
/// been taken out of the queue and, unless the waiter took it out, [`wake`](Node::wake) has been
/// called on it.
pub(super) struct Node {
    /// The parker's word.
    ///
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `WAITING` | the waiter is awake: it spins | the waiter to `PARKED` or `GATED`; a waker to `WOKEN` |
    /// | `PARKED` | the waiter sleeps on this word, or is about to | a waker to `WOKEN`, and wakes the sleeper |
    /// | `GATED` | the waiter sleeps at the gate of its bucket, or is about to | a waker to `WOKEN`, and opens the gate |
    /// | `WOKEN` | out of the queue, `token` and `moved_to` are final | nobody: the waiter goes on and the node ends |
    parker: AtomicU32,
    /// The key of the queue that holds the node, or `NO_QUEUE`. Written only with that queue's
    /// bucket locked. (Between the two queues of a move it is `NO_QUEUE`.)
    pub(super) key: AtomicUsize,
    /// Since when the waiter waits.
    pub(super) clock: OverdueClock,
    /// Where the waiter sleeps, if it is to be woken together with others.
    pub(super) gate: Option<&'static Gate>,
    /// What the waiter asked for.
    pub(super) request: u32,
    /// What the waker says.
    pub(super) token: Cell<u32>,
    /// The key of the queue that the node was moved to from the one it was put in, or `NO_QUEUE`.
    pub(super) moved_to: Cell<usize>,
    /// Whether it was the second of several waiters that were moved together.
    pub(super) is_companion: Cell<bool>,
    /// Which thread took the node out to move it to another queue, and which woke it, if there is a
    /// [`Tracer`](super::Tracer).
    pub(super) notified: Cell<Option<Waker>>,
    pub(super) woken: Cell<Option<Waker>>,
    /// What the waiter has noted for [`waits`](super::waits), or null.
    note: *const Note<'static>,
    /// When it gives up, in nanoseconds; `None` if it does not.
    pub(super) until: Option<u64>,
    pub(super) links: Links,
}

/// The place of a node among others. Guarded by the lock of the bucket that the node is in.
pub(super) struct Links {
    /// The next younger waiter of the same queue; in a list of nodes to be woken, the next one
    /// there.
    pub(super) younger: Cell<*const Node>,
    /// The next older waiter of the same queue; null in the oldest.
    pub(super) older: Cell<*const Node>,
    /// In the oldest of a queue: its youngest.
    pub(super) youngest: Cell<*const Node>,
    /// In the oldest of a queue: the oldest of the next queue in the bucket.
    pub(super) next_queue: Cell<*const Node>,
    /// In the oldest of a queue: when a waiter of it last got a turn because it was overdue, in
    /// nanoseconds; 0 if none has since the queue began.
    pub(super) last_overdue_turn: Cell<u64>,
    /// Greater than that of all older waiters of the queue. Once woken, the waiter's own.
    pub(super) place: Cell<u64>,
}

impl Node {
    /// Makes the node of a waiter that has waited since `waiting_since`, and sleeps at the `gate`
    /// if there is one. A `note` must outlive the node.
    pub(super) fn new(
        request: u32,
        waiting_since: u64,
        gate: Option<&'static Gate>,
        deadline: Deadline,
        note: Option<&Note<'_>>,
    ) -> Node {
        Node {
            parker: AtomicU32::new(WAITING),
            key: AtomicUsize::new(NO_QUEUE),
            clock: OverdueClock::started_at(waiting_since),
            gate,
            request,
            token: Cell::new(0),
            moved_to: Cell::new(NO_QUEUE),
            is_companion: Cell::new(false),
            notified: Cell::new(None),
            woken: Cell::new(None),
            note: note.map_or(ptr::null(), |note| ptr::from_ref(note).cast()),
            until: note.and_then(|note| note.limit).unwrap_or(deadline).nanos(),
            links: Links {
                younger: Cell::new(ptr::null()),
                older: Cell::new(ptr::null()),
                youngest: Cell::new(ptr::null()),
                next_queue: Cell::new(ptr::null()),
                last_overdue_turn: Cell::new(0),
                place: Cell::new(0),
            },
        }
    }

    pub(super) fn is_woken(&self) -> bool {
        // Acquire: pairs with the release in `wake` and `wake_if_awake`, so that the token, and all
        // that the waker did before, is seen.
        self.parker.load(Ordering::Acquire) == WOKEN
    }

    /// Sleeps, at the gate if there is one, until the node is woken or the deadline has passed.
    /// Returns whether it was woken.
    pub(super) fn park(&self, deadline: Deadline) -> bool {
        let asleep = if self.gate.is_some() { GATED } else { PARKED };
        // A failure means that the node is woken, or parked already by an earlier call: the loop
        // finds out. Relaxed: the wake-up is received by `is_woken`.
        let _ = self
            .parker
            .compare_exchange(WAITING, asleep, Ordering::Relaxed, Ordering::Relaxed);
        while !self.is_woken() {
            match self.gate {
                None => platform::wait(&self.parker, PARKED, deadline.nanos()),
                Some(gate) => gate.wait_unless(|| self.is_woken(), deadline),
            }
            if !self.is_woken() && deadline.has_passed() {
                return false;
            }
        }
        true
    }

    /// Returns what the waiter has noted.
    pub(super) fn note(&self) -> Option<&Note<'_>> {
        // SAFETY: null, or a note that outlives the node, as `new` asks.
        unsafe { self.note.as_ref() }
    }

    /// Notes which thread wakes the node. That thread calls this before it wakes it.
    #[inline]
    fn note_waker(&self) {
        if let Some(waker) = Waker::here() {
            self.woken.set(Some(waker));
        }
    }

    /// Wakes the waiter. The node must not be used afterwards: it may end at once. Says whether the
    /// waiter sleeps at the gate, which must then be opened.
    ///
    /// # Safety
    ///
    /// The node is in no queue, and this is the only call of its kind on it.
    pub(super) unsafe fn wake(node: *const Node) -> bool {
        // SAFETY: until it is woken the node lives, says its own contract; the reference ends with
        // the swap, and what follows needs the address alone.
        let (word, before) = unsafe {
            let word = &raw const (*node).parker;
            (*node).note_waker();
            // Release: pairs with `is_woken`.
            (word, (*word).swap(WOKEN, Ordering::Release))
        };
        if before == PARKED {
            backoff::note_rousing();
            platform::wake(word);
        }
        before == GATED
    }

    /// Wakes the waiter if it does not sleep, and says whether it did. After true the node must not
    /// be used.
    ///
    /// # Safety
    ///
    /// As for [`wake`](Node::wake).
    pub(super) unsafe fn wake_if_awake(node: *const Node) -> bool {
        // SAFETY: as in `wake`.
        let word = unsafe {
            (*node).note_waker();
            &(*node).parker
        };
        // Release: pairs with `is_woken`.
        word.compare_exchange(WAITING, WOKEN, Ordering::Release, Ordering::Relaxed)
            .is_ok()
    }
}
