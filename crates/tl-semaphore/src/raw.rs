//! The word under both semaphores, and what is done to it.
//!
//! Whoever finds permits in the word takes them with one operation, waiters or not. Whoever does not waits awake for a moment,
//! and then in the queue of the word. A release adds its permits to the word, and if there is a queue it brings them and the waiters
//! together ([`Raw::settle`]):
//!
//! - A waiter that has slept for too long is handed its permits, if no other sleeper was just before (the door paces that): they are
//!   taken out of the word for it, and it just goes on.
//! - If there are too few for it, since somebody came by, they are *kept*: nobody can take any until they suffice.
//! - Any other waiter is only sent to *try*: it takes its permits out of the word itself, unless somebody was faster. One is sent at a
//!   time. One that has tried in vain takes its old place in the queue again.
//! - A waiter that wants more than were ever available at once is passed over.

use tl_core::door::{Call, Deadline, LockedQueue, Note, Verdict, WaitQueue, Wake};
use tl_core::sync::atomic::{AtomicU64, Ordering};

use crate::error::ReleaseError;

/// The greatest number of permits.
pub(crate) const MAX: usize = 0x3fff_ffff;

/// The bits of a word that count what is available.
const COUNT: u64 = 0x7fff_ffff;
const PEAK_SHIFT: u32 = 31;

/// Nobody waits in the queue.
const IDLE: u64 = 0;
/// Threads wait in the queue.
const QUEUED: u64 = 1 << 62;
/// As `QUEUED`, and one that waited is on its way to try.
const TRYING: u64 = 2 << 62;
/// As `QUEUED`, and what is available is kept for one of them. The greatest phase, so that a word below it may be taken from.
const KEPT: u64 = 3 << 62;

/// Tokens of the wakers.
const HANDED: u32 = 0;
const TRY: u32 = 1;

/// A request for more permits than a semaphore can count.
const UNCOUNTABLE: u32 = 0;

#[derive(Debug)]
pub(crate) struct Raw {
    /// | bits | meaning |
    /// | --- | --- |
    /// | 0 to 30 | how many permits are available: up to `MAX`, and for a moment as many more as there are threads in `release_one` |
    /// | 31 to 60 | the peak: the greatest number ever available at once, but for a permit that is taken before `release_one` notes it |
    /// | 61 | 0 |
    /// | 62, 63 | the phase: `IDLE`, `QUEUED`, `TRYING` or `KEPT` |
    ///
    /// | change | by | how |
    /// | --- | --- | --- |
    /// | fewer available | who takes some, in any phase but `KEPT`; in any phase `settle`, for a waiter | one operation |
    /// | one more available | `release_one` | one operation; what that passes by, the peak and the greatest number, is set right afterwards |
    /// | more available, the peak | `release_many` | one operation |
    /// | `IDLE` to `QUEUED` | a waiter about to sleep | with the queue locked |
    /// | any other change of the phase, the peak | `settle` | with the queue locked |
    ///
    /// Who gives permits looks at the phase when it adds them, or after that, and settles unless it is `IDLE`. So a permit that comes
    /// while another thread settles is not overlooked.
    state: AtomicU64,
}

fn available(state: u64) -> u32 {
    (state & COUNT) as u32
}

fn peak(state: u64) -> u32 {
    (state >> PEAK_SHIFT) as u32 & MAX as u32
}

fn phase(state: u64) -> u64 {
    state & KEPT
}

/// Whether anybody who comes by may take `n` permits: never more than a semaphore can count, though for a moment there may be.
#[inline]
fn may_take(state: u64, n: usize) -> bool {
    state < KEPT && n <= MAX && (state & COUNT) as usize >= n
}

const fn word(available: u32, peak: u32, phase: u64) -> u64 {
    available as u64 | (peak as u64) << PEAK_SHIFT | phase
}

const fn initial(value: usize) -> u64 {
    assert!(
        value <= MAX,
        "the initial value of a semaphore must not be greater than 1073741823"
    );
    word(value as u32, value as u32, IDLE)
}

impl Raw {
    #[cfg(not(loom))]
    pub(crate) const fn new(value: usize) -> Raw {
        Raw {
            state: AtomicU64::new(initial(value)),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new(value: usize) -> Raw {
        Raw {
            state: AtomicU64::new(initial(value)),
        }
    }

    #[inline]
    pub(crate) fn available(&self) -> usize {
        (available(self.state.load(Ordering::Relaxed)) as usize).min(MAX)
    }

    /// Of a bounded semaphore: its bound, since no more were ever available.
    pub(crate) fn peak(&self) -> usize {
        peak(self.state.load(Ordering::Relaxed)) as usize
    }

    /// Takes `n` permits if they are there for the taking.
    #[inline]
    pub(crate) fn try_acquire(&self, n: usize) -> bool {
        if n == 0 {
            return true;
        }
        let mut state = self.state.load(Ordering::Relaxed);
        while may_take(state, n) {
            // Acquire: pairs with the release in `release_one` and `release_many`. All other changes of the word are read-modify-write
            // operations too, so that what an earlier release published is not cut off.
            match self.state.compare_exchange(
                state,
                state - n as u64,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    #[inline]
    pub(crate) fn acquire(
        &self,
        n: usize,
        call: Call,
        deadline: impl FnOnce() -> Deadline,
    ) -> bool {
        self.try_acquire(n) || self.acquire_slow(n, call, deadline())
    }

    #[cold]
    fn acquire_slow(&self, n: usize, call: Call, deadline: Deadline) -> bool {
        if deadline.has_passed() {
            return false;
        }
        let queue = WaitQueue::of(&self.state);
        let mut backoff = queue.contended_backoff();
        while backoff.snooze_until(deadline) {
            if self.try_acquire(n) {
                queue.woke_early();
                return true;
            }
        }

        let note = Note::new(call).amount(n);
        let request = if n > MAX { UNCOUNTABLE } else { n as u32 };
        let mut locked = queue.lock();
        loop {
            if self.acquire_or_mark(n) {
                return true;
            }
            let noted = locked.noting(&note);
            match noted.wait_as(request, &mut backoff, deadline, || {}) {
                Wake::Woken { token: HANDED, .. } => return true,
                Wake::Woken { .. } => {
                    let acquired = self.try_acquire(n);
                    locked = queue.lock();
                    self.settle(&mut locked, true);
                    if acquired {
                        return true;
                    }
                    // It keeps its place and the time that it has slept, and is handed its permits when that is too long.
                    backoff.renew();
                }
                Wake::TimedOut(mut locked) => {
                    // If it stood at the head, those behind it may go on now.
                    self.settle(&mut locked, false);
                    return false;
                }
            }
        }
    }

    /// Takes `n` permits, or notes that a thread is about to wait for them. With the queue locked.
    fn acquire_or_mark(&self, n: usize) -> bool {
        loop {
            if self.try_acquire(n) {
                return true;
            }
            let state = self.state.load(Ordering::Relaxed);
            if may_take(state, n) {
                continue;
            }
            if phase(state) != IDLE
                || self
                    .state
                    .compare_exchange(state, state | QUEUED, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok()
            {
                return false;
            }
        }
    }

    /// Gives `n` permits. If `bounded`, no more than the peak may be available.
    #[inline]
    pub(crate) fn release(&self, n: usize, bounded: bool) -> Result<(), ReleaseError> {
        if n == 1 && !bounded {
            self.release_one()
        } else {
            self.release_many(n, bounded)
        }
    }

    #[inline]
    fn release_one(&self) -> Result<(), ReleaseError> {
        // An addition, without a look before, which would cost half as much again. What it passes by is set right afterwards.
        // Release: pairs with the acquire in `try_acquire` and `settle`.
        let state = self.state.fetch_add(1, Ordering::Release);
        if phase(state) != IDLE || available(state) >= peak(state) {
            return self.released_one();
        }
        Ok(())
    }

    /// Sets right what the addition of one permit has passed by.
    #[cold]
    fn released_one(&self) -> Result<(), ReleaseError> {
        let mut state = self.state.load(Ordering::Relaxed);
        while available(state) > peak(state) {
            let fits = available(state) <= MAX as u32;
            let right = if fits {
                word(available(state), available(state), phase(state))
            } else {
                state - 1
            };
            match self
                .state
                .compare_exchange(state, right, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) if fits => break,
                Ok(_) => return Err(refusal(right, 1, false)),
                Err(now) => state = now,
            }
        }
        self.settle_after(state);
        Ok(())
    }

    fn release_many(&self, n: usize, bounded: bool) -> Result<(), ReleaseError> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            let total = total(state, n, bounded)?;
            // Release: pairs with the acquire in `try_acquire` and `settle`.
            match self.state.compare_exchange(
                state,
                word(total, peak(state).max(total), phase(state)),
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        self.settle_after(state);
        Ok(())
    }

    /// Settles after a release that found `state`, if anybody waits.
    #[inline]
    fn settle_after(&self, state: u64) {
        if phase(state) != IDLE {
            self.settle(&mut WaitQueue::of(&self.state).lock(), false);
        }
    }

    /// Brings waiters and permits together, and leaves the phase in the word. `tried` says that the one who was on its way to try has
    /// done so.
    fn settle(&self, queue: &mut LockedQueue<'_>, tried: bool) {
        let state = self.state.load(Ordering::Relaxed);
        // Also of a permit whose giver has not set the peak right yet.
        let peak = peak(state).max(available(state).min(MAX as u32));
        let mut one_tries = phase(state) == TRYING && !tried;
        let were_kept = phase(state) == KEPT;
        let mut phase = IDLE;
        queue.scan(|waiter| {
            let wanted = waiter.request;
            if phase == TRYING {
                Verdict::Stop
            } else if wanted == UNCOUNTABLE || wanted > peak {
                phase = QUEUED;
                Verdict::Keep
            } else if waiter.is_served_first || (were_kept && waiter.is_overdue) {
                // What is kept stays kept until it is enough: all others wait already.
                if self.take_for(wanted) {
                    Verdict::Wake(HANDED)
                } else {
                    phase = KEPT;
                    Verdict::Stop
                }
            } else if one_tries {
                phase = TRYING;
                Verdict::Stop
            } else if available(self.state.load(Ordering::Relaxed)) >= wanted {
                one_tries = true;
                phase = TRYING;
                Verdict::Wake(TRY)
            } else {
                phase = QUEUED;
                Verdict::Stop
            }
        });
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            // Acquire: pairs with the release in `release_one` and `release_many`, for those that were handed permits and learn of
            // this thread alone, through the queue.
            match self.state.compare_exchange(
                state,
                word(available(state), peak.max(self::peak(state)), phase),
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(now) => state = now,
            }
        }
    }

    /// Takes `wanted` permits out of the word, for a waiter. All or none.
    fn take_for(&self, wanted: u32) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while available(state) >= wanted {
            // Relaxed: the operation that ends `settle` acquires for this one too.
            match self.state.compare_exchange(
                state,
                state - u64::from(wanted),
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }
}

/// How many permits there are with `n` more, or what is wrong with that.
#[inline]
fn total(state: u64, n: usize, bounded: bool) -> Result<u32, ReleaseError> {
    let limit = if bounded { peak(state) } else { MAX as u32 };
    if n != 0 && n <= limit.saturating_sub(available(state)) as usize {
        Ok(available(state) + n as u32)
    } else {
        Err(refusal(state, n, bounded))
    }
}

#[cold]
fn refusal(state: u64, n: usize, bounded: bool) -> ReleaseError {
    let available = (available(state) as usize).min(MAX);
    if n == 0 {
        ReleaseError::Zero
    } else if bounded {
        ReleaseError::AboveBound {
            bound: peak(state) as usize,
            available,
            released: n,
        }
    } else {
        ReleaseError::Overflow {
            available,
            released: n,
        }
    }
}
