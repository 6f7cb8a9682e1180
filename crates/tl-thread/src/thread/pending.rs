//! Between being listed and being started.

use std::io;
use std::sync::atomic::Ordering;
use std::thread;

use tl_core::door::Deadline;

use super::{OsThread, Thread, os_thread};
use crate::{StartError, current, registry, stack};

impl Thread {
    /// Lists the thread without starting it.
    pub(crate) fn set_pending(&self) -> Result<(), StartError> {
        current::ensure_main_listed();
        // A size that no thread can have is refused now, while there is a caller to be told.
        let own = self.inner.stack_size.load(Ordering::Relaxed);
        stack::for_new_thread(own).map_err(StartError::Refused)?;
        // Both under the lock of the list: a thread that cancels this one as soon as it is pending
        // has to find it listed.
        let was_new = registry::list_if(self, || {
            let is_new = self.inner.life.set_pending();
            if is_new {
                self.inner.record.assign_ident();
            }
            is_new
        });
        if was_new {
            Ok(())
        } else {
            Err(StartError::AlreadyStarted)
        }
    }

    /// Finds out whether the system gives a thread a stack of that size.
    pub(crate) fn try_stack(&self) -> Result<(), StartError> {
        let own = self.inner.stack_size.load(Ordering::Relaxed);
        match stack::for_new_thread(own).map_err(StartError::Refused)? {
            Some(size) if size > stack::LARGE => {
                let trial = thread::Builder::new().stack_size(size).spawn(|| ());
                // It does nothing that could fail.
                let _ = trial.map_err(StartError::Refused)?.join();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Starts the operating system's thread of a pending thread, which calls `ready` and then
    /// decides.
    pub(crate) fn fire<P>(
        &self,
        ready: impl FnOnce() -> Option<P> + Send + 'static,
    ) -> io::Result<()> {
        current::prepare()?;
        let (builder, main) = self.build()?;
        let handle = builder.spawn(main.once_ready(ready))?;
        self.store_handle(OsThread::new(handle));
        Ok(())
    }

    /// Ends a pending thread. Returns whether it was pending.
    pub(crate) fn cancel(&self) -> bool {
        let was_pending = registry::unlist_if(self, || self.inner.life.cancel());
        if was_pending {
            self.inner.life.announce_end();
            let (function, handle) = {
                let mut work = self.inner.work.lock();
                (work.function.take(), work.handle.take())
            };
            drop(function);
            if let Some(thread) = handle {
                os_thread::discard(thread);
            }
        }
        was_pending
    }

    pub(crate) fn set_due(&self, due: Deadline) {
        self.inner.work.lock().due = Some(due);
    }

    pub(crate) fn due(&self) -> Option<Deadline> {
        self.inner.work.lock().due.filter(|_| self.is_pending())
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.inner.life.is_pending()
    }
}
