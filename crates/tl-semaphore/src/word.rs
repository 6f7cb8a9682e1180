//! The word of a semaphore, taken apart.

use crate::error::ReleaseError;

/// The greatest number of permits, and the bound of a semaphore without one.
pub(crate) const MAX: usize = 0x3fff_ffff;

/// The bits that count what is available.
const COUNT: u64 = 0x7fff_ffff;
const BOUND_SHIFT: u32 = 31;
const PHASE: u64 = 3 << 61;

/// No thread waits in the queue.
pub(crate) const IDLE: u64 = 0;
/// Threads wait in the queue.
pub(crate) const QUEUED: u64 = 1 << 61;
/// Like `QUEUED`, and a thread that waited is on its way to try.
pub(crate) const TRYING: u64 = 2 << 61;
/// What is available is kept: for a thread in the queue, or, in a semaphore whose bound is 0, from
/// all threads. The greatest phase, so that a word below it may be taken from.
pub(crate) const KEPT: u64 = 3 << 61;
/// The semaphore is closed. The greatest bit, so that such a word is not below `KEPT`.
const CLOSED: u64 = 1 << 63;

/// What the word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State(pub(crate) u64);

impl State {
    pub(crate) const fn new(available: usize, bound: usize) -> State {
        assert!(
            bound <= MAX,
            "the value and the bound of a semaphore must not be greater than 1073741823"
        );
        assert!(
            available <= bound,
            "the initial value of a semaphore must not be greater than its bound"
        );
        let phase = if bound == 0 { KEPT } else { IDLE };
        State(available as u64 | (bound as u64) << BOUND_SHIFT | phase)
    }

    /// Returns how many permits there are: for a moment more than the bound, see
    /// [`RawSemaphore`](crate::raw::RawSemaphore).
    #[inline]
    pub(crate) fn available(self) -> usize {
        (self.0 & COUNT) as usize
    }

    /// Returns how many permits there are, and never more than there may be.
    #[inline]
    pub(crate) fn available_in_bound(self) -> usize {
        self.available().min(self.bound())
    }

    #[inline]
    pub(crate) fn bound(self) -> usize {
        (self.0 >> BOUND_SHIFT) as usize & MAX
    }

    #[inline]
    pub(crate) fn phase(self) -> u64 {
        self.0 & PHASE
    }

    #[inline]
    pub(crate) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    /// Returns whether permits that come concern only the word: no thread waits, and it is not
    /// closed.
    #[inline]
    pub(crate) fn is_quiet(self) -> bool {
        self.0 & (PHASE | CLOSED) == IDLE
    }

    /// Returns whether a newcomer may take `n` permits, of which it may take no more than the
    /// bound. (There may be more for a moment. For 1 that need not be asked, since a word whose
    /// bound is 0 is `KEPT`.)
    #[inline]
    pub(crate) fn may_take(self, n: usize) -> bool {
        self.0 < KEPT && (n == 1 || n <= self.bound()) && self.available() >= n
    }

    #[inline]
    pub(crate) fn without(self, n: usize) -> State {
        State(self.0 - n as u64)
    }

    pub(crate) fn with_available(self, n: usize) -> State {
        State(self.0 & !COUNT | n as u64)
    }

    pub(crate) fn with_phase(self, phase: u64) -> State {
        State(self.0 & !PHASE | phase)
    }

    pub(crate) fn closed(self) -> State {
        State(self.0 | CLOSED)
    }

    /// Returns how many permits there are with `n` more.
    ///
    /// # Errors
    ///
    /// What is wrong with that.
    #[inline]
    pub(crate) fn total(self, n: usize) -> Result<usize, ReleaseError> {
        if n != 0 && n <= self.bound().saturating_sub(self.available()) {
            Ok(self.available() + n)
        } else {
            Err(self.refusal(n))
        }
    }

    /// Returns how many permits there are with `n` more, or as many of those as fit.
    pub(crate) fn total_that_fits(self, n: usize) -> usize {
        let most = self.bound().max(self.available());
        self.available().saturating_add(n).min(most)
    }

    /// Returns what is wrong with giving `n` more.
    #[cold]
    pub(crate) fn refusal(self, n: usize) -> ReleaseError {
        let available = self.available_in_bound();
        match self.bound() {
            _ if n == 0 => ReleaseError::Zero,
            MAX => ReleaseError::Overflow {
                available,
                released: n,
            },
            bound => ReleaseError::AboveBound {
                bound,
                available,
                released: n,
            },
        }
    }
}
