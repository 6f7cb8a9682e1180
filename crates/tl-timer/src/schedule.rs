//! The protocol of the timers and their scheduler: how a call is started or prevented, when the
//! scheduler sleeps and when it ends.
//!
//! A timer is in the schedule from its start until its call begins or is prevented, and the thread
//! that takes it out decides which: [`claim`](Schedule::claim) is the beginning of the call,
//! [`cancel`](Schedule::cancel) its prevention. Both happen with the schedule locked, so that for
//! each timer exactly one of them succeeds, once. [`restart`](Schedule::restart) leaves it in and
//! moves it; a thread that was started for the call before that finds by the number of the turn
//! that it is no longer wanted.
//!
//! The same lock decides whether there is a scheduler, and which: a thread that is more urgent than
//! the scheduler may replace it, since an unprivileged process cannot lift the rank of a thread.
//!
//! The code is generic over what is scheduled, and knows no threads but those that call it, so that
//! the model checker runs this very file.

use std::sync::Arc;
use std::time::Duration;

use tl_core::door::{Backoff, Deadline, Mutex, MutexGuard, WaitQueue};
use tl_core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tl_core::sync::const_unless_loom;

use crate::heap::Heap;

/// How long the scheduler's thread stays when nothing is pending any more. Timers that are started
/// and cancelled one after the other find it there, and cost neither a thread each nor a wake-up.
const LINGER: Duration = Duration::from_millis(10);
/// How long before its time a timer is given to have its thread started: about what that takes. It
/// is still pending, and the new thread waits for the time to come.
///
/// None under the model checker, whose clock has but two times.
const LEAD: Duration = Duration::from_micros(if cfg!(loom) { 0 } else { 80 });
/// How long a timer waits when its thread was refused for the first time. Each time after that it
/// waits twice as long.
const FIRST_RETRY: Duration = Duration::from_millis(1);
/// The longest such wait.
const LAST_RETRY: Duration = Duration::from_millis(256);
/// How far apart the retries of different timers are. Where very many were refused, this makes a
/// timer wait longer than [`LAST_RETRY`].
const RETRY_DISTANCE: Duration = Duration::from_micros(250);

/// The place of a timer in the schedule. Read and written only with the schedule locked.
#[derive(Debug)]
pub(crate) struct Place {
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `NEW` | not started | `start` to a slot; `cancel` to `GONE` |
    /// | a slot | started, and the call has not begun | `claim` and `cancel`, to `GONE` |
    /// | `GONE` | the call has begun, or never will | nobody |
    slot: AtomicU32,
    /// Counts the restarts. What is done for an earlier turn has no effect.
    turn: AtomicU64,
    /// How often the thread of the call was refused.
    refusals: AtomicU32,
}

const NEW: u32 = u32::MAX;
const GONE: u32 = u32::MAX - 1;

// Relaxed, in all of them: the schedule's lock orders them.
impl Place {
    pub(crate) fn new() -> Place {
        Place {
            slot: AtomicU32::new(NEW),
            turn: AtomicU64::new(0),
            refusals: AtomicU32::new(0),
        }
    }

    fn get(&self) -> u32 {
        self.slot.load(Ordering::Relaxed)
    }

    fn set(&self, slot: u32) {
        self.slot.store(slot, Ordering::Relaxed);
    }

    fn turn(&self) -> u64 {
        self.turn.load(Ordering::Relaxed)
    }

    fn next_turn(&self) {
        self.turn.store(self.turn() + 1, Ordering::Relaxed);
    }

    /// Returns the slot, if the timer has one and it is still this turn.
    fn slot_in(&self, turn: u64) -> Option<u32> {
        let slot = self.get();
        (slot != GONE && self.turn() == turn).then_some(slot)
    }

    /// Counts one more refusal, and returns how long to wait after it.
    fn refuse(&self) -> Duration {
        let refusals = self.refusals.load(Ordering::Relaxed);
        self.refusals.store(refusals + 1, Ordering::Relaxed);
        // Doubled 16 times it is longer than the last one, and can still be computed.
        (FIRST_RETRY * (1 << refusals.min(16))).min(LAST_RETRY)
    }
}

/// What can be scheduled.
pub(crate) trait Scheduled {
    fn place(&self) -> &Place;
}

/// How a cancellation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// The timer was not started. It never calls its function, started or not.
    BeforeStart,
    /// The timer was pending, and is no longer.
    Pending,
    /// The call has begun or was prevented before.
    TooLate,
}

/// A timer that is due, or will be in a moment.
#[derive(Debug)]
pub(crate) struct Due<T> {
    pub(crate) timer: Arc<T>,
    pub(crate) deadline: Deadline,
    /// The number of the turn: how often the timer had been restarted.
    pub(crate) turn: u64,
}

/// The timers that are started and whose call has not begun, and what their scheduler does.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    agenda: Mutex<Agenda<T>>,
    /// Counts the reasons to look at the agenda again before going to sleep. It is raised with its
    /// queue locked, in which the scheduler sleeps, and for a moment one that it has replaced.
    signal: AtomicU32,
}

#[derive(Debug)]
struct Agenda<T> {
    /// Queued: the timers that wait for their time or their turn. With a slot alone: those whose
    /// thread is being started.
    timers: Heap<Arc<T>>,
    scheduler: Scheduler,
    /// The number of the scheduler. Those before it have nothing more to do.
    generation: u64,
    /// Its rank.
    rank: i32,
    /// How many calls run, or will as soon as their thread does.
    running: usize,
    /// How many of them there may be.
    limit: usize,
    /// While nothing is queued: when the scheduler ends.
    linger: Option<Deadline>,
    /// The latest moment at which a thread that was refused is to be tried again.
    last_retry: Option<Deadline>,
}

#[derive(Debug)]
enum Scheduler {
    /// There is no thread.
    Absent,
    /// It will look at the agenda before it sleeps.
    Awake,
    /// It sleeps until this moment, and should be woken for a timer that is due earlier.
    Asleep { until: Deadline },
    /// It sleeps, and no new timer is a reason to wake it: as many calls run as may.
    Stalled,
}

impl Scheduler {
    fn sleeps(&self) -> bool {
        matches!(self, Scheduler::Asleep { .. } | Scheduler::Stalled)
    }
}

enum Turn<T> {
    Fire(Due<T>),
    /// Until then, or until the signal is no longer this.
    Sleep(Deadline, u32),
    End,
}

impl<T: Scheduled> Schedule<T> {
    const_unless_loom! {
        /// Creates an empty schedule that lets up to `limit` calls run at once.
        pub(crate) const fn new(limit: usize) -> Schedule<T> {
            Schedule {
                agenda: Mutex::new(Agenda::new(limit)),
                signal: AtomicU32::new(0),
            }
        }
    }

    /// Makes a timer pending: calls `register`, and puts the timer into the schedule. Returns false
    /// if the timer was cancelled before, and has only been registered.
    ///
    /// If there is no scheduler of at least this rank, `spawn` starts one: a thread that calls
    /// [`next`](Schedule::next), with the number that `spawn` is given, until that returns `None`.
    /// If there is no scheduler and `spawn` fails, or if `register` fails, the timer is as it was.
    pub(crate) fn start<E>(
        &self,
        timer: &Arc<T>,
        deadline: Deadline,
        rank: i32,
        spawn: impl FnOnce(u64) -> Result<(), E>,
        register: impl FnOnce() -> Result<(), E>,
    ) -> Result<bool, E> {
        let mut agenda = self.agenda.lock();
        let place = timer.place();
        if place.get() == GONE {
            register()?;
            return Ok(false);
        }
        // With the agenda locked: nobody may count on a scheduler that then cannot be had.
        let is_absent = matches!(agenda.scheduler, Scheduler::Absent);
        if is_absent || rank > agenda.rank {
            let generation = agenda.generation + 1;
            match spawn(generation) {
                Ok(()) => {
                    let has_slept = agenda.scheduler.sleeps();
                    agenda.generation = generation;
                    agenda.rank = rank;
                    agenda.scheduler = Scheduler::Awake;
                    if has_slept {
                        self.wake();
                    }
                }
                Err(error) if is_absent => return Err(error),
                // The scheduler that there is will do, though it may be late.
                Err(_) => {}
            }
        }
        register()?;
        place.set(agenda.timers.insert(deadline, Arc::clone(timer)));
        self.expect(agenda, deadline);
        Ok(true)
    }

    /// Puts the call of a pending timer off, or brings it forward, to the moment that `deadline`
    /// returns. Returns false, without calling `deadline`, if the timer is not pending, or its call
    /// has begun.
    pub(crate) fn restart(&self, timer: &T, deadline: impl FnOnce() -> Deadline) -> bool {
        let mut agenda = self.agenda.lock();
        let place = timer.place();
        let slot = place.get();
        if slot == GONE || slot == NEW {
            return false;
        }
        // With the agenda locked, so that of two restarts the later one has set all that there is
        // to set.
        let deadline = deadline();
        place.next_turn();
        agenda.timers.move_to(slot, deadline);
        self.expect(agenda, deadline);
        true
    }

    /// Wakes the scheduler if it would sleep through the deadline of a timer that has just been
    /// queued.
    fn expect(&self, mut agenda: MutexGuard<'_, Agenda<T>>, deadline: Deadline) {
        match agenda.scheduler {
            Scheduler::Asleep { until } if deadline < until => {
                agenda.scheduler = Scheduler::Awake;
                drop(agenda);
                self.wake();
            }
            _ => {}
        }
    }

    /// Notes the rank of the scheduler that has this number, which may be higher than that of the
    /// thread that made it.
    pub(crate) fn set_rank(&self, generation: u64, rank: i32) {
        let mut agenda = self.agenda.lock();
        if agenda.generation == generation {
            agenda.rank = rank;
        }
    }

    /// Prevents the call of a timer, if it has not begun.
    pub(crate) fn cancel(&self, timer: &T) -> Cancelled {
        let agenda = self.agenda.lock();
        let place = timer.place();
        let slot = place.get();
        if slot == GONE {
            return Cancelled::TooLate;
        }
        place.set(GONE);
        if slot == NEW {
            return Cancelled::BeforeStart;
        }
        self.remove(agenda, slot);
        Cancelled::Pending
    }

    fn remove(&self, mut agenda: MutexGuard<'_, Agenda<T>>, slot: u32) {
        let removed = agenda.timers.remove(slot);
        // Nothing is left to wait for, and the scheduler does not know yet.
        let wake = agenda.scheduler.sleeps() && agenda.timers.is_empty() && agenda.linger.is_none();
        if wake {
            agenda.scheduler = Scheduler::Awake;
        }
        drop(agenda);
        drop(removed);
        if wake {
            self.wake();
        }
    }

    /// Begins the call of a timer that [`next`](Schedule::next) returned. Returns false if it was
    /// cancelled or restarted meanwhile.
    pub(crate) fn claim(&self, timer: &T, turn: u64) -> bool {
        let agenda = self.agenda.lock();
        let place = timer.place();
        let Some(slot) = place.slot_in(turn) else {
            return false;
        };
        place.set(GONE);
        self.remove(agenda, slot);
        true
    }

    /// Notes that a call for which [`next`](Schedule::next) made room has ended, or will not begin.
    pub(crate) fn ended(&self) {
        let mut agenda = self.agenda.lock();
        let was_full = agenda.running == agenda.limit;
        agenda.running -= 1;
        if was_full && agenda.scheduler.sleeps() {
            agenda.scheduler = Scheduler::Awake;
            drop(agenda);
            self.wake();
        }
    }

    /// Notes that there was no thread for a timer that [`next`](Schedule::next) returned: unless it
    /// was cancelled or restarted meanwhile, it is pending again, and will be tried a while later.
    /// No other timer waits for that.
    pub(crate) fn refused(&self, timer: &T, turn: u64) {
        let mut agenda = self.agenda.lock();
        let place = timer.place();
        let Some(slot) = place.slot_in(turn) else {
            return;
        };
        let own = Deadline::after(place.refuse());
        let last = agenda.last_retry.filter(|last| !last.has_passed());
        let retry = last.map_or(own, |last| own.max(last.delayed(RETRY_DISTANCE)));
        agenda.last_retry = Some(retry);
        agenda.timers.queue(slot, retry);
    }

    /// Waits for the next timer that may run and is due, or will be in a moment. Returns `None`
    /// when the scheduler is to end: nothing has been pending for a moment, or another scheduler
    /// has taken its place.
    ///
    /// To be called by the thread that [`start`](Schedule::start) made, with the number that it was
    /// given. For each timer that is returned, [`ended`](Schedule::ended) has to be called once,
    /// also if the timer was [`refused`](Schedule::refused).
    ///
    /// # Blocking
    ///
    /// Waits for the deadline of the earliest timer, and for the end of a call if as many run as
    /// may.
    pub(crate) fn next(&self, generation: u64) -> Option<Due<T>> {
        loop {
            let turn = {
                let mut agenda = self.agenda.lock();
                // Relaxed: a signal for a change that was made before this look, with the agenda
                // locked, may be missed. One for a later change comes after this.
                let signal = self.signal.load(Ordering::Relaxed);
                agenda.turn(generation, signal)
            };
            match turn {
                Turn::Fire(due) => return Some(due),
                Turn::Sleep(until, signal) => self.sleep(until, signal),
                Turn::End => return None,
            }
        }
    }

    /// Locks the schedule, for the thread that is about to fork.
    #[cfg(not(loom))]
    pub(crate) fn hold(&self) -> Held<'_, T> {
        Held {
            agenda: self.agenda.lock(),
            signal: &self.signal,
        }
    }

    fn sleep(&self, until: Deadline, signal: u32) {
        let locked = WaitQueue::of(&self.signal).lock();
        // Why it ends does not matter: the agenda says what is to be done.
        locked.wait_if(&mut Backoff::none(), until, || {
            self.signal.load(Ordering::Relaxed) == signal
        });
    }

    #[cold]
    fn wake(&self) {
        let mut queue = WaitQueue::of(&self.signal).lock();
        self.signal.fetch_add(1, Ordering::Relaxed);
        queue.wake_all(0);
    }
}

/// A schedule that is locked for the length of a fork.
#[cfg(not(loom))]
pub(crate) struct Held<'a, T> {
    agenda: MutexGuard<'a, Agenda<T>>,
    signal: &'a AtomicU32,
}

#[cfg(not(loom))]
impl<T: Scheduled> Held<'_, T> {
    /// Makes the schedule a new one, in a child made by `fork`: there is no scheduler, no call
    /// runs, and none of the timers will ever fire. Nothing is freed there.
    pub(crate) fn forget(&mut self) {
        self.agenda.timers.forget(|timer| timer.place().set(GONE));
        *self.agenda = Agenda::new(self.agenda.limit);
        self.signal.store(0, Ordering::Relaxed);
    }
}

impl<T> Agenda<T> {
    const fn new(limit: usize) -> Agenda<T> {
        Agenda {
            timers: Heap::new(),
            scheduler: Scheduler::Absent,
            generation: 0,
            rank: 0,
            running: 0,
            limit,
            linger: None,
            last_retry: None,
        }
    }
}

impl<T: Scheduled> Agenda<T> {
    /// Returns what the scheduler with this number does next. `signal` is the signal at this
    /// moment.
    fn turn(&mut self, generation: u64, signal: u32) -> Turn<T> {
        if generation != self.generation {
            return Turn::End;
        }
        let Some(first) = self.timers.first() else {
            let end = *self.linger.get_or_insert_with(|| Deadline::after(LINGER));
            if !end.has_passed() {
                return self.sleep_until(end, signal);
            }
            self.linger = None;
            if self.timers.has_items() {
                // The thread of a call is late. Until the call begins, a restart may put it off.
                return self.sleep_until(Deadline::NEVER, signal);
            }
            self.scheduler = Scheduler::Absent;
            self.timers.release_memory();
            return Turn::End;
        };
        self.linger = None;
        if self.running == self.limit {
            self.scheduler = Scheduler::Stalled;
            return Turn::Sleep(Deadline::NEVER, signal);
        }
        let ahead = first.earlier_by(LEAD);
        if !ahead.has_passed() {
            self.scheduler = Scheduler::Asleep { until: first };
            return Turn::Sleep(ahead, signal);
        }
        self.scheduler = Scheduler::Awake;
        self.running += 1;
        let (deadline, timer) = self.timers.pop().expect("there is a first");
        Turn::Fire(Due {
            turn: timer.place().turn(),
            timer: Arc::clone(timer),
            deadline,
        })
    }

    fn sleep_until(&mut self, until: Deadline, signal: u32) -> Turn<T> {
        self.scheduler = Scheduler::Asleep { until };
        Turn::Sleep(until, signal)
    }
}
