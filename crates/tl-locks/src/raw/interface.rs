//! The raw lock and its condition variable as `lock_api` wants them: the place that vouches for the
//! protocols.
#![allow(unsafe_code)]

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lock_api::{GetThreadId, GuardSend, MutexGuard, RawMutex, RawMutexFair, RawMutexTimed};

use tl_core::door::{Call, Deadline, Operation};

use super::{Acquire, RawCondvar, RawLock};
use crate::place::Place;

const LOCK: &Operation = &Operation::new("Mutex", "lock");
const TRY_LOCK_FOR: &Operation = &Operation::new("Mutex", "try_lock_for");
const TRY_LOCK_UNTIL: &Operation = &Operation::new("Mutex", "try_lock_until");
const BUMP: &Operation = &Operation::new("MutexGuard", "bump");
const WAIT: &Operation = &Operation::new("Condvar", "wait");
const WAIT_FOR: &Operation = &Operation::new("Condvar", "wait_for");
const WAIT_UNTIL: &Operation = &Operation::new("Condvar", "wait_until");

// SAFETY: `RawMutex` asks for
// - mutual exclusion, acquire on locking, release on unlocking: the protocol of `RawLock`, which
//   the model checker explores;
// - guard state that may be forgotten: `GuardSend` has nothing to drop;
// - a lock that may be moved or dropped while it is locked, by the thread that owns it exclusively:
//   no other waits then, and nothing but the queue of waiters depends on the address;
// - operations that do not unwind half-way: these do not unwind.
unsafe impl RawMutex for RawLock {
    const INIT: RawLock = RawLock::new();

    // The lock has no owner: any thread may release it.
    type Guard = GuardSend;

    #[inline]
    #[track_caller]
    fn lock(&self) -> GuardSend {
        self.acquire(Acquire::without_owner(Call::here(LOCK)));
        GuardSend::new()
    }

    #[inline]
    #[track_caller]
    fn try_lock(&self) -> Option<GuardSend> {
        self.try_acquire(Place::here()).then(GuardSend::new)
    }

    #[inline]
    unsafe fn unlock(&self, _guard: GuardSend) {
        // The caller holds the lock, so that this does not fail.
        let _ = self.release();
    }

    #[inline]
    fn is_locked(&self) -> bool {
        RawLock::is_locked(self)
    }
}

// SAFETY: a lock acquired in time is acquired as by `lock`; the deadlines do not come early.
unsafe impl RawMutexTimed for RawLock {
    type Duration = Duration;
    type Instant = Instant;

    #[inline]
    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> Option<GuardSend> {
        let acquire = Acquire::without_owner(Call::here(TRY_LOCK_FOR));
        self.acquire_timeout(timeout, acquire).then(GuardSend::new)
    }

    #[inline]
    #[track_caller]
    fn try_lock_until(&self, deadline: Instant) -> Option<GuardSend> {
        let acquire = Acquire::without_owner(Call::here(TRY_LOCK_UNTIL));
        self.acquire_deadline(deadline, acquire)
            .then(GuardSend::new)
    }
}

// SAFETY: a lock released fairly is released as by `unlock`, or stays locked and is the longest
// waiter's. `bump` reports nothing, so that it does not unwind.
unsafe impl RawMutexFair for RawLock {
    #[inline]
    unsafe fn unlock_fair(&self, _guard: GuardSend) {
        // The caller holds the lock, so that this does not fail.
        let _ = self.release_fair();
    }

    #[inline]
    #[track_caller]
    unsafe fn bump(&self, _guard: &mut GuardSend) {
        RawLock::bump(self, Call::here(BUMP));
    }
}

impl RawCondvar {
    #[inline]
    fn wait_before(&self, mutex: &RawLock, deadline: Deadline, call: Call) -> bool {
        let acquire = Acquire::without_owner(call);
        mutex.wait(self, deadline, acquire, || {})
    }
}

// SAFETY: `RawCondvar` asks for
// - releasing and waiting in one: the thread is among the waiters before it releases the mutex;
// - the mutex held on return: `RawLock::wait` returns with it;
// - a wait that panics to hold the mutex: it panics about a second mutex before it releases this
//   one, and nothing else unwinds.
unsafe impl lock_api::RawCondvar for RawCondvar {
    const INIT: RawCondvar = RawCondvar::new();

    /// The lock under our mutexes.
    type RawMutex = RawLock;

    #[inline]
    #[track_caller]
    unsafe fn wait(&self, mutex: &RawLock, _guard: &mut GuardSend) {
        self.wait_before(mutex, Deadline::NEVER, Call::here(WAIT));
    }

    #[inline]
    fn notify_one(&self) -> bool {
        self.notify(1) == 1
    }

    #[inline]
    fn notify_all(&self) -> usize {
        self.notify(usize::MAX)
    }
}

// SAFETY: as above; a wait that ran out returns no earlier than at its deadline.
unsafe impl lock_api::RawCondvarTimed for RawCondvar {
    #[inline]
    fn checked_duration_to_instant(timeout: &Duration) -> Option<Instant> {
        Instant::now().checked_add(*timeout)
    }

    #[inline]
    #[track_caller]
    unsafe fn wait_until(
        &self,
        mutex: &RawLock,
        _guard: &mut GuardSend,
        deadline: &Instant,
    ) -> bool {
        !self.wait_before(mutex, Deadline::at(*deadline), Call::here(WAIT_UNTIL))
    }

    #[inline]
    #[track_caller]
    unsafe fn wait_for(&self, mutex: &RawLock, _guard: &mut GuardSend, timeout: &Duration) -> bool {
        !self.wait_before(mutex, Deadline::after(*timeout), Call::here(WAIT_FOR))
    }
}

/// How [`ReentrantMutex`](crate::ReentrantMutex) tells threads apart: by their
/// [`ThreadIdent`](tl_core::ThreadIdent).
///
/// # Examples
///
/// ```
/// use tl_locks::{RawLock, RawThreadIdent};
///
/// // A `tl_locks::ReentrantMutex` by its full name.
/// type Reentrant<T> = lock_api::ReentrantMutex<RawLock, RawThreadIdent, T>;
/// let value: Reentrant<u32> = tl_locks::ReentrantMutex::new(7);
/// assert_eq!(*value.lock(), 7);
/// ```
#[derive(Debug)]
pub struct RawThreadIdent(());

// SAFETY: no two threads have the same ident, ever, and a thread's ident does not change.
unsafe impl GetThreadId for RawThreadIdent {
    const INIT: RawThreadIdent = RawThreadIdent(());

    #[inline]
    fn nonzero_thread_id(&self) -> NonZeroUsize {
        // Can fail only where `usize` has 32 bits and the process has started more than 2^32
        // threads.
        NonZeroUsize::try_from(tl_core::current_ident().as_u64())
            .expect("fewer threads than usize::MAX")
    }
}

/// Returns the lock that a guard holds.
fn raw_of_guard<'a, T: ?Sized>(guard: &MutexGuard<'a, RawLock, T>) -> &'a RawLock {
    // SAFETY: the lock must not be released behind the guard's back. It is not: only
    // `RawLock::wait`, through `wait_with_guard`, gets the reference.
    unsafe { MutexGuard::mutex(guard).raw() }
}

/// Gives up the lock of a [`Mutex`](crate::Mutex) through its guard, waits to be notified or for
/// the deadline, and takes the lock back. Returns whether it was notified; if that and the deadline
/// come at once, it was. For `tl_condition::Monitor`.
///
/// The guard is borrowed exclusively, so that no reference to the value outlives the wait.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_core::door::{Call, Deadline, Operation};
/// use tl_locks::{Mutex, RawCondvar, wait_with_guard};
///
/// const WAIT: &Operation = &Operation::new("Monitor", "wait");
///
/// static QUEUE: Mutex<Vec<u32>> = Mutex::new(Vec::new());
/// static WAITERS: RawCondvar = RawCondvar::new();
///
/// let mut queue = QUEUE.lock();
/// let soon = Deadline::after(Duration::from_millis(1));
/// assert!(!wait_with_guard(&mut queue, &WAITERS, soon, Call::here(WAIT)));
/// queue.push(1); // locked again
/// ```
pub fn wait_with_guard<T: ?Sized>(
    guard: &mut MutexGuard<'_, RawLock, T>,
    waiters: &RawCondvar,
    deadline: Deadline,
    call: Call,
) -> bool {
    // `RawLock::wait` releases the lock once and does not return, nor unwind, before it has
    // acquired it again. So whenever the guard can be used, it holds the lock.
    let acquire = Acquire::without_owner(call);
    raw_of_guard(guard).wait(waiters, deadline, acquire, || {})
}
