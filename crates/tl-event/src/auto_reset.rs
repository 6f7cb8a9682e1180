//! The event that resets itself, which is one word with three values.

use std::fmt;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Note, Operation, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU32, Ordering};
use tl_core::sync::const_unless_loom;

const WAIT: &Operation = &Operation::new("AutoResetEvent", "wait");
const WAIT_TIMEOUT: &Operation = &Operation::new("AutoResetEvent", "wait_timeout");
const WAIT_DEADLINE: &Operation = &Operation::new("AutoResetEvent", "wait_deadline");

const CLEAR: u32 = 0;
const SET: u32 = 1;
const QUEUED: u32 = 2;

/// An event that lets one thread go each time it is set.
///
/// [`set`](AutoResetEvent::set) lets the thread go that has waited longest. If none waits, the
/// event stays set until a thread comes, which goes on at once and leaves the event clear. The
/// event does not count: a second `set` before a wait has taken the first changes nothing. (A
/// semaphore counts.) So it says "there is something for one of you to do", like a bell that wakes
/// one worker, where an [`Event`](crate::Event) says "it has happened" to all.
///
/// It is what [.NET](https://learn.microsoft.com/dotnet/api/system.threading.autoresetevent) and
/// [Windows](https://learn.microsoft.com/windows/win32/sync/event-objects) call an auto-reset
/// event. Python has none.
///
/// # Memory ordering
///
/// What a thread did before `set` is seen by the thread that it lets go. So is what came before
/// every other `set` that the same wait took.
///
/// # Examples
///
/// A worker sleeps until there is work, and looks for all of it each time:
///
/// ```
/// use std::sync::mpsc;
/// use std::thread;
/// use tl_event::AutoResetEvent;
///
/// let bell = AutoResetEvent::new();
/// let (send, receive) = mpsc::channel();
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         for number in [1, 2, 3] {
///             send.send(number).unwrap();
///             bell.set();
///         }
///     });
///     let mut sum = 0;
///     while sum < 6 {
///         bell.wait();
///         sum += receive.try_iter().sum::<i32>();
///     }
/// });
/// ```
pub struct AutoResetEvent {
    /// | value | meaning |
    /// | --- | --- |
    /// | `CLEAR` | the queue is empty, and a thread that comes waits |
    /// | `SET` | the queue is empty, and the first thread that comes goes on |
    /// | `QUEUED` | threads may be in the queue of this word |
    ///
    /// | change | by | how |
    /// | --- | --- | --- |
    /// | `CLEAR` or `SET` to `SET` | `set` | one operation |
    /// | `SET` to `CLEAR` | a waiter that goes on, `clear` | one operation |
    /// | `CLEAR` to `QUEUED` | a waiter about to sleep | with the queue locked |
    /// | `QUEUED` to `CLEAR` | `set`, or a waiter whose time ran out, if it leaves the queue empty | with the queue locked |
    /// | `QUEUED` to `SET` | `set`, if it finds the queue empty | with the queue locked |
    state: AtomicU32,
}

impl AutoResetEvent {
    const_unless_loom! {
        /// Creates an event that is clear.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_event::AutoResetEvent;
        ///
        /// static BELL: AutoResetEvent = AutoResetEvent::new();
        /// assert!(!BELL.is_set());
        /// ```
        pub const fn new() -> AutoResetEvent {
            AutoResetEvent {
                state: AtomicU32::new(CLEAR),
            }
        }
    }

    /// Returns whether the event is set, so that a wait would not block: one load, never blocks.
    ///
    /// Another thread may take the event at any moment; [`try_wait`](AutoResetEvent::try_wait)
    /// looks and takes in one operation.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_event::AutoResetEvent;
    ///
    /// let bell = AutoResetEvent::new();
    /// bell.set();
    /// assert!(bell.is_set());
    /// bell.wait();
    /// assert!(!bell.is_set());
    /// ```
    #[inline]
    pub fn is_set(&self) -> bool {
        // Acquire: pairs with the release in `set`.
        self.state.load(Ordering::Acquire) == SET
    }

    /// Lets the thread go that has waited longest. If none waits, the event stays set for the next
    /// thread that comes.
    ///
    /// The thread that is let go may drop the event at once: from the moment when it can go on,
    /// `set` does not touch the event again. `set` never blocks for longer than a few instructions
    /// of another thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_event::AutoResetEvent;
    ///
    /// let bell = AutoResetEvent::new();
    /// bell.set();
    /// bell.set();
    /// assert!(bell.try_wait());
    /// assert!(!bell.try_wait());
    /// ```
    #[inline]
    pub fn set(&self) {
        if !self.set_unless_queued() {
            self.let_one_go();
        }
    }

    /// Sets the event if no thread is in the queue, and returns whether it did.
    #[inline]
    fn set_unless_queued(&self) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state != QUEUED {
            // Release: pairs with the acquire in `try_wait`. It is needed also if the event is set
            // already, since what precedes this call must be seen, too.
            match self
                .state
                .compare_exchange(state, SET, Ordering::Release, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    #[cold]
    fn let_one_go(&self) {
        let mut queue = WaitQueue::of(&self.state).lock();
        // With the queue locked `QUEUED` stays until this thread changes it.
        if self.set_unless_queued() {
            return;
        }
        let next = if !queue.wake_one(0) {
            // The thread in the queue has left, since its time is over, but has not changed the
            // word yet.
            SET
        } else if queue.is_empty() {
            CLEAR
        } else {
            return;
        };
        // Release: pairs with the acquire in `try_wait`.
        self.state.store(next, Ordering::Release);
    }

    /// Forgets a [`set`](AutoResetEvent::set) that no thread has taken yet. Threads that wait are
    /// not affected.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_event::AutoResetEvent;
    ///
    /// let bell = AutoResetEvent::new();
    /// bell.set();
    /// bell.clear();
    /// assert!(!bell.try_wait());
    /// ```
    pub fn clear(&self) {
        let _forgotten = self.try_wait();
    }

    /// Waits until the event is set and this thread is the one to go; then the event is clear
    /// again.
    ///
    /// # Blocking
    ///
    /// Waits for a [`set`](AutoResetEvent::set) by another thread, forever if none comes. Of
    /// several waiting threads the one that has been in the queue longest goes first. But a thread
    /// that comes just when the event is set may be faster than one that was about to fall asleep.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_event::AutoResetEvent;
    ///
    /// let bell = AutoResetEvent::new();
    /// thread::scope(|scope| {
    ///     scope.spawn(|| bell.set());
    ///     bell.wait();
    /// });
    /// assert!(!bell.is_set());
    /// ```
    #[inline]
    #[track_caller]
    pub fn wait(&self) {
        if !self.try_wait() {
            self.wait_before(Deadline::NEVER, Call::here(WAIT));
        }
    }

    /// Takes the event if it is set, which leaves it clear, and returns whether it was set. Never
    /// blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_event::AutoResetEvent;
    ///
    /// let bell = AutoResetEvent::new();
    /// assert!(!bell.try_wait());
    /// bell.set();
    /// assert!(bell.try_wait());
    /// assert!(!bell.try_wait());
    /// ```
    #[inline]
    #[must_use = "if this is true, the event was set and is clear now"]
    pub fn try_wait(&self) -> bool {
        // Acquire: pairs with the release in `set`.
        self.state.load(Ordering::Relaxed) == SET
            && self
                .state
                .compare_exchange(SET, CLEAR, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
    }

    /// Waits as [`wait`](AutoResetEvent::wait) does, for `timeout` at the longest. Returns whether
    /// the thread was let go: `false` means that the time ran out, and nothing was taken.
    ///
    /// [`Duration::ZERO`] is [`try_wait`](AutoResetEvent::try_wait). A timeout too long to be
    /// represented, such as [`Duration::MAX`], waits forever.
    ///
    /// # Blocking
    ///
    /// The same as [`wait`](AutoResetEvent::wait), until the time has run out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_event::AutoResetEvent;
    ///
    /// let bell = AutoResetEvent::new();
    /// assert!(!bell.wait_timeout(Duration::from_millis(1)));
    /// bell.set();
    /// assert!(bell.wait_timeout(Duration::MAX));
    /// ```
    #[inline]
    #[must_use = "if this is true, the event was set and is clear now"]
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let call = Call::here(WAIT_TIMEOUT);
        self.try_wait() || (!timeout.is_zero() && self.wait_before(Deadline::after(timeout), call))
    }

    /// Waits as [`wait`](AutoResetEvent::wait) does, at the longest until `deadline`. Returns
    /// whether the thread was let go: `false` means that the deadline passed, and nothing was
    /// taken.
    ///
    /// A deadline in the past is [`try_wait`](AutoResetEvent::try_wait).
    ///
    /// # Blocking
    ///
    /// The same as [`wait`](AutoResetEvent::wait), until the deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use tl_event::AutoResetEvent;
    ///
    /// let bell = AutoResetEvent::new();
    /// assert!(!bell.wait_deadline(Instant::now() + Duration::from_millis(1)));
    /// ```
    #[inline]
    #[must_use = "if this is true, the event was set and is clear now"]
    #[track_caller]
    pub fn wait_deadline(&self, deadline: Instant) -> bool {
        let call = Call::here(WAIT_DEADLINE);
        self.try_wait() || self.wait_before(Deadline::at(deadline), call)
    }

    #[cold]
    fn wait_before(&self, deadline: Deadline, call: Call) -> bool {
        if deadline.has_passed() {
            return false;
        }
        let queue = WaitQueue::of(&self.state);
        let mut backoff = queue.backoff();
        if backoff.look_until(deadline, || self.try_wait()) {
            return true;
        }

        let queue = queue.lock();
        // If it is neither set nor `QUEUED` when looked at, it may still be set before it is
        // `QUEUED`.
        while self
            .state
            .compare_exchange(CLEAR, QUEUED, Ordering::Relaxed, Ordering::Relaxed)
            .is_err_and(|state| state != QUEUED)
        {
            if self.try_wait() {
                return true;
            }
        }
        let note = Note::new(call);
        match queue.noting(&note).wait(&mut backoff, deadline) {
            Wake::Woken { .. } => true,
            Wake::TimedOut(queue) => {
                if queue.is_empty() {
                    // A failure means that a `set` has changed the word meanwhile.
                    let _ = self.state.compare_exchange(
                        QUEUED,
                        CLEAR,
                        Ordering::Relaxed,
                        Ordering::Relaxed,
                    );
                }
                false
            }
        }
    }
}

impl Default for AutoResetEvent {
    /// Creates an event that is clear.
    fn default() -> AutoResetEvent {
        AutoResetEvent::new()
    }
}

impl fmt::Debug for AutoResetEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AutoResetEvent")
            .field("is_set", &self.is_set())
            .finish()
    }
}
