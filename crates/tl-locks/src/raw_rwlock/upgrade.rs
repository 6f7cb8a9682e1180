//! Reading with the right to write later: one reader at a time may have it.

use tl_core::door::{Call, Deadline, Verdict, WaitQueue};
use tl_core::sync::atomic::Ordering;

use super::{
    CLOSED, HANDED_OVER, QUEUED, READER, READERS, RawRwLock, TRY_AGAIN, UPGRADABLE, Wish, request,
};

impl RawRwLock {
    pub(super) fn acquire_upgradable(&self, call: Call) {
        self.acquire_before(Wish::ReadUpgradably, Deadline::NEVER, call);
    }

    /// Becomes the writer once all other readers have left. Returns false if the deadline came
    /// first: then the thread goes on reading, and may still upgrade.
    pub(super) fn upgrade(&self, deadline: Deadline, call: Call) -> bool {
        self.acquire_before(Wish::Upgrade, deadline, call)
    }

    #[inline]
    pub(super) fn release_upgradable(&self, fair: bool) {
        let state = self.state.load(Ordering::Relaxed);
        // Release: pairs with the acquiring exchange in `take`.
        let released = state & QUEUED == 0
            && self
                .state
                .compare_exchange(
                    state,
                    state & !UPGRADABLE,
                    Ordering::Release,
                    Ordering::Relaxed,
                )
                .is_ok();
        if !released {
            self.release_upgradable_slow(fair);
        }
    }

    #[cold]
    fn release_upgradable_slow(&self, fair: bool) {
        let mut queue = WaitQueue::of(&self.state).lock();
        // While others read, only one that waits to be the next upgradable reader can come.
        let (mut found, mut handed_over) = (false, false);
        let state = self.state.load(Ordering::Relaxed);
        if state & READERS != 0 && state & CLOSED == 0 {
            queue.scan(|waiter| {
                if found {
                    return Verdict::Stop;
                }
                found = waiter.request == request::READ_UPGRADABLY;
                handed_over = found && (fair || waiter.is_served_first);
                match (found, handed_over) {
                    (true, true) => Verdict::Wake(HANDED_OVER),
                    (true, false) => Verdict::Wake(TRY_AGAIN),
                    _ => Verdict::Keep,
                }
            });
        }
        if handed_over {
            return;
        }
        // Release: as in `release_upgradable`.
        self.state.fetch_and(!UPGRADABLE, Ordering::Release);
        self.admit_next_if_free(queue, fair);
    }

    /// Gives up the right to write later, and reads on.
    pub(super) fn downgrade_upgradable(&self) {
        self.state.fetch_add(READER, Ordering::Relaxed);
        self.release_upgradable(false);
    }

    /// Turns the writer into an upgradable reader.
    #[inline]
    pub(super) fn downgrade_to_upgradable(&self) {
        self.step_down(UPGRADABLE, false);
    }
}
