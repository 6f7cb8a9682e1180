//! The standard library's handle to a thread.

use std::mem;

use tl_core::sys;

/// A handle of the standard library, to be joined or dropped in the process where it was made. In a child
/// made by `fork` there is no such thread: to join it would panic, and to drop the handle would free
/// what the C runtime has given to others.
pub(crate) struct OsThread<H> {
    handle: Option<H>,
    generation: u32,
}

impl<H> OsThread<H> {
    pub(crate) fn new(handle: H) -> OsThread<H> {
        OsThread {
            handle: Some(handle),
            generation: sys::fork_generation(),
        }
    }

    /// The handle, if it is one of this process.
    pub(crate) fn into_handle(mut self) -> Option<H> {
        self.handle
            .take_if(|_| self.generation == sys::fork_generation())
    }
}

impl<H> Drop for OsThread<H> {
    fn drop(&mut self) {
        if self.generation != sys::fork_generation() {
            mem::forget(self.handle.take());
        }
    }
}
