//! What is known of records: that of the main thread; and in each thread its own, and its name.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use super::ThreadRecord;
use crate::door::Mutex;
use crate::sys::{Kept, ThreadEnd};

/// The record of the main thread, once somebody has asked for it.
#[cfg(not(loom))]
pub(super) static MAIN: Mutex<Option<Arc<ThreadRecord>>> = Mutex::new(None);
#[cfg(loom)]
pub(super) static MAIN: std::sync::LazyLock<Mutex<Option<Arc<ThreadRecord>>>> =
    std::sync::LazyLock::new(|| Mutex::new(None));

/// What the calling thread remembers of its own name.
pub(super) struct Mine {
    pub(super) record: Arc<ThreadRecord>,
    /// The record's version that `name` comes from.
    pub(super) version: u32,
    pub(super) name: Arc<str>,
}

impl Mine {
    #[inline]
    pub(super) fn is_current(&self) -> bool {
        // Relaxed: the name itself is read under the record's lock. A thread that renames this one
        // and then tells it so has given this load what it needs to see the change.
        self.record.version.load(Ordering::Relaxed) == self.version
    }
}

// None of these has a destructor, so that they are there as long as the thread runs (see `Kept`).
// `AT_END` empties the first two.
thread_local! {
    /// What the fast paths use; held while a user's function reads the name.
    pub(super) static MINE: RefCell<Kept<Option<Mine>>> = const { RefCell::new(Kept::new(None)) };
    /// The thread's record; never held while other code runs.
    pub(super) static RECORD: RefCell<Kept<Option<Own>>> = const { RefCell::new(Kept::new(None)) };
    pub(super) static STAGE: Cell<Stage> = const { Cell::new(Stage::NotBegun) };
}

/// What the calling thread is to this module.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stage {
    /// It has no record, or one that was made when it asked for one.
    NotBegun,
    /// It has begun a record.
    Begun,
    /// Its thread-locals are gone.
    Ended,
}

static AT_END: ThreadEnd = ThreadEnd::new(|| {
    STAGE.set(Stage::Ended);
    drop(take(&RECORD));
    drop(take(&MINE));
});

/// The record of the thread that has this. It runs no longer when this is dropped.
pub(super) struct Own(pub(super) Arc<ThreadRecord>);

impl Drop for Own {
    fn drop(&mut self) {
        self.0.stop();
    }
}

pub(super) fn has_ended() -> bool {
    STAGE.get() == Stage::Ended
}

pub(super) fn take<T>(place: &'static thread::LocalKey<RefCell<Kept<Option<T>>>>) -> Option<T> {
    place.replace(Kept::new(None)).into_inner()
}

/// Makes this the calling thread's record, until its end.
pub(super) fn keep(record: &Arc<ThreadRecord>) {
    RECORD.set(Kept::new(Some(Own(Arc::clone(record)))));
    // Without memory for the call at the thread's end, what the thread remembers of its name is
    // never freed.
    let _ = AT_END.arm();
}
