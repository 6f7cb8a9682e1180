//! Names of threads, and the records that hold them.
//!
//! | thread | its name |
//! | --- | --- |
//! | the main thread: the one on which the operating system started the process | `MainThread` |
//! | one that was given a name | that one |
//! | one that was given none | `Thread-1`, `Thread-2`, …, in the order in which they were made |
//! | one that the library did not start, from its first call on | its name in the standard library, else `Dummy-1`, `Dummy-2`, … |
//!
//! as in Python (<https://docs.python.org/3/library/threading.html#threading.Thread.name>). A name
//! can be changed at any time, by any thread. The log shows the new one at once, and so does the
//! operating system (its first 15 bytes; see [`sys::os_name_form`]).
//!
//! A program asks for its own name, [`current_name`] or [`with_current_name`]. [`ThreadRecord`] is
//! for libraries that start threads.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem;
use std::panic::{self, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;

use crate::door::{Mutex, MutexGuard, PooledMutex};
use crate::ident::{self, ThreadIdent, current_ident};
use crate::sys::{self, Kept, ThreadEnd};

/// Returns the name of the calling thread.
///
/// Works in every thread at every time, also while its thread-locals are being dropped and after
/// `main` has returned. See [`with_current_name`] for the name without a reference count.
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
/// ```
/// let is_main = tl_core::with_current_name(|name| name == "MainThread");
/// assert!(is_main);
/// ```
#[inline]
pub fn with_current_name<R>(f: impl FnOnce(&str) -> R) -> R {
    MINE.with(|mine| {
        // Exclusive, though it only reads: to note an exclusive use takes two writes, to count a
        // shared one adds up over calls, and each has to wait for the one before.
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
    static RECORD: RefCell<Kept<Option<Own>>> = const { RefCell::new(Kept::new(None)) };
    static STAGE: Cell<Stage> = const { Cell::new(Stage::Met) };
}

/// What the calling thread is to this module.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// It has no record, or one that was made when it asked for one.
    Met,
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
struct Own(Arc<ThreadRecord>);

impl Drop for Own {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn has_ended() -> bool {
    STAGE.get() == Stage::Ended
}

fn take<T>(place: &'static thread::LocalKey<RefCell<Kept<Option<T>>>>) -> Option<T> {
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

/// The identity and the name of one thread: what the thread itself reads them from, and what others
/// rename it by.
///
/// A library that starts threads makes one for each, [`begin`](ThreadRecord::begin)s it in the new
/// thread, and keeps it in the thread's handle. A thread that nobody made a record for gets one at
/// its first call.
///
/// ```
/// use tl_core::names::ThreadRecord;
///
/// let record = ThreadRecord::new("worker");
/// let ident = record.assign_ident();
/// let thread = {
///     let record = record.clone();
///     std::thread::spawn(move || {
///         record.begin("");
///         (tl_core::current_ident(), tl_core::current_name())
///     })
/// };
/// let (seen, name) = thread.join().unwrap();
/// assert_eq!((seen, &*name), (ident, "worker"));
/// ```
///
/// When a thread could not be started its identity is taken back. Its name may change at any time:
///
/// ```
/// use tl_core::names::ThreadRecord;
///
/// let record = ThreadRecord::unnamed();
/// record.name_at_birth("named after all"); // so that the next unnamed one is `Thread-1`
/// record.assign_ident();
/// record.revoke_ident();
/// assert!(record.ident().is_none() && record.native_id().is_none());
/// record.set_name("renamed");
/// assert_eq!(&*record.name(), "renamed");
///
/// assert_eq!(ThreadRecord::current().ident(), ThreadRecord::main().ident()); // in the main thread
/// ```
pub struct ThreadRecord {
    /// 0 until the thread has an identity.
    ident: AtomicU64,
    /// Whether a thread has this record. No second one may: both would have its identity, and a
    /// lock that goes by that would let both in.
    has_begun: AtomicBool,
    /// 0 until the operating system has given the thread a number.
    native_id: AtomicU64,
    /// Counts the names that the thread has had. Changes with `name` locked.
    version: AtomicU32,
    /// Whether the operating system's thread has begun and not ended: its number is then this
    /// thread's and no other's. Changes with `TELLING` locked.
    is_running: AtomicBool,
    name: PooledMutex<Text>,
}

// No user's code runs while the name is locked.
impl UnwindSafe for ThreadRecord {}
impl RefUnwindSafe for ThreadRecord {}

/// Locked by a thread that tells the system a name, and by one that begins or ends: so that a
/// thread cannot end meanwhile, and the system hears of its names in their order.
#[cfg(not(loom))]
static TELLING: Mutex<()> = Mutex::new(());
#[cfg(loom)]
static TELLING: std::sync::LazyLock<Mutex<()>> = std::sync::LazyLock::new(|| Mutex::new(()));

/// The record of the main thread, once somebody has asked for it.
#[cfg(not(loom))]
static MAIN: Mutex<Option<Arc<ThreadRecord>>> = Mutex::new(None);
#[cfg(loom)]
static MAIN: std::sync::LazyLock<Mutex<Option<Arc<ThreadRecord>>>> =
    std::sync::LazyLock::new(|| Mutex::new(None));

enum Text {
    Given(Arc<str>),
    /// A default name. It is put together when somebody asks for it: a timer that never fires needs
    /// none.
    Numbered(&'static Series, u64),
}

/// A series of default names.
struct Series {
    prefix: &'static str,
    given: AtomicU64,
}

static THREADS: Series = Series::new("Thread");
static DUMMIES: Series = Series::new("Dummy");

impl Series {
    const fn new(prefix: &'static str) -> Series {
        Series {
            prefix,
            given: AtomicU64::new(0),
        }
    }

    fn next(&'static self) -> Text {
        // Relaxed: that no two calls get the same number is all that is asked.
        Text::Numbered(self, self.given.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Takes the number back, if it is the last one that was given.
    fn give_back(&self, number: u64) {
        let _ =
            self.given
                .compare_exchange(number, number - 1, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl ThreadRecord {
    /// Creates a record for a thread that will have this name.
    pub fn new(name: impl Into<Arc<str>>) -> Arc<ThreadRecord> {
        ThreadRecord::with_text(Text::Given(name.into()))
    }

    /// Creates a record for a thread without a name: it will be `Thread-N`, where N counts these
    /// calls from 1.
    pub fn unnamed() -> Arc<ThreadRecord> {
        ThreadRecord::with_text(THREADS.next())
    }

    fn with_text(text: Text) -> Arc<ThreadRecord> {
        forked::be_ready();
        Arc::new(ThreadRecord {
            ident: AtomicU64::new(0),
            has_begun: AtomicBool::new(false),
            native_id: AtomicU64::new(0),
            version: AtomicU32::new(0),
            is_running: AtomicBool::new(false),
            name: PooledMutex::new(text),
        })
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
            record.has_begun.store(true, Ordering::Relaxed);
            record.run(sys::main_native_id());
            // Unless another thread has been faster. The lock is released before that one is
            // dropped.
            Arc::clone(MAIN.lock().get_or_insert_with(|| Arc::clone(&record)))
        })
    }

    /// The thread runs, and the system calls it by this number, if that is known.
    fn run(&self, native_id: Option<u64>) {
        // Relaxed, both: what has to see one with the other locks `TELLING`.
        self.native_id
            .store(native_id.unwrap_or(0), Ordering::Relaxed);
        self.is_running.store(true, Ordering::Relaxed);
    }

    /// The thread runs no longer.
    fn stop(&self) {
        let telling = TELLING.lock();
        self.is_running.store(false, Ordering::Relaxed);
        drop(telling);
    }

    /// Returns the record of the calling thread.
    ///
    /// At the first call of a thread that has no record this makes one. In a destructor that runs
    /// after the very end of the thread (in C, there are some) it is a new one at each call, named
    /// as the operating system has it.
    pub fn current() -> Arc<ThreadRecord> {
        let known = RECORD.with_borrow(|own| own.as_ref().map(|own| Arc::clone(&own.0)));
        known.unwrap_or_else(ThreadRecord::meet)
    }

    /// Makes a record for the calling thread, which has none.
    #[cold]
    fn meet() -> Arc<ThreadRecord> {
        let ident = current_ident();
        if ident == ident::of_main() || sys::is_main_thread() {
            let record = ThreadRecord::main();
            record.native_id.store(sys::native_id(), Ordering::Relaxed);
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
        let record = ThreadRecord::with_text(text);
        record.set_ident(Some(ident));
        record.has_begun.store(true, Ordering::Relaxed);
        record.run(Some(sys::native_id()));
        if has_ended() {
            record.stop();
        } else {
            keep(&record);
        }
        record
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
            STAGE.get() == Stage::Met && ident::assigned() != Some(ident::of_main()),
            "only a new thread can begin a record: the main thread, one that has begun another, or one \
             that has dropped its thread-locals cannot"
        );
        // Relaxed: that only one thread finds it false is all that is asked.
        assert!(
            !self.has_begun.swap(true, Ordering::Relaxed),
            "a record is that of one thread: make a new one for each"
        );
        ident::set_current(self.ident().unwrap_or_else(|| self.give_ident()));
        STAGE.set(Stage::Begun);
        if let Some(temporary) = take(&RECORD) {
            temporary.0.replaced();
        }
        keep(self);
        let native_id = sys::native_id();
        let telling = TELLING.lock();
        self.run(Some(native_id));
        let text = self.name();
        // What std has told the system is cut where the system does, in the middle of a character
        // if need be.
        let is_cut = os_name.len() > sys::OS_NAME_BYTES;
        if *text != *os_name || is_cut && !os_name.is_char_boundary(sys::OS_NAME_BYTES) {
            sys::set_os_name(&text);
        }
        drop(telling);
    }

    /// The thread that this record was made for, when it asked too early, has begun another.
    #[cold]
    fn replaced(&self) {
        self.stop();
        // So that a thread that remembers the old name looks again. Relaxed: by the same thread.
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the identity of the thread; `None` if it has not been given one.
    pub fn ident(&self) -> Option<ThreadIdent> {
        // Relaxed: a number that refers to nothing.
        ThreadIdent::from_u64(self.ident.load(Ordering::Relaxed))
    }

    /// Gives the thread an identity that no thread has had: it is about to be started.
    ///
    /// # Panics
    ///
    /// If the thread has begun: it keeps the identity that it has.
    pub fn assign_ident(&self) -> ThreadIdent {
        self.check_not_begun();
        self.give_ident()
    }

    fn give_ident(&self) -> ThreadIdent {
        let ident = ThreadIdent::next();
        self.set_ident(Some(ident));
        ident
    }

    /// Takes the identity back: the thread could not be started.
    ///
    /// # Panics
    ///
    /// If the thread has begun: it keeps the identity that it has.
    pub fn revoke_ident(&self) {
        self.check_not_begun();
        self.set_ident(None);
    }

    fn check_not_begun(&self) {
        assert!(
            !self.has_begun.load(Ordering::Relaxed),
            "a thread that has begun keeps its identity"
        );
    }

    fn set_ident(&self, ident: Option<ThreadIdent>) {
        let number = ident.map_or(0, |ident| ident.as_u64().get());
        self.ident.store(number, Ordering::Relaxed);
    }

    /// Returns the number that the operating system gave the thread; `None` until it runs. It stays
    /// after the thread has ended.
    pub fn native_id(&self) -> Option<u64> {
        // Relaxed: a number that refers to nothing.
        match self.native_id.load(Ordering::Relaxed) {
            0 => None,
            id => Some(id),
        }
    }

    /// Returns the name of the thread.
    pub fn name(&self) -> Arc<str> {
        self.version_and_name().1
    }

    fn version_and_name(&self) -> (u32, Arc<str>) {
        loop {
            let (series, number) = match &*self.name.lock() {
                Text::Given(name) => {
                    return (self.version.load(Ordering::Relaxed), Arc::clone(name));
                }
                Text::Numbered(series, number) => (*series, *number),
            };
            // Put together without the lock, under which nothing is allocated.
            let name = Arc::from(format!("{}-{number}", series.prefix));
            let mut text = self.name.lock();
            if let Text::Numbered(..) = &*text {
                *text = Text::Given(name);
            }
        }
    }

    /// Renames the thread, whether it runs or not. While it runs the operating system is told too;
    /// if that cannot be, for want of `/proc`, the system keeps the old name.
    pub fn set_name(&self, name: impl Into<Arc<str>>) {
        self.rename(name.into());
    }

    /// Names a thread that has only just been made as an [`unnamed`](ThreadRecord::unnamed) one, so
    /// that it does not count as such: if it was the last to get a number, the next unnamed thread
    /// gets that number.
    pub fn name_at_birth(&self, name: impl Into<Arc<str>>) {
        if let Text::Numbered(series, number) = self.rename(name.into()) {
            series.give_back(number);
        }
    }

    fn rename(&self, text: Arc<str>) -> Text {
        let telling = TELLING.lock();
        let old = {
            let mut name = self.name.lock();
            // Relaxed: read beside the name, under its lock, or as a hint to look there.
            self.version.fetch_add(1, Ordering::Relaxed);
            mem::replace(&mut *name, Text::Given(Arc::clone(&text)))
        };
        self.tell_os(&telling, &text);
        old
    }

    fn tell_os(&self, _telling: &MutexGuard<'_, ()>, text: &str) {
        let is_running = self.is_running.load(Ordering::Relaxed);
        match self.native_id() {
            Some(id) if is_running && id == sys::native_id() => sys::set_os_name(text),
            Some(id) if is_running => {
                // Only what the system shows is out of date if this fails.
                let _ = sys::set_os_name_of(id, text);
            }
            _ => {}
        }
    }
}

impl fmt::Debug for ThreadRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ThreadRecord");
        out.field("name", &self.name())
            .field("ident", &self.ident())
            .field("native_id", &self.native_id())
            .finish()
    }
}

/// Makes this the calling thread's record, until its end.
fn keep(record: &Arc<ThreadRecord>) {
    RECORD.set(Kept::new(Some(Own(Arc::clone(record)))));
    // Without memory for the call at the thread's end, what the thread remembers of its name is
    // never freed.
    let _ = AT_END.arm();
}

/// The name that the calling thread has in the standard library.
fn std_name() -> Option<Arc<str>> {
    // Once std has dropped its own record of the thread, among C's last destructors, it panics.
    let name = panic::catch_unwind(|| thread::current().name().map(Arc::from));
    name.ok().flatten()
}

/// The records around a `fork`. In the child the thread that forked is the main thread.
#[cfg(not(loom))]
mod forked {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::sys::{ForkHooks, ForkRank, at_fork};

    type Held = (
        MutexGuard<'static, ()>,
        MutexGuard<'static, Option<Arc<ThreadRecord>>>,
    );

    thread_local! {
        static HELD: RefCell<Kept<Option<Held>>> = const { RefCell::new(Kept::new(None)) };
    }

    /// Sees to it that a fork finds the records as it should. To be called before there is one.
    pub(super) fn be_ready() {
        static IS_READY: AtomicBool = AtomicBool::new(false);

        // Relaxed: to register twice changes nothing.
        if IS_READY.load(Ordering::Relaxed) {
            return;
        }
        // Without memory for that, a fork is what it is in most libraries.
        let _ = at_fork(
            ForkRank::Records,
            ForkHooks {
                before: || {
                    // In the child it would be that of the main thread.
                    current_ident();
                    let held = (TELLING.lock(), MAIN.lock());
                    HELD.set(Kept::new(Some(held)));
                },
                in_parent: || drop(take(&HELD)),
                in_child,
            },
        );
        IS_READY.store(true, Ordering::Relaxed);
    }

    fn in_child() {
        ident::become_main();
        let own = RECORD.with_borrow(|own| own.as_ref().map(|own| Arc::clone(&own.0)));
        if let Some(own) = &own {
            own.run(Some(sys::native_id()));
        }
        if let Some((telling, mut main)) = take(&HELD) {
            // Not dropped: nothing is freed in a child.
            mem::forget(mem::replace(&mut *main, own));
            drop((telling, main));
        }
    }
}

#[cfg(loom)]
mod forked {
    /// The model checker has no forks.
    pub(super) fn be_ready() {}
}
