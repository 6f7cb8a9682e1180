//! Identities of threads: numbers that are never used twice in the life of the process.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The identity of a thread, unique for the life of the process and never reused.
///
/// Identities are ordered by when they were given; the main thread's is the lowest. It is not the
/// number by which the operating system knows the thread, which is reused: for that one see
/// [`sys::native_id`](crate::sys::native_id).
///
/// # Examples
///
/// ```
/// use tl_core::current_ident;
///
/// let mine = current_ident();
/// let other = std::thread::spawn(current_ident).join().unwrap();
/// assert_eq!(current_ident(), mine);
/// assert!(mine < other);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadIdent(NonZeroU64);

impl ThreadIdent {
    /// The identity of the main thread: the one on which the operating system started the process.
    ///
    /// In a child made by `fork` the main thread is the one that forked, with the identity that it
    /// has.
    pub const MAIN: ThreadIdent = ThreadIdent(NonZeroU64::MIN);

    /// Returns the identity as a number: what a lock stores to remember its owner.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::ThreadIdent;
    ///
    /// assert_eq!(ThreadIdent::MAIN.as_u64().get(), 1);
    /// ```
    #[inline]
    pub const fn as_u64(self) -> NonZeroU64 {
        self.0
    }

    /// Returns the identity with this number, as a lock has stored it; `None` for 0, which no
    /// thread has.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::ThreadIdent;
    ///
    /// assert_eq!(ThreadIdent::from_u64(1), Some(ThreadIdent::MAIN));
    /// assert_eq!(ThreadIdent::from_u64(0), None);
    /// ```
    pub const fn from_u64(number: u64) -> Option<ThreadIdent> {
        match NonZeroU64::new(number) {
            Some(number) => Some(ThreadIdent(number)),
            None => None,
        }
    }

    /// Returns an identity that no thread has had.
    pub(crate) fn next() -> ThreadIdent {
        static NEXT: AtomicU64 = AtomicU64::new(ThreadIdent::MAIN.0.get() + 1);

        // Relaxed: that no two calls see the same number is all that is asked. 2^64 threads are not
        // started in a lifetime.
        ThreadIdent::from_u64(NEXT.fetch_add(1, Ordering::Relaxed))
            .expect("fewer than 2^64 threads")
    }
}

impl fmt::Display for ThreadIdent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

// A thread-local that is const and has no destructor costs one load, and is there for as long as
// its thread runs at all.
#[cfg(not(loom))]
thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}
// The threads of a model share one thread of the operating system.
#[cfg(loom)]
loom::thread_local! {
    static CURRENT: Cell<u64> = Cell::new(0);
}

/// Returns the identity of the calling thread.
///
/// It costs one load, and works in every thread at every time: also in the destructor of a
/// thread-local, in an exit hook of the C runtime, in the handler of a signal, in an allocator, and
/// after `main` has returned.
///
/// A thread that a library starts with a record of its own
/// ([`ThreadRecord::begin`](crate::names::ThreadRecord::begin)), as `tl-thread` does, has its
/// identity from its first line on. What runs in it before that, in the standard library's own
/// preparations, is given one that serves for that time and is never used again.
///
/// # Examples
///
/// ```
/// use tl_core::{ThreadIdent, current_ident};
///
/// assert_eq!(current_ident(), ThreadIdent::MAIN); // in the main thread
/// ```
#[inline]
pub fn current_ident() -> ThreadIdent {
    match ThreadIdent::from_u64(CURRENT.with(Cell::get)) {
        Some(ident) => ident,
        None => assign(),
    }
}

/// Returns the identity of the calling thread, if it has been given one.
pub(crate) fn assigned() -> Option<ThreadIdent> {
    ThreadIdent::from_u64(CURRENT.with(Cell::get))
}

/// Gives the calling thread this identity, which no other thread has.
pub(crate) fn set_current(ident: ThreadIdent) {
    CURRENT.with(|current| current.set(ident.0.get()));
}

#[cold]
fn assign() -> ThreadIdent {
    let is_main = cfg!(not(loom)) && crate::sys::is_main_thread();
    // In a child made by `fork`, `MAIN` may be the identity of a thread of the parent, in whose
    // name locks may still be held.
    let ident = if is_main && is_first_process() {
        ThreadIdent::MAIN
    } else {
        ThreadIdent::next()
    };
    set_current(ident);
    if is_main {
        become_main();
    }
    ident
}

/// Returns whether no identity has been given in a process of which this one is a child by `fork`.
fn is_first_process() -> bool {
    static FIRST: AtomicU32 = AtomicU32::new(0);

    let process = std::process::id();
    // Relaxed: a number that refers to nothing.
    let first = FIRST.compare_exchange(0, process, Ordering::Relaxed, Ordering::Relaxed);
    first.is_ok() || first == Err(process)
}

static OF_MAIN: AtomicU64 = AtomicU64::new(ThreadIdent::MAIN.0.get());

/// Returns the identity of the main thread of this process.
pub(crate) fn of_main() -> ThreadIdent {
    // Relaxed: it changes where there is only one thread.
    ThreadIdent::from_u64(OF_MAIN.load(Ordering::Relaxed)).unwrap_or(ThreadIdent::MAIN)
}

/// Makes the calling thread, which has an identity, the main thread of this process.
pub(crate) fn become_main() {
    OF_MAIN.store(CURRENT.with(Cell::get), Ordering::Relaxed);
}
