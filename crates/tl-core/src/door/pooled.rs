//! A value behind one of a few locks that the whole process shares.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr;

use crossbeam_utils::CachePadded;

use super::fork::{self, Part};
use super::mutex::{Mutex, MutexGuard};
use super::spread::entry_of;
use crate::sys::ForkHooks;

/// How many locks there are. It is rare that two threads use different values behind the same lock
/// at the same time, and then one waits for a few instructions.
const LOCKS: usize = 64;

static POOL: [CachePadded<Mutex<()>>; LOCKS] = [const { CachePadded::new(Mutex::new(())) }; LOCKS];

const AT_FORK: ForkHooks = ForkHooks {
    before: || POOL.iter().for_each(|lock| lock.hold()),
    in_parent: let_all_go,
    in_child: let_all_go,
};

fn let_all_go() {
    for lock in &POOL {
        // SAFETY: this is the thread that has taken all of them before the fork, and it has no
        // guard.
        drop(unsafe { lock.take_back() });
    }
}

/// A value behind a lock of a pool, for critical sections of a few instructions, as with [`Mutex`].
/// It takes no room beside the value.
///
/// The locks are there so that a `fork` can take them all: in the child no such value is locked,
/// nor half changed. A [`Mutex`] in an object of which nobody has a list cannot promise that.
///
/// # Blocking
///
/// [`lock`](PooledMutex::lock) waits until the lock is free. Two values may share one: a thread
/// that locks a value while it has another may wait for itself, forever. So nothing else is done
/// under the lock than to look at the value and change it; above all no memory is allocated or
/// freed, for which the allocator of a program may come here.
///
/// # Examples
///
/// ```
/// use tl_core::door::PooledMutex;
///
/// let name = PooledMutex::new("before");
/// *name.lock() = "after";
/// assert_eq!(*name.lock(), "after");
/// assert_eq!(size_of::<PooledMutex<u8>>(), 1);
/// ```
pub struct PooledMutex<T> {
    value: UnsafeCell<T>,
}

// SAFETY: the value goes with its owner, wherever that goes.
unsafe impl<T: Send> Send for PooledMutex<T> {}
// SAFETY: it is given to one thread at a time: to the thread that holds the lock that its address
// stands for. That asks of the value that it may be sent, no more.
unsafe impl<T: Send> Sync for PooledMutex<T> {}

impl<T> PooledMutex<T> {
    /// Returns a free one that holds `value`.
    pub const fn new(value: T) -> PooledMutex<T> {
        PooledMutex {
            value: UnsafeCell::new(value),
        }
    }

    /// Waits for the lock and takes it.
    pub fn lock(&self) -> PooledGuard<'_, T> {
        fork::be_ready(Part::Pool, &AT_FORK);
        // The address stays the same while the value is borrowed.
        let address = ptr::from_ref(self).addr();
        PooledGuard {
            mutex: self,
            _turn: entry_of(&POOL, address).lock(),
        }
    }
}

impl<T> fmt::Debug for PooledMutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PooledMutex").finish_non_exhaustive()
    }
}

/// The right to use the value of a locked [`PooledMutex`]; dropping it releases the lock.
///
/// # Examples
///
/// ```
/// use tl_core::door::{PooledGuard, PooledMutex};
///
/// let mutex = PooledMutex::new(1);
/// let mut guard: PooledGuard<'_, i32> = mutex.lock();
/// *guard += 1;
/// drop(guard);
/// assert_eq!(*mutex.lock(), 2);
/// ```
#[must_use = "the lock is released as soon as the guard is dropped"]
pub struct PooledGuard<'a, T> {
    mutex: &'a PooledMutex<T>,
    _turn: MutexGuard<'static, ()>,
}

// SAFETY: a shared guard gives only `&T`, which other threads may have if `T` is `Sync`.
unsafe impl<T: Sync> Sync for PooledGuard<'_, T> {}

impl<T> Deref for PooledGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: while the guard lives this thread holds the lock of the value, so that nobody
        // else has a reference to it, except through a borrow of this guard.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for PooledGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; the guard is borrowed exclusively.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T: fmt::Debug> fmt::Debug for PooledGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
