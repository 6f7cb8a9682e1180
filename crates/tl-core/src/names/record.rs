//! The record of a thread.

use std::fmt;
use std::mem;
use std::panic::{self, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;

use super::forked;
use super::own::{RECORD, STAGE, Stage, has_ended, keep, take};
use super::text::{DUMMIES, THREADS, Text};
use crate::door::{Mutex, MutexGuard, PooledMutex};
use crate::ident::{self, ThreadIdent, current_ident};
use crate::sys;

/// The identity and the name of one thread: what the thread itself reads them from, and what others
/// rename it by.
///
/// A library that starts threads makes one for each, [`begin`](ThreadRecord::begin)s it in the new
/// thread, and keeps it in the thread's handle. A thread that nobody made a record for gets one at
/// its first call.
///
/// # Examples
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
/// record.set_initial_name("named after all"); // so that the next unnamed one is `Thread-1`
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
    pub(super) version: AtomicU32,
    /// Whether the operating system's thread has begun and not ended: its number is then this
    /// thread's and no other's. Changes with `TELLING` locked.
    is_running: AtomicBool,
    name: PooledMutex<Text>,
}

// No user's code runs while the name is locked.
impl UnwindSafe for ThreadRecord {}
impl RefUnwindSafe for ThreadRecord {}

/// Locked by a thread that tells the system a name, and by a thread that begins or ends. So a
/// thread cannot end while it is renamed, and the system learns its names in their order.
#[cfg(not(loom))]
pub(super) static TELLING: Mutex<()> = Mutex::new(());
#[cfg(loom)]
static TELLING: std::sync::LazyLock<Mutex<()>> = std::sync::LazyLock::new(|| Mutex::new(()));

/// The record of the main thread, once somebody has asked for it.
#[cfg(not(loom))]
pub(super) static MAIN: Mutex<Option<Arc<ThreadRecord>>> = Mutex::new(None);
#[cfg(loom)]
static MAIN: std::sync::LazyLock<Mutex<Option<Arc<ThreadRecord>>>> =
    std::sync::LazyLock::new(|| Mutex::new(None));

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

    /// Notes that the thread runs, and the number that the system gave it, if that is known.
    pub(super) fn run(&self, native_id: Option<u64>) {
        // Relaxed, both: what has to see one with the other locks `TELLING`.
        self.native_id
            .store(native_id.unwrap_or(0), Ordering::Relaxed);
        self.is_running.store(true, Ordering::Relaxed);
    }

    /// Notes that the thread runs no longer.
    pub(super) fn stop(&self) {
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
        known.unwrap_or_else(ThreadRecord::adopt_current)
    }

    /// Makes a record for the calling thread, which has none.
    #[cold]
    fn adopt_current() -> Arc<ThreadRecord> {
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
            STAGE.get() == Stage::NotBegun && ident::assigned() != Some(ident::of_main()),
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

    /// Notes that the thread for which this record was made too early has begun another record.
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

    pub(super) fn version_and_name(&self) -> (u32, Arc<str>) {
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

    /// Names a thread that has just been made as an [`unnamed`](ThreadRecord::unnamed) one, so that
    /// it no longer counts as unnamed: if it was the last to get a number, the next unnamed thread
    /// gets that number.
    pub fn set_initial_name(&self, name: impl Into<Arc<str>>) {
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

/// Returns the name that the calling thread has in the standard library.
fn std_name() -> Option<Arc<str>> {
    // Once std has dropped its own record of the thread, among C's last destructors, it panics.
    let name = panic::catch_unwind(|| thread::current().name().map(Arc::from));
    name.ok().flatten()
}
