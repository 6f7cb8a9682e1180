//! How records are made: for new threads, and for the main thread.

use std::sync::Arc;

use super::ThreadRecord;
use super::forked;
use super::own::{MAIN, RECORD, STAGE, Stage, keep, take};
use super::text::{THREADS, Text};
use crate::ident::{self, current_ident};
use crate::sys;

impl ThreadRecord {
    /// Creates a record for a thread that will have this name.
    pub fn new(name: impl Into<Arc<str>>) -> Arc<ThreadRecord> {
        ThreadRecord::named(Text::Given(name.into()))
    }

    /// Creates a record for a thread without a name: it will be `Thread-N`, where N counts these
    /// calls from 1.
    pub fn unnamed() -> Arc<ThreadRecord> {
        ThreadRecord::named(THREADS.next())
    }

    pub(super) fn named(text: Text) -> Arc<ThreadRecord> {
        forked::be_ready();
        Arc::new(ThreadRecord::with_text(text))
    }

    /// Returns the record of the main thread, from whichever thread this is called.
    pub fn main() -> Arc<ThreadRecord> {
        let known = MAIN.lock().as_ref().map(Arc::clone);
        known.unwrap_or_else(|| {
            if sys::is_main_thread() {
                // In a child made by `fork` before there was any record, it is not what it is
                // elsewhere.
                current_ident();
                ident::become_main();
            }
            let record = ThreadRecord::new("MainThread");
            record.set_ident(Some(ident::of_main()));
            record.claim();
            record.run(sys::main_native_id());
            // Unless another thread has been faster. The lock is released before that one is
            // dropped.
            Arc::clone(MAIN.lock().get_or_insert_with(|| Arc::clone(&record)))
        })
    }

    /// Makes the calling thread, which must be a new one, the thread of this record: its identity
    /// is the record's, and so is its name. If the record has no identity yet it gets one.
    ///
    /// `os_name` is what the operating system has been told already, empty if nothing: only what
    /// differs from it is told again.
    ///
    /// What runs in a new thread before this call may have asked for its identity or its name
    /// already: an allocator that takes a lock, the handler of a signal. What it was given then is
    /// replaced. Nothing may still be held in its name, such as a reentrant lock, since nobody has
    /// that identity any more.
    ///
    /// # Panics
    ///
    /// If the calling thread is the main thread, has begun a record, or has dropped its
    /// thread-locals; and if the record is that of another thread, though it may have ended.
    /// Nothing has changed then.
    pub fn begin(self: &Arc<ThreadRecord>, os_name: &str) {
        assert!(
            STAGE.get() == Stage::NotBegun && ident::assigned() != Some(ident::of_main()),
            "only a new thread can begin a record: the main thread, one that has begun another, or one \
             that has dropped its thread-locals cannot"
        );
        assert!(
            self.claim(),
            "a record is that of one thread: make a new one for each"
        );
        ident::set_current(self.ident().unwrap_or_else(|| self.give_ident()));
        STAGE.set(Stage::Begun);
        if let Some(temporary) = take(&RECORD) {
            temporary.0.replaced();
        }
        keep(self);
        self.run_here(os_name);
    }
}
