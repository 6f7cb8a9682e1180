//! The threads of this crate, which only look.

use std::sync::atomic::{AtomicU64, Ordering};

use tl_core::{ThreadIdent, current_ident};

/// The identities of these threads; 0 in a free place. A thread for which there is no place counts
/// as any other thread.
static OBSERVERS: [AtomicU64; 32] = [const { AtomicU64::new(0) }; 32];

/// Notes that the calling thread only looks, until what this returns is dropped.
pub(crate) fn enter() -> Observer {
    let own = current_ident().as_u64().get();
    // Relaxed, here and below: the number is all that there is to see.
    let take = |place: &&AtomicU64| {
        place
            .compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    };
    Observer(OBSERVERS.iter().find(take))
}

pub(crate) struct Observer(Option<&'static AtomicU64>);

impl Drop for Observer {
    fn drop(&mut self) {
        if let Some(place) = self.0 {
            place.store(0, Ordering::Relaxed);
        }
    }
}

/// Returns whether the thread only looks: it comes to no barrier, and holds nothing.
pub(crate) fn contains(thread: ThreadIdent) -> bool {
    let number = thread.as_u64().get();
    OBSERVERS
        .iter()
        .any(|place| place.load(Ordering::Relaxed) == number)
}
