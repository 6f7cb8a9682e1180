//! Timers that repeat.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tl_core::door::{Deadline, Mutex};
use tl_core::sys;
use tl_thread::{StartError, Thread};

use crate::repeat::Repeat;

/// A timer that repeats.
#[derive(Debug)]
pub(crate) struct Every {
    pub(crate) thread: Thread,
    pub(crate) period: Duration,
    course: Arc<Course>,
}

/// What the handles and the thread of the timer share.
#[derive(Debug)]
struct Course {
    repeat: Repeat,
    /// When the timer was started: where the grid begins.
    begin: Mutex<Option<Instant>>,
}

impl Every {
    pub(crate) fn new(period: Duration, mut function: impl FnMut() + Send + 'static) -> Arc<Every> {
        let course = Arc::new(Course {
            repeat: Repeat::new(),
            begin: Mutex::new(None),
        });
        let thread = Thread::new({
            let course = Arc::clone(&course);
            move || course.run(period, &mut function)
        });
        Arc::new(Every {
            thread,
            period,
            course,
        })
    }

    pub(crate) fn start(&self) -> Result<(), StartError> {
        // Locked until it is known that this is the start: the thread that it made looks here first.
        let mut begin = self.course.begin.lock();
        let before = begin.replace(Instant::now());
        let started = self.thread.start();
        if started.is_err() {
            *begin = before;
        }
        started
    }

    pub(crate) fn cancel(&self) -> bool {
        self.course.repeat.cancel()
    }
}

impl Course {
    fn run(&self, period: Duration, function: &mut dyn FnMut()) {
        let begin = self.begin.lock().unwrap_or_else(Instant::now);
        while wait(&self.repeat, next_beat(begin, period)) {
            let panicking = EndOnPanic(&self.repeat);
            function();
            mem::forget(panicking);
            if !self.repeat.end_call() {
                break;
            }
        }
    }
}

/// Waits for the beat and begins the call, or says by `false` that there will be none.
fn wait(repeat: &Repeat, beat: Deadline) -> bool {
    // Not during the call: a thread that the function starts would inherit it.
    let _ = sys::set_timer_slack(Duration::from_nanos(1));
    let begun = repeat.begin_call(beat);
    let _ = sys::set_timer_slack(Duration::ZERO);
    begun
}

/// The first beat after this moment: the next multiple of the period, counted from `begin`, so that nothing adds up
/// over the calls.
fn next_beat(begin: Instant, period: Duration) -> Deadline {
    let beat = beat_after(begin.elapsed(), period).and_then(|beat| begin.checked_add(beat));
    beat.map_or(Deadline::NEVER, Deadline::at)
}

/// The first multiple of the period that is greater than `elapsed`; without a period, this moment.
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
        let timer = Every::new(Duration::MAX, || ());
        timer.start().unwrap();
        let begin = *timer.course.begin.lock();
        assert!(begin.is_some());
        timer.start().unwrap_err();
        assert_eq!(*timer.course.begin.lock(), begin);
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
        assert_eq!(next_beat(Instant::now(), Duration::MAX), Deadline::NEVER);
    }
}
