//! The threads of this crate, which only look.

use tl_core::ThreadIdent;
use tl_core::door::Mutex;

static OBSERVERS: Mutex<Vec<ThreadIdent>> = Mutex::new(Vec::new());

/// Whether the thread only looks: it comes to no barrier, and holds nothing.
pub(crate) fn contains(thread: ThreadIdent) -> bool {
    OBSERVERS.lock().contains(&thread)
}
