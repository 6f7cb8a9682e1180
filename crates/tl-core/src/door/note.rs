//! What a thread waits for: the note that it leaves in the door, which [`waits`](super::waits)
//! reads.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::ptr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::Deadline;
use super::word::WaitQueue;
use crate::ident::{ThreadIdent, current_ident};

/// An operation that may block, as a reader of the program knows it.
///
/// # Examples
///
/// ```
/// use tl_core::door::Operation;
///
/// const ACQUIRE: &Operation = &Operation::new("Turnstile", "pass");
/// assert_eq!(ACQUIRE.to_string(), "Turnstile::pass");
/// assert_eq!((ACQUIRE.primitive(), ACQUIRE.name()), ("Turnstile", "pass"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    primitive: &'static str,
    name: &'static str,
}

impl Operation {
    /// Names the method `name` of the type `primitive`.
    pub const fn new(primitive: &'static str, name: &'static str) -> Operation {
        Operation { primitive, name }
    }

    /// Returns the name of the type, as `Semaphore`.
    pub const fn primitive(&self) -> &'static str {
        self.primitive
    }

    /// Returns the name of the method, as `acquire_many`.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.primitive, self.name)
    }
}

/// One call of an operation that may block: which one, and from where.
///
/// It is two addresses, both known to the compiler: a public method that is `#[track_caller]` and
/// `#[inline]` hands it to its slow path, and where nothing blocks it costs nothing.
///
/// # Examples
///
/// ```
/// use tl_core::door::{Call, Operation};
///
/// const PASS: &Operation = &Operation::new("Turnstile", "pass");
///
/// #[track_caller]
/// fn pass() -> Call {
///     Call::here(PASS)
/// }
/// let call = pass();
/// assert_eq!(call.caller().line(), line!() - 1);
/// assert_eq!(call.operation(), PASS);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Call {
    operation: &'static Operation,
    caller: &'static Location<'static>,
}

impl Call {
    /// Returns a call of `operation` from where the calling function was called, if that is
    /// `#[track_caller]`. (A closure in it is not: call this outside.)
    #[inline]
    #[track_caller]
    pub const fn here(operation: &'static Operation) -> Call {
        Call {
            operation,
            caller: Location::caller(),
        }
    }

    /// Returns the operation.
    pub const fn operation(self) -> &'static Operation {
        self.operation
    }

    /// Returns the place in the program that called it.
    pub const fn caller(self) -> &'static Location<'static> {
        self.caller
    }
}

/// The thread that holds what another one waits for.
///
/// # Examples
///
/// ```
/// use tl_core::door::Holder;
/// use tl_core::current_ident;
///
/// let holder = Holder::new(current_ident());
/// assert_eq!((holder.thread, holder.place), (current_ident(), None));
/// let place = std::panic::Location::caller();
/// assert!(!holder.at(place).not_alone().is_owner);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The thread.
    pub thread: ThreadIdent,
    /// Where it got hold of it, if that is known.
    pub place: Option<&'static Location<'static>>,
    /// Whether nobody else can let go of it: `false` for a lock that any thread may release.
    pub is_owner: bool,
}

impl Holder {
    /// Names the thread that alone can let go.
    pub const fn new(thread: ThreadIdent) -> Holder {
        Holder {
            thread,
            place: None,
            is_owner: true,
        }
    }

    /// Adds where the thread got hold of it.
    #[must_use = "the holder is returned, not changed in place"]
    pub const fn at(self, place: &'static Location<'static>) -> Holder {
        Holder {
            place: Some(place),
            ..self
        }
    }

    /// Says that any other thread may let go in its place.
    #[must_use = "the holder is returned, not changed in place"]
    pub const fn not_alone(self) -> Holder {
        Holder {
            is_owner: false,
            ..self
        }
    }
}

/// Returns which thread holds something, if one does and it is known. It must not block.
pub(super) type HolderOf<'a> = &'a (dyn Fn() -> Option<Holder> + Sync + 'a);

/// What a thread waits for, on its stack for as long as one blocking operation lasts, however often
/// that is woken in vain.
///
/// [`LockedQueue::noting`](super::LockedQueue::noting) shows it in [`waits`](super::waits).
///
/// It costs a few stores when the wait begins. Nothing is allocated, and no primitive grows.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use std::time::Duration;
/// use tl_core::door::{Backoff, Call, Deadline, Note, Operation, WaitQueue};
///
/// const PASS: &Operation = &Operation::new("Turnstile", "pass");
///
/// let turnstile = AtomicU32::new(0);
/// let soon = Deadline::after(Duration::from_millis(1));
/// let nobody = || None;
/// let note = Note::new(Call::here(PASS))
///     .object(&turnstile)
///     .amount(2)
///     .parties(2)
///     .gives_up_at(soon)
///     .held_by(WaitQueue::of(&turnstile), &nobody);
/// let queue = WaitQueue::of(&turnstile).lock();
/// let _ = queue.noting(&note).wait(&mut Backoff::none(), soon);
/// ```
pub struct Note<'a> {
    pub(super) call: Call,
    /// The address of the primitive; 0 if it is that of the word.
    pub(super) object: usize,
    pub(super) amount: Option<u64>,
    /// When the operation gives up, where that is not the deadline of each wait of it.
    pub(super) limit: Option<Deadline>,
    /// How many threads must wait here for all of them to go on; 0 if that is not the rule.
    pub(super) parties: usize,
    /// The key of the queue for which `holder` returns which thread holds what is waited for.
    pub(super) held_key: usize,
    pub(super) holder: Option<HolderOf<'a>>,
    /// 0 until the note is shown for the first time, as `serial`. Written by the waiter alone, with
    /// the queue locked; relaxed, as that lock orders it.
    pub(super) thread: AtomicU64,
    /// Different from that of each other wait of the same thread.
    pub(super) serial: AtomicU64,
    /// The key of the first queue in which it is shown.
    pub(super) first_key: AtomicUsize,
    /// Since when the thread sleeps, in nanoseconds; 0 as long as it has not.
    since: AtomicU64,
}

impl<'a> Note<'a> {
    /// Begins a note of a wait in this call.
    #[inline]
    pub const fn new(call: Call) -> Note<'a> {
        Note {
            call,
            object: 0,
            amount: None,
            limit: None,
            parties: 0,
            held_key: 0,
            holder: None,
            thread: AtomicU64::new(0),
            serial: AtomicU64::new(0),
            first_key: AtomicUsize::new(0),
            since: AtomicU64::new(0),
        }
    }

    /// Notes which primitive it is, if that is not where its word is.
    #[inline]
    #[must_use = "the note is returned, not changed in place"]
    pub fn object<T>(self, primitive: &T) -> Note<'a> {
        Note {
            object: ptr::from_ref(primitive).addr(),
            ..self
        }
    }

    /// Notes when the operation gives up, if it waits several times with deadlines of their own: as
    /// a writer that looks whether it is overdue, and then waits on.
    #[inline]
    #[must_use = "the note is returned, not changed in place"]
    pub fn gives_up_at(self, limit: Deadline) -> Note<'a> {
        Note {
            limit: Some(limit),
            ..self
        }
    }

    /// Notes how much of it the thread wants.
    #[inline]
    #[must_use = "the note is returned, not changed in place"]
    pub fn amount(self, amount: usize) -> Note<'a> {
        Note {
            amount: Some(amount as u64),
            ..self
        }
    }

    /// Notes that the thread goes on once `parties` threads wait as it does.
    #[inline]
    #[must_use = "the note is returned, not changed in place"]
    pub fn parties(self, parties: usize) -> Note<'a> {
        Note { parties, ..self }
    }

    /// Notes a function that returns which thread holds what this one waits for while it is in the
    /// queue `of`. (If the thread waits in another one first, as for a notification, it waits for
    /// no holder there.)
    ///
    /// `holder` is called by other threads, at any time while the wait lasts, with the queue
    /// locked: it must be a few instructions and must not enter the door.
    #[inline]
    #[must_use = "the note is returned, not changed in place"]
    pub fn held_by(
        self,
        of: WaitQueue<'_>,
        holder: &'a (dyn Fn() -> Option<Holder> + Sync + 'a),
    ) -> Note<'a> {
        Note {
            held_key: of.key,
            holder: Some(holder),
            ..self
        }
    }

    /// Completes the note when the thread is about to join the queue `key`, which is locked.
    pub(super) fn show(&self, key: usize) {
        if self.thread.load(Ordering::Relaxed) == 0 {
            let thread = current_ident().as_u64().get();
            self.thread.store(thread, Ordering::Relaxed);
            self.serial.store(next_serial(), Ordering::Relaxed);
            self.first_key.store(key, Ordering::Relaxed);
        }
    }

    /// Notes that the thread sleeps since `now`, unless it has slept before.
    pub(super) fn sleeps(&self, now: u64) {
        if self.since.load(Ordering::Relaxed) == 0 {
            self.since.store(now, Ordering::Relaxed);
        }
    }

    pub(super) fn since(&self) -> Option<u64> {
        match self.since.load(Ordering::Relaxed) {
            0 => None,
            nanos => Some(nanos),
        }
    }
}

impl fmt::Debug for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note")
            .field("call", &self.call)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

fn next_serial() -> u64 {
    thread_local! {
        static LAST: Cell<u64> = const { Cell::new(0) };
    }
    LAST.set(LAST.get() + 1);
    LAST.get()
}
