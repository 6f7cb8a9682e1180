//! Restarting a timer: what is put off does not begin, and what begins does so once.
#![cfg(not(loom))]

mod support;

use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::{AGES, LATER, blocking, counting, eventually, is_listed};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_timer::Timer;

/// Returns a timer that says when it is called.
fn telling(interval: Duration) -> (Timer, mpsc::Receiver<Instant>) {
    let (said, heard) = mpsc::channel();
    let timer = Timer::new(interval, move || {
        said.send(Instant::now()).expect("the test listens");
    });
    (timer, heard)
}

#[test]
fn a_restarted_timer_counts_its_interval_anew() {
    const INTERVAL: Duration = Duration::from_millis(20);
    let (timer, heard) = telling(INTERVAL);
    let mut latest = Instant::now();
    timer.start().unwrap();
    for _ in 0..30 {
        thread::sleep(Duration::from_millis(2));
        let now = Instant::now();
        if timer.restart() {
            latest = now;
        }
    }
    timer.join().unwrap();
    assert!(heard.recv().unwrap() >= latest + INTERVAL);
    assert!(heard.recv().is_err(), "it was called twice");
}

#[test]
fn restarts_against_the_moment_of_the_call_leave_one_call_and_none_too_early() {
    // About what the scheduler is ahead of the time, so that the thread of the call is often there
    // already.
    const INTERVAL: Duration = Duration::from_micros(300);
    for turn in 0..500 {
        let (timer, heard) = telling(INTERVAL);
        let mut latest = Instant::now();
        timer.start().unwrap();
        for restart in 0..20 {
            let until = latest + Duration::from_micros(180 + (turn + restart) * 7 % 140);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
            let now = Instant::now();
            if !timer.restart() {
                break;
            }
            latest = now;
        }
        timer.join().unwrap();
        assert!(heard.recv().unwrap() >= latest + INTERVAL);
        assert!(heard.recv().is_err(), "it was called twice");
        assert!(!timer.restart() && !timer.cancel());
    }
}

#[test]
fn another_interval_stays() {
    let (timer, calls) = counting(LATER);
    timer.start().unwrap();
    assert!(timer.restart_after(LATER * 2));
    assert_eq!(timer.interval(), LATER * 2);
    assert!(timer.restart());
    assert_eq!(timer.interval(), LATER * 2);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert!(timer.restart_after(Duration::ZERO));
    assert_eq!(timer.join_timeout(AGES), Ok(true));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(timer.interval(), Duration::ZERO);
}

#[test]
fn what_cannot_be_restarted_stays_as_it_is() {
    // Not started.
    let (timer, calls) = counting(LATER);
    assert!(!timer.restart_after(Duration::ZERO));
    assert_eq!(timer.interval(), LATER);
    assert!(!timer.is_alive());
    // Cancelled.
    timer.start().unwrap();
    assert!(timer.cancel());
    assert!(!timer.restart_after(Duration::ZERO));
    assert_eq!(timer.interval(), LATER);
    assert!(!timer.is_alive() && !is_listed(&timer));
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    // Running, and over.
    let (timer, has_begun, end) = blocking();
    timer.start().unwrap();
    has_begun.recv().unwrap();
    assert!(!timer.restart());
    end.send(()).unwrap();
    timer.join().unwrap();
    assert!(!timer.restart());
}

#[test]
fn a_timer_that_waits_for_ever_can_be_brought_forward_and_put_off_again() {
    let (timer, calls) = counting(Duration::MAX);
    timer.start().unwrap();
    for _ in 0..10 {
        assert!(timer.restart_after(LATER));
        assert!(timer.restart_after(Duration::MAX));
    }
    assert!(timer.is_alive() && is_listed(&timer));
    assert_eq!(timer.join_timeout(Duration::from_millis(1)), Ok(false));
    assert!(timer.restart_after(Duration::from_millis(1)));
    assert_eq!(timer.join_timeout(AGES), Ok(true));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn many_timers_restarted_by_many_threads_are_each_called_once() {
    let timers: Vec<_> = (0..100)
        .map(|number| {
            let (timer, calls) = counting(Duration::from_micros(number * 50));
            timer.start().unwrap();
            (timer, calls)
        })
        .collect();
    thread::scope(|scope| {
        for thread in 0..4 {
            let timers = &timers;
            scope.spawn(move || {
                for turn in 0..2_000 {
                    let (timer, _) = &timers[(turn * 7 + thread * 13) % timers.len()];
                    timer.restart_after(Duration::from_micros((turn % 50) as u64 * 20));
                }
            });
        }
    });
    for (timer, calls) in &timers {
        assert_eq!(timer.join_timeout(AGES), Ok(true));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn a_repeating_timer_begins_its_grid_anew() {
    let (said, heard) = mpsc::channel();
    let timer = Timer::every(LATER, move || {
        let _ = said.send(Instant::now());
    });
    assert!(!timer.restart_after(Duration::ZERO));
    assert_eq!(timer.interval(), LATER);
    timer.start().unwrap();
    assert!(timer.restart());
    const PERIOD: Duration = Duration::from_millis(3);
    let before = Instant::now();
    assert!(timer.restart_after(PERIOD));
    for beat in 1..=5 {
        assert!(heard.recv_timeout(AGES).unwrap() >= before + PERIOD * beat);
    }
    assert_eq!(timer.interval(), PERIOD);
    assert!(timer.cancel());
    assert!(!timer.restart_after(LATER));
    assert_eq!(timer.interval(), PERIOD);
    timer.join().unwrap();
}

#[test]
fn a_function_may_end_its_timer() {
    let calls = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&calls);
    let timer = Timer::repeat(Duration::ZERO, move || {
        if counter.fetch_add(1, Ordering::Relaxed) + 1 == 5 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(Duration::from_micros(100))
        }
    });
    timer.start().unwrap();
    assert_eq!(timer.join_timeout(AGES), Ok(true));
    assert_eq!(calls.load(Ordering::Relaxed), 5);
    assert!(!timer.cancel() && !timer.restart() && !timer.is_alive());
    assert_eq!(Arc::strong_count(&calls), 1, "the function is dropped");
}

#[test]
fn a_function_may_choose_its_next_period() {
    let (said, heard) = mpsc::channel();
    let mut periods = [2, 5, 1, 9, 3].map(Duration::from_millis).into_iter();
    let timer = Timer::repeat(Duration::from_millis(4), move || {
        said.send(Instant::now()).unwrap();
        match periods.next() {
            Some(period) => ControlFlow::Continue(period),
            None => ControlFlow::Break(()),
        }
    });
    let begin = Instant::now();
    timer.start().unwrap();
    timer.join().unwrap();
    let calls: Vec<Duration> = heard.iter().map(|call| call - begin).collect();
    // What is due later than it must be only moves what comes after it further on.
    for (call, due) in calls.iter().zip([4, 6, 11, 12, 21, 24]) {
        assert!(*call >= Duration::from_millis(due), "{calls:?}");
    }
    assert_eq!(calls.len(), 6);
}

#[test]
fn a_restart_in_a_call_goes_before_what_the_call_says() {
    static TIMER: OnceLock<Timer> = OnceLock::new();
    let calls = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&calls);
    let timer = TIMER.get_or_init(|| {
        Timer::repeat(Duration::ZERO, move || {
            let timer = TIMER.get().expect("it is there");
            match counter.fetch_add(1, Ordering::Relaxed) {
                0 => {
                    assert!(timer.restart_after(Duration::from_millis(1)));
                    ControlFlow::Continue(LATER)
                }
                _ => ControlFlow::Break(()),
            }
        })
    });
    timer.start().unwrap();
    assert_eq!(timer.join_timeout(AGES), Ok(true));
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    assert_eq!(timer.interval(), Duration::from_millis(1));
}

#[test]
fn a_function_that_chooses_and_panics_ends_its_timer() {
    let timer = Timer::repeat(Duration::ZERO, || panic!("as it should"));
    timer.start().unwrap();
    assert_eq!(
        timer.join().unwrap_err().panic_message(),
        Some("as it should")
    );
    assert!(!timer.restart() && !timer.cancel());
}

#[test]
fn a_timer_that_repeats_can_be_cancelled_whatever_it_says() {
    let timer = Timer::repeat(Duration::ZERO, || ControlFlow::Continue(Duration::ZERO));
    timer.start().unwrap();
    assert!(timer.cancel());
    assert_eq!(timer.join_timeout(AGES), Ok(true));
}

#[test]
fn a_guard_cancels_its_timer_when_it_is_dropped() {
    let (timer, calls) = counting(LATER);
    let handle = timer.clone();
    timer.start().unwrap();
    let guard = timer.cancel_on_drop();
    assert!(guard.is_alive() && *guard == handle);
    drop(guard);
    assert!(!handle.is_alive() && !handle.cancel());

    let (timer, _) = counting(LATER);
    let handle = timer.clone();
    let unwound = panic::catch_unwind(AssertUnwindSafe(|| {
        timer.start().unwrap();
        let _guard = timer.cancel_on_drop();
        panic!("as it should");
    }));
    assert!(unwound.is_err());
    assert!(!handle.is_alive());

    let (timer, disarmed_calls) = counting(Duration::from_millis(1));
    timer.start().unwrap();
    timer.cancel_on_drop().disarm().join().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(disarmed_calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_guard_stops_no_call_that_has_begun() {
    let (timer, has_begun, end) = blocking();
    timer.start().unwrap();
    has_begun.recv().unwrap();
    let handle = timer.clone();
    drop(timer.cancel_on_drop());
    assert!(handle.is_alive());
    end.send(()).unwrap();
    handle.join().unwrap();
}

#[test]
fn what_is_restarted_all_the_time_shows_in_debug() {
    let (timer, _) = counting(LATER);
    timer.start().unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                timer.restart();
            }
        });
        for _ in 0..1_000 {
            let text = format!("{timer:?}");
            assert!(
                text.contains("3600s") || text.contains("<locked>"),
                "{text}"
            );
        }
        stop.store(true, Ordering::Relaxed);
    });
    eventually("the cancellation", || timer.cancel());
}
