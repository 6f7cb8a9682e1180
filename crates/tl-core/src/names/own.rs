//! The record of the calling thread, and its name, which it remembers.

use std::cell::{Cell, RefCell};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use super::ThreadRecord;
use crate::sys::{Kept, ThreadEnd};

/// Returns the name of the calling thread.
///
/// Works in every thread at every time, also while its thread-locals are being dropped and after
/// `main` has returned. See [`with_current_name`] for the name without a reference count.
///
/// # Examples
///
/// ```
/// assert_eq!(&*tl_core::current_name(), "MainThread");
///
/// let worker = std::thread::Builder::new().name("worker".into());
/// let name = worker.spawn(tl_core::current_name).unwrap().join().unwrap();
/// assert_eq!(&*name, "worker");
/// ```
pub fn current_name() -> Arc<str> {
    let name = MINE.with(|mine| {
        let mine = mine.try_borrow().ok()?;
        let mine = mine.as_ref().filter(|mine| mine.is_current())?;
        Some(Arc::clone(&mine.name))
    });
    name.unwrap_or_else(refresh)
}

/// Calls `f` with the name of the calling thread, without a copy.
///
/// Works in every thread at every time, also while its thread-locals are being dropped and after
/// `main` has returned. If `f` renames the thread, it still sees the old name.
///
/// # Examples
///
/// ```
/// let is_main = tl_core::with_current_name(|name| name == "MainThread");
/// assert!(is_main);
/// ```
#[inline]
pub fn with_current_name<R>(f: impl FnOnce(&str) -> R) -> R {
    MINE.with(|mine| {
        // A mutable borrow, though this only reads: it costs two plain stores. A shared borrow
        // would count up and down, and each count would have to wait for the one before.
        let held = mine.try_borrow_mut();
        if let Ok(mine) = &held {
            if let Some(mine) = mine.as_ref().filter(|mine| mine.is_current()) {
                return f(&mine.name);
            }
        }
        drop(held);
        f(&refresh())
    })
}

/// What the calling thread remembers of its own name.
struct Mine {
    record: Arc<ThreadRecord>,
    /// The record's version that `name` comes from.
    version: u32,
    name: Arc<str>,
}

impl Mine {
    #[inline]
    fn is_current(&self) -> bool {
        // Relaxed: the name itself is read under the record's lock. A thread that renames this one
        // and then tells it so has given this load what it needs to see the change.
        self.record.version.load(Ordering::Relaxed) == self.version
    }
}

// None of these has a destructor, so that they are there as long as the thread runs (see `Kept`).
// `AT_END` empties the first two.
thread_local! {
    /// What the fast paths use; held while a user's function reads the name.
    static MINE: RefCell<Kept<Option<Mine>>> = const { RefCell::new(Kept::new(None)) };
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

/// Reads the name from the record, and remembers it if no caller up the stack is still reading the
/// old one.
#[cold]
fn refresh() -> Arc<str> {
    let record = ThreadRecord::current();
    let (version, name) = record.version_and_name();
    if !has_ended() {
        let mine = Mine {
            record,
            version,
            name: Arc::clone(&name),
        };
        let old = MINE.with(|place| {
            let mut place = place.try_borrow_mut().ok()?;
            mem::replace(&mut *place, Kept::new(Some(mine))).into_inner()
        });
        drop(old);
    }
    name
}

/// Makes this the calling thread's record, until its end.
pub(super) fn keep(record: &Arc<ThreadRecord>) {
    RECORD.set(Kept::new(Some(Own(Arc::clone(record)))));
    // Without memory for the call at the thread's end, what the thread remembers of its name is
    // never freed.
    let _ = AT_END.arm();
}
