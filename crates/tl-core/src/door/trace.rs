//! What is told to a recorder: waits that are over, locks that were held, threads that begin and
//! end, timers that fire.
//!
//! While nobody records, each place that would tell something reads one word, and no more. The
//! paths on which a thread neither waits nor has waited do not even do that.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::deadline::Deadline;
#[cfg(not(loom))]
use super::fork::{self, Part};
use super::note::{Call, Holder};
use super::platform;
use super::word::QueueId;
use crate::ident::{ThreadIdent, current_ident};
#[cfg(not(loom))]
use crate::sys::ForkHooks;

/// A recorder: it is told of each [`Event`], on the thread to which it happens.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use tl_core::door::{Event, Tracer, WaitQueue, note_held, note_released, set_tracer};
///
/// static HELD: AtomicU32 = AtomicU32::new(0);
/// static TRACER: Tracer = Tracer::new(|event| {
///     if let Event::Held(_) = event {
///         HELD.fetch_add(1, Ordering::Relaxed);
///     }
/// });
///
/// let word = AtomicU32::new(1);
/// set_tracer(Some(&TRACER));
/// note_held(WaitQueue::of(&word).id(), Location::caller());
/// note_released(WaitQueue::of(&word).id());
/// set_tracer(None);
/// assert_eq!(HELD.load(Ordering::Relaxed), 1);
/// ```
#[derive(Debug)]
pub struct Tracer {
    record: fn(Event),
}

impl Tracer {
    /// Calls `record` with each event.
    ///
    /// It runs wherever a thread may wait: in an allocator, in a destructor, with a wait queue
    /// locked. So it must not allocate, enter the door, nor panic. (It may allocate for
    /// [`Event::Began`], which comes before a thread runs its function.)
    pub const fn new(record: fn(Event)) -> Tracer {
        Tracer { record }
    }
}

/// Returns the place of the recorder, which is null if nothing is recorded.
#[cfg(not(loom))]
#[inline]
fn tracer() -> &'static AtomicPtr<Tracer> {
    static TRACER: AtomicPtr<Tracer> = AtomicPtr::new(ptr::null_mut());
    &TRACER
}

// The threads of a model share one thread of the operating system; other models have others, and
// do not record for this one.
#[cfg(loom)]
fn tracer() -> &'static AtomicPtr<Tracer> {
    thread_local! {
        static TRACER: &'static AtomicPtr<Tracer> = Box::leak(Box::new(AtomicPtr::default()));
    }
    TRACER.with(|tracer| *tracer)
}

/// Makes `tracer` the one that is told of every event from now on, in place of the tracer before
/// it; with `None`, no tracer is told.
///
/// A thread that is just telling the old tracer of an event may still do so.
///
/// In a child made by `fork` there is no tracer.
///
/// # Examples
///
/// ```
/// use tl_core::door::{Tracer, set_tracer};
///
/// static TRACER: Tracer = Tracer::new(|event| drop(event));
/// set_tracer(Some(&TRACER));
/// set_tracer(None);
/// ```
pub fn set_tracer(tracer: Option<&'static Tracer>) {
    #[cfg(not(loom))]
    fork::be_ready(Part::Tracer, &AT_FORK);
    let to = tracer.map_or(ptr::null_mut(), |tracer| ptr::from_ref(tracer).cast_mut());
    // Release: pairs with `tell`.
    self::tracer().store(to, Ordering::Release);
}

#[cfg(not(loom))]
const AT_FORK: ForkHooks = ForkHooks {
    before: || (),
    in_parent: || (),
    // Relaxed: there is one thread.
    in_child: || tracer().store(ptr::null_mut(), Ordering::Relaxed),
};

/// Returns whether a recording is being made.
#[inline]
pub(super) fn is_on() -> bool {
    // Relaxed: `tell` looks again.
    !tracer().load(Ordering::Relaxed).is_null()
}

#[cold]
pub(super) fn tell(event: Event) {
    // Acquire: pairs with `set_tracer`.
    let tracer = tracer().load(Ordering::Acquire);
    // SAFETY: null, or it was made of a `&'static`, and what that referred to is seen.
    if let Some(tracer) = unsafe { tracer.as_ref() } {
        (tracer.record)(event);
    }
}

/// Returns the time, in nanoseconds, on the clock of all events. It never goes back, and 0 is no
/// time on it.
///
/// # Examples
///
/// ```
/// assert!(tl_core::door::trace_clock() <= tl_core::door::trace_clock());
/// ```
pub fn trace_clock() -> u64 {
    platform::now()
}

/// Something that happened. Times are those of [`trace_clock`].
///
/// # Examples
///
/// ```
/// use tl_core::door::Event;
///
/// fn describe(event: Event) -> String {
///     match event {
///         Event::Waited(wait) => format!("{} in {}", wait.thread, wait.call.operation()),
///         Event::Held(held) => format!("{} held {:?}", held.thread, held.lock),
///         Event::Began { thread, name, .. } => format!("{name} ({thread}) begins"),
///         other => format!("{other:?}"),
///     }
/// }
/// let began = Event::Began { thread: tl_core::current_ident(), name: "worker".into(), at: 7 };
/// assert!(describe(began).starts_with("worker"));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A wait is over. (One operation may wait several times.)
    Waited(Waited),
    /// A lock was released that was [noted](super::note_held) to be held.
    Held(WasHeld),
    /// A thread begins.
    Began {
        /// Which one: the calling one.
        thread: ThreadIdent,
        /// Its name.
        name: Arc<str>,
        /// When it began.
        at: u64,
    },
    /// A thread ends: it has dropped its thread-locals.
    Ended {
        /// Which one.
        thread: ThreadIdent,
        /// The name that it has had last.
        name: Arc<str>,
        /// When it ended.
        at: u64,
    },
    /// A timer calls its function.
    Fired {
        /// The thread that calls it.
        thread: ThreadIdent,
        /// When it should have.
        due: u64,
        /// When it does.
        at: u64,
    },
}

/// A wait that is over. See [`Event::Waited`].
///
/// # Examples
///
/// ```
/// use tl_core::door::Waited;
///
/// fn describe(wait: &Waited) -> String {
///     let woken_by = wait.woken.map_or(0, |waker| waker.thread.as_u64().get());
///     format!("{:?} by {woken_by} after {} ns", wait.call, wait.until - wait.since)
/// }
/// # let _ = describe;
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Waited {
    /// The operation in which the thread waited, and the place that called it.
    pub call: Call,
    /// The thread.
    pub thread: ThreadIdent,
    /// The same for the waits of one operation, and different from that of all others of the
    /// thread.
    pub serial: u64,
    /// The address of the primitive.
    pub object: usize,
    /// The queue in which the wait began.
    pub queue: QueueId,
    /// Whether the operation has waited in another queue before: the thread was notified through a
    /// condition, or its time ran out, and took the lock back.
    pub has_moved_on: bool,
    /// How much the thread wanted, where an operation has an amount.
    pub amount: Option<u64>,
    /// When it began.
    pub since: u64,
    /// When the thread went on.
    pub until: u64,
    /// Whether its time ran out.
    pub has_timed_out: bool,
    /// Which thread held what this one waited for, when the wait began, if that is known.
    pub holder: Option<Holder>,
    /// Which thread moved it to the queue of a lock, if one did: the one that notified it.
    pub notified: Option<Waker>,
    /// Which thread woke it, if that was seen.
    pub woken: Option<Waker>,
}

/// A lock that was released. See [`Event::Held`].
///
/// # Examples
///
/// ```
/// use tl_core::door::WasHeld;
///
/// fn describe(held: &WasHeld) -> String {
///     format!("{:?} for {} ns since {}", held.lock, held.until - held.since, held.place)
/// }
/// # let _ = describe;
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct WasHeld {
    /// The queue of those that wait for the lock.
    pub lock: QueueId,
    /// The thread that had acquired it.
    pub thread: ThreadIdent,
    /// Where that was.
    pub place: &'static std::panic::Location<'static>,
    /// When that was; 0 if nobody recorded then.
    pub since: u64,
    /// When it was released.
    pub until: u64,
}

/// Which thread let a waiter go on, and when.
///
/// # Examples
///
/// ```
/// use tl_core::door::Waker;
///
/// let describe = |waker: Waker| format!("woken by {} at {}", waker.thread, waker.at);
/// # let _ = describe;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waker {
    /// The thread.
    pub thread: ThreadIdent,
    /// When it did that.
    pub at: u64,
}

impl Waker {
    /// Returns the calling thread, now, if a recording is being made.
    #[inline]
    pub(super) fn here() -> Option<Waker> {
        is_on().then(Waker::now)
    }

    #[cold]
    fn now() -> Waker {
        Waker {
            thread: current_ident(),
            at: platform::now(),
        }
    }
}

/// Tells the recorder that the calling thread begins, with the name that `name` gives.
///
/// # Examples
///
/// ```
/// tl_core::door::trace_begin(tl_core::current_name);
/// ```
#[inline]
pub fn trace_begin(name: impl FnOnce() -> Arc<str>) {
    if is_on() {
        tell(Event::Began {
            thread: current_ident(),
            name: name(),
            at: platform::now(),
        });
    }
}

/// Tells the recorder that a thread ends: the one that `thread` gives with its name, if it gives
/// one.
///
/// # Examples
///
/// ```
/// use tl_core::{current_ident, current_name};
///
/// tl_core::door::trace_end(|| Some((current_ident(), current_name())));
/// ```
#[inline]
pub fn trace_end(thread: impl FnOnce() -> Option<(ThreadIdent, Arc<str>)>) {
    if is_on() {
        if let Some((thread, name)) = thread() {
            let at = platform::now();
            tell(Event::Ended { thread, name, at });
        }
    }
}

/// Tells the recorder that a thread, if it has an identity by now, calls the function of a timer
/// that was due then.
///
/// # Examples
///
/// ```
/// use std::time::Instant;
/// use tl_core::door::{Deadline, trace_fire};
///
/// trace_fire(Some(tl_core::current_ident()), Deadline::at(Instant::now()));
/// ```
#[inline]
pub fn trace_fire(thread: Option<ThreadIdent>, due: Deadline) {
    if is_on() {
        if let Some(thread) = thread {
            let at = platform::now();
            let due = due.nanos().unwrap_or(at);
            tell(Event::Fired { thread, due, at });
        }
    }
}
