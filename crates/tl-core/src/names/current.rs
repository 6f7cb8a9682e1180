//! The calling thread's record and its name.

use std::mem;
use std::panic;
use std::sync::Arc;
use std::thread;

use super::ThreadRecord;
use super::own::{MINE, Mine, RECORD, has_ended, keep};
use super::text::{DUMMIES, Text};
use crate::ident::{self, current_ident};
use crate::sys::{self, Kept};

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

impl ThreadRecord {
    /// Returns the record of the calling thread.
    ///
    /// At the first call of a thread that has no record this makes one. In a destructor that runs
    /// after the very end of the thread (in C, there are some) it is a new one at each call, named
    /// as the operating system has it.
    pub fn current() -> Arc<ThreadRecord> {
        let known = RECORD.with_borrow(|own| own.as_ref().map(|own| Arc::clone(&own.0)));
        known.unwrap_or_else(ThreadRecord::adopt_current)
    }

    /// Makes a record for the calling thread, which has none.
    #[cold]
    fn adopt_current() -> Arc<ThreadRecord> {
        let ident = current_ident();
        if ident == ident::of_main() || sys::is_main_thread() {
            let record = ThreadRecord::main();
            record.set_native_id(sys::native_id());
            keep(&record);
            return record;
        }
        let text = if has_ended() {
            Text::Given(sys::os_name().into())
        } else {
            match std_name() {
                Some(name) => Text::Given(name),
                None => DUMMIES.next(),
            }
        };
        let record = ThreadRecord::named(text);
        record.set_ident(Some(ident));
        record.claim();
        record.run(Some(sys::native_id()));
        if has_ended() {
            record.stop();
        } else {
            keep(&record);
        }
        record
    }
}

/// Returns the name that the calling thread has in the standard library.
fn std_name() -> Option<Arc<str>> {
    // Once std has dropped its own record of the thread, among C's last destructors, it panics.
    let name = panic::catch_unwind(|| thread::current().name().map(Arc::from));
    name.ok().flatten()
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
