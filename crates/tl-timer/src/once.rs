//! Timers that call once, and the thread that schedules them.

use std::hint;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tl_core::door::{Deadline, PooledMutex, trace_fire};
use tl_core::sys::{self, Inherited};
use tl_thread::{StartError, Thread, pending};

use crate::origin;
use crate::schedule::{Cancelled, Due, Place, Schedule, Scheduled};

/// How many timers' functions run at once.
///
/// Timers that fall due while that many run wait until one of them returns, and then come in the
/// order of their times.
///
/// So a function must not wait for what only a later timer does: once this many of them wait, none
/// that they wait for begins, and all of them wait forever. See [*Deadlocks*](crate#deadlocks).
///
/// Calls of [`Timer::every`](crate::Timer::every) are not counted: each of those timers has a
/// thread of its own from its start.
///
/// # Examples
///
/// ```
/// assert_eq!(tl_timer::MAX_RUNNING, 1024);
/// ```
pub const MAX_RUNNING: usize = 1024;

#[cfg(not(loom))]
static SCHEDULE: Schedule<Once> = Schedule::new(MAX_RUNNING);
/// The model checker makes its locks and atomics at run time.
#[cfg(loom)]
static SCHEDULE: std::sync::LazyLock<Schedule<Once>> =
    std::sync::LazyLock::new(|| Schedule::new(MAX_RUNNING));

/// A timer that calls once. Its function is kept by its thread.
#[derive(Debug)]
pub(crate) struct Once {
    pub(crate) thread: Thread,
    interval: PooledMutex<Duration>,
    place: Place,
    /// What the thread of the call is to have of the one that started the timer.
    origin: OnceLock<Arc<Inherited>>,
    /// Whether the excepthook has heard that the system refused the thread.
    is_reported: AtomicBool,
}

impl Scheduled for Once {
    fn place(&self) -> &Place {
        &self.place
    }
}

impl Once {
    pub(crate) fn new(interval: Duration, thread: Thread) -> Arc<Once> {
        Arc::new(Once {
            thread,
            interval: PooledMutex::new(interval),
            place: Place::new(),
            origin: OnceLock::new(),
            is_reported: AtomicBool::new(false),
        })
    }

    pub(crate) fn interval(&self) -> Duration {
        *self.interval.lock()
    }

    pub(crate) fn start(self: &Arc<Once>) -> Result<(), StartError> {
        forked::be_ready();
        pending::try_stack(&self.thread)?;
        let origin = origin::of_current();
        let rank = origin.rank();
        let deadline = Deadline::after(self.interval());
        let register = || {
            pending::set_due(&self.thread, deadline);
            pending::register(&self.thread)?;
            // This does not fail, since `register` succeeds only once.
            let _ = self.origin.set(origin);
            Ok(())
        };
        if !SCHEDULE.start(self, deadline, rank, start_scheduler, register)? {
            pending::cancel(&self.thread);
        }
        Ok(())
    }

    /// Starts the time again, with another interval if there is one; false if the timer is not
    /// pending.
    pub(crate) fn restart(&self, interval: Option<Duration>) -> bool {
        SCHEDULE.restart(self, || {
            let interval = {
                let mut own = self.interval.lock();
                *own = interval.unwrap_or(*own);
                *own
            };
            let deadline = Deadline::after(interval);
            pending::set_due(&self.thread, deadline);
            deadline
        })
    }

    pub(crate) fn cancel(&self) -> bool {
        match SCHEDULE.cancel(self) {
            Cancelled::Pending => pending::cancel(&self.thread),
            // Unless the function runs all the same, since the timer's thread was started directly.
            Cancelled::BeforeStart => self.thread.ident().is_none(),
            Cancelled::TooLate => false,
        }
    }

    /// Starts the thread of a call, or leaves the timer pending if the system refuses.
    fn fire(due: Due<Once>) {
        let Due {
            timer,
            deadline,
            turn,
        } = due;
        let slot = Running(sys::fork_generation());
        let own = Arc::clone(&timer);
        let ready = move || {
            if let Some(origin) = own.origin.get() {
                // What the system does not grant stays as the scheduler has it.
                origin.take_on();
            }
            // A few tens of microseconds at most. Asleep, the thread would wake up too late by as
            // much.
            while !deadline.has_passed() {
                hint::spin_loop();
            }
            let is_called = SCHEDULE.claim(&own, turn);
            if is_called {
                // The calling thread has yet to become that one.
                trace_fire(own.thread.ident(), deadline);
            }
            is_called.then_some(slot)
        };
        if let Err(error) = pending::fire(&timer.thread, ready) {
            timer.refused(turn, error);
        }
    }

    #[cold]
    fn refused(&self, turn: u64, error: io::Error) {
        SCHEDULE.refused(self, turn);
        // Relaxed: only the scheduler uses it, and the next one sees what the last one did through
        // the schedule's lock.
        if !self.is_reported.swap(true, Ordering::Relaxed) {
            let message = format!(
                "the timer is due, but the operating system refused its thread ({error}): it stays pending and is tried again"
            );
            pending::report(&self.thread, &message, &error);
        }
    }
}

/// One of the calls that may run at once. Dropped when the call has returned, or will not begin.
struct Running(u32);

impl Drop for Running {
    fn drop(&mut self) {
        // In a child that its function has made by `fork` it is none of those that may run.
        if self.0 == sys::fork_generation() {
            SCHEDULE.ended();
        }
    }
}

/// The model checker has no forks.
#[cfg(loom)]
mod forked {
    pub(super) fn be_ready() {}
}

/// The schedule around a `fork`: in the child it is empty, and new timers find no scheduler.
#[cfg(not(loom))]
mod forked {
    use std::cell::RefCell;

    use tl_core::sys::{ForkHooks, ForkRank, Kept, at_fork};

    use super::{Once, SCHEDULE};
    use crate::schedule::Held;

    thread_local! {
        static HELD: RefCell<Kept<Option<Held<'static, Once>>>> =
            const { RefCell::new(Kept::new(None)) };
    }

    fn replace_held(held: Option<Held<'static, Once>>) -> Option<Held<'static, Once>> {
        HELD.replace(Kept::new(held)).into_inner()
    }

    /// Prepares for forks, before the schedule is used.
    pub(super) fn be_ready() {
        // Without memory for that, a fork is what it is in most libraries.
        let _ = at_fork(
            ForkRank::Timers,
            ForkHooks {
                before: || drop(replace_held(Some(SCHEDULE.hold()))),
                in_parent: || drop(replace_held(None)),
                in_child: || {
                    if let Some(mut held) = replace_held(None) {
                        held.forget();
                    }
                },
            },
        );
    }
}

fn start_scheduler(number: u64) -> Result<(), StartError> {
    // Bare, so that what the timers of one test print is not captured as the output of another.
    sys::spawn_bare(Box::new(move || run_scheduler(number))).map_err(StartError::Refused)
}

/// Starts the threads of the timers that are due, until nothing is pending.
fn run_scheduler(number: u64) {
    sys::set_os_name("timer-scheduler");
    SCHEDULE.set_rank(number, origin::serve_the_process());
    loop {
        // Only while it waits, since a new thread has the slack of the one that starts it. Where
        // the system has no timer slack, the call is as late as the system makes it.
        let _ = sys::set_timer_slack(Duration::from_nanos(1));
        let due = SCHEDULE.next(number);
        let _ = sys::set_timer_slack(Duration::ZERO);
        match due {
            Some(due) => Once::fire(due),
            None => return,
        }
    }
}
