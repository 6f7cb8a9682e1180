//! The protocol of the rounds, apart from the timeout and the action, which belong to a barrier.
//!
//! A round ends well by one operation on the word, which begins the next round. So a waiter that
//! finds another round in the word than its own knows that its own ended well. For that to stay
//! true, a round that breaks ends in another way: the word says why it broke, and the next round
//! does not begin before all parties have been told, however soon the barrier is reset. Threads
//! that come before that wait outside.

use std::mem;

use tl_core::door::{Backoff, Call, Deadline, LockedQueue, Mutex, Note, Verdict, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU64, Ordering};
use tl_core::sync::const_unless_loom;

use crate::BrokenBarrierKind;
use crate::state::{self, Entry, MAX_PARTIES, State};

/// What one of the parties does once all have arrived.
pub(crate) type Action = Mutex<dyn FnMut() + Send>;

/// The request of a waiter that is a party of the round.
const PARTY: u32 = 0;
/// The request of a waiter that is outside, until the round is over and it can come in.
const OUTSIDER: u32 = 1;

pub(crate) struct Rounds {
    /// | bits | name | meaning |
    /// | --- | --- | --- |
    /// | 0 to 19 | arrived | how many parties are in this round and have not been told how it ends |
    /// | 20 | `QUEUED` | threads may be in the queue of this word |
    /// | 21 | `RESET` | the round is broken, and the next one begins once all its parties have been told |
    /// | 22 | `ABORTED` | with `RESET`: the next round will be broken from its beginning |
    /// | 23 to 25 | why | 0: the round is not broken; else the kind |
    /// | 26 to 63 | round | counted up when a round ends |
    ///
    /// | why | `RESET` | arrived | the barrier | a thread that comes |
    /// | --- | --- | --- | --- | --- |
    /// | 0 | – | fewer than the parties | is filling | arrives |
    /// | 0 | – | all the parties | runs its action | waits outside |
    /// | set | off | those still to be told | is broken | is refused |
    /// | set | on | those still to be told, at least one | is being cleared up | waits outside; with `ABORTED` is refused |
    ///
    /// While why is 0 the word changes by compare-and-exchange: by arrivals, which need no lock; by
    /// the end of the round, which needs the queue locked if `QUEUED` is set; by whoever sets
    /// `QUEUED` or breaks the round, with the queue locked. Once why is set all changes are made
    /// with the queue locked.
    ///
    /// The count of rounds wraps around. To be misled by that, a waiter would have to miss 2³⁸
    /// rounds, which take hours, between two looks that are a fraction of a microsecond apart. In
    /// the queue it does not rely on the count.
    state: AtomicU64,
    parties: u32,
}

impl Rounds {
    const_unless_loom! {
        pub(crate) const fn new(parties: usize) -> Rounds {
            Rounds {
                state: AtomicU64::new(State::NEW.0),
                parties: Rounds::checked(parties),
            }
        }
    }

    const fn checked(parties: usize) -> u32 {
        assert!(parties > 0, "a barrier needs at least one party");
        assert!(
            parties <= MAX_PARTIES,
            "a barrier has at most Barrier::MAX_PARTIES parties"
        );
        parties as u32
    }

    pub(crate) fn parties(&self) -> usize {
        self.parties as usize
    }

    pub(crate) fn n_waiting(&self) -> usize {
        let state = self.load();
        match state.broken_by() {
            None => state.arrived(),
            Some(_) => 0,
        }
    }

    pub(crate) fn is_broken(&self) -> bool {
        matches!(self.load().entry(self.parties()), Entry::Refused(_))
    }

    /// Waits in one round. Returns how many parties had come before, or what broke the round.
    pub(crate) fn wait(
        &self,
        deadline: Deadline,
        action: Option<&Action>,
        call: Call,
    ) -> Result<usize, BrokenBarrierKind> {
        let mut state = self.load();
        loop {
            match state.entry(self.parties()) {
                Entry::Open => {}
                Entry::Refused(why) => return Err(why),
                Entry::Closed => {
                    state = self.wait_outside(call);
                    continue;
                }
            }
            let index = state.arrived();
            let is_last = index + 1 == self.parties();
            let outcome = match action {
                None if is_last => self.trip(state).map(Ok),
                Some(action) if is_last => self
                    .exchange(state, state.with_arrival())
                    .map(|()| self.act(action)),
                _ => self
                    .exchange(state, state.with_arrival())
                    .map(|()| self.wait_for_others(state, deadline, call)),
            };
            match outcome {
                Ok(end) => return end.map(|()| index),
                Err(now) => state = now,
            }
        }
    }

    /// Breaks the round, unless the barrier is broken already.
    pub(crate) fn abort(&self) {
        let queue = self.queue().lock();
        loop {
            let state = self.load();
            let next = match state.broken_by() {
                None => state.broken(BrokenBarrierKind::Aborted),
                Some(_) if state.is_reset() => state.with_next_aborted(true),
                Some(_) => return,
            };
            if self.exchange(state, next).is_ok() {
                return self.tell(queue, next);
            }
        }
    }

    /// Begins a new round, and breaks the one that parties wait in.
    pub(crate) fn reset(&self) {
        let queue = self.queue().lock();
        loop {
            let state = self.load();
            let next = match state.broken_by() {
                None if state.arrived() == 0 => return,
                None => state.broken(BrokenBarrierKind::Reset).with_reset(),
                Some(_) => state.with_reset().with_next_aborted(false),
            };
            if self.exchange(state, next).is_ok() {
                return self.tell(queue, next);
            }
        }
    }

    fn queue(&self) -> WaitQueue<'_> {
        WaitQueue::of(&self.state)
    }

    #[inline]
    fn load(&self) -> State {
        // Acquire: pairs with the release in `exchange` and `tell`, so that a thread that sees how
        // the round ended sees what was done before.
        State(self.state.load(Ordering::Acquire))
    }

    #[inline]
    fn exchange(&self, state: State, next: State) -> Result<(), State> {
        // Release: what a party did before it arrived is passed on from arrival to arrival, since
        // each has loaded what the one before has written, and from the last one to all parties by
        // the end of the round. No acquire: `state` comes from a load or from a failure here, both
        // of which acquire, and the word never has the same value twice.
        self.state
            .compare_exchange(state.0, next.0, Ordering::Release, Ordering::Acquire)
            .map(|_| ())
            .map_err(State)
    }

    /// Ends the round well if the word still says `state`.
    #[inline]
    fn trip(&self, state: State) -> Result<(), State> {
        if state.is_queued() {
            return self.trip_and_wake(state);
        }
        self.exchange(state, state.next_round())
    }

    #[cold]
    fn trip_and_wake(&self, state: State) -> Result<(), State> {
        let mut queue = self.queue().lock();
        self.exchange(state, state.next_round())?;
        queue.wake_all(state::token_of(None));
        Ok(())
    }

    /// Runs the action, for the party that came last and is counted, and ends the round.
    fn act(&self, action: &Action) -> Result<(), BrokenBarrierKind> {
        let breaks_on_unwind = BreaksOnUnwind(self);
        (action.lock())();
        mem::forget(breaks_on_unwind);
        let mut state = self.load();
        loop {
            if state.broken_by().is_some() {
                return Err(self.leave());
            }
            match self.trip(state) {
                Ok(()) => return Ok(()),
                Err(now) => state = now,
            }
        }
    }

    /// Waits for the end of the round in which the caller has arrived.
    fn wait_for_others(
        &self,
        mine: State,
        deadline: Deadline,
        call: Call,
    ) -> Result<(), BrokenBarrierKind> {
        let queue = self.queue();
        let mut backoff = queue.backoff();
        loop {
            let state = self.load();
            if !state.is_same_round(mine) {
                backoff.woke_early();
                return Ok(());
            }
            if state.broken_by().is_some() {
                return Err(self.leave());
            }
            if !backoff.snooze_before(deadline) {
                return self.sleep(mine, backoff, deadline, call);
            }
        }
    }

    #[cold]
    fn sleep(
        &self,
        mine: State,
        mut backoff: Backoff,
        mut deadline: Deadline,
        call: Call,
    ) -> Result<(), BrokenBarrierKind> {
        let note = Note::new(call).parties(self.parties());
        let mut queue = self.queue().lock();
        let mut is_late = false;
        loop {
            let state = self.load();
            if !state.is_same_round(mine) {
                return Ok(());
            }
            if let Some(why) = state.broken_by() {
                self.tell(queue, state.without(1));
                return Err(why);
            }
            // Once all have arrived and the action runs, the time no longer matters.
            let is_full = state.arrived() == self.parties();
            if is_late && !is_full {
                let next = state.broken(BrokenBarrierKind::TimedOut);
                if self.exchange(state, next).is_ok() {
                    self.tell(queue, next.without(1));
                    return Err(BrokenBarrierKind::TimedOut);
                }
                continue;
            }
            if self.exchange(state, state.with_queued(true)).is_err() {
                continue;
            }
            if is_late {
                deadline = Deadline::NEVER;
            }
            let noted = queue.noting(&note);
            match noted.wait_together(PARTY, &mut backoff, deadline) {
                Wake::Woken { token, .. } => return state::kind_of(token).map_or(Ok(()), Err),
                Wake::TimedOut(locked) => {
                    queue = locked;
                    is_late = true;
                }
            }
        }
    }

    /// Waits until the last round has been cleared up. Returns what the word says then.
    #[cold]
    fn wait_outside(&self, call: Call) -> State {
        let is_closed = |state: State| state.entry(self.parties()) == Entry::Closed;
        let queue = self.queue();
        let mut backoff = queue.backoff();
        if backoff.look_until(Deadline::NEVER, || !is_closed(self.load())) {
            return self.load();
        }
        let queue = queue.lock();
        loop {
            let state = self.load();
            if !is_closed(state) {
                return state;
            }
            if self.exchange(state, state.with_queued(true)).is_ok() {
                break;
            }
        }
        // The note does not say how many parties it takes: this thread has not arrived.
        let note = Note::new(call);
        let noted = queue.noting(&note);
        match noted.wait_together(OUTSIDER, &mut backoff, Deadline::NEVER) {
            Wake::Woken { .. } | Wake::TimedOut(_) => self.load(),
        }
    }

    /// Counts out a party that has seen that its round is broken, and returns why it is.
    #[cold]
    fn leave(&self) -> BrokenBarrierKind {
        let queue = self.queue().lock();
        let state = self.load();
        let why = state
            .broken_by()
            .expect("a broken round does not end before all its parties have been told");
        self.tell(queue, state.without(1));
        why
    }

    /// Breaks the round for the party that is running the action, and counts it out.
    #[cold]
    fn leave_panicking(&self) {
        let queue = self.queue().lock();
        loop {
            let state = self.load();
            let next = match state.broken_by() {
                None => state.broken(BrokenBarrierKind::ActionPanicked),
                Some(_) => state,
            };
            if self.exchange(state, next).is_ok() {
                return self.tell(queue, next.without(1));
            }
        }
    }

    /// Writes `state`, which is that of a broken round, into the word, and tells all threads in the
    /// queue. If the barrier has been reset, and all parties have been told, the next round begins.
    fn tell(&self, mut queue: LockedQueue<'_>, state: State) {
        let mut parties = 0;
        let why = state::token_of(state.broken_by());
        queue.scan(|waiter| {
            parties += usize::from(waiter.request == PARTY);
            Verdict::Wake(why)
        });
        let mut state = state.without(parties).with_queued(false);
        if state.is_reset() && state.arrived() == 0 {
            state = if state.is_next_aborted() {
                state.next_round().broken(BrokenBarrierKind::Aborted)
            } else {
                state.next_round()
            };
        }
        // A plain store: the round is broken, so that nobody changes the word without the lock that
        // is held. Release: pairs with `load`.
        self.state.store(state.0, Ordering::Release);
    }
}

/// Breaks the round when the action panics.
struct BreaksOnUnwind<'a>(&'a Rounds);

impl Drop for BreaksOnUnwind<'_> {
    fn drop(&mut self) {
        self.0.leave_panicking();
    }
}
