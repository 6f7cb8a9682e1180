//! Timers that repeat.
#![cfg(not(loom))]

mod support;

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use support::{LATER, alone};
use tl_thread::{JoinError, StartError, current_thread, enumerate};
use tl_timer::Timer;

/// Returns a timer that tells the moment of each call.
fn telling(period: Duration) -> (Timer, Receiver<Instant>) {
    let (said, heard) = mpsc::channel();
    let timer = Timer::every(period, move || {
        // The test may have heard enough.
        let _ = said.send(Instant::now());
    });
    (timer, heard)
}

/// Returns in which period after `begin` a moment lies, from 0.
fn beat(begin: Instant, moment: Instant, period: Duration) -> u128 {
    (moment - begin).as_nanos() / period.as_nanos()
}

#[test]
fn keeps_to_the_grid_over_a_thousand_periods() {
    const PERIOD: Duration = Duration::from_millis(5);
    let (timer, heard) = telling(PERIOD);
    let begin = Instant::now();
    timer.start().unwrap();
    let moments: Vec<Instant> = heard.iter().take(1000).collect();
    assert!(timer.cancel());
    timer.join().unwrap();

    for (number, moment) in moments.iter().enumerate() {
        assert!(*moment >= begin + PERIOD * (number as u32 + 1));
    }
    // A timer that waits a period after each call is a little later each time: after some hundred
    // calls it is anywhere between two beats. One on the grid is soon after a beat, however long it
    // has run.
    let mut lateness: Vec<u128> = moments[500..]
        .iter()
        .map(|moment| (*moment - begin).as_nanos() % PERIOD.as_nanos())
        .collect();
    lateness.sort_unstable();
    let median = Duration::from_nanos(lateness[lateness.len() / 2] as u64);
    // Anywhere is half a period late, in the middle.
    assert!(median < PERIOD * 2 / 5, "{median:?} late");
}

#[test]
fn a_call_that_overruns_skips_the_missed_beats() {
    const PERIOD: Duration = Duration::from_millis(10);
    let (said, heard) = mpsc::channel();
    let mut calls = 0;
    let timer = Timer::every(PERIOD, move || {
        let began = Instant::now();
        if calls % 3 == 0 {
            thread::sleep(PERIOD * 7 / 2);
        }
        calls += 1;
        let _ = said.send((began, Instant::now()));
    });
    let begin = Instant::now();
    timer.start().unwrap();
    let started = Instant::now();
    let calls: Vec<(Instant, Instant)> = heard.iter().take(10).collect();
    assert!(timer.cancel());
    timer.join().unwrap();
    for pair in calls.windows(2) {
        let ((_, ended), (next, _)) = (pair[0], pair[1]);
        // No beat is made up for: the next call is on a beat after the end of the last one.
        assert!(beat(begin, next, PERIOD) > beat(started, ended, PERIOD));
    }
}

#[test]
fn the_first_call_is_a_period_after_the_start() {
    const PERIOD: Duration = Duration::from_millis(30);
    let (timer, heard) = telling(PERIOD);
    let begin = Instant::now();
    timer.start().unwrap();
    assert!(heard.recv().unwrap() >= begin + PERIOD);
    timer.cancel();
    timer.join().unwrap();
}

#[test]
fn is_one_thread() {
    thread_local! { static VISITS: Cell<u32> = const { Cell::new(0) } }
    let (said, heard) = mpsc::channel();
    let timer = Timer::every(Duration::from_millis(1), move || {
        VISITS.set(VISITS.get() + 1);
        let _ = said.send((current_thread(), tl_core::current_name(), VISITS.get()));
    })
    .with_name("metronome");
    assert_eq!(timer.ident(), None);
    timer.start().unwrap();
    assert!(enumerate().contains(timer.thread()));
    for call in 1..=20 {
        let (thread, name, visits) = heard.recv().unwrap();
        assert_eq!(thread, *timer.thread());
        assert_eq!((&*name, visits), ("metronome", call));
    }
    assert!(timer.is_alive());
    assert!(timer.native_id().is_some());
    timer.cancel();
    timer.join().unwrap();
    assert!(!timer.is_alive());
    assert!(!enumerate().contains(timer.thread()));
}

#[test]
fn cancelled_from_inside_it_calls_no_more() {
    let itself = Arc::new(OnceLock::<Timer>::new());
    let calls = Arc::new(AtomicU32::new(0));
    let timer = Timer::every(Duration::from_millis(1), {
        let (itself, calls) = (Arc::clone(&itself), Arc::clone(&calls));
        move || {
            let timer = itself.get().expect("it is set before the start");
            if calls.fetch_add(1, Ordering::Relaxed) + 1 == 3 {
                assert_eq!(timer.join(), Err(JoinError::CurrentThread));
                assert!(timer.cancel());
                assert!(!timer.cancel());
            }
        }
    });
    itself.set(timer.clone()).unwrap();
    timer.start().unwrap();
    assert_eq!(timer.join(), Ok(()));
    assert_eq!(calls.load(Ordering::Relaxed), 3);
    assert!(!timer.cancel());
}

#[test]
fn no_call_begins_after_cancel() {
    for round in 0..200 {
        let begun = Arc::new(AtomicU32::new(0));
        let timer = Timer::every(Duration::from_micros(50), {
            let begun = Arc::clone(&begun);
            move || {
                begun.fetch_add(1, Ordering::Relaxed);
            }
        });
        timer.start().unwrap();
        while begun.load(Ordering::Relaxed) <= round % 5 {
            thread::yield_now();
        }
        assert!(timer.cancel());
        let before = begun.load(Ordering::Relaxed);
        timer.join().unwrap();
        // One may have begun that had not yet counted itself.
        let after = begun.load(Ordering::Relaxed);
        assert!(after <= before + 1, "{} calls more", after - before);
    }
}

#[test]
fn cancelled_during_a_call_it_finishes_that_call() {
    let (began, has_begun) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    let calls = Arc::new(AtomicU32::new(0));
    let timer = Timer::every(Duration::from_millis(1), {
        let calls = Arc::clone(&calls);
        move || {
            began.send(()).expect("the test listens");
            let _ = may_end.recv();
            calls.fetch_add(1, Ordering::Relaxed);
        }
    });
    timer.start().unwrap();
    has_begun.recv().unwrap();
    assert!(timer.cancel());
    assert!(!timer.cancel());
    assert_eq!(timer.join_timeout(Duration::ZERO), Ok(false));
    end.send(()).unwrap();
    assert_eq!(timer.join(), Ok(()));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert!(has_begun.recv().is_err());
}

#[test]
fn cancelled_before_the_start_it_starts_and_never_calls() {
    let (timer, heard) = telling(Duration::from_micros(1));
    assert!(timer.cancel());
    assert!(!timer.cancel());
    timer.start().unwrap();
    assert_eq!(timer.join(), Ok(()));
    assert!(matches!(timer.start(), Err(StartError::AlreadyStarted)));
    assert!(heard.recv().is_err());
}

#[test]
fn never_calls_after_the_longest_period() {
    for period in [Duration::MAX, LATER] {
        let (timer, heard) = telling(period);
        assert_eq!(timer.join(), Err(JoinError::NotStarted));
        timer.start().unwrap();
        assert_eq!(timer.join_timeout(Duration::from_millis(10)), Ok(false));
        assert!(timer.is_alive());
        assert!(timer.cancel());
        assert_eq!(timer.join(), Ok(()));
        assert!(heard.recv().is_err());
    }
}

#[test]
fn a_panic_ends_it_and_reaches_the_excepthook() {
    static FAILED: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    let _alone = alone();
    tl_thread::set_excepthook(|args| {
        let line = (args.thread().name().to_string(), args.message().to_owned());
        FAILED.lock().unwrap().push(line);
    });
    let mut calls = 0;
    let timer = Timer::every(Duration::from_millis(1), move || {
        calls += 1;
        assert!(calls < 3, "three is too many");
    })
    .with_name("counter");
    timer.start().unwrap();
    let failed = Err(JoinError::Panicked("three is too many".into()));
    assert_eq!(timer.join(), failed);
    assert!(!timer.cancel());
    assert!(!timer.is_alive());
    let line = ("counter".to_owned(), "three is too many".to_owned());
    assert_eq!(*FAILED.lock().unwrap(), [line]);
}

#[test]
fn the_function_is_dropped_at_its_end() {
    let held = Arc::new(());
    let timer = Timer::every(Duration::from_millis(1), {
        let held = Arc::clone(&held);
        move || drop(Arc::clone(&held))
    });
    timer.start().unwrap();
    // One more in a call.
    assert!(Arc::strong_count(&held) >= 2);
    timer.cancel();
    timer.join().unwrap();
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn after_no_period_it_calls_again_at_once_until_it_is_cancelled() {
    let (timer, heard) = telling(Duration::ZERO);
    timer.start().unwrap();
    assert_eq!(heard.iter().take(1000).count(), 1000);
    assert!(timer.cancel());
    timer.join().unwrap();
    assert!(!timer.is_alive());
}
