//! Models of the schedule: every interleaving of a scheduler with those that start and cancel timers, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-timer --release --test loom`
//!
//! The files under `src` that hold the protocol are compiled into these models as they are. What is left out is the
//! thread of a call: the models claim where that thread would.
#![cfg(loom)]

#[path = "../src/heap.rs"]
mod heap;
#[path = "../src/repeat.rs"]
mod repeat;
#[path = "../src/schedule.rs"]
mod schedule;

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use loom::thread::{self, JoinHandle};
use repeat::Repeat;
use schedule::{Cancelled, Place, Schedule, Scheduled};
use std::sync::Arc;
use tl_core::door::{Deadline, Mutex};
use tl_core::model::{explore, let_time_pass};
use tl_core::sync::atomic::{AtomicU32, Ordering};

struct Timer {
    place: Place,
    calls: AtomicU32,
}

impl Timer {
    fn new() -> Arc<Timer> {
        Arc::new(Timer {
            place: Place::new(),
            calls: AtomicU32::new(0),
        })
    }

    fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Scheduled for Timer {
    fn place(&self) -> &Place {
        &self.place
    }
}

/// A schedule with the thread that it has or had.
struct Model {
    schedule: Schedule<Timer>,
    schedulers: Mutex<Vec<JoinHandle<()>>>,
}

impl Model {
    fn new(limit: usize) -> Arc<Model> {
        Arc::new(Model {
            schedule: Schedule::new(limit),
            schedulers: Mutex::new(Vec::new()),
        })
    }

    fn start(self: &Arc<Model>, timer: &Arc<Timer>, deadline: Deadline) -> bool {
        let spawn = || {
            let model = Arc::clone(self);
            let scheduler = thread::spawn(move || {
                while let Some((timer, _)) = model.schedule.next() {
                    if model.schedule.claim(&timer) {
                        timer.calls.fetch_add(1, Ordering::Relaxed);
                    }
                    model.schedule.ended();
                }
            });
            self.schedulers.lock().push(scheduler);
            Ok::<(), Infallible>(())
        };
        match self.schedule.start(timer, deadline, spawn, || Ok(())) {
            Ok(started) => started,
        }
    }

    /// Lets what is pending fall due, and waits until there is no scheduler.
    fn finish(&self) {
        let_time_pass();
        loop {
            let Some(scheduler) = self.schedulers.lock().pop() else {
                return;
            };
            scheduler.join().expect("the scheduler does not panic");
        }
    }
}

/// A deadline that comes when the model lets time pass, or is there at once if it has passed.
fn some_time() -> Deadline {
    Deadline::after(Duration::from_secs(1))
}

#[test]
fn a_timer_is_called_when_its_time_has_come_or_cancelled() {
    explore(Some(3), || {
        let model = Model::new(1);
        let timer = Timer::new();
        assert!(model.start(&timer, some_time()));
        assert_eq!(timer.calls(), 0);
        let_time_pass();
        let prevented = model.schedule.cancel(&timer);
        model.finish();
        match prevented {
            Cancelled::Pending => assert_eq!(timer.calls(), 0),
            Cancelled::TooLate => assert_eq!(timer.calls(), 1),
            Cancelled::BeforeStart => panic!("it was started"),
        }
    });
}

#[test]
fn one_of_two_cancellations_prevents_the_call() {
    explore(Some(3), || {
        let_time_pass();
        let model = Model::new(1);
        let timer = Timer::new();
        let other = {
            let (model, timer) = (Arc::clone(&model), Arc::clone(&timer));
            thread::spawn(move || model.schedule.cancel(&timer))
        };
        let started = model.start(&timer, some_time());
        let mine = model.schedule.cancel(&timer);
        let theirs = other.join().expect("the thread does not panic");
        model.finish();
        let prevented = [mine, theirs]
            .iter()
            .filter(|cancelled| **cancelled != Cancelled::TooLate)
            .count() as u32;
        assert_eq!(prevented + timer.calls(), 1);
        assert_eq!(started, theirs != Cancelled::BeforeStart);
    });
}

#[test]
fn an_earlier_timer_wakes_the_scheduler() {
    explore(Some(3), || {
        // First, so that it is not the time that wakes the scheduler.
        let_time_pass();
        let model = Model::new(1);
        let (late, early) = (Timer::new(), Timer::new());
        model.start(&late, Deadline::NEVER);
        model.start(&early, some_time());
        while early.calls() == 0 {
            thread::yield_now();
        }
        assert_eq!(model.schedule.cancel(&late), Cancelled::Pending);
        model.finish();
        assert_eq!((late.calls(), early.calls()), (0, 1));
    });
}

#[test]
fn the_scheduler_ends_after_the_last_cancellation() {
    explore(Some(3), || {
        let model = Model::new(1);
        let (first, second) = (Timer::new(), Timer::new());
        // It may linger by the time of the second start, and linger or sleep for ever by the time of the second
        // cancellation.
        for timer in [&first, &second] {
            model.start(timer, Deadline::NEVER);
            assert_eq!(model.schedule.cancel(timer), Cancelled::Pending);
        }
        model.finish();
        assert_eq!((first.calls(), second.calls()), (0, 0));
    });
}

#[test]
fn a_timer_that_is_started_while_the_scheduler_ends_is_called() {
    explore(Some(3), || {
        let_time_pass();
        let model = Model::new(1);
        let (first, second) = (Timer::new(), Timer::new());
        model.start(&first, Deadline::NEVER);
        model.schedule.cancel(&first);
        model.start(&second, some_time());
        model.finish();
        assert_eq!((first.calls(), second.calls()), (0, 1));
    });
}

#[test]
fn a_timer_waits_for_its_turn() {
    explore(Some(3), || {
        let_time_pass();
        let schedule = Arc::new(Schedule::new(1));
        let timers = [Timer::new(), Timer::new()];
        for timer in &timers {
            let started =
                schedule.start(timer, some_time(), || Ok::<(), Infallible>(()), || Ok(()));
            assert_eq!(started, Ok(true));
        }
        let running = Arc::new(AtomicU32::new(0));
        let mut calls = Vec::new();
        for _ in &timers {
            let (timer, _) = schedule.next().expect("two timers are due");
            let (schedule, running) = (Arc::clone(&schedule), Arc::clone(&running));
            calls.push(thread::spawn(move || {
                assert_eq!(running.fetch_add(1, Ordering::Relaxed), 0);
                assert!(schedule.claim(&timer));
                timer.calls.fetch_add(1, Ordering::Relaxed);
                running.fetch_sub(1, Ordering::Relaxed);
                schedule.ended();
            }));
        }
        for call in calls {
            call.join().expect("the call does not panic");
        }
        assert!(schedule.next().is_none());
        assert_eq!(timers.map(|timer| timer.calls()), [1, 1]);
    });
}

#[test]
fn a_refused_timer_is_called_later_or_cancelled() {
    explore(Some(3), || {
        let_time_pass();
        let schedule = Arc::new(Schedule::new(1));
        let timer = Timer::new();
        let refused = schedule.start(
            &timer,
            some_time(),
            || Err(io::ErrorKind::WouldBlock),
            || unreachable!("there is no scheduler"),
        );
        assert_eq!(refused, Err(io::ErrorKind::WouldBlock));
        let started = schedule.start(&timer, some_time(), || Ok::<(), Infallible>(()), || Ok(()));
        assert_eq!(started, Ok(true));
        let scheduler = {
            let schedule = Arc::clone(&schedule);
            thread::spawn(move || {
                let mut refused = false;
                while let Some((timer, _)) = schedule.next() {
                    if !refused {
                        refused = true;
                        schedule.refused(&timer);
                    } else if schedule.claim(&timer) {
                        timer.calls.fetch_add(1, Ordering::Relaxed);
                    }
                    schedule.ended();
                }
            })
        };
        let prevented = schedule.cancel(&timer);
        scheduler.join().expect("the scheduler does not panic");
        let called = u32::from(prevented == Cancelled::TooLate);
        assert_eq!(timer.calls(), called, "{prevented:?}");
    });
}

#[test]
fn a_refused_timer_is_not_forgotten() {
    explore(Some(3), || {
        let_time_pass();
        let schedule = Arc::new(Schedule::new(1));
        let timers = [Timer::new(), Timer::new()];
        for timer in &timers {
            let started =
                schedule.start(timer, some_time(), || Ok::<(), Infallible>(()), || Ok(()));
            assert_eq!(started, Ok(true));
        }
        let scheduler = {
            let schedule = Arc::clone(&schedule);
            thread::spawn(move || {
                let mut refused = false;
                while let Some((timer, _)) = schedule.next() {
                    if !std::mem::replace(&mut refused, true) {
                        schedule.refused(&timer);
                    } else if schedule.claim(&timer) {
                        timer.calls.fetch_add(1, Ordering::Relaxed);
                    }
                    schedule.ended();
                }
            })
        };
        let prevented = schedule.cancel(&timers[1]);
        scheduler.join().expect("the scheduler does not panic");
        let called = u32::from(prevented == Cancelled::TooLate);
        assert_eq!(timers.map(|timer| timer.calls()), [1, called]);
    });
}

#[test]
fn no_call_of_a_repeating_timer_begins_after_it_is_cancelled() {
    explore(Some(3), || {
        let_time_pass();
        let shared = Arc::new((Repeat::new(), AtomicU32::new(0)));
        let timer = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let (repeat, cancelled) = &*shared;
                for _ in 0..2 {
                    let was_cancelled = cancelled.load(Ordering::Relaxed) == 1;
                    if !repeat.begin_call(some_time()) {
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
        assert!(!repeat.begin_call(some_time()));
    });
}

#[test]
fn cancel_wakes_a_repeating_timer() {
    explore(Some(3), || {
        let repeat = Arc::new(Repeat::new());
        let timer = {
            let repeat = Arc::clone(&repeat);
            thread::spawn(move || assert!(!repeat.begin_call(Deadline::NEVER)))
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
        let repeat = Arc::new(Repeat::new());
        let timer = {
            let repeat = Arc::clone(&repeat);
            thread::spawn(move || {
                let begun = repeat.begin_call(some_time());
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
