//! The table of buckets, and in each bucket the queues whose keys fall into it.
//!
//! A queue has no storage of its own: it is the chain of the nodes that wait on one address, and it
//! exists while there are any. The queues of a bucket are chained through their oldest nodes, so
//! that a long queue does not slow the others down:
//!
//! ```text
//! first ─▶ oldest of A ─next_queue─▶ oldest of B ─▶ ∅
//!             │ younger                 │ younger
//!             ▼                         ▼
//!          second of A               youngest of B
//! ```

use std::ptr;

use crossbeam_utils::CachePadded;

#[cfg(not(loom))]
use super::fork::{self, Part};
use super::gate::Gate;
use super::history::History;
use super::mutex::{Mutex, MutexGuard};
use super::node::{NO_QUEUE, Node};
#[cfg(not(loom))]
use super::spread::entry_of;
use crate::sync::atomic::Ordering;
#[cfg(not(loom))]
use crate::sys::ForkHooks;

/// How many buckets there are. One under the model checker, where addresses differ from run to run.
const BUCKETS: usize = if cfg!(loom) { 1 } else { 512 };

/// A bucket: the queues of all keys that fall into it, and what is known of the waits on them.
pub(super) struct Bucket {
    queues: Mutex<Queues>,
    pub(super) history: History,
    pub(super) gate: Gate,
}

#[cfg(not(loom))]
impl Bucket {
    const fn new() -> Bucket {
        Bucket {
            queues: Mutex::new(Queues::new()),
            history: History::new(),
            gate: Gate::new(),
        }
    }

    fn table() -> &'static [CachePadded<Bucket>; BUCKETS] {
        static TABLE: [CachePadded<Bucket>; BUCKETS] =
            [const { CachePadded::new(Bucket::new()) }; BUCKETS];
        &TABLE
    }

    /// Returns the bucket of `key`.
    pub(super) fn of(key: usize) -> &'static Bucket {
        let bucket: &CachePadded<Bucket> = entry_of(Bucket::table(), key);
        bucket
    }

    /// Calls `f` with each bucket.
    pub(super) fn for_each(mut f: impl FnMut(&'static Bucket)) {
        Bucket::table().iter().for_each(|bucket| f(bucket));
    }

    /// In the child no thread waits: its node is on a stack that the C runtime gives to a new
    /// thread.
    const AT_FORK: ForkHooks = ForkHooks {
        before: Bucket::hold_all,
        in_parent: || Bucket::let_all_go(|_| ()),
        in_child: || Bucket::let_all_go(Queues::forget),
    };

    fn hold_all() {
        for bucket in Bucket::table() {
            bucket.queues.hold();
        }
    }

    /// Calls `f` with the queues of each bucket and unlocks it.
    fn let_all_go(f: fn(&mut Queues)) {
        for bucket in Bucket::table() {
            // SAFETY: this is the thread that has called `hold_all`, and no guard came into being
            // since.
            let mut queues = unsafe { bucket.queues.take_back() };
            f(&mut queues);
        }
    }
}

#[cfg(loom)]
impl Bucket {
    pub(super) fn of(_key: usize) -> &'static Bucket {
        loom::lazy_static! {
            static ref TABLE: CachePadded<Bucket> = CachePadded::new(Bucket {
                queues: Mutex::new(Queues::new()),
                history: History::new(),
                gate: Gate::new(),
            });
        }
        const { assert!(BUCKETS == 1) };
        &TABLE
    }

    pub(super) fn for_each(mut f: impl FnMut(&'static Bucket)) {
        f(Bucket::of(NO_QUEUE));
    }
}

impl Bucket {
    pub(super) fn lock(&'static self) -> MutexGuard<'static, Queues> {
        #[cfg(not(loom))]
        fork::be_ready(Part::Queues, &Bucket::AT_FORK);
        self.queues.lock()
    }
}

/// The queues of one bucket.
pub(super) struct Queues {
    first: *const Node,
    /// The place of the youngest that ever joined one of them.
    last_place: u64,
}

// SAFETY: the pointers are to nodes that may be used from any thread that holds the bucket's lock,
// which every user of `Queues` does: all its methods need the guard.
unsafe impl Send for Queues {}

impl Queues {
    const fn new() -> Queues {
        Queues {
            first: ptr::null(),
            last_place: 0,
        }
    }

    /// Calls `f` with each node of each queue, the older ones of a queue first.
    pub(super) fn for_each(&self, mut f: impl FnMut(&Node)) {
        let mut head = self.first;
        // SAFETY: as in `oldest`.
        while let Some(oldest) = unsafe { head.as_ref() } {
            head = oldest.links.next_queue.get();
            f(oldest);
            let mut next = oldest.links.younger.get();
            // SAFETY: as in `oldest`.
            while let Some(node) = unsafe { next.as_ref() } {
                next = node.links.younger.get();
                f(node);
            }
        }
    }

    /// Forgets all waiters, whose threads are no more.
    #[cfg(not(loom))]
    fn forget(&mut self) {
        self.first = ptr::null();
    }

    /// Returns the oldest waiter of a queue, or null.
    pub(super) fn oldest(&self, key: usize) -> *const Node {
        let mut head = self.first;
        // SAFETY: a queued node lives, and its links are guarded by the lock that `self` came from.
        while let Some(node) = unsafe { head.as_ref() } {
            if node.key.load(Ordering::Relaxed) == key {
                break;
            }
            head = node.links.next_queue.get();
        }
        head
    }

    /// Returns when a waiter of the queue last got a turn because it was overdue, in nanoseconds; 0
    /// if none has since the queue began.
    pub(super) fn last_overdue_turn(&self, key: usize) -> u64 {
        // SAFETY: as in `oldest`.
        let oldest = unsafe { self.oldest(key).as_ref() };
        oldest.map_or(0, |oldest| oldest.links.last_overdue_turn.get())
    }

    /// Notes that a waiter got such a turn now. A queue that has ended forgets it: then there is no
    /// crowd.
    pub(super) fn note_overdue_turn(&mut self, key: usize, now: u64) {
        // SAFETY: as in `oldest`.
        if let Some(oldest) = unsafe { self.oldest(key).as_ref() } {
            oldest.links.last_overdue_turn.set(now);
        }
    }

    /// Puts a node at the young end of a queue.
    ///
    /// # Safety
    ///
    /// The node is in no queue, and stays where it is until it has been removed.
    pub(super) unsafe fn push(&mut self, key: usize, node: *const Node) {
        let oldest = self.oldest(key);
        self.last_place += 1;
        // SAFETY: the caller keeps `node` alive; queued nodes live; the links of both are guarded
        // by this lock.
        unsafe {
            let links = &(*node).links;
            (*node).key.store(key, Ordering::Relaxed);
            links.place.set(self.last_place);
            links.younger.set(ptr::null());
            if oldest.is_null() {
                links.older.set(ptr::null());
                links.youngest.set(node);
                links.next_queue.set(self.first);
                self.first = node;
            } else {
                let youngest = (*oldest).links.youngest.get();
                links.older.set(youngest);
                (*youngest).links.younger.set(node);
                (*oldest).links.youngest.set(node);
            }
        }
    }

    /// Puts a node back to the place that it had in the queue: ahead of all that have joined since;
    /// at the young end if there are none.
    ///
    /// # Safety
    ///
    /// As for [`push`](Queues::push).
    pub(super) unsafe fn push_again(&mut self, key: usize, node: *const Node, place: u64) {
        let mut next = self.oldest(key);
        // SAFETY: the caller keeps `node` alive; queued nodes live; the links of all of them are
        // guarded by this lock.
        unsafe {
            while next
                .as_ref()
                .is_some_and(|next| next.links.place.get() < place)
            {
                next = (*next).links.younger.get();
            }
            let Some(younger) = next.as_ref() else {
                self.push(key, node);
                return (*node).links.place.set(place);
            };
            let links = &(*node).links;
            let older = younger.links.older.get();
            (*node).key.store(key, Ordering::Relaxed);
            links.place.set(place);
            links.older.set(older);
            links.younger.set(next);
            younger.links.older.set(node);
            if older.is_null() {
                links.youngest.set(younger.links.youngest.get());
                links.next_queue.set(younger.links.next_queue.get());
                links
                    .last_overdue_turn
                    .set(younger.links.last_overdue_turn.get());
                self.replace_head(next, node);
            } else {
                (*older).links.younger.set(node);
            }
        }
    }

    /// Takes a node out of its queue.
    ///
    /// # Safety
    ///
    /// The node is in a queue of this bucket.
    pub(super) unsafe fn remove(&mut self, node: *const Node) {
        // SAFETY: the caller says that the node is queued here; so it and its neighbours live and
        // their links are guarded by this lock.
        unsafe {
            let links = &(*node).links;
            let key = (*node).key.load(Ordering::Relaxed);
            let (older, younger) = (links.older.get(), links.younger.get());
            if older.is_null() {
                // The oldest: the next one takes over what the oldest knows of the queue, or the
                // queue ends.
                let successor = if younger.is_null() {
                    links.next_queue.get()
                } else {
                    (*younger).links.older.set(ptr::null());
                    (*younger).links.youngest.set(links.youngest.get());
                    (*younger).links.next_queue.set(links.next_queue.get());
                    (*younger)
                        .links
                        .last_overdue_turn
                        .set(links.last_overdue_turn.get());
                    younger
                };
                self.replace_head(node, successor);
            } else {
                (*older).links.younger.set(younger);
                if younger.is_null() {
                    (*self.oldest(key)).links.youngest.set(older);
                } else {
                    (*younger).links.older.set(older);
                }
            }
            (*node).key.store(NO_QUEUE, Ordering::Relaxed);
        }
    }

    /// Makes whatever points to `head`, the oldest node of a queue, point to `successor`.
    ///
    /// # Safety
    ///
    /// `head` is the oldest of a queue of this bucket.
    unsafe fn replace_head(&mut self, head: *const Node, successor: *const Node) {
        if ptr::eq(self.first, head) {
            self.first = successor;
            return;
        }
        let mut before = self.first;
        // SAFETY: the chain of oldest nodes is of queued nodes, which live, and `head` is among
        // them, so that the end is not reached before it.
        unsafe {
            while !ptr::eq((*before).links.next_queue.get(), head) {
                before = (*before).links.next_queue.get();
            }
            (*before).links.next_queue.set(successor);
        }
    }
}
