//! In which order locks are taken, and which orders could deadlock.
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod.rs` | what a lock notes when it is wanted, taken and let go |
//! | `mode.rs` | [`LockMode`]: how a lock is held or wanted |
//! | `graph.rs` | which lock was wanted while which was held, and the circles in that |
//! | `found.rs` | [`LockOrder`]: such a circle, and how it is written for people |
//!
//! # The rule
//!
//! A thread that holds one lock and *wants* another, for as long as it takes, adds an edge from the
//! first to the second. A circle of edges is an order that could deadlock: were each of its threads
//! to hold the first lock of its edge at the same time, each would wait for the next one forever.
//!
//! - An edge is noted before the thread waits, so that the edges of waiting threads are known.
//! - A try and a wait with a time limit add no edge to the lock that they want, since they end. A
//!   lock that they acquire is held as any other.
//! - A thread does not wait for a lock that it holds already: a further level adds no edge.
//! - Two edges that meet at a lock make a circle only if the thread that holds it is in the way of
//!   the thread that wants it. See [`LockMode`].
//! - Two edges with a *guard* in common are in no circle together. A guard is a lock that was held
//!   whenever either edge was seen, in modes that exclude each other, so that the two never happen
//!   at the same time.
//! - A lock that another thread released than the one that took it is a signal rather than a lock.
//!   It is in no circle.
//!
//! A lock is known by the number in its [`LockId`], not by its address: a lock that is dropped
//! takes its edges along, one that is moved keeps them, and one that is made at an old address has
//! none.

mod found;
mod graph;
mod mode;

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use graph::{Graph, Holding, Wanted};

use super::fork::{self, Part};
use super::held;
use super::mutex::Mutex;
use super::word::QueueId;
use crate::ident::current_ident;
use crate::names::current_name;
use crate::sys::ForkHooks;

pub use found::{LockOrder, OrderStep};
pub use mode::LockMode;

static GRAPH: Mutex<Graph> = Mutex::new(Graph::new());

const AT_FORK: ForkHooks = ForkHooks {
    before: || GRAPH.hold(),
    in_parent: let_go,
    in_child: || {
        // The threads that look for new orders are the parent's.
        WATCHES.store(0, Ordering::Relaxed);
        let_go();
    },
};

fn let_go() {
    // SAFETY: this is the thread that has taken it before the fork, and it has no guard.
    drop(unsafe { GRAPH.take_back() });
}

/// Calls `f` with the graph. It returns `None`, without calling `f`, in an allocator that locks,
/// when it is called from within `f`.
fn with_graph<R>(f: impl FnOnce(&mut Graph) -> R) -> Option<R> {
    if IS_AT_GRAPH.replace(true) {
        return None;
    }
    fork::be_ready(Part::Orders, &AT_FORK);
    let result = f(&mut GRAPH.lock());
    IS_AT_GRAPH.set(false);
    Some(result)
}

/// How many orders have been found, how many of them somebody has taken to report them, and how
/// many threads look for new ones. Relaxed: what they count is under the lock of the graph.
static FOUND: AtomicUsize = AtomicUsize::new(0);
static TAKEN: AtomicUsize = AtomicUsize::new(0);
static WATCHES: AtomicUsize = AtomicUsize::new(0);

/// A thread that holds this many locks looks through its list each time that it takes another one,
/// for locks that other threads have released.
const MANY: usize = 16;

thread_local! {
    /// What the calling thread holds, the oldest first. Some of it another thread may have released
    /// since: see `still_held`.
    static HERE: RefCell<Vec<Holding>> = const { RefCell::new(Vec::new()) };
    static IS_AT_GRAPH: Cell<bool> = const { Cell::new(false) };
}

/// The identity of a lock, for as long as the lock lives. It is to lie in the lock.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::AtomicU32;
/// use tl_core::door::{LockId, LockMode, WaitQueue};
///
/// let (word, id) = (AtomicU32::new(1), LockId::new());
/// let queue = WaitQueue::of(&word).id();
/// let here = Location::caller();
/// id.note_wanted(queue, LockMode::Upgradable, here);
/// id.note_held(queue, LockMode::Upgradable, here);
/// id.note_upgrade(queue, here);
/// id.note_released(queue, LockMode::Upgradable);
/// id.note_held(queue, LockMode::Exclusive, here);
/// id.note_writer();
/// id.note_released(queue, LockMode::Exclusive);
/// ```
#[derive(Debug, Default)]
pub struct LockId {
    /// A number that no other lock has or had; 0 as long as it has not been needed. Relaxed: it is
    /// all that there is to see.
    number: AtomicU64,
}

impl LockId {
    /// Returns the identity of a new lock.
    pub const fn new() -> LockId {
        LockId {
            number: AtomicU64::new(0),
        }
    }

    fn number(&self) -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);
        match self.number.load(Ordering::Relaxed) {
            0 => {
                let new = LAST.fetch_add(1, Ordering::Relaxed) + 1;
                let set =
                    self.number
                        .compare_exchange(0, new, Ordering::Relaxed, Ordering::Relaxed);
                set.map_or_else(|before| before, |_| new)
            }
            number => number,
        }
    }

    /// Notes that the calling thread is about to take the lock, however long it may have to wait.
    /// `queue` is that of the lock, as for [`note_held`](super::note_held).
    pub fn note_wanted(&self, queue: QueueId, mode: LockMode, place: &'static Location<'static>) {
        self.wanted(queue, mode, place, false);
    }

    /// Notes, as [`note_wanted`](LockId::note_wanted) does, that the calling thread, which holds
    /// the lock to read, is about to become the one that writes.
    pub fn note_upgrade(&self, queue: QueueId, place: &'static Location<'static>) {
        self.wanted(queue, LockMode::Exclusive, place, true);
    }

    fn wanted(
        &self,
        queue: QueueId,
        mode: LockMode,
        place: &'static Location<'static>,
        upgrades: bool,
    ) {
        here(|here| {
            here.retain(still_held);
            if here.is_empty() {
                return;
            }
            let lock = self.number();
            let is_held = here.iter().any(|holding| holding.lock == lock);
            if is_held && !upgrades {
                return;
            }
            let thread_name = current_name();
            let wanted = Wanted {
                thread: current_ident(),
                thread_name: &thread_name,
                lock,
                queue,
                mode,
                place,
            };
            with_graph(|graph| {
                graph.wanted(here, wanted);
                FOUND.store(graph.found().len(), Ordering::Relaxed);
            });
        });
    }

    /// Notes that the calling thread has taken the lock. It is to be noted as
    /// [held](super::note_held) before.
    pub fn note_held(&self, queue: QueueId, mode: LockMode, place: &'static Location<'static>) {
        let lock = self.number();
        here(|here| {
            // What another thread has released for this one, and a lock that was dropped here.
            here.retain(|holding| {
                if holding.lock == lock {
                    mode != LockMode::Exclusive && still_held(holding)
                } else {
                    holding.queue != queue
                }
            });
            if here.len() >= MANY {
                here.retain(still_held);
            }
            here.push(Holding {
                lock,
                queue,
                mode,
                place,
            });
        });
    }

    /// Notes that a thread has taken the lock to write, and that others read it at other times.
    pub fn note_writer(&self) {
        if self.number.load(Ordering::Relaxed) != 0 {
            with_graph(|graph| {
                graph.written(self.number());
                FOUND.store(graph.found().len(), Ordering::Relaxed);
            });
        }
    }

    /// Notes that the lock is about to be released, by whichever thread. It is to be noted as
    /// [released](super::note_released) afterwards.
    pub fn note_released(&self, queue: QueueId, mode: LockMode) {
        let lock = self.number();
        let found = here(|here| {
            let index = here
                .iter()
                .rposition(|holding| (holding.lock, holding.mode) == (lock, mode))?;
            Some(here.remove(index))
        });
        let is_here = found.flatten().is_some() || held::is_held_here(queue);
        if !is_here && held::holder_of(queue).is_some() {
            with_graph(|graph| graph.passed_on(lock));
        }
    }
}

/// What is dropped takes its edges along.
impl Drop for LockId {
    fn drop(&mut self) {
        let number = self.number.load(Ordering::Relaxed);
        if number != 0 {
            with_graph(|graph| graph.forget(number));
        }
    }
}

/// Calls `f` with what the calling thread holds. `None` where that cannot be known: when its
/// thread-locals are gone, or in an allocator that locks.
fn here<R>(f: impl FnOnce(&mut Vec<Holding>) -> R) -> Option<R> {
    let call = |here: &RefCell<Vec<Holding>>| Some(f(&mut *here.try_borrow_mut().ok()?));
    HERE.try_with(call).ok().flatten()
}

fn still_held(holding: &Holding) -> bool {
    held::is_held_here(holding.queue)
}

/// Returns all orders of locks that were found in which threads could wait for each other, the
/// oldest first.
///
/// An order is found once for the same places in the program, whichever locks are taken there.
///
/// # Examples
///
/// ```
/// assert!(tl_core::door::lock_orders().is_empty());
/// ```
pub fn lock_orders() -> Vec<LockOrder> {
    with_graph(|graph| graph.found().to_vec()).unwrap_or_default()
}

/// Returns those [`lock_orders`] that nobody has reported, for the caller to do so.
///
/// It returns none while a thread looks for them ([`watch_lock_orders`]), or while the calling
/// thread holds a lock, which the reader of the report may want.
///
/// # Examples
///
/// ```
/// assert!(tl_core::door::unreported_lock_orders().is_empty());
/// ```
#[inline]
pub fn unreported_lock_orders() -> Vec<LockOrder> {
    if FOUND.load(Ordering::Relaxed) == TAKEN.load(Ordering::Relaxed) {
        Vec::new()
    } else {
        take_unreported()
    }
}

#[cold]
fn take_unreported() -> Vec<LockOrder> {
    let holds_nothing = here(|here| {
        here.retain(still_held);
        here.is_empty()
    });
    if holds_nothing != Some(true) || WATCHES.load(Ordering::Relaxed) > 0 {
        return Vec::new();
    }
    let untaken = with_graph(|graph| {
        let found = graph.found();
        let taken = TAKEN.swap(found.len(), Ordering::Relaxed);
        found[taken..].to_vec()
    });
    untaken.unwrap_or_default()
}

/// Announces that the caller looks at [`lock_orders`] every so often, until it drops what this
/// returns.
///
/// # Examples
///
/// ```
/// let watch = tl_core::door::watch_lock_orders();
/// drop(watch);
/// ```
pub fn watch_lock_orders() -> OrderWatch {
    fork::be_ready(Part::Orders, &AT_FORK);
    WATCHES.fetch_add(1, Ordering::Relaxed);
    OrderWatch(())
}

/// What stands for a thread that looks at the orders of locks. See [`watch_lock_orders`].
///
/// # Examples
///
/// ```
/// use tl_core::door::{OrderWatch, watch_lock_orders};
///
/// let watch: OrderWatch = watch_lock_orders();
/// assert!(watch.news(0).is_empty());
/// ```
#[derive(Debug)]
pub struct OrderWatch(());

impl OrderWatch {
    /// Returns what was found beyond the first `known`, which the caller has seen.
    pub fn news(&self, known: usize) -> Vec<LockOrder> {
        if FOUND.load(Ordering::Relaxed) == known {
            return Vec::new();
        }
        let news = with_graph(|graph| {
            let found = graph.found();
            TAKEN.store(found.len(), Ordering::Relaxed);
            found.get(known..).unwrap_or_default().to_vec()
        });
        news.unwrap_or_default()
    }
}

impl Drop for OrderWatch {
    fn drop(&mut self) {
        // In a child made by `fork` the watches of the parent's threads are not counted any more.
        let _ = WATCHES.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |watches| {
            watches.checked_sub(1)
        });
    }
}
