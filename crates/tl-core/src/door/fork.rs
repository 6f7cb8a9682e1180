//! What the door does around a `fork`: no thread is inside the door at that moment, and in the
//! child no thread waits there.
//!
//! Threads wait with nodes on their stacks. In the child these threads do not exist, and the C
//! runtime gives their stacks to new threads, so that their nodes must be forgotten.

use std::sync::atomic::{AtomicBool, Ordering};

use super::bucket::Bucket;
use super::held;
use super::order;
use super::pooled;
use super::trace;
use crate::sys::{ForkHooks, ForkRank, at_fork};

/// Whether the functions below have been registered.
static IS_READY: AtomicBool = AtomicBool::new(false);

/// Sees to it that a fork finds the door as it should. To be called before the first lock of a
/// bucket or of the pool.
#[inline]
pub(super) fn be_ready() {
    // Relaxed: to register twice changes nothing.
    if !IS_READY.load(Ordering::Relaxed) {
        register();
    }
}

#[cold]
fn register() {
    // Without memory for that, a fork is what it is in most libraries.
    let _ = at_fork(
        ForkRank::Door,
        ForkHooks {
            before: || {
                pooled::hold_all();
                Bucket::hold_all();
                held::hold_all();
                order::hold_all();
            },
            in_parent: || {
                order::let_all_go();
                held::let_all_go();
                Bucket::let_all_go(|_| ());
                pooled::let_all_go();
            },
            in_child: || {
                trace::forget_tracer();
                order::forget_watches();
                order::let_all_go();
                held::let_all_go();
                Bucket::let_all_go(|queues| queues.forget());
                pooled::let_all_go();
            },
        },
    );
    IS_READY.store(true, Ordering::Relaxed);
}
