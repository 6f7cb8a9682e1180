//! The end of a thread, as those that wait for it and the list of threads hear of it.

use tl_core::door::trace_end;

use super::Thread;
use crate::registry;

impl Thread {
    /// Ends the thread, whose thread-locals are dropped.
    pub(crate) fn end(&self) {
        trace_end(|| Some((self.ident()?, self.name())));
        self.end_and_unlist();
        // It has not been joined: the system need not keep what is left of it for that.
        let handle = self.inner.work.lock().handle.take();
        drop(handle);
        if let Some(crew) = &self.inner.crew {
            crew.leave();
        }
    }

    /// Ends the main thread, which has left `main` or is about to. A second call changes nothing.
    pub(crate) fn main_is_over(&self) {
        debug_assert!(self.is_main());
        let life = &self.inner.life;
        if registry::unlist_if(self, || life.end_once()) {
            life.announce_end();
        }
    }

    /// Ends and unlists the thread, both under the lock of the list: a thread that has left the
    /// list has ended, and one whose end is seen is no longer in it.
    fn end_and_unlist(&self) {
        let life = &self.inner.life;
        registry::unlist_if(self, || {
            life.end();
            true
        });
        life.announce_end();
    }
}
