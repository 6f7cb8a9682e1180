//! The protocol of the timers and their scheduler: who starts a call, who prevents it, when the scheduler sleeps and
//! when it ends.
//!
//! A timer is in the schedule from its start until its call begins or is prevented, and whoever takes it out decides
//! which: [`claim`](Schedule::claim) is the beginning of the call, [`cancel`](Schedule::cancel) its prevention. Both
//! happen with the schedule locked, so that for each timer exactly one of them succeeds, once. The same lock decides
//! whether a scheduler's thread exists.
//!
//! The code is generic over what is scheduled, and knows no threads but those that call it, so that the model checker
//! runs this very file.

use std::sync::Arc;
use std::time::Duration;

use tl_core::door::{Backoff, Deadline, Mutex, WaitQueue};
use tl_core::sync::atomic::{AtomicU32, Ordering};

use crate::heap::Heap;

/// How long the scheduler's thread stays when nothing is pending any more. Timers that are started and cancelled one
/// after the other find it there, and cost neither a thread each nor a wake-up.
const LINGER: Duration = Duration::from_millis(10);
/// How long before its time a timer is given to have its thread started: about what that takes. It is still pending,
/// and the new thread waits for the time to come.
///
/// None under the model checker, whose clock has but two times.
const LEAD: Duration = Duration::from_micros(if cfg!(loom) { 0 } else { 80 });
/// How long the scheduler waits when a thread was refused: this long the first time, twice as long every time after
/// that, …
const FIRST_RETRY: Duration = Duration::from_millis(1);
/// … and never longer than this.
const LAST_RETRY: Duration = Duration::from_millis(256);

/// The place of a timer in the schedule. Read and written only with the schedule locked.
#[derive(Debug)]
pub(crate) struct Place {
    /// | value | meaning | who leaves it, and how |
    /// | --- | --- | --- |
    /// | `NEW` | not started | `start` to a slot; `cancel` to `GONE` |
    /// | a slot | started, and the call has not begun | `claim` and `cancel`, to `GONE` |
    /// | `GONE` | the call has begun, or never will | nobody |
    slot: AtomicU32,
}

const NEW: u32 = u32::MAX;
const GONE: u32 = u32::MAX - 1;

impl Place {
    pub(crate) fn new() -> Place {
        Place {
            slot: AtomicU32::new(NEW),
        }
    }

    // Relaxed, here and in `set`: the schedule's lock orders them.
    fn get(&self) -> u32 {
        self.slot.load(Ordering::Relaxed)
    }

    fn set(&self, slot: u32) {
        self.slot.store(slot, Ordering::Relaxed);
    }
}

/// What can be scheduled.
pub(crate) trait Scheduled {
    fn place(&self) -> &Place;
}

/// How a cancellation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cancelled {
    /// The timer was not started. It never calls its function, started or not.
    BeforeStart,
    /// The timer was pending, and is no longer.
    Pending,
    /// The call has begun or was prevented before.
    TooLate,
}

/// The timers that are started and whose call has not begun, and what their scheduler does.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    agenda: Mutex<Agenda<T>>,
    /// 1 if the scheduler should look at the agenda before it sleeps, else 0.
    signal: AtomicU32,
}

#[derive(Debug)]
struct Agenda<T> {
    /// Queued: the timers that wait for their time or their turn. With a slot alone: those whose thread is being
    /// started.
    timers: Heap<Arc<T>>,
    scheduler: Scheduler,
    /// How many calls run, or will as soon as their thread does.
    running: usize,
    /// How many of them there may be.
    limit: usize,
    /// Since nothing is queued: when the scheduler ends.
    linger: Option<Deadline>,
    /// Since the last thread was refused: when to try again.
    retry: Option<Deadline>,
    /// How long that is from the refusal.
    retry_delay: Duration,
}

#[derive(Debug)]
enum Scheduler {
    /// There is no thread.
    Absent,
    /// It will look at the agenda before it sleeps.
    Awake,
    /// It sleeps until this moment, and should be woken for a timer that is due earlier.
    Asleep { until: Deadline },
    /// It sleeps, and no new timer is a reason to wake it: nothing can run.
    Stalled,
}

impl Scheduler {
    fn sleeps(&self) -> bool {
        matches!(self, Scheduler::Asleep { .. } | Scheduler::Stalled)
    }
}

enum Turn<T> {
    Fire(Arc<T>, Deadline),
    Sleep(Deadline),
    End,
}

impl<T: Scheduled> Schedule<T> {
    /// An empty schedule that lets up to `limit` calls run at once.
    #[cfg(not(loom))]
    pub(crate) const fn new(limit: usize) -> Schedule<T> {
        Schedule {
            agenda: Mutex::new(Agenda::new(limit)),
            signal: AtomicU32::new(0),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new(limit: usize) -> Schedule<T> {
        Schedule {
            agenda: Mutex::new(Agenda::new(limit)),
            signal: AtomicU32::new(0),
        }
    }

    /// Makes a timer pending, with `register` and in the schedule, or says by `false` that it was cancelled before
    /// and has only been registered. If there is no scheduler `spawn` makes a thread that calls
    /// [`next`](Schedule::next) until that ends. If either of them fails the timer is as it was.
    pub(crate) fn start<E>(
        &self,
        timer: &Arc<T>,
        deadline: Deadline,
        spawn: impl FnOnce() -> Result<(), E>,
        register: impl FnOnce() -> Result<(), E>,
    ) -> Result<bool, E> {
        let mut agenda = self.agenda.lock();
        let place = timer.place();
        if place.get() == GONE {
            register()?;
            return Ok(false);
        }
        if let Scheduler::Absent = agenda.scheduler {
            // With the agenda locked: nobody may count on a scheduler that then cannot be had.
            spawn()?;
            agenda.scheduler = Scheduler::Awake;
        }
        register()?;
        place.set(agenda.timers.insert(deadline, Arc::clone(timer)));
        if let Scheduler::Asleep { until } = agenda.scheduler
            && deadline < until
        {
            agenda.scheduler = Scheduler::Awake;
            drop(agenda);
            self.wake();
        }
        Ok(true)
    }

    /// Prevents the call of a timer, if it has not begun.
    pub(crate) fn cancel(&self, timer: &T) -> Cancelled {
        let mut agenda = self.agenda.lock();
        let place = timer.place();
        let slot = place.get();
        if slot == GONE {
            return Cancelled::TooLate;
        }
        place.set(GONE);
        if slot == NEW {
            return Cancelled::BeforeStart;
        }
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
        Cancelled::Pending
    }

    /// Begins the call of a timer that [`next`](Schedule::next) gave, or says by `false` that it was cancelled
    /// meanwhile.
    pub(crate) fn claim(&self, timer: &T) -> bool {
        let mut agenda = self.agenda.lock();
        // A thread was to be had.
        agenda.retry_delay = FIRST_RETRY;
        let place = timer.place();
        let slot = place.get();
        if slot == GONE {
            return false;
        }
        place.set(GONE);
        let removed = agenda.timers.remove(slot);
        drop(agenda);
        drop(removed);
        true
    }

    /// The call that [`next`](Schedule::next) made room for has ended, or will not come about.
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

    /// There was no thread for a timer that [`next`](Schedule::next) gave: it is pending again, if it was not
    /// cancelled meanwhile, and nothing is tried until a while has passed. It is due then, and no longer when it was: it
    /// may have been refused for its own sake, and those that are due meanwhile go first.
    pub(crate) fn refused(&self, timer: &T) {
        let mut agenda = self.agenda.lock();
        let retry = Deadline::after(agenda.retry_delay);
        agenda.retry = Some(retry);
        agenda.retry_delay = (2 * agenda.retry_delay).min(LAST_RETRY);
        let slot = timer.place().get();
        if slot != GONE {
            agenda.timers.queue(slot, retry);
        }
    }

    /// Waits for the next timer that is due, or will be in a moment, and may run, or, once nothing has been pending
    /// for a moment, says by `None` that the scheduler is over. For the one thread that [`start`](Schedule::start)
    /// made; each timer given is to be followed by one [`ended`](Schedule::ended), also if it was
    /// [`refused`](Schedule::refused).
    ///
    /// # Blocking
    ///
    /// Waits for the deadline of the earliest timer, for the end of a call if as many run as may, and for the moment
    /// of another attempt after a refusal.
    pub(crate) fn next(&self) -> Option<(Arc<T>, Deadline)> {
        loop {
            let turn = self.agenda.lock().turn();
            match turn {
                Turn::Fire(timer, deadline) => return Some((timer, deadline)),
                Turn::Sleep(until) => self.sleep(until),
                Turn::End => return None,
            }
        }
    }

    fn sleep(&self, until: Deadline) {
        let locked = WaitQueue::of(&self.signal).lock();
        if self.signal.load(Ordering::Relaxed) == 0 {
            // Why it ended does not matter: the agenda says what is to be done.
            let _ = locked.wait(&mut Backoff::none(), until);
        } else {
            drop(locked);
        }
        // A signal that is lost here was given for a change that was made before it, with the agenda locked, which is
        // looked at next.
        self.signal.store(0, Ordering::Relaxed);
    }

    #[cold]
    fn wake(&self) {
        let mut queue = WaitQueue::of(&self.signal).lock();
        self.signal.store(1, Ordering::Relaxed);
        queue.wake_one(0);
    }
}

impl<T> Agenda<T> {
    const fn new(limit: usize) -> Agenda<T> {
        Agenda {
            timers: Heap::new(),
            scheduler: Scheduler::Absent,
            running: 0,
            limit,
            linger: None,
            retry: None,
            retry_delay: FIRST_RETRY,
        }
    }

    /// What the scheduler does next.
    fn turn(&mut self) -> Turn<T> {
        let Some(first) = self.timers.first() else {
            let end = *self.linger.get_or_insert_with(|| Deadline::after(LINGER));
            if end.has_passed() {
                self.linger = None;
                self.scheduler = Scheduler::Absent;
                self.timers.release_memory();
                return Turn::End;
            }
            self.scheduler = Scheduler::Asleep { until: end };
            return Turn::Sleep(end);
        };
        self.linger = None;
        if self.running == self.limit {
            self.scheduler = Scheduler::Stalled;
            return Turn::Sleep(Deadline::NEVER);
        }
        if let Some(retry) = self.retry.filter(|retry| !retry.has_passed()) {
            self.scheduler = Scheduler::Stalled;
            return Turn::Sleep(retry);
        }
        let ahead = first.before(LEAD);
        if !ahead.has_passed() {
            self.scheduler = Scheduler::Asleep { until: first };
            return Turn::Sleep(ahead);
        }
        self.scheduler = Scheduler::Awake;
        self.retry = None;
        self.running += 1;
        let (deadline, timer) = self.timers.pop().expect("there is a first");
        Turn::Fire(Arc::clone(timer), deadline)
    }
}
