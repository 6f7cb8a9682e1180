//! A wait queue that is locked: what waiters and wakers do with it.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::backoff::Backoff;
use super::bucket::{Bucket, Queues};
use super::deadline::Deadline;
use super::gate::Gate;
use super::mutex::MutexGuard;
use super::node::{NO_QUEUE, Node};
use super::note::Note;
use super::platform;
use super::queue::{QueueId, WaitQueue};
use super::trace::{self, Over};
use super::wake_list::WakeList;
use crate::sync::atomic::{AtomicU32, Ordering};

/// How long a waiter waits until it is overdue: then it gets a turn before any thread that comes
/// by. See [`Waiter::is_overdue`] for when that begins.
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{Backoff, Deadline, OVERDUE, WaitQueue, Wake};
///
/// let word = AtomicU32::new(0);
/// let overdue_at = Deadline::after(OVERDUE);
/// match WaitQueue::of(&word).lock().wait(&mut Backoff::none(), overdue_at) {
///     Wake::TimedOut(_queue) => println!("from now on this thread goes first"),
///     Wake::Woken { .. } => unreachable!("nobody knows the word"),
/// }
/// ```
pub const OVERDUE: Duration = Duration::from_micros(500);
const OVERDUE_NANOS: u64 = OVERDUE.as_nanos() as u64;
/// Such turns of one queue are at least as far apart. To give one to a thread that sleeps is to let
/// all wait until it runs; where a crowd waits and all are overdue, nothing else would happen: with
/// 128 threads at one lock that was up to 140 times slower. Under the model checker, whose clock
/// shows only two times, they may follow each other.
const OVERDUE_TURNS_APART: u64 = if cfg!(loom) { 0 } else { OVERDUE_NANOS };

/// How a wait ended.
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use std::time::Duration;
/// use tl_core::door::{Backoff, Deadline, WaitQueue, Wake};
///
/// let word = AtomicU32::new(0);
/// let soon = Deadline::after(Duration::from_millis(1));
/// match WaitQueue::of(&word).lock().wait(&mut Backoff::none(), soon) {
///     Wake::Woken { token, .. } => unreachable!("nobody knows the word, and yet somebody said {token}"),
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

/// What a waker sees of a waiter. See [`LockedQueue::scan`].
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{Verdict, WaitQueue, Waiter};
///
/// // Wakes those that have asked for no more than two of something.
/// let judge = |waiter: Waiter| match waiter.request {
///     0..=2 => Verdict::Wake(0),
///     _ => Verdict::Keep,
/// };
/// let word = AtomicU32::new(0);
/// assert_eq!(WaitQueue::of(&word).lock().scan(judge), 0);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Waiter {
    /// What the waiter passed to [`LockedQueue::wait_as`].
    pub request: u32,
    /// Whether it joined the queue more than half a millisecond ago. One that was woken in vain and
    /// waits again joined when it did first; one that was moved here joined when it was moved.
    pub is_overdue: bool,
    /// Whether it should get the next turn, before any thread that comes by: it is overdue, and no
    /// waiter of this queue got a turn for that reason within the last half millisecond. Of several
    /// in one scan each may.
    pub is_served_first: bool,
    /// Whether it was moved here by a notification of several, as the second of them. It should be
    /// woken together with the first: when each wakes the next, most of the time goes into rousing
    /// cores that are idle, and so two are roused at once.
    #[doc(hidden)]
    pub is_companion: bool,
}

/// What becomes of a waiter. See [`LockedQueue::scan`].
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{Verdict, WaitQueue};
///
/// let word = AtomicU32::new(0);
/// let mut first = true;
/// // Wakes the oldest alone.
/// WaitQueue::of(&word).lock().scan(|_| match std::mem::take(&mut first) {
///     true => Verdict::Wake(7),
///     false => Verdict::Stop,
/// });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken out and woken with this token.
    Wake(u32),
    /// It stays, and the next younger one is looked at.
    Keep,
    /// It stays, and so do all the younger ones.
    Stop,
}

/// A queue that is locked: no thread can join or leave it meanwhile. The waiters that were taken
/// out are woken when the lock is dropped or waited with.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::thread;
/// use tl_core::door::{Deadline, LockedQueue, WaitQueue, Wake};
///
/// /// Lets one waiter go, once there is one.
/// fn let_one_go(word: &AtomicU32) {
///     while !WaitQueue::of(word).lock().wake_one(7) {
///         thread::yield_now();
///     }
/// }
///
/// let word = AtomicU32::new(0);
/// thread::scope(|scope| {
///     scope.spawn(|| let_one_go(&word));
///     let queue: LockedQueue<'_> = WaitQueue::of(&word).lock();
///     let wake = queue.wait(&mut WaitQueue::of(&word).backoff(), Deadline::NEVER);
///     assert!(matches!(wake, Wake::Woken { token: 7, moved_to: None }));
/// });
/// ```
pub struct LockedQueue<'a> {
    pub(super) key: usize,
    // Before `wakes`, since fields are dropped in this order: a woken thread finds the queue
    // unlocked.
    pub(super) queues: MutexGuard<'static, Queues>,
    pub(super) wakes: WakeList,
    pub(super) note: Option<&'a Note<'a>>,
    pub(super) word: PhantomData<&'a AtomicU32>,
}

impl<'a> LockedQueue<'a> {
    /// Returns whether no thread waits.
    ///
    /// ```
    /// let word = std::sync::atomic::AtomicU32::new(0);
    /// assert!(tl_core::door::WaitQueue::of(&word).lock().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.queues.oldest(self.key).is_null()
    }

    /// Looks at the waiters, oldest first, and does with each what `judge` says. Returns how many
    /// were taken out.
    ///
    /// ```
    /// use tl_core::door::{Verdict, WaitQueue};
    ///
    /// let word = std::sync::atomic::AtomicU32::new(0);
    /// let mut queue = WaitQueue::of(&word).lock();
    /// let woken = queue.scan(|waiter| match waiter.is_overdue {
    ///     true => Verdict::Wake(1),
    ///     false => Verdict::Stop,
    /// });
    /// assert_eq!(woken, 0); // Nobody waits.
    /// ```
    pub fn scan(&mut self, mut judge: impl FnMut(Waiter) -> Verdict) -> usize {
        let mut woken = 0;
        let mut next = self.queues.oldest(self.key);
        let now = if next.is_null() { 0 } else { platform::now() };
        let last_overdue_turn = self.queues.last_overdue_turn(self.key);
        let turn_is_due = now.saturating_sub(last_overdue_turn) >= OVERDUE_TURNS_APART;
        let mut overdue_turn = false;
        // SAFETY: queued nodes live and their links are guarded by the lock that `self.queues` is.
        // What `remove` is given is queued here, and what `wakes` is given has just been removed.
        while let Some(node) = unsafe { next.as_ref() } {
            next = node.links.younger.get();
            let is_overdue = now.saturating_sub(node.waiting_since(now)) > OVERDUE_NANOS;
            let is_served_first = is_overdue && turn_is_due;
            let waiter = Waiter {
                request: node.request,
                is_overdue,
                is_served_first,
                is_companion: node.is_companion.get(),
            };
            match judge(waiter) {
                Verdict::Wake(token) => {
                    overdue_turn |= is_served_first;
                    node.token.set(token);
                    // SAFETY: as above.
                    unsafe {
                        self.queues.remove(node);
                        self.wakes.push(node);
                    }
                    woken += 1;
                }
                Verdict::Keep => {}
                Verdict::Stop => break,
            }
        }
        if overdue_turn {
            self.queues.note_overdue_turn(self.key, now);
        }
        woken
    }

    /// Takes the longest waiter out and wakes it with `token`. False if nobody waits.
    pub fn wake_one(&mut self, token: u32) -> bool {
        self.wake(1, token) == 1
    }

    /// Takes all waiters out and wakes them with `token`. Returns how many there were.
    ///
    /// ```
    /// let word = std::sync::atomic::AtomicU32::new(0);
    /// assert_eq!(tl_core::door::WaitQueue::of(&word).lock().wake_all(7), 0);
    /// ```
    pub fn wake_all(&mut self, token: u32) -> usize {
        self.wake(usize::MAX, token)
    }

    /// Takes up to `limit` waiters out, oldest first, and wakes them with `token`. Returns how many
    /// there were.
    pub fn wake(&mut self, limit: usize, token: u32) -> usize {
        let mut woken = 0;
        while woken < limit {
            let node = self.queues.oldest(self.key);
            if node.is_null() {
                break;
            }
            // SAFETY: `oldest` gives a live node of this bucket, which is locked; removed, it goes
            // on the list of wakes.
            unsafe {
                (*node).token.set(token);
                self.queues.remove(node);
                self.wakes.push(node);
            }
            woken += 1;
        }
        woken
    }

    /// Shows `note` in [`waits`](super::waits) while the thread waits with what this returns.
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

    /// Stays in the queue, where it is seen, while `f` waits for the same elsewhere. A wake-up does
    /// not end that. Returns what `f` returns.
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
            holder: trace::holder_at_beginning(self.note, self.key),
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

    /// Joins the queue, unlocks it, and waits to be woken, awake for as long as `backoff` has
    /// patience and then asleep.
    ///
    /// A deadline that has already passed does not join the queue at all.
    pub fn wait(self, backoff: &mut Backoff, deadline: Deadline) -> Wake<'a> {
        self.wait_as(0, backoff, deadline, || {})
    }

    /// Waits as [`wait_as`](LockedQueue::wait_as) does, for a waiter that is woken together with
    /// all others of its queue: one call of the system wakes them all. One that is woken alone
    /// would rouse the others in vain.
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

    /// Waits as [`wait`](LockedQueue::wait) does, with a word for the waker, `request`, and
    /// something to do once the thread is in the queue and the queue is unlocked: from then on no
    /// wake-up is missed. If `once_queued` panics the thread leaves the queue. Had it been woken by
    /// then, what came with that, as a lock that was handed over, would be lost without a word:
    /// then the process is aborted.
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
            holder: trace::holder_at_beginning(self.note, key),
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

        loop {
            if node.is_woken() {
                backoff.woke_early();
                backoff.place = node.links.place.get();
                backoff.waiting_since = node.waiting_since(began);
                over.tell(&node, false);
                return node.wake_received();
            }
            if !backoff.snooze_until(deadline) {
                break;
            }
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
        backoff.waiting_since = node.waiting_since(began);
        backoff.place = node.links.place.get();
        over.tell(&node, false);
        node.wake_received()
    }
}

impl fmt::Debug for LockedQueue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockedQueue")
            .field("is_empty", &self.is_empty())
            .finish_non_exhaustive()
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
                // SAFETY: as in `wait_as`.
                unsafe { queues.remove(self.node) };
                return;
            }
        }
    }
}
