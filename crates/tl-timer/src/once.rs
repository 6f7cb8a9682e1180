//! Timers that call once, and the thread that schedules them.

use std::hint;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tl_core::door::Deadline;
use tl_core::sys;
use tl_thread::{StartError, Thread, pending};

use crate::schedule::{Cancelled, Place, Schedule, Scheduled};

/// How many timers' functions run at once. Timers that fall due while so many run wait until one of them returns, and
/// then come in the order of their times.
///
/// Calls of [`Timer::every`](crate::Timer::every) are not counted: each of those timers has a thread of its own from
/// its start.
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
    pub(crate) interval: Duration,
    place: Place,
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
            interval,
            place: Place::new(),
            is_reported: AtomicBool::new(false),
        })
    }

    pub(crate) fn start(self: &Arc<Once>) -> Result<(), StartError> {
        let deadline = Deadline::after(self.interval);
        let register = || pending::register(&self.thread);
        if !SCHEDULE.start(self, deadline, start_scheduler, register)? {
            pending::cancel(&self.thread);
        }
        Ok(())
    }

    pub(crate) fn cancel(&self) -> bool {
        match SCHEDULE.cancel(self) {
            Cancelled::Pending => pending::cancel(&self.thread),
            // Unless its function runs all the same, started as that of a mere thread.
            Cancelled::BeforeStart => self.thread.ident().is_none(),
            Cancelled::TooLate => false,
        }
    }

    /// Starts the thread of a call, or leaves the timer pending if the system refuses.
    fn fire(self: Arc<Once>, deadline: Deadline) {
        let slot = Running;
        let timer = Arc::clone(&self);
        let ready = move || {
            // A few tens of microseconds at most. Asleep, the thread would wake up too late by as much.
            while !deadline.has_passed() {
                hint::spin_loop();
            }
            SCHEDULE.claim(&timer).then_some(slot)
        };
        if let Err(error) = pending::fire(&self.thread, ready) {
            self.refused(error);
        }
    }

    #[cold]
    fn refused(&self, error: io::Error) {
        SCHEDULE.refused(self);
        // Relaxed: only the scheduler uses it, and the next one sees what the last one did through the schedule's lock.
        if !self.is_reported.swap(true, Ordering::Relaxed) {
            let message = format!(
                "the timer is due, but the operating system refused its thread ({error}): it stays pending and is tried again"
            );
            pending::report(&self.thread, &message, &error);
        }
    }
}

/// One of the calls that may run at once. Dropped when the call has returned, or will not come about.
struct Running;

impl Drop for Running {
    fn drop(&mut self) {
        SCHEDULE.ended();
    }
}

fn start_scheduler() -> Result<(), StartError> {
    thread::Builder::new()
        .name("timer-scheduler".to_owned())
        .spawn(run_scheduler)
        .map(drop)
        .map_err(StartError::Refused)
}

/// Starts the threads of the timers that are due, until nothing is pending.
fn run_scheduler() {
    loop {
        // While it waits, not forever: a new thread has the slack of the one that starts it.
        // Where the system has no such thing it is as late as it is.
        let _ = sys::set_timer_slack(Duration::from_nanos(1));
        let due = SCHEDULE.next();
        let _ = sys::set_timer_slack(Duration::ZERO);
        match due {
            Some((timer, deadline)) => timer.fire(deadline),
            None => return,
        }
    }
}
