//! Waiting in a queue: joining it while it is locked, and leaving it.

use super::LockedQueue;
use super::over::{Over, holder_at_beginning};
use crate::door::backoff::Backoff;
use crate::door::bucket::Bucket;
use crate::door::deadline::Deadline;
use crate::door::gate::Gate;
use crate::door::node::{NO_QUEUE, Node};
use crate::door::note::Note;
use crate::door::platform;
use crate::door::word::{QueueId, WaitQueue};
use crate::sync::atomic::Ordering;

/// How a wait ended.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use std::time::Duration;
/// use tl_core::door::{Backoff, Deadline, WaitQueue, Wake};
///
/// let word = AtomicU32::new(0);
/// let soon = Deadline::after(Duration::from_millis(1));
/// match WaitQueue::of(&word).lock().wait(&mut Backoff::none(), soon) {
///     Wake::Woken { token, .. } => unreachable!("no thread wakes this one: {token}"),
///     Wake::TimedOut(queue) => assert!(queue.is_empty()),
/// }
/// ```
#[derive(Debug)]
#[must_use = "a wait that was woken and one that ran out are different things"]
pub enum Wake<'a> {
    /// Another thread took the waiter out of the queue. Between a wake-up and a deadline that comes
    /// at the same moment, the wake-up wins.
    Woken {
        /// What the waker said.
        token: u32,
        /// If the waiter had been moved, the queue it was moved to, from which it was then woken.
        /// The token means what the owner of that queue means by it, so a waiter that expects to be
        /// moved compares this with the queue it expects.
        #[doc(hidden)]
        moved_to: Option<QueueId>,
    },
    /// The deadline passed, and the waiter took itself out of the queue: nobody will wake it. The
    /// queue is still locked, so that the primitive can take back what it noted about the waiter.
    TimedOut(LockedQueue<'a>),
}

impl<'a> LockedQueue<'a> {
    /// Shows `note` in [`waits`](crate::door::waits) while the thread waits with what this returns.
    #[inline]
    #[must_use = "the note is seen once the thread waits with the queue that is returned"]
    pub fn noting<'n>(self, note: &'n Note<'n>) -> LockedQueue<'n>
    where
        'a: 'n,
    {
        LockedQueue {
            note: Some(note),
            ..self
        }
    }

    /// Stays in the queue, so that the thread is seen to wait, while `f` waits for the same
    /// elsewhere. A wake-up does not end that. Returns what `f` returns.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use tl_core::door::{Call, Note, Operation, WaitQueue, waits};
    ///
    /// const SLEEP: &Operation = &Operation::new("System", "sleep");
    ///
    /// let word = AtomicU32::new(0);
    /// let note = Note::new(Call::here(SLEEP));
    /// let queue = WaitQueue::of(&word).lock().noting(&note);
    /// assert_eq!(queue.wait_elsewhere(waits).len(), 1);
    /// assert!(waits().is_empty());
    /// ```
    pub fn wait_elsewhere<R>(mut self, f: impl FnOnce() -> R) -> R {
        let now = platform::now();
        let node = Node::new(0, now, None, Deadline::NEVER, self.note);
        if let Some(note) = self.note {
            note.show(self.key);
            note.sleeps(now);
        }
        let over = Over {
            key: self.key,
            since: now,
            holder: holder_at_beginning(self.note, self.key),
        };
        // SAFETY: the node is new, and does not move nor end before `LeaveQueue` has taken it out.
        unsafe { self.queues.push(self.key, &node) };
        drop(self);
        let leave = LeaveQueue {
            node: &node,
            may_be_woken: true,
        };
        let result = f();
        // First, since whoever wakes this node writes into it until it is out of the queue.
        drop(leave);
        over.tell(&node, false);
        result
    }

    /// Joins the queue, unlocks it, and waits to be woken: awake for as long as `backoff` has
    /// patience, and then asleep.
    ///
    /// If the deadline has already passed, the thread does not join the queue at all.
    pub fn wait(self, backoff: &mut Backoff, deadline: Deadline) -> Wake<'a> {
        self.wait_as(0, backoff, deadline, || {})
    }

    /// Waits as [`wait`](LockedQueue::wait) does if `is_pending`, which is called with the queue
    /// locked, returns true; else unlocks the queue. Returns false if the deadline came first.
    ///
    /// It does not look again after a wake-up: a caller that may be woken in vain does that, in a
    /// loop around this.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use std::time::Duration;
    /// use tl_core::door::{Backoff, Deadline, WaitQueue};
    ///
    /// let ready = AtomicU32::new(0);
    /// let wait_a_moment = || {
    ///     let soon = Deadline::after(Duration::from_millis(1));
    ///     let is_pending = || ready.load(Ordering::Relaxed) == 0;
    ///     WaitQueue::of(&ready).lock().wait_if(&mut Backoff::none(), soon, is_pending)
    /// };
    /// assert!(!wait_a_moment());
    /// ready.store(1, Ordering::Relaxed);
    /// assert!(wait_a_moment());
    /// ```
    pub fn wait_if(
        self,
        backoff: &mut Backoff,
        deadline: Deadline,
        is_pending: impl FnOnce() -> bool,
    ) -> bool {
        !is_pending() || matches!(self.wait(backoff, deadline), Wake::Woken { .. })
    }

    /// Waits as [`wait_as`](LockedQueue::wait_as) does, for a waiter that is woken together with
    /// all others of its queue: one system call wakes them all. To wake such a waiter alone would
    /// wake the others in vain.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use std::time::Duration;
    /// use tl_core::door::{Backoff, Deadline, WaitQueue, Wake};
    ///
    /// let word = AtomicU32::new(0);
    /// let soon = Deadline::after(Duration::from_millis(1));
    /// let queue = WaitQueue::of(&word).lock();
    /// let wake = queue.wait_together(0, &mut Backoff::none(), soon);
    /// assert!(matches!(wake, Wake::TimedOut(_)));
    /// ```
    pub fn wait_together(
        self,
        request: u32,
        backoff: &mut Backoff,
        deadline: Deadline,
    ) -> Wake<'a> {
        let gate = &Bucket::of(self.key).gate;
        self.wait_at(Some(gate), request, backoff, deadline, || {})
    }

    /// Waits as [`wait`](LockedQueue::wait) does. Wakers see `request`, which says what the thread
    /// asks for. `once_queued` is called when the thread is in the queue and the queue is unlocked:
    /// from then on no wake-up is missed.
    ///
    /// If `once_queued` panics the thread leaves the queue. If it has been woken by then, the
    /// process is aborted: what came with the wake-up, such as a lock that was handed over, would
    /// be lost without a word.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use std::time::Duration;
    /// use tl_core::door::{Backoff, Deadline, WaitQueue, Wake};
    ///
    /// // A condition: the lock is given up once no wake-up can be missed.
    /// let (condition, lock) = (AtomicU32::new(0), AtomicU32::new(1));
    /// let soon = Deadline::after(Duration::from_millis(1));
    /// let queue = WaitQueue::of(&condition).lock();
    /// let wake = queue.wait_as(0, &mut Backoff::none(), soon, || lock.store(0, Ordering::Release));
    /// assert!(matches!(wake, Wake::TimedOut(_)));
    /// assert_eq!(lock.load(Ordering::Relaxed), 0);
    /// ```
    pub fn wait_as(
        self,
        request: u32,
        backoff: &mut Backoff,
        deadline: Deadline,
        once_queued: impl FnOnce(),
    ) -> Wake<'a> {
        self.wait_at(None, request, backoff, deadline, once_queued)
    }

    fn wait_at(
        mut self,
        gate: Option<&'static Gate>,
        request: u32,
        backoff: &mut Backoff,
        deadline: Deadline,
        once_queued: impl FnOnce(),
    ) -> Wake<'a> {
        let key = self.key;
        let again = WaitQueue {
            key,
            word: self.word,
        };
        let began = backoff.now();
        if deadline.has_passed_by(began) {
            drop(self);
            once_queued();
            return Wake::TimedOut(again.lock());
        }
        if backoff.waiting_since == 0 {
            backoff.waiting_since = began;
        }
        let node = Node::new(request, backoff.waiting_since, gate, deadline, self.note);
        if let Some(note) = self.note {
            note.show(key);
        }
        let over = Over {
            key,
            since: began,
            holder: holder_at_beginning(self.note, key),
        };
        // SAFETY: the node is new, and this function does not end, nor move it, before the node has
        // left the queue: it returns when the node is woken or has been removed, and `LeaveQueue`
        // sees to an unwinding `once_queued`.
        unsafe {
            match backoff.place {
                0 => self.queues.push(key, &node),
                place => self.queues.push_again(key, &node, place),
            }
        };
        drop(self);
        let leave_on_panic = LeaveQueue {
            node: &node,
            may_be_woken: false,
        };
        once_queued();
        std::mem::forget(leave_on_panic);

        if backoff.look_until(deadline, || node.is_woken()) {
            backoff.place = node.links.place.get();
            backoff.waiting_since = node.clock.since(began);
            over.tell(&node, false);
            return woken(&node);
        }
        if let Some(note) = node.note() {
            note.sleeps(began);
        }
        if !node.park(deadline) {
            let mut locked = again.lock();
            // Once moved, it was taken by a waker, wherever it is now.
            if node.key.load(Ordering::Relaxed) == key && node.moved_to.get() == NO_QUEUE {
                // SAFETY: the key says that the node is in this queue, and changes only under the
                // lock that is held.
                unsafe { locked.queues.remove(&node) };
                backoff.place = node.links.place.get();
                backoff.slept(began);
                over.tell(&node, true);
                return Wake::TimedOut(locked);
            }
            // Taken out, or moved to another queue: either way a waker came first.
            drop(locked);
            node.park(Deadline::NEVER);
        }
        backoff.slept(began);
        backoff.waiting_since = node.clock.since(began);
        backoff.place = node.links.place.get();
        over.tell(&node, false);
        woken(&node)
    }
}

/// Returns what the waker said to the waiter with this node, which has been woken.
fn woken<'a>(node: &Node) -> Wake<'a> {
    Wake::Woken {
        token: node.token.get(),
        moved_to: match node.moved_to.get() {
            NO_QUEUE => None,
            key => Some(QueueId(key)),
        },
    }
}

/// Takes a node out of whatever queue it is in, before its stack frame ends.
struct LeaveQueue<'n> {
    node: &'n Node,
    /// Whether a wake-up means nothing.
    may_be_woken: bool,
}

impl Drop for LeaveQueue<'_> {
    #[cold]
    fn drop(&mut self) {
        loop {
            let key = self.node.key.load(Ordering::Relaxed);
            if key == NO_QUEUE {
                if !self.may_be_woken {
                    eprintln!("a wait panicked after it was woken: what it was given is lost");
                    std::process::abort();
                }
                // Taken out by a waker, which still has to use the node.
                self.node.park(Deadline::NEVER);
                return;
            }
            let mut queues = Bucket::of(key).lock();
            if self.node.key.load(Ordering::Relaxed) == key {
                // SAFETY: as in `wait_at`.
                unsafe { queues.remove(self.node) };
                return;
            }
        }
    }
}
