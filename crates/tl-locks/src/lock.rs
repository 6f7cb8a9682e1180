//! `Lock`: Python's lock, without an owner.

use std::fmt;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Operation};
use tl_core::sync::const_unless_loom;

use crate::ReleaseError;
use crate::place::Place;
use crate::raw::{Acquire, RawLock};

const ACQUIRE: &Operation = &Operation::new("Lock", "acquire");
const ACQUIRE_TIMEOUT: &Operation = &Operation::new("Lock", "acquire_timeout");
const ACQUIRE_DEADLINE: &Operation = &Operation::new("Lock", "acquire_deadline");
const LOCK: &Operation = &Operation::new("Lock", "lock");
const LOCK_TIMEOUT: &Operation = &Operation::new("Lock", "lock_timeout");
const LOCK_DEADLINE: &Operation = &Operation::new("Lock", "lock_deadline");

/// A lock that one thread at a time can hold, and that no thread owns: any thread may release it.
///
/// It is Python's
/// [`threading.Lock`](https://docs.python.org/3/library/threading.html#lock-objects). It holds no
/// data; a value behind a lock is a [`Mutex`](crate::Mutex). For a lock that its holder can acquire
/// again there is [`RLock`](crate::RLock).
///
/// It is fast where no thread waits (one atomic operation to acquire it, one to release it), and it
/// takes four bytes. A panic does not poison the lock: the guard releases it.
///
/// No thread starves: threads that have slept for more than half a millisecond are served ahead of
/// newcomers, the longest sleeper first. Where many have slept that long, one of them is served so
/// in every half millisecond, since all others wait until a sleeper that was handed the lock runs.
/// While a waiter that was woken is on its way to a core, no other is handed the lock.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use tl_locks::Lock;
///
/// static LOCK: Lock = Lock::new();
///
/// let worker = thread::spawn(|| {
///     let _guard = LOCK.lock();
///     println!("one at a time");
/// });
/// LOCK.with(|| println!("one at a time"));
/// worker.join().unwrap();
/// assert!(!LOCK.locked());
/// ```
///
/// # Mistakes that do not compile
///
/// A guard that is not kept is dropped at once, and the lock is released. That is a warning, here
/// made an error. `let _ = lock.lock();` drops the guard just as soon, without a warning. A
/// variable such as `_guard` keeps it.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// let lock = tl_locks::Lock::new();
/// lock.lock();
/// println!("not locked any more");
/// ```
///
/// ```
/// #![deny(unused_must_use)]
/// let lock = tl_locks::Lock::new();
/// let _guard = lock.lock();
/// println!("locked");
/// ```
pub struct Lock {
    raw: RawLock,
}

impl Lock {
    const_unless_loom! {
        /// Creates a lock that no thread holds.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_locks::Lock;
        ///
        /// static LOCK: Lock = Lock::new();
        /// assert!(!LOCK.locked());
        /// ```
        #[inline]
        pub const fn new() -> Lock {
            Lock {
                raw: RawLock::new(),
            }
        }
    }

    pub(crate) fn raw(&self) -> &RawLock {
        &self.raw
    }

    /// Acquires the lock, as soon as no thread holds it.
    ///
    /// Every acquire needs its [`release`](Lock::release); [`lock`](Lock::lock) and
    /// [`with`](Lock::with) take care of it themselves, even when there is a panic.
    ///
    /// # Blocking
    ///
    /// Waits until the lock is released. A thread that acquires it twice waits for another thread
    /// to release it, and if none does, forever.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// lock.acquire();
    /// assert!(lock.locked());
    /// lock.release()?;
    /// # Ok::<(), tl_locks::ReleaseError>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire(&self) {
        self.raw
            .acquire(Acquire::without_owner(Call::here(ACQUIRE)));
    }

    /// Acquires the lock if no thread holds it, and returns whether it did. Does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// assert!(lock.try_acquire());
    /// assert!(!lock.try_acquire());
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    pub fn try_acquire(&self) -> bool {
        self.raw.try_acquire(Place::here())
    }

    /// Acquires the lock if that is possible within `timeout`, and returns whether it did.
    ///
    /// With [`Duration::ZERO`] it does not wait. A timeout too long to be added to the clock, such
    /// as [`Duration::MAX`], never runs out.
    ///
    /// # Blocking
    ///
    /// Waits until the lock is released, no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// assert!(lock.acquire_timeout(Duration::MAX));
    /// assert!(!lock.acquire_timeout(Duration::from_millis(1)));
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        let acquire = Acquire::without_owner(Call::here(ACQUIRE_TIMEOUT));
        self.raw.acquire_timeout(timeout, acquire)
    }

    /// Acquires the lock if that is possible before `deadline`, and returns whether it did. With a
    /// deadline in the past it does not wait.
    ///
    /// # Blocking
    ///
    /// Waits until the lock is released, until `deadline` at the latest.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// let deadline = Instant::now() + Duration::from_millis(1);
    /// assert!(lock.acquire_deadline(deadline));
    /// assert!(!lock.acquire_deadline(deadline));
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    pub fn acquire_deadline(&self, deadline: Instant) -> bool {
        let acquire = Acquire::without_owner(Call::here(ACQUIRE_DEADLINE));
        self.raw.acquire_deadline(deadline, acquire)
    }

    /// Releases the lock, whichever thread acquired it.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotLocked`] if no thread holds the lock. Nothing has changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::{Lock, ReleaseError};
    ///
    /// let lock = Lock::new();
    /// lock.acquire();
    /// assert_eq!(lock.release(), Ok(()));
    /// assert_eq!(lock.release(), Err(ReleaseError::NotLocked));
    /// ```
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.raw.release()
    }

    /// Returns whether the lock was held when the call looked. Another thread may have changed that
    /// by the time it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// let guard = lock.lock();
    /// assert!(lock.locked());
    /// drop(guard);
    /// assert!(!lock.locked());
    /// ```
    #[inline]
    pub fn locked(&self) -> bool {
        self.raw.is_locked()
    }

    /// Acquires the lock and returns a guard that releases it when it is dropped.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](Lock::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// {
    ///     let _guard = lock.lock();
    ///     assert!(lock.locked());
    /// }
    /// assert!(!lock.locked());
    /// ```
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> LockGuard<'_> {
        self.raw.acquire(Acquire::without_owner(Call::here(LOCK)));
        LockGuard { lock: self }
    }

    /// Acquires the lock if no thread holds it. Does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// let guard = lock.try_lock();
    /// assert!(guard.is_some());
    /// assert!(lock.try_lock().is_none());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn try_lock(&self) -> Option<LockGuard<'_>> {
        self.try_acquire().then(|| LockGuard { lock: self })
    }

    /// Acquires the lock if that is possible within `timeout`. See
    /// [`acquire_timeout`](Lock::acquire_timeout).
    ///
    /// # Blocking
    ///
    /// Waits until the lock is released, no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// let guard = lock.lock_timeout(Duration::from_millis(1));
    /// assert!(guard.is_some());
    /// assert!(lock.lock_timeout(Duration::from_millis(1)).is_none());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_timeout(&self, timeout: Duration) -> Option<LockGuard<'_>> {
        let acquire = Acquire::without_owner(Call::here(LOCK_TIMEOUT));
        self.raw
            .acquire_timeout(timeout, acquire)
            .then(|| LockGuard { lock: self })
    }

    /// Acquires the lock if that is possible before `deadline`. See
    /// [`acquire_deadline`](Lock::acquire_deadline).
    ///
    /// # Blocking
    ///
    /// Waits until the lock is released, until `deadline` at the latest.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// let guard = lock.lock_deadline(Instant::now());
    /// assert!(guard.is_some());
    /// assert!(lock.lock_deadline(Instant::now()).is_none());
    /// ```
    #[inline]
    #[must_use = "if it is `None` the lock was not acquired, and if not, it is released when the guard is dropped"]
    #[track_caller]
    pub fn lock_deadline(&self, deadline: Instant) -> Option<LockGuard<'_>> {
        let acquire = Acquire::without_owner(Call::here(LOCK_DEADLINE));
        self.raw
            .acquire_deadline(deadline, acquire)
            .then(|| LockGuard { lock: self })
    }

    /// Calls `f` with the lock held, and returns what it returns. A panic in `f` releases the lock
    /// and propagates.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](Lock::acquire). If `f` acquires the same lock it waits for itself,
    /// forever: see [`RLock`](crate::RLock).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::Lock;
    ///
    /// let lock = Lock::new();
    /// let sum = lock.with(|| 1 + 2);
    /// assert_eq!(sum, 3);
    /// ```
    #[inline]
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce() -> R) -> R {
        let _guard = self.lock();
        f()
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock")
            .field("locked", &self.locked())
            .finish()
    }
}

/// A [`Lock`] that is held; dropping the guard releases it.
///
/// The guard may be sent to another thread and dropped there. A guard that is forgotten
/// ([`std::mem::forget`]) leaves the lock locked. If a thread has called [`Lock::release`]
/// meanwhile, dropping the guard still releases the lock if it is locked again, whichever thread
/// holds it then, and does nothing if it is free; so use either guards or `release`.
///
/// # Examples
///
/// ```
/// use std::thread;
/// use tl_locks::Lock;
///
/// static LOCK: Lock = Lock::new();
///
/// let guard = LOCK.lock();
/// thread::spawn(move || drop(guard)).join().unwrap();
/// assert!(!LOCK.locked());
/// ```
#[must_use = "the lock is released as soon as the guard is dropped: keep it in a variable, as in `let _guard = …`"]
pub struct LockGuard<'a> {
    lock: &'a Lock,
}

impl Drop for LockGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // An error means that another thread has released the lock: there is nothing left to do,
        // and no caller to tell.
        let _ = self.lock.release();
    }
}

impl fmt::Debug for LockGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockGuard")
            .field("lock", self.lock)
            .finish()
    }
}
