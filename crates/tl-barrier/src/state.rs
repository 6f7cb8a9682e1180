//! The word of a barrier, taken apart.

use crate::BrokenBarrierKind;

const ARRIVED: u64 = (1 << ARRIVED_BITS) - 1;
const ARRIVED_BITS: u32 = 20;
const QUEUED: u64 = 1 << 20;
const RESET: u64 = 1 << 21;
const ABORTED: u64 = 1 << 22;
const WHY: u64 = 7 << WHY_SHIFT;
const WHY_SHIFT: u32 = 23;
/// One round. The bits above count the rounds, and wrap around.
const ROUND: u64 = 1 << 26;

/// The greatest number of parties that the word can count.
pub(crate) const MAX_PARTIES: usize = ARRIVED as usize;

/// What the word says to a thread that comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Come in.
    Open,
    /// Wait until the last round has been cleared up.
    Closed,
    /// The barrier is broken.
    Refused(BrokenBarrierKind),
}

/// What the word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State(pub(crate) u64);

impl State {
    /// The first round, in which no party has arrived.
    pub(crate) const NEW: State = State(0);

    /// Returns what the word tells a thread that comes to a barrier of `parties` parties.
    #[inline]
    pub(crate) fn entry(self, parties: usize) -> Entry {
        match self.broken_by() {
            None if self.arrived() < parties => Entry::Open,
            // All have arrived, and the action runs.
            None => Entry::Closed,
            Some(why) if !self.is_reset() => Entry::Refused(why),
            Some(_) if self.is_next_aborted() => Entry::Refused(BrokenBarrierKind::Aborted),
            Some(_) => Entry::Closed,
        }
    }

    /// Returns how many parties are in the round, and have not been told how it ends.
    pub(crate) fn arrived(self) -> usize {
        (self.0 & ARRIVED) as usize
    }

    /// Returns whether threads may be in the queue.
    pub(crate) fn is_queued(self) -> bool {
        self.0 & QUEUED != 0
    }

    /// Returns whether the round is to be followed by a new one as soon as all its parties have
    /// been told that it is broken.
    pub(crate) fn is_reset(self) -> bool {
        self.0 & RESET != 0
    }

    /// Returns whether the round that follows such a reset has been aborted already.
    pub(crate) fn is_next_aborted(self) -> bool {
        self.0 & ABORTED != 0
    }

    /// Returns what has broken the round.
    pub(crate) fn broken_by(self) -> Option<BrokenBarrierKind> {
        kind_of(((self.0 & WHY) >> WHY_SHIFT) as u32)
    }

    /// Returns whether the other word is of the same round.
    pub(crate) fn is_same_round(self, other: State) -> bool {
        (self.0 ^ other.0) < ROUND
    }

    /// Returns the round with one more party.
    pub(crate) fn with_arrival(self) -> State {
        State(self.0 + 1)
    }

    /// Returns the same round with `parties` parties fewer.
    pub(crate) fn without(self, parties: usize) -> State {
        State(self.0 - parties as u64)
    }

    pub(crate) fn with_queued(self, queued: bool) -> State {
        State(self.0 & !QUEUED | if queued { QUEUED } else { 0 })
    }

    pub(crate) fn with_reset(self) -> State {
        State(self.0 | RESET)
    }

    pub(crate) fn with_next_aborted(self, aborted: bool) -> State {
        State(self.0 & !ABORTED | if aborted { ABORTED } else { 0 })
    }

    /// Returns the same round, broken. It was not broken before.
    pub(crate) fn broken(self, why: BrokenBarrierKind) -> State {
        State(self.0 | u64::from(token_of(Some(why))) << WHY_SHIFT)
    }

    /// Returns the next round, in which no party has arrived.
    pub(crate) fn next_round(self) -> State {
        State((self.0 & !(ROUND - 1)).wrapping_add(ROUND))
    }
}

/// Returns how a round ended, as the number that a waiter in the queue is told.
pub(crate) fn token_of(why: Option<BrokenBarrierKind>) -> u32 {
    match why {
        None => 0,
        Some(BrokenBarrierKind::TimedOut) => 1,
        Some(BrokenBarrierKind::Aborted) => 2,
        Some(BrokenBarrierKind::Reset) => 3,
        Some(BrokenBarrierKind::ActionPanicked) => 4,
    }
}

/// Returns the kind of a token: the inverse of [`token_of`].
pub(crate) fn kind_of(token: u32) -> Option<BrokenBarrierKind> {
    match token {
        1 => Some(BrokenBarrierKind::TimedOut),
        2 => Some(BrokenBarrierKind::Aborted),
        3 => Some(BrokenBarrierKind::Reset),
        4 => Some(BrokenBarrierKind::ActionPanicked),
        _ => None,
    }
}
