//! A waiting thread, as the queues see it.

use std::ptr;

use super::note::Note;
use super::{Deadline, QueueId, Wake, platform};
use crate::sync::Cell;
use crate::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

const WAITING: u32 = 0;
const PARKED: u32 = 1;
const WOKEN: u32 = 2;

/// A key that no queue has: keys are addresses.
pub(super) const NO_QUEUE: usize = 0;

/// One wait of one thread. It lives on the waiter's stack, from before it is queued until it has been taken out of the
/// queue and, unless the waiter took it out, [`wake`](Node::wake) has been called on it.
pub(super) struct Node {
    /// The parker's word.
    ///
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `WAITING` | the waiter is awake: it spins or yields | the waiter to `PARKED`; a waker to `WOKEN` |
    /// | `PARKED` | the waiter sleeps on this word, or is about to | a waker to `WOKEN`, and wakes the sleeper |
    /// | `WOKEN` | out of the queue, `token` and `moved_to` are final | nobody: the waiter goes on and the node ends |
    parker: AtomicU32,
    /// The key of the queue that holds the node, or `NO_QUEUE`. Written only with that queue's bucket locked. (Between
    /// the two queues of a move it is `NO_QUEUE`.)
    pub(super) key: AtomicUsize,
    /// Since when the waiter counts as asleep, in nanoseconds; 0 if it does not yet. It is when it gave up spinning, or, before that, first
    /// offered its core or joined the queue, if it competes, or was woken in vain; if it was moved, when it was.
    parked_at: AtomicU64,
    /// What the waiter asked for.
    pub(super) request: u32,
    /// What the waker says.
    pub(super) token: Cell<u32>,
    /// The key of the queue that the node was moved to from the one it was put in, or `NO_QUEUE`.
    pub(super) moved_to: Cell<usize>,
    /// Whether it was the second of those that were moved together.
    pub(super) is_companion: Cell<bool>,
    /// What the waiter has noted for who looks, or null.
    note: *const Note<'static>,
    /// When it gives up, in nanoseconds; `None` if it does not.
    pub(super) until: Option<u64>,
    pub(super) links: Links,
}

/// The place of a node among others. Guarded by the lock of the bucket that the node is in.
pub(super) struct Links {
    /// The next younger waiter of the same queue; in a list of nodes to be woken, the next one there.
    pub(super) younger: Cell<*const Node>,
    /// The next older waiter of the same queue; null in the oldest.
    pub(super) older: Cell<*const Node>,
    /// In the oldest of a queue: its youngest.
    pub(super) youngest: Cell<*const Node>,
    /// In the oldest of a queue: the oldest of the next queue in the bucket.
    pub(super) next_queue: Cell<*const Node>,
    /// In the oldest of a queue: when a waiter of it last got a turn because it was overdue, in nanoseconds; 0 if none has since the
    /// queue began.
    pub(super) last_overdue_turn: Cell<u64>,
    /// Greater than that of all older waiters of the queue. Once woken, the waiter's own.
    pub(super) place: Cell<u64>,
}

impl Node {
    /// A waiter that has slept since `parked_at` already, or not yet, 0. A `note` must outlive the node.
    pub(super) fn new(
        request: u32,
        parked_at: u64,
        deadline: Deadline,
        note: Option<&Note<'_>>,
    ) -> Node {
        Node {
            parker: AtomicU32::new(WAITING),
            key: AtomicUsize::new(NO_QUEUE),
            parked_at: AtomicU64::new(parked_at),
            request,
            token: Cell::new(0),
            moved_to: Cell::new(NO_QUEUE),
            is_companion: Cell::new(false),
            note: note.map_or(ptr::null(), |note| ptr::from_ref(note).cast()),
            until: deadline.nanos(),
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
        // Acquire: pairs with the release in `wake` and `wake_if_awake`, so that the token, and all that the waker did
        // before, is seen.
        self.parker.load(Ordering::Acquire) == WOKEN
    }

    /// Sleeps until the node is woken, true, or the deadline has passed, false.
    pub(super) fn park(&self, deadline: Deadline, now: u64) -> bool {
        if self.parked_at.load(Ordering::Relaxed) == 0 {
            self.restart_clock(now);
        }
        // A failure means that the node is woken, or parked already by an earlier call: the loop finds out.
        // Relaxed: the wake-up is received by `is_woken`.
        let _ = self
            .parker
            .compare_exchange(WAITING, PARKED, Ordering::Relaxed, Ordering::Relaxed);
        if let Some(note) = self.note() {
            note.sleeps(now);
        }
        loop {
            if self.is_woken() {
                return true;
            }
            if deadline.has_passed() {
                return false;
            }
            platform::wait(&self.parker, PARKED, deadline);
        }
    }

    /// Sets the moment from which [`parked_at`](Node::parked_at) counts.
    pub(super) fn restart_clock(&self, now: u64) {
        self.parked_at.store(now, Ordering::Relaxed);
    }

    /// What the waiter has noted.
    pub(super) fn note(&self) -> Option<&Note<'_>> {
        // SAFETY: null, or a note that outlives the node, as `new` asks.
        unsafe { self.note.as_ref() }
    }

    /// What the waker said. Only after [`is_woken`](Node::is_woken).
    pub(super) fn wake_received<'a>(&self) -> Wake<'a> {
        Wake::Woken {
            token: self.token.get(),
            moved_to: match self.moved_to.get() {
                NO_QUEUE => None,
                key => Some(QueueId(key)),
            },
        }
    }

    /// When the waiter went to sleep, if it has.
    pub(super) fn parked_at(&self) -> Option<u64> {
        match self.parked_at.load(Ordering::Relaxed) {
            0 => None,
            nanos => Some(nanos),
        }
    }

    /// Wakes the waiter. The node must not be used afterwards: it may end at once.
    ///
    /// # Safety
    ///
    /// The node is in no queue, and this is the only call of its kind on it.
    pub(super) unsafe fn wake(node: *const Node) {
        // SAFETY: until it is woken the node lives, says its own contract; the reference ends with the swap, and what
        // follows needs the address alone.
        let (word, before) = unsafe {
            let word = &raw const (*node).parker;
            // Release: pairs with `is_woken`.
            (word, (*word).swap(WOKEN, Ordering::Release))
        };
        if before == PARKED {
            platform::wake(word);
        }
    }

    /// Wakes the waiter if it does not sleep, and says whether it did. After true the node must not be used.
    ///
    /// # Safety
    ///
    /// As for [`wake`](Node::wake).
    pub(super) unsafe fn wake_if_awake(node: *const Node) -> bool {
        // SAFETY: as in `wake`.
        let word = unsafe { &(*node).parker };
        // Release: pairs with `is_woken`.
        word.compare_exchange(WAITING, WOKEN, Ordering::Release, Ordering::Relaxed)
            .is_ok()
    }
}
