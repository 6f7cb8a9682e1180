//! Timers that repeat.

use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::current_ident;
use tl_core::door::{Call, Deadline, PooledMutex, trace_fire};
use tl_core::sys;
use tl_thread::{StartError, Thread};

use crate::repeat::{Beat, Repeat};

/// What comes after a call: the end, or the next one, after another period if it says so.
pub(crate) type After = ControlFlow<(), Option<Duration>>;

/// A timer that repeats.
#[derive(Debug)]
pub(crate) struct Every {
    pub(crate) thread: Thread,
    course: Arc<Course>,
}

/// What the handles and the thread of the timer share.
#[derive(Debug)]
struct Course {
    repeat: Repeat,
    grid: PooledMutex<Grid>,
}

/// When the calls are due: at the multiples of the period, counted from the beginning.
#[derive(Debug)]
struct Grid {
    /// When a thread last tried to start the timer; `None` if that failed.
    starting: Option<Instant>,
    /// The beginning: when the timer was started or restarted, or when the call was due that chose
    /// the period. `None` before the start.
    begin: Option<Instant>,
    /// In which process it was started: in a child made by `fork` its thread is not there.
    process: u32,
    period: Duration,
    /// How often the timer was restarted. A call that finds this changed does not move the grid.
    restarts: u64,
}

impl Every {
    pub(crate) fn new(
        period: Duration,
        call: Call,
        function: impl FnMut() -> After + Send + 'static,
    ) -> Arc<Every> {
        let course = Arc::new(Course {
            repeat: Repeat::new(call),
            grid: PooledMutex::new(Grid {
                starting: None,
                begin: None,
                process: 0,
                period,
                restarts: 0,
            }),
        });
        let mut function = function;
        let thread = Thread::new({
            let course = Arc::clone(&course);
            move || course.run(&mut function)
        });
        Arc::new(Every { thread, course })
    }

    pub(crate) fn period(&self) -> Duration {
        self.course.grid.lock().period
    }

    pub(crate) fn start(&self) -> Result<(), StartError> {
        let now = Instant::now();
        self.course.grid.lock().starting = Some(now);
        if let Err(error) = self.thread.start() {
            self.course.grid.lock().starting = None;
            return Err(error);
        }
        // Unless the timer's thread has done so already. If two threads start the timer at the same
        // time, it may begin at the moment of the other one, which is as good.
        self.course.grid.lock().begin(now);
        Ok(())
    }

    pub(crate) fn cancel(&self) -> bool {
        let is_of_parent = self.course.grid.lock().is_of_parent();
        !is_of_parent && self.course.repeat.cancel()
    }

    /// Begins the grid again, with another period if one is given. Returns false if the timer is
    /// not started, or no longer calls.
    pub(crate) fn restart(&self, period: Option<Duration>) -> bool {
        // Locked until it is changed: the timer's thread looks here as soon as it is woken.
        let mut grid = self.course.grid.lock();
        if grid.begin.is_none() || grid.is_of_parent() || !self.course.repeat.restart() {
            return false;
        }
        grid.begin = Some(Instant::now());
        grid.period = period.unwrap_or(grid.period);
        grid.restarts += 1;
        true
    }
}

impl Grid {
    /// Returns the beginning. If there is none yet, it is `now`.
    fn begin(&mut self, now: Instant) -> Instant {
        if self.begin.is_none() {
            self.process = sys::fork_generation();
        }
        *self.begin.get_or_insert(now)
    }

    fn is_of_parent(&self) -> bool {
        self.begin.is_some() && self.process != sys::fork_generation()
    }
}

impl Course {
    fn run(&self, function: &mut dyn FnMut() -> After) {
        loop {
            let (beat, restarts) = {
                let mut grid = self.grid.lock();
                let now = grid.starting.unwrap_or_else(Instant::now);
                let begin = grid.begin(now);
                (next_beat(begin, grid.period), grid.restarts)
            };
            match wait(&self.repeat, beat.map_or(Deadline::NEVER, Deadline::at)) {
                Beat::Call => {}
                Beat::Moved => continue,
                Beat::Never => break,
            }
            let panicking = EndOnPanic(&self.repeat);
            let after = function();
            mem::forget(panicking);
            let ControlFlow::Continue(period) = after else {
                self.repeat.end();
                break;
            };
            if !self.repeat.end_call() {
                break;
            }
            if let Some(period) = period {
                let mut grid = self.grid.lock();
                if grid.restarts == restarts {
                    grid.begin = beat;
                    grid.period = period;
                }
            }
        }
    }
}

/// Waits for the beat and begins the call, or says why there is none.
fn wait(repeat: &Repeat, beat: Deadline) -> Beat {
    // Not during the call, since a thread that the function starts would inherit it. Where the
    // system has no timer slack, the call is as late as the system makes it.
    let _ = sys::set_timer_slack(Duration::from_nanos(1));
    let begun = repeat.begin_call(beat);
    if begun == Beat::Call {
        trace_fire(Some(current_ident()), beat);
    }
    let _ = sys::set_timer_slack(Duration::ZERO);
    begun
}

/// Returns the first beat after this moment: the next multiple of the period, counted from `begin`,
/// so that no delay adds up over the calls.
fn next_beat(begin: Instant, period: Duration) -> Option<Instant> {
    beat_after(begin.elapsed(), period).and_then(|beat| begin.checked_add(beat))
}

/// Returns the first multiple of the period that is greater than `elapsed`; if the period is zero,
/// `elapsed` itself.
fn beat_after(elapsed: Duration, period: Duration) -> Option<Duration> {
    if period.is_zero() {
        return Some(elapsed);
    }
    let period = period.as_nanos();
    let nanos = (elapsed.as_nanos() / period + 1).checked_mul(period)?;
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}

struct EndOnPanic<'r>(&'r Repeat);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use tl_core::door::Operation;

    use super::*;

    #[test]
    fn the_beats_are_multiples_of_the_period() {
        let millis = |n| Duration::from_millis(n);
        for (elapsed, beat) in [(0, 10), (1, 10), (9, 10), (10, 20), (11, 20), (35, 40)] {
            assert_eq!(beat_after(millis(elapsed), millis(10)), Some(millis(beat)));
        }
        let almost = millis(10) - Duration::from_nanos(1);
        assert_eq!(beat_after(almost, millis(10)), Some(millis(10)));
        // However late each look at the clock is, the beats stay on the grid.
        let mut elapsed = Duration::ZERO;
        for number in 1..=1000 {
            let beat = beat_after(elapsed, millis(10)).unwrap();
            assert_eq!(beat, millis(10) * number);
            elapsed = beat + Duration::from_micros(u64::from(number) * 9);
        }
    }

    #[test]
    fn a_start_that_fails_leaves_the_grid_where_it_was() {
        const MADE: &Operation = &Operation::new("Timer", "every");
        let call = Call::here(MADE);
        let timer = Every::new(Duration::MAX, call, || ControlFlow::Continue(None));
        timer.start().unwrap();
        let begin = timer.course.grid.lock().begin;
        assert!(begin.is_some());
        timer.start().unwrap_err();
        assert_eq!(timer.course.grid.lock().begin, begin);
        timer.cancel();
        assert_eq!(timer.thread.join(), Ok(()));
    }

    #[test]
    fn without_a_period_the_beat_is_now() {
        for elapsed in [Duration::ZERO, Duration::from_nanos(7)] {
            assert_eq!(beat_after(elapsed, Duration::ZERO), Some(elapsed));
        }
    }

    #[test]
    fn a_beat_that_cannot_be_represented_never_comes() {
        assert_eq!(beat_after(Duration::ZERO, Duration::MAX), None);
        let longest = Duration::from_nanos(u64::MAX);
        assert_eq!(beat_after(Duration::ZERO, longest), Some(longest));
        assert_eq!(beat_after(longest, longest), None);
        assert_eq!(next_beat(Instant::now(), Duration::MAX), None);
    }
}
