//! The threads of this crate, which only look.

use tl_core::door::Mutex;
use tl_core::{ThreadIdent, current_ident};

static OBSERVERS: Mutex<Vec<ThreadIdent>> = Mutex::new(Vec::new());

/// Notes that the calling thread only looks, until what this returns is dropped.
pub(crate) fn enter() -> Observer {
    let thread = current_ident();
    OBSERVERS.lock().push(thread);
    Observer(thread)
}

pub(crate) struct Observer(ThreadIdent);

impl Drop for Observer {
    fn drop(&mut self) {
        OBSERVERS.lock().retain(|thread| *thread != self.0);
    }
}

/// Whether the thread only looks: it comes to no barrier, and holds nothing.
pub(crate) fn contains(thread: ThreadIdent) -> bool {
    OBSERVERS.lock().contains(&thread)
}
