//! The lock under the door: for the buckets of the wait queues, and for the registries of the
//! crates above.

use std::cell::UnsafeCell;
use std::fmt;
#[cfg(not(loom))]
use std::mem;
use std::ops::{Deref, DerefMut};

use super::platform;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::const_unless_loom;

const FREE: u32 = 0;
const LOCKED: u32 = 1;
const CONTENDED: u32 = 2;

/// How often a thread looks at a held mutex before it sleeps. It is held for a few instructions: if
/// it is not free by then its holder has lost its core.
const SPINS: u32 = if cfg!(loom) { 0 } else { 40 };

/// A value behind a lock of one word, for critical sections of a few instructions.
///
/// The wait queues rest on it, so it cannot rest on them: it has no deadlines and promises no
/// order, and a panic while it is held releases it. The crates above use it for their registries.
/// For everything else there are the locks of `tl-locks`.
///
/// # Blocking
///
/// [`lock`](Mutex::lock) waits until the holder drops its guard. A thread that locks twice waits
/// for itself, forever.
///
/// # Examples
///
/// ```
/// use tl_core::door::Mutex;
///
/// static NAMES: Mutex<Vec<&str>> = Mutex::new(Vec::new());
///
/// NAMES.lock().push("worker");
/// assert_eq!(NAMES.lock().len(), 1);
/// ```
pub struct Mutex<T: ?Sized> {
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `FREE` | nobody holds it | an acquirer, to `LOCKED` (to `CONTENDED` if it has slept) |
    /// | `LOCKED` | held, nobody sleeps | the holder to `FREE`; a waiter to `CONTENDED` before it sleeps |
    /// | `CONTENDED` | held, and a thread may sleep | the holder to `FREE`, and wakes one |
    state: AtomicU32,
    value: UnsafeCell<T>,
}

// SAFETY: the mutex owns its value, so sending it sends the value.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: a shared mutex hands the value to one thread at a time, which asks of the value that it
// may be sent, no more.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    const_unless_loom! {
        /// Creates a free mutex that holds `value`.
        pub const fn new(value: T) -> Mutex<T> {
            Mutex {
                state: AtomicU32::new(FREE),
                value: UnsafeCell::new(value),
            }
        }
    }
}

#[cfg(not(loom))]
impl Mutex<()> {
    /// Makes it free, in a child made by `fork`, where whoever held it is not there. There is no
    /// value that the holder may have left half changed.
    pub(crate) fn forget_holder(&self) {
        // Relaxed: there is one thread.
        self.state.store(FREE, Ordering::Relaxed);
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the mutex and locks it.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        if !self.take(LOCKED) {
            self.lock_slow();
        }
        MutexGuard { mutex: self }
    }

    /// Locks the mutex if nobody holds it.
    ///
    /// # Examples
    ///
    /// ```
    /// let mutex = tl_core::door::Mutex::new(1);
    /// let guard = mutex.lock();
    /// assert!(mutex.try_lock().is_none());
    /// drop(guard);
    /// assert_eq!(*mutex.try_lock().unwrap(), 1);
    /// ```
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.take(LOCKED).then(|| MutexGuard { mutex: self })
    }

    /// Waits for the mutex and keeps it, until [`take_back`](Mutex::take_back).
    #[cfg(not(loom))]
    pub(super) fn hold(&self) {
        mem::forget(self.lock());
    }

    /// Returns the guard of a mutex that is held, which releases it.
    ///
    /// # Safety
    ///
    /// The calling thread has it, by [`hold`](Mutex::hold), and has no guard of it.
    #[cfg(not(loom))]
    pub(super) unsafe fn take_back(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self }
    }

    #[inline]
    fn take(&self, to: u32) -> bool {
        // Acquire: pairs with the swap in `MutexGuard::drop`, so that what the last holder wrote is
        // seen.
        self.state
            .compare_exchange(FREE, to, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[cold]
    fn lock_slow(&self) {
        for _ in 0..SPINS {
            if self.state.load(Ordering::Relaxed) == FREE && self.take(LOCKED) {
                return;
            }
            platform::pause();
        }
        // Acquire: as in `take`. Having slept, this thread cannot know whether others still do: it
        // leaves `CONTENDED`.
        while self.state.swap(CONTENDED, Ordering::Acquire) != FREE {
            platform::wait(&self.state, CONTENDED, None);
        }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Mutex");
        match self.try_lock() {
            Some(value) => out.field("value", &&*value),
            None => out.field("value", &format_args!("<locked>")),
        };
        out.finish()
    }
}

/// The right to use the value of a locked [`Mutex`]; dropping it releases the mutex.
///
/// # Examples
///
/// ```
/// use tl_core::door::{Mutex, MutexGuard};
///
/// let mutex = Mutex::new(1);
/// let mut guard: MutexGuard<'_, i32> = mutex.lock();
/// *guard += 1;
/// drop(guard);
/// assert_eq!(*mutex.lock(), 2);
/// ```
#[must_use = "the mutex is released as soon as the guard is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
}

// SAFETY: a shared guard gives only `&T`, which other threads may have if `T` is `Sync`.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: while the guard lives this thread holds the mutex, so nobody else has a reference
        // to the value, except through a borrow of this guard, which the borrow checker keeps apart
        // from `deref_mut`.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; the guard is borrowed exclusively.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // The mutex may be gone as soon as it is free: only its address is used after the swap.
        let word = &raw const self.mutex.state;
        // Release: pairs with the acquiring operations in `take` and `lock_slow`.
        if self.mutex.state.swap(FREE, Ordering::Release) == CONTENDED {
            platform::wake(word);
        }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
