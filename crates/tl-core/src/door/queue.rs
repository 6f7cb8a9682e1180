//! What a thread does with a wait queue that is not locked: it stays awake for a while before it
//! waits there, or moves the threads that wait there to another queue.

use super::backoff::Backoff;
use super::bucket::Bucket;
use super::look::Moves;
use super::node::Node;
use super::wake_list::WakeList;
use super::word::WaitQueue;

impl WaitQueue<'_> {
    /// Returns the patience of a thread that begins to wait for something that happens once: a look
    /// costs the other threads nothing.
    #[inline]
    pub fn backoff(self) -> Backoff {
        Backoff::patient(&Bucket::of(self.key).history)
    }

    /// Returns the patience of a thread that begins to compete for a lock whose holder is about to
    /// release it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use tl_core::door::WaitQueue;
    ///
    /// let held = AtomicU32::new(0);
    /// let mut backoff = WaitQueue::of(&held).notified_backoff();
    /// while held.load(Ordering::Relaxed) == 1 && backoff.snooze() {}
    /// ```
    #[doc(hidden)]
    #[inline]
    pub fn notified_backoff(self) -> Backoff {
        Backoff::notified(&Bucket::of(self.key).history)
    }

    /// Returns the patience of a thread that begins to compete with others for what the word
    /// counts, such as a lock or permits: each look slows the others down.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU32, Ordering};
    /// use tl_core::door::WaitQueue;
    ///
    /// let held = AtomicU32::new(0);
    /// let queue = WaitQueue::of(&held);
    /// let mut backoff = queue.contended_backoff();
    /// loop {
    ///     if held.swap(1, Ordering::Acquire) == 0 {
    ///         backoff.woke_early();
    ///         break;
    ///     }
    ///     if !backoff.snooze() {
    ///         break; // Here it would lock the queue and wait.
    ///     }
    /// }
    /// ```
    #[inline]
    pub fn contended_backoff(self) -> Backoff {
        Backoff::contended(&Bucket::of(self.key).history)
    }

    /// Takes up to `limit` waiters out, oldest first, and returns how many it took. Those that are
    /// still awake are woken. So are those that sleep, unless `is_held` returns true: then they are
    /// moved to the end of the queue `to`, whose word is a lock that a thread holds, and whose
    /// holder will look for waiters there when it releases the lock.
    ///
    /// `once_taken` is told how many were taken, and whether others are left, while this queue is
    /// still locked. `to` and `is_held` are called at most once, and not if no waiter sleeps. What
    /// the sleepers keep alive, such as the lock that they borrow, is still there at that time.
    /// `is_held` is called with the queue `to` locked. Waiters are not moved to the queue in which
    /// they are: if `to` is this one they are woken.
    ///
    /// Between the one queue and the other, only this thread knows of the waiters that it moves.
    /// That does no harm: they count as woken from the moment when they were taken.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use tl_core::door::WaitQueue;
    ///
    /// let (condition, lock) = (AtomicU32::new(0), AtomicU32::new(1));
    /// let (waiters, holder) = (WaitQueue::of(&condition), WaitQueue::of(&lock));
    /// let taken = waiters.wake_or_requeue(usize::MAX, || holder, || true, |taken, are_more| {
    ///     assert_eq!((taken, are_more), (0, false)); // Nobody waits.
    /// });
    /// assert_eq!(taken, 0);
    /// ```
    #[doc(hidden)]
    pub fn wake_or_requeue<'t>(
        self,
        limit: usize,
        to: impl FnOnce() -> WaitQueue<'t>,
        is_held: impl FnOnce() -> bool,
        once_taken: impl FnOnce(usize, bool),
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
            // SAFETY: `oldest` gives a node of this bucket, which is locked. Removed, it is in no
            // queue and lives until it is woken, which is done here or left to the list.
            unsafe {
                from.remove(node);
                (*node).token.set(0);
                if !Node::wake_if_awake(node) {
                    asleep.push(node);
                }
            }
        }
        once_taken(taken, !from.oldest(self.key).is_null());
        if asleep.is_empty() {
            return taken;
        }
        let to = to();
        if to.key == self.key {
            drop(from);
            drop(asleep);
            return taken;
        }
        Moves::all().begin();
        drop(from);
        let mut queues = Bucket::of(to.key).lock();
        if is_held() {
            let mut moved = 0;
            while let Some(node) = asleep.pop() {
                // SAFETY: the node was on the list, so that it lives, is in no queue, and nobody
                // else decides where it goes.
                unsafe {
                    (*node).moved_to.set(to.key);
                    (*node).notified.set((*node).woken.take());
                    (*node).is_companion.set(moved == 1);
                    (*node).clock.restart();
                    queues.push(to.key, node);
                }
                moved += 1;
            }
        }
        Moves::all().end();
        drop(queues);
        // A waiter that is still on the list is woken with it.
        drop(asleep);
        taken
    }
}
