//! The record of a thread.

use std::fmt;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::text::Text;
use crate::door::{Mutex, MutexGuard, PooledMutex};
use crate::ident::ThreadIdent;
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

impl ThreadRecord {
    /// To be called when a fork finds the records as it should: see `forked.rs`.
    pub(super) fn with_text(text: Text) -> ThreadRecord {
        ThreadRecord {
            ident: AtomicU64::new(0),
            has_begun: AtomicBool::new(false),
            native_id: AtomicU64::new(0),
            version: AtomicU32::new(0),
            is_running: AtomicBool::new(false),
            name: PooledMutex::new(text),
        }
    }

    /// Notes that a thread has this record from now on. Returns false if one has it already.
    pub(super) fn claim(&self) -> bool {
        // Relaxed: that only one thread finds it false is all that is asked.
        !self.has_begun.swap(true, Ordering::Relaxed)
    }

    /// Notes that the thread runs, and the number that the system gave it, if that is known.
    pub(super) fn run(&self, native_id: Option<u64>) {
        // Relaxed, both: what has to see one with the other locks `TELLING`.
        self.set_native_id(native_id.unwrap_or(0));
        self.is_running.store(true, Ordering::Relaxed);
    }

    pub(super) fn set_native_id(&self, native_id: u64) {
        self.native_id.store(native_id, Ordering::Relaxed);
    }

    /// Notes that the calling thread runs with this record, and tells the system its name, unless
    /// that is `os_name`, which the system has been told before.
    pub(super) fn run_here(&self, os_name: &str) {
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

    /// Notes that the thread runs no longer.
    pub(super) fn stop(&self) {
        let telling = TELLING.lock();
        self.is_running.store(false, Ordering::Relaxed);
        drop(telling);
    }

    /// Notes that the thread for which this record was made too early has begun another record.
    #[cold]
    pub(super) fn replaced(&self) {
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

    pub(super) fn give_ident(&self) -> ThreadIdent {
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

    pub(super) fn set_ident(&self, ident: Option<ThreadIdent>) {
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
