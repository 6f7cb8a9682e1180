//! The word of a semaphore, and how permits are taken from it and given to it. `distribute.rs` is
//! about the threads that wait.

use tl_core::door::{Call, Deadline, LockedQueue, Note, Verdict, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU64, Ordering};
use tl_core::sync::const_unless_loom;
use tl_core::sys;

use crate::error::ReleaseError;
use crate::request::{HANDED, REFUSED, request_for};
use crate::word::{IDLE, KEPT, QUEUED, State};

/// How an acquire ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Acquired,
    TimedOut,
    Closed,
}

#[derive(Debug)]
pub(crate) struct RawSemaphore {
    /// | bits | meaning |
    /// | --- | --- |
    /// | 0 to 30 | how many permits are available: up to the bound, and for a moment as many more as there are threads in `release_one` |
    /// | 31 to 60 | the bound, which never changes |
    /// | 61, 62 | the phase: `IDLE`, `QUEUED`, `TRYING` or `KEPT` |
    /// | 63 | `CLOSED`: nothing is taken any more, and nobody waits |
    ///
    /// | change | by | how |
    /// | --- | --- | --- |
    /// | fewer available | a thread that takes some, unless `KEPT` or `CLOSED`; in any phase `distribute`, for a waiter | one operation |
    /// | one more available | `release_one` | one operation; if that was one too many, it is taken back afterwards |
    /// | more available | `release_many`, `give_back` | one operation |
    /// | `IDLE` to `QUEUED` | a waiter about to sleep | with the queue locked |
    /// | any other change of the phase | `distribute` | with the queue locked |
    /// | `CLOSED` on | `close` | with the queue locked, which it empties |
    ///
    /// A thread that gives permits looks at the phase when it adds them, or after that, and
    /// distributes unless it is `IDLE`. So a permit that comes while another thread distributes is
    /// not overlooked.
    ///
    /// A permit too many, while it is there, is like one that was given before others were taken: a
    /// thread that takes it makes room for it, and then it is not taken back.
    state: AtomicU64,
}

impl RawSemaphore {
    const_unless_loom! {
        pub(crate) const fn new(value: usize, bound: usize) -> RawSemaphore {
            RawSemaphore {
                state: AtomicU64::new(State::new(value, bound).0),
            }
        }
    }

    #[inline]
    pub(crate) fn load(&self) -> State {
        State(self.state.load(Ordering::Relaxed))
    }

    /// Replaces the word if it still says `state`.
    #[inline]
    pub(crate) fn exchange(
        &self,
        state: State,
        next: State,
        order: Ordering,
    ) -> Result<u64, State> {
        self.state
            .compare_exchange(state.0, next.0, order, Ordering::Relaxed)
            .map_err(State)
    }

    pub(crate) fn queue(&self) -> WaitQueue<'_> {
        WaitQueue::of(&self.state)
    }

    #[inline]
    pub(crate) fn available(&self) -> usize {
        self.load().available_in_bound()
    }

    pub(crate) fn bound(&self) -> usize {
        self.load().bound()
    }

    /// Returns how many threads are in the queue.
    pub(crate) fn n_waiting(&self) -> usize {
        let mut n = 0;
        if self.load().phase() != IDLE {
            self.queue().lock().scan(|_| {
                n += 1;
                Verdict::Keep
            });
        }
        n
    }

    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        // Acquire: pairs with the release in `close`.
        State(self.state.load(Ordering::Acquire)).is_closed()
    }

    /// Takes `n` permits if they are there for the taking.
    #[inline]
    pub(crate) fn try_acquire(&self, n: usize) -> bool {
        self.take(n) || (self.may_be_kept_in_vain() && self.take_what_is_not_kept(n))
    }

    /// Returns whether permits may be kept for a thread that does not exist, in a child made by
    /// `fork`.
    #[inline]
    fn may_be_kept_in_vain(&self) -> bool {
        self.load().phase() == KEPT && sys::fork_generation() != 0
    }

    #[cold]
    fn take_what_is_not_kept(&self, n: usize) -> bool {
        self.forget_the_lost(&mut self.queue().lock());
        self.take(n)
    }

    /// Frees what belongs to a thread that is lost, in a child made by `fork`: if the queue is
    /// empty, the thread that permits are kept for, or that is on its way to try, does not exist.
    /// (Where it does, it finds what it wants in the word.)
    fn forget_the_lost(&self, queue: &mut LockedQueue<'_>) {
        if queue.is_empty() && !self.load().is_quiet() {
            self.distribute(queue, true);
        }
    }

    #[inline]
    fn take(&self, n: usize) -> bool {
        if n == 0 {
            return true;
        }
        let mut state = self.load();
        while state.may_take(n) {
            // Acquire: pairs with the release in `release_one` and `give`. All other changes of the
            // word are read-modify-write operations too, so that what an earlier release published
            // is not cut off.
            match self.exchange(state, state.without(n), Ordering::Acquire) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Takes all permits that are there for the taking, and says how many.
    pub(crate) fn drain(&self) -> usize {
        if self.may_be_kept_in_vain() {
            self.forget_the_lost(&mut self.queue().lock());
        }
        loop {
            let n = self.available();
            if n == 0 || !self.load().may_take(1) {
                return 0;
            }
            if self.take(n) {
                return n;
            }
        }
    }

    #[inline]
    pub(crate) fn acquire(
        &self,
        n: usize,
        call: Call,
        deadline: impl FnOnce() -> Deadline,
    ) -> Outcome {
        if self.take(n) {
            Outcome::Acquired
        } else {
            self.acquire_before(n, deadline(), call)
        }
    }

    #[cold]
    fn acquire_before(&self, n: usize, deadline: Deadline, call: Call) -> Outcome {
        if self.is_closed() {
            return Outcome::Closed;
        }
        if self.may_be_kept_in_vain() && self.take_what_is_not_kept(n) {
            return Outcome::Acquired;
        }
        if deadline.has_passed() {
            return Outcome::TimedOut;
        }
        let queue = self.queue();
        let mut backoff = queue.contended_backoff();
        if backoff.look_until(deadline, || self.take(n)) {
            return Outcome::Acquired;
        }

        let note = Note::new(call).amount(n);
        let request = request_for(n, self.bound());
        let mut locked = queue.lock();
        self.forget_the_lost(&mut locked);
        loop {
            if self.acquire_or_mark(n) {
                return Outcome::Acquired;
            }
            // With the queue locked: it does not change any more.
            if self.is_closed() {
                return Outcome::Closed;
            }
            let noted = locked.noting(&note);
            match noted.wait_as(request, &mut backoff, deadline, || {}) {
                Wake::Woken { token: HANDED, .. } => return Outcome::Acquired,
                Wake::Woken { token: REFUSED, .. } => return Outcome::Closed,
                Wake::Woken { .. } => {
                    let acquired = self.take(n);
                    locked = queue.lock();
                    self.distribute(&mut locked, true);
                    if acquired {
                        return Outcome::Acquired;
                    }
                    // It keeps its place and the time that it has slept, and is handed its permits
                    // when that is too long.
                    backoff.renew();
                }
                Wake::TimedOut(mut locked) => {
                    // If it stood at the head, those behind it may go on now.
                    self.distribute(&mut locked, false);
                    return Outcome::TimedOut;
                }
            }
        }
    }

    /// Takes `n` permits, or notes that a thread is about to wait for them, unless the semaphore is
    /// closed. With the queue locked.
    fn acquire_or_mark(&self, n: usize) -> bool {
        loop {
            if self.take(n) {
                return true;
            }
            let state = self.load();
            if state.may_take(n) {
                continue;
            }
            if !state.is_quiet()
                || self
                    .exchange(state, state.with_phase(QUEUED), Ordering::Relaxed)
                    .is_ok()
            {
                return false;
            }
        }
    }

    #[inline]
    pub(crate) fn release_one(&self) -> Result<(), ReleaseError> {
        // It adds without looking first, since a look would cost half as much again. What it has
        // overlooked is set right afterwards. Release: pairs with the acquire in `try_acquire` and
        // `distribute`.
        let state = State(self.state.fetch_add(1, Ordering::Release));
        if !state.is_quiet() || state.available() >= state.bound() {
            return self.released_one();
        }
        Ok(())
    }

    /// Sets right what the addition of one permit has overlooked.
    #[cold]
    fn released_one(&self) -> Result<(), ReleaseError> {
        let mut state = self.load();
        while state.available() > state.bound() {
            match self.exchange(state, state.without(1), Ordering::Relaxed) {
                Ok(_) => return Err(state.refusal(1)),
                Err(now) => state = now,
            }
        }
        self.distribute_after(state);
        Ok(())
    }

    #[inline]
    pub(crate) fn release_many(&self, n: usize) -> Result<(), ReleaseError> {
        self.give(|state| state.total(n))
    }

    /// Gives acquired permits back. There is room for them, unless a thread has released permits
    /// that it had not acquired: then as many are given back as fit.
    #[inline]
    pub(crate) fn give_back(&self, n: usize) {
        // Too many permits are the only reason to fail here, and those are meant to be ignored.
        let _ = match n {
            0 => Ok(()),
            1 => self.release_one(),
            _ => self.give(|state| Ok(state.total_that_fits(n))),
        };
    }

    /// Changes the number of permits to what `total` makes of it.
    fn give(
        &self,
        total: impl Fn(State) -> Result<usize, ReleaseError>,
    ) -> Result<(), ReleaseError> {
        let mut state = self.load();
        loop {
            let next = state.with_available(total(state)?);
            // Release: pairs with the acquire in `try_acquire` and `distribute`.
            match self.exchange(state, next, Ordering::Release) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        self.distribute_after(state);
        Ok(())
    }

    /// Refuses all that wait and all that come.
    pub(crate) fn close(&self) {
        let mut queue = self.queue().lock();
        let mut state = self.load();
        // Release: pairs with the acquire in `is_closed`. Those that wait are told through the
        // queue.
        while let Err(now) = self.exchange(state, state.closed(), Ordering::Release) {
            state = now;
        }
        queue.wake_all(REFUSED);
    }
}
