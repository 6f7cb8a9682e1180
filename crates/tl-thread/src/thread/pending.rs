//! Between being listed and being started.

use std::io;

use super::Thread;
use crate::{current, registry};

impl Thread {
    /// Lists the thread without starting it. Whether it was new.
    pub(crate) fn set_pending(&self) -> bool {
        current::know_main();
        // Both under the lock of the list: who cancels the thread as soon as it is pending has to find it listed.
        registry::list_if(self, || {
            let is_new = self.inner.life.set_pending();
            if is_new {
                self.inner.record.assign_ident();
            }
            is_new
        })
    }

    /// Starts the operating system's thread of a pending thread, which calls `ready` and then decides.
    pub(crate) fn fire<P>(
        &self,
        ready: impl FnOnce() -> Option<P> + Send + 'static,
    ) -> io::Result<()> {
        current::prepare()?;
        let handle = self.spawn_os_thread(|builder, main| builder.spawn(main.once_ready(ready)))?;
        self.keep(handle);
        Ok(())
    }

    /// Ends a pending thread. Whether it was pending.
    pub(crate) fn cancel(&self) -> bool {
        let was_pending = registry::unlist_if(self, || self.inner.life.cancel());
        if was_pending {
            self.inner.life.announce_end();
            let work = {
                let mut work = self.inner.work.lock();
                (work.function.take(), work.handle.take())
            };
            drop(work);
        }
        was_pending
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.inner.life.is_pending()
    }
}
