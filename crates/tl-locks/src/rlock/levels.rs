//! Giving all levels up, for some time or while the thread waits, and taking them back.

use tl_core::current_ident;
use tl_core::door::{Call, Deadline, Operation};
use tl_core::sync::atomic::Ordering;

use super::{NOBODY, RLock, too_many_levels};
use crate::{RawCondvar, ReleaseError};

const UNLOCKED: &Operation = &Operation::new("RLock", "unlocked");

impl RLock {
    /// Gives up all levels of the lock, calls `f`, and takes all levels back, also if `f` panics.
    /// Returns what `f` returns. A wait on a condition does the same.
    ///
    /// Guards that the calling thread has stay, and meanwhile guard nothing.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotLocked`] if no thread holds the lock, [`ReleaseError::NotOwner`] if
    /// another thread does. `f` was not called then.
    ///
    /// # Panics
    ///
    /// If `f` leaves the lock acquired, at more levels than can be counted together.
    ///
    /// # Blocking
    ///
    /// Waits, when `f` has returned, until no other thread holds the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::thread;
    /// use tl_locks::RLock;
    ///
    /// static LOCK: RLock = RLock::new();
    ///
    /// let (_outer, _inner) = (LOCK.lock(), LOCK.lock());
    /// let elsewhere = LOCK.unlocked(|| {
    ///     let thread = thread::spawn(|| LOCK.with(|| LOCK.recursion_count()));
    ///     thread.join().unwrap()
    /// })?;
    /// assert_eq!(elsewhere, 1);
    /// assert_eq!(LOCK.recursion_count(), 2);
    /// # Ok::<(), tl_locks::ReleaseError>(())
    /// ```
    #[track_caller]
    pub fn unlocked<R>(&self, f: impl FnOnce() -> R) -> Result<R, ReleaseError> {
        if !self.is_owned() {
            return Err(self.not_owned());
        }
        let inner_levels = self.inner_levels.load(Ordering::Relaxed);
        self.inner_levels.store(0, Ordering::Relaxed);
        self.owner.store(NOBODY, Ordering::Relaxed);
        self.raw.release()?;
        let _again = Again {
            lock: self,
            inner_levels,
            call: Call::here(UNLOCKED),
        };
        Ok(f())
    }

    /// Gives up all levels, waits to be notified through `waiters`, and takes all levels back.
    /// Returns whether it was notified in time.
    pub(crate) fn wait(
        &self,
        waiters: &RawCondvar,
        deadline: Deadline,
        call: Call,
    ) -> Result<bool, ReleaseError> {
        if !self.is_owned() {
            return Err(self.not_owned());
        }
        let inner_levels = self.inner_levels.load(Ordering::Relaxed);
        let notified = self.raw.wait(waiters, deadline, self.noting(call), || {
            self.inner_levels.store(0, Ordering::Relaxed);
            self.owner.store(NOBODY, Ordering::Relaxed);
        });
        self.owner
            .store(current_ident().as_u64().get(), Ordering::Relaxed);
        self.inner_levels.store(inner_levels, Ordering::Relaxed);
        Ok(notified)
    }

    pub(crate) fn notify(&self, waiters: &RawCondvar, limit: usize) -> Result<usize, ReleaseError> {
        if !self.is_owned() {
            return Err(self.not_owned());
        }
        Ok(waiters.notify(limit))
    }
}

/// Takes all levels back that [`RLock::unlocked`] gave up, when it is dropped.
struct Again<'a> {
    lock: &'a RLock,
    inner_levels: u32,
    call: Call,
}

impl Drop for Again<'_> {
    fn drop(&mut self) {
        let lock = self.lock;
        let noting = lock.noting(self.call);
        lock.acquire_with(|raw| {
            raw.acquire(noting);
            true
        });
        // There are some already if the function has left the lock acquired.
        let inner_levels = lock.inner_levels.load(Ordering::Relaxed);
        match inner_levels.checked_add(self.inner_levels) {
            Some(levels) if levels < u32::MAX => lock.inner_levels.store(levels, Ordering::Relaxed),
            _ => too_many_levels(),
        }
    }
}
