//! The barrier as its users see it: the rounds, with a default timeout and an action.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Mutex, Operation};
use tl_core::sync::const_unless_loom;

use crate::BrokenBarrier;
use crate::rounds::{Action, Rounds};
use crate::state::MAX_PARTIES;

const WAIT: &Operation = &Operation::new("Barrier", "wait");
const WAIT_TIMEOUT: &Operation = &Operation::new("Barrier", "wait_timeout");
const WAIT_DEADLINE: &Operation = &Operation::new("Barrier", "wait_deadline");

/// A meeting point for a fixed number of threads, the parties.
///
/// Each party calls [`wait`](Barrier::wait), which returns when all have called it. Then the
/// barrier is ready for the next round. It is Python's
/// [`threading.Barrier`](https://docs.python.org/3/library/threading.html#barrier-objects).
///
/// # How a round ends
///
/// A round ends well as soon as the last party has arrived and has run the
/// [action](Barrier::with_action), if there is one. Or the barrier breaks: because a party's wait
/// [times out](Barrier::wait_timeout), because a thread [aborts](Barrier::abort) or
/// [resets](Barrier::reset) it, or because the action panics. Then every party that waits gets a
/// [`BrokenBarrier`] that says which. A round that has ended well stays so: a party that has not
/// yet returned from it is not affected by what breaks the barrier later.
///
/// A broken barrier refuses every wait, for the reason that broke it first, until it is reset.
///
/// # More threads than parties
///
/// Any number of threads may use a barrier; each round takes as many as there are parties, in the
/// order in which they arrive. A thread that comes while the action runs, or after a reset while
/// parties are still about to leave, waits until that is over, whatever its timeout, and then
/// arrives.
///
/// # Memory ordering
///
/// What the parties did before they arrived is seen by the action, and by every party once its wait
/// has returned `Ok`.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use std::thread;
/// use tl_barrier::Barrier;
///
/// let barrier = Barrier::new(3);
/// let done = AtomicUsize::new(0);
/// thread::scope(|scope| {
///     for _ in 0..3 {
///         scope.spawn(|| {
///             for round in 1..=10 {
///                 done.fetch_add(1, Ordering::Relaxed);
///                 barrier.wait().unwrap();
///                 // All three have done this round; none goes on before all have seen that.
///                 assert_eq!(done.load(Ordering::Relaxed), 3 * round);
///                 barrier.wait().unwrap();
///             }
///         });
///     }
/// });
/// ```
pub struct Barrier {
    rounds: Rounds,
    timeout: Option<Duration>,
    action: Option<Box<Action>>,
}

// A panic in the action is the only one that can pass through here, and it leaves the barrier
// broken, for all to see.
impl UnwindSafe for Barrier {}
impl RefUnwindSafe for Barrier {}

impl Barrier {
    /// The greatest number of parties.
    pub const MAX_PARTIES: usize = MAX_PARTIES;

    const_unless_loom! {
        /// Creates a barrier for `parties` threads, without an action, whose waits have no timeout.
        ///
        /// # Panics
        ///
        /// If `parties` is zero, or more than [`MAX_PARTIES`](Barrier::MAX_PARTIES).
        ///
        /// # Mistakes that do not compile
        ///
        /// In a `static` that panic is an error of the compiler:
        ///
        /// ```compile_fail
        /// static NOBODY: tl_barrier::Barrier = tl_barrier::Barrier::new(0);
        /// ```
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_barrier::Barrier;
        ///
        /// static BARRIER: Barrier = Barrier::new(2);
        /// assert_eq!(BARRIER.parties(), 2);
        /// ```
        pub const fn new(parties: usize) -> Barrier {
            Barrier {
                rounds: Rounds::new(parties),
                timeout: None,
                action: None,
            }
        }
    }

    /// Gives the barrier a timeout for every [`wait`](Barrier::wait).
    ///
    /// The forms that say how long they wait, [`wait_timeout`](Barrier::wait_timeout) and
    /// [`wait_deadline`](Barrier::wait_deadline), ignore it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_barrier::{Barrier, BrokenBarrierKind};
    ///
    /// static BARRIER: Barrier = Barrier::new(2).with_timeout(Duration::from_millis(10));
    /// let error = BARRIER.wait().unwrap_err();
    /// assert_eq!(error.kind(), BrokenBarrierKind::TimedOut);
    /// ```
    #[must_use = "the barrier is returned, not changed in place"]
    pub const fn with_timeout(mut self, timeout: Duration) -> Barrier {
        self.timeout = Some(timeout);
        self
    }

    /// Gives the barrier something to do in every round: the party that arrives last calls
    /// `action`, before any of them goes on.
    ///
    /// If the action panics the barrier breaks, and the panic propagates in that party. After a
    /// [`reset`](Barrier::reset) the action is called again, in the state in which the panic left
    /// it.
    ///
    /// # Blocking
    ///
    /// The parties wait for the action, whatever their timeouts: once all have arrived time does
    /// not run out. The action must not wait at its own barrier, which would wait for the action.
    /// It may look at it, [`abort`](Barrier::abort) it and [`reset`](Barrier::reset) it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use std::sync::Arc;
    /// use std::thread;
    /// use tl_barrier::Barrier;
    ///
    /// let rounds = Arc::new(AtomicUsize::new(0));
    /// let counter = Arc::clone(&rounds);
    /// let barrier = Barrier::new(2).with_action(move || {
    ///     counter.fetch_add(1, Ordering::Relaxed);
    /// });
    /// thread::scope(|scope| {
    ///     for _ in 0..2 {
    ///         scope.spawn(|| {
    ///             barrier.wait().unwrap();
    ///             assert_eq!(rounds.load(Ordering::Relaxed), 1);
    ///         });
    ///     }
    /// });
    /// ```
    #[must_use = "the barrier is returned, not changed in place"]
    pub fn with_action(mut self, action: impl FnMut() + Send + 'static) -> Barrier {
        self.action = Some(Box::new(Mutex::new(action)));
        self
    }

    /// Arrives, and waits until all the parties have arrived, for the
    /// [default timeout](Barrier::with_timeout) at the longest if there is one. Returns this
    /// party's place in the order of arrival.
    ///
    /// # Errors
    ///
    /// [`BrokenBarrier`] if the barrier is broken, or breaks before all have arrived and the action
    /// has run.
    ///
    /// # Panics
    ///
    /// If this is the last party to arrive, and the action panics.
    ///
    /// # Blocking
    ///
    /// Waits for the other parties, forever if one never comes and there is no timeout, and for the
    /// action.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_barrier::Barrier;
    ///
    /// let barrier = Barrier::new(2);
    /// thread::scope(|scope| {
    ///     scope.spawn(|| barrier.wait().unwrap());
    ///     barrier.wait().unwrap();
    /// });
    /// ```
    #[inline]
    #[track_caller]
    pub fn wait(&self) -> Result<BarrierWaitResult, BrokenBarrier> {
        let deadline = match self.timeout {
            None => Deadline::NEVER,
            Some(timeout) => Deadline::after(timeout),
        };
        self.wait_before(deadline, Call::here(WAIT))
    }

    /// Arrives and waits as [`wait`](Barrier::wait) does, for at most `timeout`, counted from the
    /// call. If not all have arrived by then, this party gives up, and that breaks the barrier for
    /// all.
    ///
    /// [`Duration::ZERO`] gives up at once, unless this is the last party to arrive; that, too,
    /// breaks the barrier. A timeout too long to be represented, such as [`Duration::MAX`], waits
    /// forever.
    ///
    /// # Errors
    ///
    /// The same as [`wait`](Barrier::wait). The party whose time ran out and those that it leaves
    /// behind all get [`TimedOut`](crate::BrokenBarrierKind::TimedOut).
    ///
    /// # Panics
    ///
    /// The same as [`wait`](Barrier::wait).
    ///
    /// # Blocking
    ///
    /// Waits for the other parties, and for the action once all have arrived, however long that
    /// runs.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_barrier::{Barrier, BrokenBarrierKind};
    ///
    /// let barrier = Barrier::new(2);
    /// let error = barrier.wait_timeout(Duration::from_millis(10)).unwrap_err();
    /// assert_eq!(error.kind(), BrokenBarrierKind::TimedOut);
    /// assert!(barrier.is_broken());
    /// ```
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<BarrierWaitResult, BrokenBarrier> {
        self.wait_before(Deadline::after(timeout), Call::here(WAIT_TIMEOUT))
    }

    /// Arrives and waits as [`wait_timeout`](Barrier::wait_timeout) does, until `deadline` at the
    /// latest. With a deadline in the past it gives up at once, unless this is the last party to
    /// arrive.
    ///
    /// # Errors
    ///
    /// The same as [`wait_timeout`](Barrier::wait_timeout).
    ///
    /// # Panics
    ///
    /// The same as [`wait`](Barrier::wait).
    ///
    /// # Blocking
    ///
    /// The same as [`wait_timeout`](Barrier::wait_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_barrier::Barrier;
    ///
    /// let alone = Barrier::new(1);
    /// assert!(alone.wait_deadline(Instant::now()).is_ok());
    /// let in_pairs = Barrier::new(2);
    /// assert!(in_pairs.wait_deadline(Instant::now()).is_err());
    /// ```
    #[track_caller]
    pub fn wait_deadline(&self, deadline: Instant) -> Result<BarrierWaitResult, BrokenBarrier> {
        self.wait_before(Deadline::at(deadline), Call::here(WAIT_DEADLINE))
    }

    fn wait_before(
        &self,
        deadline: Deadline,
        call: Call,
    ) -> Result<BarrierWaitResult, BrokenBarrier> {
        let action = self.action.as_deref();
        match self.rounds.wait(deadline, action, call) {
            Ok(index) => Ok(BarrierWaitResult {
                index,
                is_leader: index + 1 == self.parties(),
            }),
            Err(kind) => Err(BrokenBarrier::new(kind)),
        }
    }

    /// Makes the barrier new: it is not broken, and no party waits.
    ///
    /// Parties that are waiting get a [`BrokenBarrier`] of kind
    /// [`Reset`](crate::BrokenBarrierKind::Reset). Parties of a round that broke before still get
    /// the reason that broke it, even if they have not yet looked. If no party waits and the
    /// barrier is not broken, nothing happens.
    ///
    /// Does not wait for the parties to leave; the next threads that come do, for that moment. If
    /// the action is running, its round is broken like any other, and the next round begins after
    /// the action has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_barrier::Barrier;
    ///
    /// let barrier = Barrier::new(1);
    /// barrier.abort();
    /// assert!(barrier.wait().is_err());
    /// barrier.reset();
    /// assert!(barrier.wait().is_ok());
    /// ```
    pub fn reset(&self) {
        self.rounds.reset();
    }

    /// Breaks the barrier: parties that are waiting and all that come later get a [`BrokenBarrier`]
    /// of kind [`Aborted`](crate::BrokenBarrierKind::Aborted), until the barrier is
    /// [reset](Barrier::reset).
    ///
    /// A thread that cannot go on calls this so that the others do not wait for it forever;
    /// [`abort_on_panic`](Barrier::abort_on_panic) does so when the thread panics. A barrier that
    /// is broken already keeps the reason it has.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_barrier::{Barrier, BrokenBarrierKind};
    ///
    /// let barrier = Barrier::new(2);
    /// thread::scope(|scope| {
    ///     let other = scope.spawn(|| barrier.wait());
    ///     barrier.abort();
    ///     let error = other.join().unwrap().unwrap_err();
    ///     assert_eq!(error.kind(), BrokenBarrierKind::Aborted);
    /// });
    /// ```
    pub fn abort(&self) {
        self.rounds.abort();
    }

    /// Returns how many threads it takes to end a round.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(tl_barrier::Barrier::new(3).parties(), 3);
    /// ```
    pub fn parties(&self) -> usize {
        self.rounds.parties()
    }

    /// Returns how many parties wait in the barrier now: 0 when it is broken, and all of them while
    /// the action runs.
    ///
    /// It may be out of date as soon as it is returned: it is for messages and tests.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(tl_barrier::Barrier::new(3).n_waiting(), 0);
    /// ```
    pub fn n_waiting(&self) -> usize {
        self.rounds.n_waiting()
    }

    /// Returns whether the barrier is broken, so that it refuses every wait until it is
    /// [reset](Barrier::reset).
    ///
    /// # Examples
    ///
    /// ```
    /// let barrier = tl_barrier::Barrier::new(3);
    /// assert!(!barrier.is_broken());
    /// barrier.abort();
    /// assert!(barrier.is_broken());
    /// ```
    pub fn is_broken(&self) -> bool {
        self.rounds.is_broken()
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("parties", &self.parties())
            .field("n_waiting", &self.n_waiting())
            .field("is_broken", &self.is_broken())
            .finish_non_exhaustive()
    }
}

/// What a party learns of a round that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarrierWaitResult {
    index: usize,
    is_leader: bool,
}

impl BarrierWaitResult {
    /// Returns how many parties had arrived before this one: from 0 to one less than the
    /// [parties](Barrier::parties), and each number once in a round.
    ///
    /// # Examples
    ///
    /// ```
    /// let alone = tl_barrier::Barrier::new(1);
    /// assert_eq!(alone.wait().unwrap().index(), 0);
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns whether this is the one party in its round that may do what only one should. It is
    /// the party that arrived last and ran the action.
    ///
    /// # Examples
    ///
    /// ```
    /// let alone = tl_barrier::Barrier::new(1);
    /// assert!(alone.wait().unwrap().is_leader());
    /// ```
    pub fn is_leader(&self) -> bool {
        self.is_leader
    }
}
