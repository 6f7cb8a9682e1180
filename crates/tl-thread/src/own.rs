//! What each thread keeps of itself: its handle, and whether the threads that it makes are daemons.

use std::cell::{Cell, RefCell};

use tl_core::sys::{self, Kept};

use crate::Thread;

// Neither has a destructor, so that they are there as long as the thread runs (see `Kept`).
thread_local! {
    static HANDLE: RefCell<Kept<Option<Own>>> = const { RefCell::new(Kept::new(None)) };
    static MAKES_DAEMONS: Cell<bool> = const { Cell::new(false) };
}

/// The handle of the thread that keeps it. When it is dropped the thread ends.
pub(crate) struct Own(Thread);

impl Own {
    /// Returns whether it is the handle of `thread`.
    pub(crate) fn is(&self, thread: &Thread) -> bool {
        self.0 == *thread
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.0.end();
        if self.0.is_main() {
            // In a child made by `fork`, where the function of this thread is what `main` is
            // elsewhere.
            sys::exit(0);
        }
    }
}

/// Returns the handle of the calling thread, if it has one.
pub(crate) fn handle() -> Option<Thread> {
    // Where thread-locals are emulated, it cannot be had while it is being dropped.
    HANDLE
        .try_with(|own| own.borrow().as_ref().map(|own| own.0.clone()))
        .unwrap_or_default()
}

/// Makes this the handle of the calling thread. Returns the handle that it had before.
pub(crate) fn replace(thread: Option<Thread>) -> Option<Own> {
    let new = Kept::new(thread.map(Own));
    let old = HANDLE.try_with(|place| place.replace(new));
    old.ok().and_then(Kept::into_inner)
}

/// Returns whether a thread that the calling one makes is a daemon, if nothing else is said.
pub(crate) fn makes_daemons() -> bool {
    MAKES_DAEMONS.get()
}

/// Decides whether the threads that the calling one makes are daemons.
pub(crate) fn make_daemons(are_daemons: bool) {
    MAKES_DAEMONS.set(are_daemons);
}

/// Makes the calling thread the main thread, in a child made by `fork`. Returns its handle, if it
/// has one.
#[cfg(not(loom))]
pub(crate) fn become_main() -> Option<Thread> {
    let own = handle();
    if let Some(own) = &own {
        own.become_main();
    }
    make_daemons(false);
    own
}
