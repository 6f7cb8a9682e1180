//! The wait queues: the threads that wait on one word, oldest first.

use std::fmt;
use std::marker::PhantomData;
use std::ptr;

use super::backoff::Backoff;
use super::bucket::{Bucket, Queues};
use super::deadline::Deadline;
use super::mutex::MutexGuard;
use super::node::{NO_QUEUE, Node};
use super::platform;
use crate::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// A waiter that has slept longer than this, in nanoseconds, is overdue: it gets a turn before any thread that comes by.
const OVERDUE: u64 = 500_000;
/// Such turns of one queue are at least as far apart. To give one to a thread that sleeps is to let all wait until it runs; where a crowd
/// waits and all are overdue, nothing else would happen: with 128 threads at one lock that was sixteen times slower. Under the model
/// checker, whose clock shows only two times, they may follow each other.
const OVERDUE_TURNS_APART: u64 = if cfg!(loom) { 0 } else { OVERDUE };

/// A word that threads can wait on: an atomic that its primitive keeps to itself.
///
/// The word's address is the key of its queue. Only who can name the word can reach the queue, so that the waiters of a
/// primitive hear from that primitive alone.
#[diagnostic::on_unimplemented(
    message = "threads cannot wait on `{Self}`",
    label = "not an `AtomicU32`, `AtomicU64` or `AtomicUsize` of `tl_core::sync::atomic`",
    note = "the address of an atomic that the primitive owns is the key of its queue: pass a reference to the atomic itself"
)]
pub trait Word: sealed::Sealed {}

mod sealed {
    pub trait Sealed: Sized {}
}

macro_rules! words {
    ($($word:ty),*) => {$(
        impl sealed::Sealed for $word {}
        impl Word for $word {}
    )*};
}
words!(AtomicU32, AtomicU64, AtomicUsize);

/// The threads that wait on one word, oldest first.
///
/// A queue takes no room in the primitive and allocates nothing: its nodes are on the stacks of the waiters.
///
/// The pattern is always the same. A waiter locks the queue, looks at the word again, and waits; whoever changes the word so
/// that waiters may go on does that with the queue locked, and wakes. Neither can slip past the other.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::thread;
/// use tl_core::door::{Deadline, Wake, WaitQueue};
///
/// let ready = AtomicU32::new(0);
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         let queue = WaitQueue::of(&ready).lock();
///         if ready.load(Ordering::Relaxed) == 0 {
///             let wake = queue.wait(&mut WaitQueue::of(&ready).backoff(), Deadline::NEVER);
///             assert!(matches!(wake, Wake::Woken { token: 7, .. }));
///         }
///         assert_eq!(ready.load(Ordering::Relaxed), 1);
///     });
///     let mut queue = WaitQueue::of(&ready).lock();
///     ready.store(1, Ordering::Relaxed);
///     queue.wake_all(7);
/// });
/// ```
#[derive(Clone, Copy)]
pub struct WaitQueue<'a> {
    key: usize,
    word: PhantomData<&'a AtomicU32>,
}

impl<'a> WaitQueue<'a> {
    /// The queue of the threads that wait on `word`.
    #[inline]
    pub fn of<W: Word>(word: &'a W) -> WaitQueue<'a> {
        WaitQueue {
            key: ptr::from_ref(word).addr(),
            word: PhantomData,
        }
    }

    /// The identity of the queue.
    #[inline]
    pub fn id(self) -> QueueId {
        QueueId(self.key)
    }

    /// How a thread stays awake that begins to wait for something that happens once: looking costs the others nothing.
    #[inline]
    pub fn backoff(self) -> Backoff {
        Bucket::of(self.key).history.backoff()
    }

    /// How a thread stays awake that begins to compete for a lock whose holder is about to release it.
    #[inline]
    pub fn notified_backoff(self) -> Backoff {
        Bucket::of(self.key).history.notified_backoff()
    }

    /// How a thread stays awake that begins to compete with others for what the word counts, as a lock or permits: each look slows
    /// the others down. On a busy machine it stays awake no longer than it gets a core.
    #[inline]
    pub fn contended_backoff(self) -> Backoff {
        Bucket::of(self.key).history.contended_backoff()
    }

    /// Tells the policy that a wait on the word ended before the thread queued itself.
    #[inline]
    pub fn woke_early(self) {
        Bucket::of(self.key).history.record_awake();
    }

    /// Locks the queue. What the holder does until it waits or drops the lock should be a few instructions, and must not
    /// enter the door again: it would wait for itself.
    #[inline]
    pub fn lock(self) -> LockedQueue<'a> {
        LockedQueue {
            key: self.key,
            queues: Bucket::of(self.key).lock(),
            wakes: WakeList::new(),
            word: PhantomData,
        }
    }

    /// Takes up to `limit` waiters, oldest first, to wake them: those that are still awake at once; for those asleep, if
    /// `is_held` says that the word `to` is a lock that somebody holds, and that its holder will see the waiters there when it
    /// lets go, they are moved to the end of its queue; else they are woken too. Returns how many were taken.
    ///
    /// `once_taken` hears how many, with this queue still locked. `is_held` is called at most once, with the queue of `to` locked. Of those moved this thread alone knows for a moment, between
    /// the one queue and the other: that is no harm, since their wake-up counts from when they were taken.
    pub fn wake_or_requeue(
        self,
        limit: usize,
        to: WaitQueue<'_>,
        is_held: impl FnOnce() -> bool,
        once_taken: impl FnOnce(usize),
    ) -> usize {
        let mut asleep = WakeList::new();
        let mut taken = 0;
        let mut from = Bucket::of(self.key).lock();
        while taken < limit {
            let node = from.oldest(self.key);
            if node.is_null() {
                break;
            }
            taken += 1;
            // SAFETY: `oldest` gives a node of this bucket, which is locked. Removed, it is in no queue and lives until it is
            // woken, which is done here or left to the list.
            unsafe {
                from.remove(node);
                (*node).token.set(0);
                if !Node::wake_if_awake(node) {
                    asleep.push(node);
                }
            }
        }
        once_taken(taken);
        drop(from);
        if asleep.is_empty() {
            return taken;
        }
        let mut queues = Bucket::of(to.key).lock();
        if is_held() {
            let now = platform::now();
            while let Some(node) = asleep.pop() {
                // SAFETY: the node was on the list, so that it lives, is in no queue, and nobody else decides where it goes.
                unsafe {
                    (*node).moved_to.set(to.key);
                    (*node).restart_clock(now);
                    queues.push(to.key, node);
                }
            }
        }
        drop(queues);
        // Who is still on the list is woken with it.
        drop(asleep);
        taken
    }
}

impl fmt::Debug for WaitQueue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitQueue").finish_non_exhaustive()
    }
}

/// Which queue it is: equal for two queues of the same word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueId(pub(super) usize);

/// How a wait ended.
#[derive(Debug)]
#[must_use = "a wait that was woken and one that ran out are different things"]
pub enum Wake<'a> {
    /// Another thread took the waiter out of the queue. Between a wake-up and a deadline that comes at the same moment, the
    /// wake-up wins.
    Woken {
        /// What the waker said.
        token: u32,
        /// If the waiter had been moved, the queue it was moved to, from which it was then woken. The token means what the
        /// owner of that queue means by it, so a waiter that expects to be moved compares this with the queue it expects.
        moved_to: Option<QueueId>,
    },
    /// The deadline passed, and the waiter took itself out of the queue: nobody will wake it. The queue is still locked, so
    /// that the primitive can take back what it noted about the waiter.
    TimedOut(LockedQueue<'a>),
}

/// What a waker sees of a waiter.
#[derive(Debug)]
#[non_exhaustive]
pub struct Waiter {
    /// What the waiter passed to [`LockedQueue::wait_as`].
    pub request: u32,
    /// Whether it has slept for more than half a millisecond, or had given its core away or been woken in vain for that long.
    pub is_overdue: bool,
    /// Whether it should get the next turn, before any thread that comes by: it is overdue, and no waiter of this queue got a turn
    /// for that reason within the last half millisecond. Of several in one scan each may.
    pub is_served_first: bool,
    /// Whether it is the youngest of its queue.
    pub is_last: bool,
}

/// What becomes of a waiter. See [`LockedQueue::scan`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is taken out and woken with this token.
    Wake(u32),
    /// It stays, and the next younger one is looked at.
    Keep,
    /// It stays, and so do all the younger ones.
    Stop,
}

/// A queue that is locked: no thread can join or leave it meanwhile. The waiters that were taken out are woken when the lock
/// is dropped or waited with.
pub struct LockedQueue<'a> {
    key: usize,
    // Before `wakes`, since fields are dropped in this order: who is woken finds the queue unlocked.
    queues: MutexGuard<'static, Queues>,
    wakes: WakeList,
    word: PhantomData<&'a AtomicU32>,
}

impl<'a> LockedQueue<'a> {
    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.queues.oldest(self.key).is_null()
    }

    /// Looks at the waiters, oldest first, and does with each what `judge` says. Returns how many were taken out.
    pub fn scan(&mut self, mut judge: impl FnMut(Waiter) -> Verdict) -> usize {
        let mut woken = 0;
        let mut next = self.queues.oldest(self.key);
        let now = match next.is_null() {
            true => 0,
            false => platform::now(),
        };
        let last_overdue_turn = self.queues.last_overdue_turn(self.key);
        let turn_is_due = now.saturating_sub(last_overdue_turn) >= OVERDUE_TURNS_APART;
        let mut overdue_turn = false;
        // SAFETY: queued nodes live and their links are guarded by the lock that `self.queues` is. What `remove` is
        // given is queued here, and what `wakes` is given has just been removed.
        while let Some(node) = unsafe { next.as_ref() } {
            next = node.links.younger.get();
            let is_overdue = node
                .parked_at()
                .is_some_and(|since| now.saturating_sub(since) > OVERDUE);
            let is_served_first = is_overdue && turn_is_due;
            let waiter = Waiter {
                request: node.request,
                is_overdue,
                is_served_first,
                is_last: next.is_null(),
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
    pub fn wake_all(&mut self, token: u32) -> usize {
        self.wake(usize::MAX, token)
    }

    /// Takes up to `limit` waiters out, oldest first, and wakes them with `token`. Returns how many there were.
    pub fn wake(&mut self, limit: usize, token: u32) -> usize {
        let mut woken = 0;
        while woken < limit {
            let node = self.queues.oldest(self.key);
            if node.is_null() {
                break;
            }
            // SAFETY: `oldest` gives a live node of this bucket, which is locked; removed, it goes on the list of wakes.
            unsafe {
                (*node).token.set(token);
                self.queues.remove(node);
                self.wakes.push(node);
            }
            woken += 1;
        }
        woken
    }

    /// Joins the queue, unlocks it, and waits to be woken, awake for as long as `backoff` has patience and then asleep.
    ///
    /// A deadline that has already passed does not join the queue at all.
    pub fn wait(self, backoff: &mut Backoff, deadline: Deadline) -> Wake<'a> {
        self.wait_as(0, backoff, deadline, || {})
    }

    /// As [`wait`](LockedQueue::wait), with a word for the waker, `request`, and something to do once the thread is in the queue
    /// and the queue is unlocked: from then on no wake-up is missed. If `once_queued` panics the thread leaves the queue; had it
    /// been woken by then, that wake-up is lost.
    pub fn wait_as(
        mut self,
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
        if deadline.has_passed() {
            drop(self);
            once_queued();
            return Wake::TimedOut(again.lock());
        }
        let node = Node::new(request, backoff.asleep_since);
        // SAFETY: the node is new, and this function does not end, nor move it, before the node has left the queue: it returns
        // when the node is woken or has been removed, and `LeaveOnPanic` sees to an unwinding `once_queued`.
        unsafe {
            match backoff.place {
                0 => self.queues.push(key, &node),
                place => self.queues.push_again(key, &node, place),
            }
        };
        drop(self);
        let leave_on_panic = LeaveOnPanic { node: &node };
        once_queued();
        std::mem::forget(leave_on_panic);

        let history = &Bucket::of(key).history;
        loop {
            if node.is_woken() {
                history.record_awake();
                backoff.place = node.links.place.get();
                return node.wake_received();
            }
            if !backoff.snooze_until(deadline) {
                break;
            }
        }
        let asleep_at = platform::now();
        let woken = node.park(deadline, asleep_at);
        history.record_asleep(platform::now().saturating_sub(asleep_at));
        backoff.asleep_since = node.parked_at().unwrap_or(asleep_at);
        if !woken {
            let mut locked = again.lock();
            if node.key.load(Ordering::Relaxed) == key {
                // SAFETY: the key says that the node is in this queue, and changes only under the lock that is held.
                unsafe { locked.queues.remove(&node) };
                return Wake::TimedOut(locked);
            }
            // Taken out, or moved to another queue: either way a waker came first.
            drop(locked);
            node.park(Deadline::NEVER, asleep_at);
        }
        backoff.place = node.links.place.get();
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

/// Takes a node out of whatever queue it is in, before its stack frame unwinds.
struct LeaveOnPanic<'n> {
    node: &'n Node,
}

impl Drop for LeaveOnPanic<'_> {
    #[cold]
    fn drop(&mut self) {
        loop {
            let key = self.node.key.load(Ordering::Relaxed);
            if key == NO_QUEUE {
                // Taken out by a waker, who still has to use the node.
                self.node.park(Deadline::NEVER, platform::now());
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

/// Nodes that were taken out of their queues, in that order, to be woken when the list is dropped.
struct WakeList {
    oldest: *const Node,
    youngest: *const Node,
}

impl WakeList {
    fn new() -> WakeList {
        WakeList {
            oldest: ptr::null(),
            youngest: ptr::null(),
        }
    }

    /// # Safety
    ///
    /// The node is in no queue and on no other list, so that nobody else uses its links or wakes it.
    unsafe fn push(&mut self, node: *const Node) {
        // SAFETY: a node lives until it is woken, and only this list wakes those that are on it.
        unsafe {
            (*node).links.younger.set(ptr::null());
            match self.youngest.as_ref() {
                None => self.oldest = node,
                Some(youngest) => youngest.links.younger.set(node),
            }
        }
        self.youngest = node;
    }

    fn is_empty(&self) -> bool {
        self.oldest.is_null()
    }

    /// Takes the oldest off the list: what becomes of it is the caller's business now.
    fn pop(&mut self) -> Option<*const Node> {
        let node = self.oldest;
        if node.is_null() {
            return None;
        }
        // SAFETY: a node on the list lives until it is woken, and only the list wakes it; it is not on it any more after this.
        self.oldest = unsafe { (*node).links.younger.get() };
        if self.oldest.is_null() {
            self.youngest = ptr::null();
        }
        Some(node)
    }
}

impl Drop for WakeList {
    fn drop(&mut self) {
        while let Some(node) = self.pop() {
            // SAFETY: the node was on the list, so it lives until it is woken, which is done here once.
            unsafe { Node::wake(node) };
        }
    }
}
