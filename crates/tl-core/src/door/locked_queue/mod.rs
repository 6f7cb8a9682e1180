//! A wait queue that is locked: what wakers do with it. In `wait.rs`, waiting in it; in `over.rs`,
//! what a recorder is told of a wait that is over.

mod over;
mod wait;

use std::fmt;
use std::marker::PhantomData;

use super::bucket::{Bucket, Queues};
use super::mutex::MutexGuard;
use super::note::Note;
use super::overdue::is_turn_due;
use super::platform;
use super::wake_list::WakeList;
use super::word::WaitQueue;
use crate::sync::atomic::AtomicU32;

pub use wait::Wake;

/// What a waker sees of a waiter. See [`LockedQueue::scan`].
///
/// # Examples
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
    /// waiter of this queue got a turn for that reason within the last half millisecond. In one
    /// scan this may be true of several.
    pub is_served_first: bool,
    /// Whether it is the second of several waiters that one notification moved here. It should be
    /// woken together with the first: if each woke the next, most of the time would go into waking
    /// idle cores, and so two are woken at once.
    #[doc(hidden)]
    pub is_companion: bool,
}

/// What becomes of a waiter. See [`LockedQueue::scan`].
///
/// # Examples
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{Verdict, WaitQueue};
///
/// let word = AtomicU32::new(0);
/// let mut first = true;
/// // Wakes the oldest alone.
/// WaitQueue::of(&word).lock().scan(|_| {
///     if std::mem::take(&mut first) { Verdict::Wake(7) } else { Verdict::Stop }
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

/// A queue that is locked: no thread can join or leave it meanwhile.
///
/// The waiters that were taken out are woken when the lock is dropped or waited with.
///
/// # Examples
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

impl<'a> WaitQueue<'a> {
    /// Locks the queue. Until the holder waits or drops the lock, it should do no more than a few
    /// instructions, and must not enter the door again, where it would wait for itself.
    #[inline]
    pub fn lock(self) -> LockedQueue<'a> {
        LockedQueue {
            key: self.key,
            queues: Bucket::of(self.key).lock(),
            note: None,
            wakes: WakeList::new(),
            word: PhantomData,
        }
    }
}

impl<'a> LockedQueue<'a> {
    /// Returns whether no thread waits.
    ///
    /// # Examples
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
    /// # Examples
    ///
    /// ```
    /// use tl_core::door::{Verdict, WaitQueue};
    ///
    /// let word = std::sync::atomic::AtomicU32::new(0);
    /// let mut queue = WaitQueue::of(&word).lock();
    /// let woken = queue.scan(|waiter| {
    ///     if waiter.is_overdue { Verdict::Wake(1) } else { Verdict::Stop }
    /// });
    /// assert_eq!(woken, 0); // Nobody waits.
    /// ```
    pub fn scan(&mut self, mut judge: impl FnMut(Waiter) -> Verdict) -> usize {
        let mut woken = 0;
        let mut next = self.queues.oldest(self.key);
        let now = if next.is_null() { 0 } else { platform::now() };
        let last_overdue_turn = self.queues.last_overdue_turn(self.key);
        let is_turn_due = is_turn_due(last_overdue_turn, now);
        let mut overdue_turn = false;
        // SAFETY: queued nodes live and their links are guarded by the lock that `self.queues` is.
        // What `remove` is given is queued here, and what `wakes` is given has just been removed.
        while let Some(node) = unsafe { next.as_ref() } {
            next = node.links.younger.get();
            let is_overdue = node.clock.is_overdue(now);
            let is_served_first = is_overdue && is_turn_due;
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
    /// # Examples
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
}

impl fmt::Debug for LockedQueue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockedQueue")
            .field("is_empty", &self.is_empty())
            .finish_non_exhaustive()
    }
}
