//! A word that threads wait on, and what stands for its queue.

use std::fmt;
use std::marker::PhantomData;
use std::ptr;

use crate::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize};

/// A word that threads can wait on: an atomic that its primitive keeps to itself.
///
/// The word's address is the key of its queue. Only code that can name the word can reach the
/// queue, so that the waiters of a primitive hear from that primitive alone.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU32, AtomicU64};
/// use tl_core::door::{WaitQueue, Word};
///
/// fn nobody_waits_on(word: &impl Word) -> bool {
///     WaitQueue::of(word).lock().is_empty()
/// }
/// assert!(nobody_waits_on(&AtomicU32::new(0)));
/// assert!(nobody_waits_on(&AtomicU64::new(0)));
/// ```
#[diagnostic::on_unimplemented(
    message = "threads cannot wait on `{Self}`",
    label = "not an `AtomicU32`, `AtomicU64`, `AtomicUsize` or `AtomicPtr` of `tl_core::sync::atomic`",
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

impl<T> sealed::Sealed for AtomicPtr<T> {}
impl<T> Word for AtomicPtr<T> {}

/// The threads that wait on one word, oldest first.
///
/// A queue takes no room in the primitive and allocates nothing: its nodes are on the stacks of the
/// waiters.
///
/// The pattern is always the same. A waiter locks the queue, looks at the word again, and waits; a
/// thread that changes the word so that waiters may go on does that with the queue locked, and
/// wakes them. Neither can slip past the other.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::thread;
/// use tl_core::door::{Deadline, WaitQueue};
///
/// let ready = AtomicU32::new(0);
/// let queue = WaitQueue::of(&ready);
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         let is_pending = || ready.load(Ordering::Relaxed) == 0;
///         queue.lock().wait_if(&mut queue.backoff(), Deadline::NEVER, is_pending);
///         assert_eq!(ready.load(Ordering::Relaxed), 1);
///     });
///     let mut queue = queue.lock();
///     ready.store(1, Ordering::Relaxed);
///     queue.wake_all(0);
/// });
/// ```
#[derive(Clone, Copy)]
pub struct WaitQueue<'a> {
    pub(super) key: usize,
    pub(super) word: PhantomData<&'a AtomicU32>,
}

impl<'a> WaitQueue<'a> {
    /// Returns the queue of the threads that wait on `word`.
    #[inline]
    pub fn of<W: Word>(word: &'a W) -> WaitQueue<'a> {
        WaitQueue {
            key: ptr::from_ref(word).addr(),
            word: PhantomData,
        }
    }

    /// Returns the identity of the queue.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use tl_core::door::WaitQueue;
    ///
    /// let (word, other) = (AtomicU32::new(0), AtomicU32::new(0));
    /// assert_ne!(WaitQueue::of(&word).id(), WaitQueue::of(&other).id());
    /// ```
    #[inline]
    pub fn id(self) -> QueueId {
        QueueId(self.key)
    }
}

impl fmt::Debug for WaitQueue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitQueue").finish_non_exhaustive()
    }
}

/// The identity of a queue: equal for two queues of the same word.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{QueueId, WaitQueue};
///
/// let (word, other) = (AtomicU32::new(0), AtomicU32::new(0));
/// let id: QueueId = WaitQueue::of(&word).id();
/// assert_eq!(id, WaitQueue::of(&word).id());
/// assert_ne!(id, WaitQueue::of(&other).id());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueId(pub(super) usize);

impl QueueId {
    /// Returns the address of the word.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::AtomicU32;
    /// use tl_core::door::WaitQueue;
    ///
    /// let word = AtomicU32::new(0);
    /// assert_eq!(WaitQueue::of(&word).id().address(), (&raw const word).addr());
    /// ```
    pub const fn address(self) -> usize {
        self.0
    }
}
