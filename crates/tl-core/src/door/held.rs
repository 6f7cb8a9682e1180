//! Which thread holds which lock, for locks that have no room for an owner.

use std::mem;
use std::panic::Location;

#[cfg(not(loom))]
use super::fork::{self, Part};
use super::mutex::Mutex;
use super::note::Holder;
use super::platform;
use super::spread::entry_of;
use super::trace::{self, Event, WasHeld};
use super::word::QueueId;
use crate::ident::{ThreadIdent, current_ident};
#[cfg(not(loom))]
use crate::sys::ForkHooks;

/// A lock that a thread holds. See [`held`].
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{Held, WaitQueue, held, note_held};
///
/// let word = AtomicU32::new(1);
/// note_held(WaitQueue::of(&word).id(), Location::caller());
/// let lock: Held = held()[0];
/// assert_eq!((lock.lock, lock.place.file()), (WaitQueue::of(&word).id(), file!()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// The queue of those that wait for the lock.
    pub lock: QueueId,
    /// The thread that acquired it.
    pub thread: ThreadIdent,
    /// Where that was.
    pub place: &'static Location<'static>,
    /// When that was, if a recording was being made (see [`trace_clock`](super::trace_clock)), or
    /// else 0.
    pub since: u64,
    /// Whether others may hold it at the same time, to read.
    pub is_shared: bool,
}

const SHARDS: usize = 64;

/// The locks that are held, in shards by their address.
#[cfg(not(loom))]
static HELD: [Mutex<Vec<Held>>; SHARDS] = [const { Mutex::new(Vec::new()) }; SHARDS];
#[cfg(loom)]
static HELD: std::sync::LazyLock<[Mutex<Vec<Held>>; SHARDS]> =
    std::sync::LazyLock::new(|| [(); SHARDS].map(|()| Mutex::new(Vec::new())));

/// In the child what was held stays held.
#[cfg(not(loom))]
const AT_FORK: ForkHooks = ForkHooks {
    before: || HELD.iter().for_each(Mutex::hold),
    in_parent: let_all_go,
    in_child: let_all_go,
};

#[cfg(not(loom))]
fn let_all_go() {
    for shard in &HELD {
        // SAFETY: this is the thread that has taken all of them before the fork, and it has no
        // guard.
        drop(unsafe { shard.take_back() });
    }
}

fn shards() -> &'static [Mutex<Vec<Held>>; SHARDS] {
    #[cfg(not(loom))]
    fork::be_ready(Part::Held, &AT_FORK);
    &HELD
}

fn shard(lock: QueueId) -> &'static Mutex<Vec<Held>> {
    entry_of(shards(), lock.address())
}

/// Notes that the calling thread has acquired a lock, at `place`. Nobody else holds it: what was
/// noted of it before is over.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{WaitQueue, held, holder_of, note_held, note_released};
///
/// let word = AtomicU32::new(1);
/// let lock = WaitQueue::of(&word).id();
/// note_held(lock, Location::caller());
/// assert_eq!(holder_of(lock).unwrap().thread, tl_core::current_ident());
/// assert_eq!(held().len(), 1);
/// note_released(lock);
/// assert_eq!(holder_of(lock), None);
/// ```
pub fn note_held(lock: QueueId, place: &'static Location<'static>) {
    note(lock, place, false);
}

/// Notes that the calling thread has acquired a lock to read, at `place`. Others may read with it,
/// and nobody writes.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{WaitQueue, held, note_held_shared};
///
/// let word = AtomicU32::new(1);
/// let lock = WaitQueue::of(&word).id();
/// note_held_shared(lock, Location::caller());
/// note_held_shared(lock, Location::caller()); // It reads again.
/// assert!(held().len() == 2 && held()[0].is_shared);
/// ```
pub fn note_held_shared(lock: QueueId, place: &'static Location<'static>) {
    note(lock, place, true);
}

fn note(lock: QueueId, place: &'static Location<'static>, is_shared: bool) {
    let now = Held {
        lock,
        thread: current_ident(),
        place,
        since: if trace::is_on() { platform::now() } else { 0 },
        is_shared,
    };
    // Allocates with the shard unlocked, since an allocator may lock, too.
    let mut room = Vec::new();
    loop {
        let mut held = shard(lock).lock();
        // What was noted of the lock before is over, unless all of them read.
        held.retain(|known| known.lock != lock || (is_shared && known.is_shared));
        if room.capacity() > held.capacity() {
            room.append(&mut held);
            mem::swap(&mut *held, &mut room);
        }
        if held.len() < held.capacity() {
            held.push(now);
            drop(held);
            return drop(room);
        }
        let capacity = held.capacity();
        drop(held);
        room = Vec::with_capacity(2 * capacity + 4);
    }
}

/// Notes that a lock is about to be released, by whichever thread.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{WaitQueue, holder_of, note_held, note_released};
///
/// let word = AtomicU32::new(1);
/// let lock = WaitQueue::of(&word).id();
/// note_held(lock, Location::caller());
/// std::thread::spawn(move || note_released(lock)).join().unwrap();
/// assert_eq!(holder_of(lock), None);
/// ```
pub fn note_released(lock: QueueId) {
    let mut held = shard(lock).lock();
    let Some(index) = held.iter().position(|known| known.lock == lock) else {
        return;
    };
    let known = held.swap_remove(index);
    drop(held);
    record(known);
}

/// Tells the tracer, if there is one, that the lock was held until now.
fn record(known: Held) {
    if trace::is_on() {
        trace::tell(Event::Held(WasHeld {
            lock: known.lock,
            thread: known.thread,
            place: known.place,
            since: known.since,
            until: platform::now(),
        }));
    }
}

/// Notes that the calling thread is about to release a lock that it holds to read.
///
/// If it was not noted that this thread holds the lock, it releases it for another thread, and
/// nobody can tell for which. Then nothing more is known of the threads that read.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{WaitQueue, holder_of, note_held_shared, note_released_shared};
///
/// let word = AtomicU32::new(1);
/// let lock = WaitQueue::of(&word).id();
/// note_held_shared(lock, Location::caller());
/// note_released_shared(lock);
/// assert_eq!(holder_of(lock), None);
/// ```
pub fn note_released_shared(lock: QueueId) {
    let own = (lock, current_ident());
    let mut held = shard(lock).lock();
    // The latest first, as guards are dropped.
    let latest = held
        .iter()
        .rposition(|known| (known.lock, known.thread) == own);
    let Some(index) = latest else {
        return held.retain(|known| known.lock != lock);
    };
    let known = held.remove(index);
    drop(held);
    record(known);
}

/// Returns whether it was noted that the calling thread holds the lock.
#[cfg(not(loom))]
pub(super) fn is_held_here(lock: QueueId) -> bool {
    let own = current_ident();
    let held = shard(lock).lock();
    held.iter()
        .any(|known| (known.lock, known.thread) == (lock, own))
}

/// Returns which thread holds a lock, if that was [noted](note_held); of a lock that is held to
/// read, one of the threads that hold it. Any other thread may release it.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{WaitQueue, holder_of, note_held};
///
/// let word = AtomicU32::new(1);
/// let lock = WaitQueue::of(&word).id();
/// note_held(lock, Location::caller());
/// assert_eq!(holder_of(lock).unwrap().thread, tl_core::current_ident());
/// ```
pub fn holder_of(lock: QueueId) -> Option<Holder> {
    let held = shard(lock).lock();
    let known = held.iter().find(|known| known.lock == lock)?;
    Some(Holder::new(known.thread).at(known.place).not_alone())
}

/// Returns all locks of which it was [noted](note_held) that they are held, in no order.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{WaitQueue, held, note_held};
///
/// let word = AtomicU32::new(1);
/// let lock = WaitQueue::of(&word).id();
/// note_held(lock, Location::caller());
/// assert_eq!(held().len(), 1);
/// ```
pub fn held() -> Vec<Held> {
    let mut all = Vec::new();
    for shard in shards() {
        loop {
            let held = shard.lock();
            if held.len() <= all.capacity() - all.len() {
                all.extend_from_slice(&held);
                break;
            }
            let more = held.len();
            drop(held);
            all.reserve(more);
        }
    }
    all
}
