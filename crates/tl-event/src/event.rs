//! The event, which is one word. A thread that waits first looks at that word for a while.

use std::fmt;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Note, Operation, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU32, Ordering};
use tl_core::sync::const_unless_loom;

const WAIT: &Operation = &Operation::new("Event", "wait");
const WAIT_TIMEOUT: &Operation = &Operation::new("Event", "wait_timeout");
const WAIT_DEADLINE: &Operation = &Operation::new("Event", "wait_deadline");

/// The event is set.
const SET: u32 = 1;
/// The event is clear, and threads may be in its queue.
const QUEUED: u32 = 2;
/// One call of `set`. They are counted in the bits from here up.
const ONE: u32 = 4;

/// A flag that threads can wait for.
///
/// The flag is clear at first. [`set`](Event::set) raises it and lets go every thread that waits;
/// until [`clear`](Event::clear) lowers it again, no wait blocks. An event is reached by reference:
/// put it into a `static`, an [`Arc`](std::sync::Arc), or on the stack beside
/// [`std::thread::scope`].
///
/// It is Python's
/// [`threading.Event`](https://docs.python.org/3/library/threading.html#event-objects). One promise
/// is stronger: a thread that was waiting when `set` was called is let go, and its wait says so,
/// even if `clear` follows before the thread has run.
///
/// # Memory ordering
///
/// What a thread did before `set` is seen by every thread whose `wait` or `is_set` then finds the
/// event set, or whose `clear` undoes the `set`. That is so even if the `set` found the event set
/// already.
///
/// # Examples
///
/// Two threads wait, one for as long as it takes and one with a time limit:
///
/// ```
/// use std::thread;
/// use std::time::Duration;
/// use tl_event::Event;
///
/// let ready = Event::new();
/// thread::scope(|scope| {
///     scope.spawn(|| ready.wait());
///     scope.spawn(|| {
///         while !ready.wait_timeout(Duration::from_millis(50)) {
///             // Nothing yet: do something else for a while.
///         }
///     });
///     ready.set();
/// });
/// ```
pub struct Event {
    /// | bits | meaning |
    /// | --- | --- |
    /// | 0, `SET` | the event is set |
    /// | 1, `QUEUED` | threads may be in the queue of this word; never together with `SET` |
    /// | 2 to 31 | how many times the event has been set |
    ///
    /// | change | by | how |
    /// | --- | --- | --- |
    /// | `SET` on, times + 1, nobody queued | `set` | one operation |
    /// | `SET` on, times + 1, `QUEUED` off | `set` | with the queue locked, which it empties |
    /// | `SET` off | `clear` | one operation |
    /// | `QUEUED` on | a waiter about to sleep | with the queue locked |
    /// | `QUEUED` off | the last waiter in the queue whose time ran out | with the queue locked |
    ///
    /// A waiter that finds another number of times than when it came knows that the event was set
    /// meanwhile. The number wraps around: to be fooled, a waiter would have to miss a multiple of
    /// 2³⁰ sets, several seconds of nothing else, between two looks a fraction of a microsecond
    /// apart. It would then wait for the next `set`. Once in the queue it does not rely on the
    /// number.
    state: AtomicU32,
}

impl Event {
    const_unless_loom! {
        /// Creates an event that is clear.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_event::Event;
        ///
        /// static STOP: Event = Event::new();
        /// assert!(!STOP.is_set());
        /// ```
        pub const fn new() -> Event {
            Event {
                state: AtomicU32::new(0),
            }
        }
    }

    /// Returns whether the event is set: one load, never blocks.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_event::Event;
    ///
    /// let done = Event::new();
    /// done.set();
    /// assert!(done.is_set());
    /// ```
    #[inline]
    pub fn is_set(&self) -> bool {
        // Acquire: pairs with the release in `set`.
        self.state.load(Ordering::Acquire) & SET != 0
    }

    /// Sets the event, and lets all threads go that wait for it. Setting it twice is as good as
    /// once.
    ///
    /// The caller may be the last to need the event: once a waiter can see that the event is set,
    /// `set` does not touch it again. It never blocks for longer than a few instructions of another
    /// thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_event::Event;
    ///
    /// let done = Event::new();
    /// done.set();
    /// done.set();
    /// done.wait();
    /// ```
    #[inline]
    pub fn set(&self) {
        let state = self.state.load(Ordering::Relaxed);
        if state & QUEUED != 0 || self.exchange_for_set(state).is_err() {
            self.set_slowly();
        }
    }

    #[cold]
    fn set_slowly(&self) {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & QUEUED == 0 {
            match self.exchange_for_set(state) {
                Ok(_) => return,
                Err(now) => state = now,
            }
        }
        // The queue wakes the threads in it, and passes on to them what precedes this call.
        let mut queue = WaitQueue::of(&self.state).lock();
        while let Err(now) = self.exchange_for_set(state) {
            state = now;
        }
        queue.wake_all(0);
    }

    /// Sets the event if the word still says `state`.
    #[inline]
    fn exchange_for_set(&self, state: u32) -> Result<u32, u32> {
        // Release: pairs with the acquiring loads of `is_set` and of waiters, and with `clear`.
        // Also when the event is set already: what precedes this call must be seen, too, and a
        // `clear` at the same moment must come either before this, and be undone by it, or after
        // it, and see it.
        self.state.compare_exchange(
            state,
            (state.wrapping_add(ONE) | SET) & !QUEUED,
            Ordering::Release,
            Ordering::Relaxed,
        )
    }

    /// Clears the event: from now on waits block until the next [`set`](Event::set). Clearing it
    /// twice is as good as once.
    ///
    /// Threads that waited when the event was set still return, though `is_set` may be false by
    /// then.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_event::Event;
    ///
    /// let ready = Event::new();
    /// ready.set();
    /// ready.clear();
    /// assert!(!ready.is_set());
    /// ```
    #[inline]
    pub fn clear(&self) {
        // Acquire: pairs with the release in `set`, so that a thread that clears the event and then
        // looks for work finds what the `set` that it has just undone announced.
        self.state.fetch_and(!SET, Ordering::Acquire);
    }

    /// Waits until the event is set; returns at once if it is.
    ///
    /// # Blocking
    ///
    /// Waits for a [`set`](Event::set) by another thread, forever if none comes. Many threads may
    /// wait; each `set` lets all of them go.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_event::Event;
    ///
    /// let ready = Event::new();
    /// thread::scope(|scope| {
    ///     scope.spawn(|| ready.set());
    ///     ready.wait();
    /// });
    /// ```
    #[inline]
    #[track_caller]
    pub fn wait(&self) {
        if !self.is_set() {
            self.wait_before(Deadline::NEVER, Call::here(WAIT));
        }
    }

    /// Waits until the event is set, for `timeout` at the longest. Returns whether the event was
    /// set, now or since the call began: `false` means that the time ran out.
    ///
    /// [`Duration::ZERO`] only looks. A timeout too long to be represented, such as
    /// [`Duration::MAX`], waits forever.
    ///
    /// # Blocking
    ///
    /// The same as [`wait`](Event::wait), until the time has run out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_event::Event;
    ///
    /// let ready = Event::new();
    /// assert!(!ready.wait_timeout(Duration::from_millis(1)));
    /// ready.set();
    /// assert!(ready.wait_timeout(Duration::MAX));
    /// ```
    #[inline]
    #[must_use = "if it is false the time ran out and the event was not set"]
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let call = Call::here(WAIT_TIMEOUT);
        self.is_set() || (!timeout.is_zero() && self.wait_before(Deadline::after(timeout), call))
    }

    /// Waits until the event is set, at the longest until `deadline`. Returns whether the event was
    /// set, now or since the call began: `false` means that the deadline passed.
    ///
    /// A deadline in the past only looks.
    ///
    /// # Blocking
    ///
    /// The same as [`wait`](Event::wait), until the deadline.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use tl_event::Event;
    ///
    /// // Both are waited for, 20 milliseconds in all.
    /// let (first, second) = (Event::new(), Event::new());
    /// let deadline = Instant::now() + Duration::from_millis(20);
    /// assert!(!first.wait_deadline(deadline));
    /// assert!(!second.wait_deadline(deadline));
    /// ```
    #[inline]
    #[must_use = "if it is false the time ran out and the event was not set"]
    #[track_caller]
    pub fn wait_deadline(&self, deadline: Instant) -> bool {
        let call = Call::here(WAIT_DEADLINE);
        self.is_set() || self.wait_before(Deadline::at(deadline), call)
    }

    #[cold]
    fn wait_before(&self, deadline: Deadline, call: Call) -> bool {
        if deadline.has_passed() {
            return false;
        }
        // Acquire: as in `wait_since`.
        let begun = self.state.load(Ordering::Acquire);
        self.wait_since(begun, deadline, call)
    }

    /// Goes on with a wait that began when the word was `begun`.
    fn wait_since(&self, begun: u32, deadline: Deadline, call: Call) -> bool {
        // All loads acquire: they pair with the release in `set`, also across a `clear`, which
        // continues what it releases. The wait is over if the event is set, or has been since the
        // wait began.
        let is_over = |state: u32| state & SET != 0 || (state ^ begun) & !QUEUED != 0;

        let queue = WaitQueue::of(&self.state);
        let mut backoff = queue.backoff();
        if backoff.look_until(deadline, || is_over(self.state.load(Ordering::Acquire))) {
            return true;
        }

        let queue = queue.lock();
        let mut state = self.state.load(Ordering::Acquire);
        loop {
            if is_over(state) {
                return true;
            }
            if state & QUEUED != 0 {
                break;
            }
            match self.state.compare_exchange(
                state,
                state | QUEUED,
                Ordering::Relaxed,
                Ordering::Acquire,
            ) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        let note = Note::new(call);
        let noted = queue.noting(&note);
        match noted.wait_together(0, &mut backoff, deadline) {
            Wake::Woken { .. } => true,
            Wake::TimedOut(queue) => {
                if queue.is_empty() {
                    self.state.fetch_and(!QUEUED, Ordering::Relaxed);
                }
                false
            }
        }
    }
}

/// What the models need to know and no user can: that a wait had begun when something else
/// happened.
#[cfg(loom)]
impl Event {
    /// Begins a wait, which [`wait_begun`](Event::wait_begun) goes on with.
    pub fn begin_wait(&self) -> u32 {
        // Acquire: as in `wait_before`.
        self.state.load(Ordering::Acquire)
    }

    /// Goes on with a wait.
    pub fn wait_begun(&self, begun: u32, deadline: Deadline) -> bool {
        self.wait_since(begun, deadline, Call::here(WAIT))
    }
}

impl Default for Event {
    /// Creates an event that is clear.
    fn default() -> Event {
        Event::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("is_set", &self.is_set())
            .finish()
    }
}
