//! Models of a timer that repeats.

use std::sync::Arc;

use loom::thread;
use tl_core::door::{Call, Deadline, Mutex, Operation};
use tl_core::model::{explore, let_time_pass};
use tl_core::sync::atomic::{AtomicU32, Ordering};

use crate::repeat::{Beat, Repeat};
use crate::some_time;

const REPEAT: &Operation = &Operation::new("Timer", "repeat");

#[test]
fn no_call_of_a_repeating_timer_begins_after_it_is_cancelled() {
    explore(Some(3), || {
        let_time_pass();
        let shared = Arc::new((Repeat::new(Call::here(REPEAT)), AtomicU32::new(0)));
        let timer = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (repeat, cancelled) = &*shared;
                for _ in 0..2 {
                    let was_cancelled = cancelled.load(Ordering::Relaxed) == 1;
                    if repeat.begin_call(some_time()) == Beat::Never {
                        return false;
                    }
                    assert!(!was_cancelled);
                    if !repeat.end_call() {
                        return false;
                    }
                }
                true
            })
        };
        let (repeat, cancelled) = &*shared;
        assert!(repeat.cancel());
        cancelled.store(1, Ordering::Relaxed);
        assert!(!repeat.cancel());
        timer.join().expect("the timer does not panic");
        assert_eq!(repeat.begin_call(some_time()), Beat::Never);
    });
}

#[test]
fn cancel_wakes_a_repeating_timer() {
    explore(Some(3), || {
        let repeat = Arc::new(Repeat::new(Call::here(REPEAT)));
        let timer = {
            let repeat = Arc::clone(&repeat);
            thread::spawn(move || assert_eq!(repeat.begin_call(Deadline::NEVER), Beat::Never))
        };
        let other = {
            let repeat = Arc::clone(&repeat);
            thread::spawn(move || repeat.cancel())
        };
        let mine = repeat.cancel();
        let theirs = other.join().expect("the thread does not panic");
        timer.join().expect("the timer does not panic");
        assert!(mine != theirs);
    });
}

#[test]
fn a_repeating_timer_that_panics_cannot_be_cancelled_afterwards() {
    explore(None, || {
        let_time_pass();
        let repeat = Arc::new(Repeat::new(Call::here(REPEAT)));
        let timer = {
            let repeat = Arc::clone(&repeat);
            thread::spawn(move || {
                let begun = repeat.begin_call(some_time()) == Beat::Call;
                if begun {
                    repeat.end();
                }
                begun
            })
        };
        let cancelled = repeat.cancel();
        let begun = timer.join().expect("the timer does not panic");
        assert!(begun || cancelled);
        assert!(!repeat.cancel());
    });
}

#[test]
fn no_call_of_a_repeating_timer_begins_for_a_beat_before_its_restart() {
    explore(Some(3), || {
        let_time_pass();
        // 0: the beat that is due; 1: the one after the restart, which never comes.
        let shared = Arc::new((
            Repeat::new(Call::here(REPEAT)),
            Mutex::new(0),
            AtomicU32::new(0),
        ));
        let timer = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (repeat, grid, restarted) = &*shared;
                let mut calls = 0;
                loop {
                    let number = *grid.lock();
                    let beat = match number {
                        0 => some_time(),
                        _ => Deadline::NEVER,
                    };
                    let is_old = number == 0 && restarted.load(Ordering::Relaxed) == 1;
                    match repeat.begin_call(beat) {
                        Beat::Never => {
                            assert!(!repeat.cancel(), "it was not cancelled");
                            return calls;
                        }
                        Beat::Moved => continue,
                        Beat::Call => {}
                    }
                    assert!(number == 0 && !is_old, "it never comes");
                    calls += 1;
                    if calls == 2 {
                        repeat.end();
                        return calls;
                    }
                    if !repeat.end_call() {
                        return calls;
                    }
                }
            })
        };
        let (repeat, grid, restarted) = &*shared;
        {
            let mut grid = grid.lock();
            if repeat.restart() {
                restarted.store(1, Ordering::Relaxed);
                *grid = 1;
            }
        }
        let is_restarted = *grid.lock() == 1;
        let is_cancelled = repeat.cancel();
        let calls = timer.join().expect("the timer does not panic");
        assert!(is_cancelled || calls == 2);
        assert!(is_restarted || calls == 2);
    });
}
