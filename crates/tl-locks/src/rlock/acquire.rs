//! Acquiring an `RLock`, and releasing it.

use std::time::{Duration, Instant};

use tl_core::current_ident;
use tl_core::door::{Call, Operation};
use tl_core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tl_core::sync::const_unless_loom;

use crate::ReleaseError;
use crate::place::Place;
use crate::raw::{Acquire, RawLock};

use super::{NOBODY, RLock, too_many_levels};

const ACQUIRE: &Operation = &Operation::new("RLock", "acquire");
const ACQUIRE_TIMEOUT: &Operation = &Operation::new("RLock", "acquire_timeout");
const ACQUIRE_DEADLINE: &Operation = &Operation::new("RLock", "acquire_deadline");

impl RLock {
    const_unless_loom! {
        /// Creates a lock that no thread holds.
        ///
        /// # Examples
        ///
        /// ```
        /// use tl_locks::RLock;
        ///
        /// static LOCK: RLock = RLock::new();
        /// assert!(!LOCK.locked());
        /// ```
        #[inline]
        pub const fn new() -> RLock {
            RLock {
                owner: AtomicU64::new(NOBODY),
                raw: RawLock::new(),
                inner_levels: AtomicU32::new(0),
            }
        }
    }

    /// Acquires the lock, as soon as no other thread holds it, or one more level of it if the
    /// calling thread does.
    ///
    /// Every acquire needs its [`release`](RLock::release); [`lock`](RLock::lock) and
    /// [`with`](RLock::with) take care of it themselves, even when there is a panic.
    ///
    /// # Panics
    ///
    /// If the calling thread already holds `u32::MAX` levels. Nothing has changed then.
    ///
    /// # Blocking
    ///
    /// Waits until the thread that holds the lock has released all its levels. Two threads that
    /// acquire two locks in opposite order may wait for each other, forever.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// lock.acquire();
    /// lock.acquire();
    /// assert_eq!(lock.recursion_count(), 2);
    /// lock.release()?;
    /// lock.release()?;
    /// # Ok::<(), tl_locks::ReleaseError>(())
    /// ```
    #[inline]
    #[track_caller]
    pub fn acquire(&self) {
        self.acquire_noting(Call::here(ACQUIRE));
    }

    /// Acquires the lock, or one more level of it, if no other thread holds it, and returns whether
    /// it did. Does not wait.
    ///
    /// # Panics
    ///
    /// If the calling thread already holds `u32::MAX` levels. Nothing has changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_locks::RLock;
    ///
    /// static LOCK: RLock = RLock::new();
    ///
    /// assert!(LOCK.try_acquire());
    /// assert!(LOCK.try_acquire());
    /// assert!(!thread::spawn(|| LOCK.try_acquire()).join().unwrap());
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    pub fn try_acquire(&self) -> bool {
        let place = Place::here();
        self.acquire_with(|raw| raw.try_acquire(place))
    }

    /// Acquires the lock, or one more level of it, if that is possible within `timeout`, and
    /// returns whether it did.
    ///
    /// With [`Duration::ZERO`] it does not wait. A timeout too long to be added to the clock, such
    /// as [`Duration::MAX`], never runs out.
    ///
    /// # Panics
    ///
    /// If the calling thread already holds `u32::MAX` levels. Nothing has changed then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](RLock::acquire), no longer than `timeout`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use std::time::Duration;
    /// use tl_locks::RLock;
    ///
    /// static LOCK: RLock = RLock::new();
    /// const TIMEOUT: Duration = Duration::from_millis(1);
    ///
    /// assert!(LOCK.acquire_timeout(TIMEOUT));
    /// assert!(!thread::spawn(|| LOCK.acquire_timeout(TIMEOUT)).join().unwrap());
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    pub fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.acquire_timeout_noting(timeout, Call::here(ACQUIRE_TIMEOUT))
    }

    /// Acquires the lock, or one more level of it, if that is possible before `deadline`, and
    /// returns whether it did. With a deadline in the past it does not wait.
    ///
    /// # Panics
    ///
    /// If the calling thread already holds `u32::MAX` levels. Nothing has changed then.
    ///
    /// # Blocking
    ///
    /// The same as [`acquire`](RLock::acquire), until `deadline` at the latest.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use std::time::Instant;
    /// use tl_locks::RLock;
    ///
    /// static LOCK: RLock = RLock::new();
    ///
    /// assert!(LOCK.acquire_deadline(Instant::now()));
    /// assert!(!thread::spawn(|| LOCK.acquire_deadline(Instant::now())).join().unwrap());
    /// ```
    #[inline]
    #[must_use = "if it is false the lock was not acquired"]
    #[track_caller]
    pub fn acquire_deadline(&self, deadline: Instant) -> bool {
        self.acquire_deadline_noting(deadline, Call::here(ACQUIRE_DEADLINE))
    }

    #[inline]
    pub(super) fn acquire_noting(&self, call: Call) {
        self.acquire_with(|raw| {
            raw.acquire(self.noting(call));
            true
        });
    }

    #[inline]
    pub(super) fn acquire_timeout_noting(&self, timeout: Duration, call: Call) -> bool {
        self.acquire_with(|raw| raw.acquire_timeout(timeout, self.noting(call)))
    }

    #[inline]
    pub(super) fn acquire_deadline_noting(&self, deadline: Instant, call: Call) -> bool {
        self.acquire_with(|raw| raw.acquire_deadline(deadline, self.noting(call)))
    }

    #[inline]
    pub(super) fn noting(&self, call: Call) -> Acquire<'_> {
        Acquire {
            call,
            owner: Some(&self.owner),
        }
    }

    #[inline]
    pub(super) fn acquire_with(&self, acquire_raw: impl FnOnce(&RawLock) -> bool) -> bool {
        let current = current_ident().as_u64().get();
        if self.owner.load(Ordering::Relaxed) == current {
            self.add_level();
            return true;
        }
        let acquired = acquire_raw(&self.raw);
        if acquired {
            self.owner.store(current, Ordering::Relaxed);
        }
        acquired
    }

    #[inline]
    fn add_level(&self) {
        let inner_levels = self.inner_levels.load(Ordering::Relaxed);
        if inner_levels >= u32::MAX - 1 {
            too_many_levels();
        }
        self.inner_levels.store(inner_levels + 1, Ordering::Relaxed);
    }

    /// Releases one level. With the last one the lock is free.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotLocked`] if no thread holds the lock, [`ReleaseError::NotOwner`] if
    /// another thread does. Nothing has changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_locks::{RLock, ReleaseError};
    ///
    /// static LOCK: RLock = RLock::new();
    ///
    /// assert_eq!(LOCK.release(), Err(ReleaseError::NotLocked));
    /// LOCK.acquire();
    /// let stranger = thread::spawn(|| LOCK.release());
    /// assert_eq!(stranger.join().unwrap(), Err(ReleaseError::NotOwner));
    /// assert_eq!(LOCK.release(), Ok(()));
    /// ```
    #[inline]
    pub fn release(&self) -> Result<(), ReleaseError> {
        if !self.is_owned() {
            return Err(self.not_owned());
        }
        let inner_levels = self.inner_levels.load(Ordering::Relaxed);
        if inner_levels > 0 {
            self.inner_levels.store(inner_levels - 1, Ordering::Relaxed);
            return Ok(());
        }
        self.owner.store(NOBODY, Ordering::Relaxed);
        self.raw.release()
    }

    #[cold]
    pub(super) fn not_owned(&self) -> ReleaseError {
        if self.locked() {
            ReleaseError::NotOwner
        } else {
            ReleaseError::NotLocked
        }
    }

    /// Returns whether any thread held the lock when the call looked. Unless it is the calling
    /// thread, that may have changed by the time it returns.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// let guard = lock.lock();
    /// assert!(lock.locked());
    /// drop(guard);
    /// assert!(!lock.locked());
    /// ```
    #[inline]
    pub fn locked(&self) -> bool {
        self.raw.is_locked()
    }

    /// Returns whether the calling thread holds the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_locks::RLock;
    ///
    /// static LOCK: RLock = RLock::new();
    ///
    /// let _guard = LOCK.lock();
    /// assert!(LOCK.is_owned());
    /// assert!(!thread::spawn(|| LOCK.is_owned()).join().unwrap());
    /// ```
    #[inline]
    pub fn is_owned(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == current_ident().as_u64().get()
    }

    /// Returns how many levels of the lock the calling thread holds: 0 if it does not own the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_locks::RLock;
    ///
    /// let lock = RLock::new();
    /// assert_eq!(lock.recursion_count(), 0);
    /// let _outer = lock.lock();
    /// let _inner = lock.lock();
    /// assert_eq!(lock.recursion_count(), 2);
    /// ```
    #[inline]
    pub fn recursion_count(&self) -> u32 {
        if self.is_owned() {
            self.inner_levels.load(Ordering::Relaxed) + 1
        } else {
            0
        }
    }
}
