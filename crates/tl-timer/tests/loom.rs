//! Models of the schedule: every interleaving of a scheduler with those that start and cancel
//! timers, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-timer --release --test loom`
//!
//! The files under `src` that hold the protocol are compiled into these models as they are. What is
//! left out is the thread of a call: the models claim where that thread would.
#![cfg(loom)]

#[path = "../src/heap.rs"]
mod heap;
#[path = "loom/of_repeat.rs"]
mod of_repeat;
#[path = "../src/repeat.rs"]
mod repeat;
#[path = "../src/schedule.rs"]
#[expect(dead_code, reason = "the models have no thread of a call, nor ranks")]
mod schedule;

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use loom::thread::{self, JoinHandle};
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
        self.start_ranking(0, timer, deadline)
    }

    fn start_ranking(self: &Arc<Model>, rank: i32, timer: &Arc<Timer>, deadline: Deadline) -> bool {
        let spawn = |number| {
            let model = Arc::clone(self);
            let scheduler = thread::spawn(move || {
                while let Some(due) = model.schedule.next(number) {
                    if model.schedule.claim(&due.timer, due.turn) {
                        due.timer.calls.fetch_add(1, Ordering::Relaxed);
                    }
                    model.schedule.ended();
                }
            });
            self.schedulers.lock().push(scheduler);
            Ok::<(), Infallible>(())
        };
        match self.schedule.start(timer, deadline, rank, spawn, || Ok(())) {
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

/// Returns a deadline that comes when the model lets time pass, or at once if it has passed.
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
        // It may linger by the time of the second start, and linger or sleep forever by the time of
        // the second cancellation.
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
            let started = schedule.start(
                timer,
                some_time(),
                0,
                |_| Ok::<(), Infallible>(()),
                || Ok(()),
            );
            assert_eq!(started, Ok(true));
        }
        let running = Arc::new(AtomicU32::new(0));
        let mut calls = Vec::new();
        for _ in &timers {
            let due = schedule.next(1).expect("two timers are due");
            let (schedule, running) = (Arc::clone(&schedule), Arc::clone(&running));
            calls.push(thread::spawn(move || {
                assert_eq!(running.fetch_add(1, Ordering::Relaxed), 0);
                assert!(schedule.claim(&due.timer, due.turn));
                due.timer.calls.fetch_add(1, Ordering::Relaxed);
                running.fetch_sub(1, Ordering::Relaxed);
                schedule.ended();
            }));
        }
        for call in calls {
            call.join().expect("the call does not panic");
        }
        assert!(schedule.next(1).is_none());
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
            0,
            |_| Err(io::ErrorKind::WouldBlock),
            || unreachable!("there is no scheduler"),
        );
        assert_eq!(refused, Err(io::ErrorKind::WouldBlock));
        let started = schedule.start(
            &timer,
            some_time(),
            0,
            |_| Ok::<(), Infallible>(()),
            || Ok(()),
        );
        assert_eq!(started, Ok(true));
        let scheduler = {
            let schedule = Arc::clone(&schedule);
            thread::spawn(move || {
                let mut refused = false;
                while let Some(due) = schedule.next(1) {
                    if !refused {
                        refused = true;
                        schedule.refused(&due.timer, due.turn);
                    } else if schedule.claim(&due.timer, due.turn) {
                        due.timer.calls.fetch_add(1, Ordering::Relaxed);
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
            let started = schedule.start(
                timer,
                some_time(),
                0,
                |_| Ok::<(), Infallible>(()),
                || Ok(()),
            );
            assert_eq!(started, Ok(true));
        }
        let scheduler = {
            let schedule = Arc::clone(&schedule);
            thread::spawn(move || {
                let mut refused = false;
                while let Some(due) = schedule.next(1) {
                    if !std::mem::replace(&mut refused, true) {
                        schedule.refused(&due.timer, due.turn);
                    } else if schedule.claim(&due.timer, due.turn) {
                        due.timer.calls.fetch_add(1, Ordering::Relaxed);
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
fn a_restarted_timer_is_called_once_for_its_last_turn() {
    explore(Some(3), || {
        // Its thread is being started while it is put off forever: that turn's claim comes to
        // nothing, and a call comes only of another restart.
        let_time_pass();
        let model = Model::new(1);
        let timer = Timer::new();
        assert!(model.start(&timer, some_time()));
        let is_put_off = model.schedule.restart(&timer, || Deadline::NEVER);
        if is_put_off {
            assert_eq!(timer.calls(), 0);
            assert!(model.schedule.restart(&timer, || some_time()));
        }
        model.finish();
        assert_eq!(timer.calls(), 1);
        assert!(!model.schedule.restart(&timer, || some_time()));
    });
}

#[test]
fn a_call_that_was_put_off_does_not_begin() {
    explore(Some(3), || {
        let_time_pass();
        let schedule = Arc::new(Schedule::new(2));
        let timer = Timer::new();
        let spawn = |_| Ok::<(), Infallible>(());
        let started = schedule.start(&timer, some_time(), 0, spawn, || Ok(()));
        assert_eq!(started, Ok(true));
        let due = schedule.next(1).expect("the timer is due");
        let caller = {
            let schedule = Arc::clone(&schedule);
            thread::spawn(move || {
                let is_called = schedule.claim(&due.timer, due.turn);
                schedule.ended();
                is_called
            })
        };
        // The second one is due at once, so that there are two threads for two turns.
        let is_put_off = schedule.restart(&timer, || Deadline::NEVER);
        let is_brought_forward = schedule.restart(&timer, || some_time());
        let mut calls = 0;
        while let Some(due) = schedule.next(1) {
            calls += u32::from(schedule.claim(&due.timer, due.turn));
            schedule.ended();
        }
        let is_called = caller.join().expect("the caller does not panic");
        assert_eq!(calls + u32::from(is_called), 1);
        assert_eq!(is_called, !is_put_off, "it was put off before");
        assert!(is_put_off || !is_brought_forward);
    });
}

#[test]
fn a_scheduler_waits_for_a_call_that_may_still_be_put_off() {
    explore(Some(3), || {
        let_time_pass();
        let schedule = Arc::new(Schedule::new(1));
        let timer = Timer::new();
        let spawn = |_| Ok::<(), Infallible>(());
        let started = schedule.start(&timer, some_time(), 0, spawn, || Ok(()));
        assert_eq!(started, Ok(true));
        let due = schedule.next(1).expect("the timer is due");
        let scheduler = {
            let schedule = Arc::clone(&schedule);
            thread::spawn(move || {
                let mut calls = 0;
                while let Some(due) = schedule.next(1) {
                    calls += u32::from(schedule.claim(&due.timer, due.turn));
                    schedule.ended();
                }
                calls
            })
        };
        // Whether the scheduler has found nothing to do by now or not, it is there for this.
        assert!(schedule.restart(&timer, || some_time()));
        assert!(!schedule.claim(&due.timer, due.turn));
        schedule.ended();
        assert_eq!(scheduler.join().expect("the scheduler does not panic"), 1);
    });
}

#[test]
fn a_refused_timer_delays_no_other() {
    explore(Some(3), || {
        // No time passes: what waits for a while waits forever.
        let schedule = Arc::new(Schedule::new(2));
        let (greedy, modest) = (Timer::new(), Timer::new());
        let spawn = |_| Ok::<(), Infallible>(());
        let now = Deadline::after(Duration::ZERO).earlier_by(Duration::MAX);
        let started = schedule.start(&greedy, now, 0, spawn, || Ok(()));
        assert_eq!(started, Ok(true));
        let due = schedule.next(1).expect("the timer is due");
        let other = {
            let (schedule, modest) = (Arc::clone(&schedule), Arc::clone(&modest));
            thread::spawn(move || {
                let spawn = |_| Ok::<(), Infallible>(());
                schedule.start(&modest, now, 0, spawn, || Ok(()))
            })
        };
        schedule.refused(&due.timer, due.turn);
        schedule.ended();
        let due = schedule.next(1).expect("the other is due");
        assert!(Arc::ptr_eq(&due.timer, &modest));
        assert!(schedule.claim(&due.timer, due.turn));
        schedule.ended();
        assert_eq!(schedule.cancel(&greedy), Cancelled::Pending);
        assert_eq!(other.join().expect("the starter does not panic"), Ok(true));
        assert!(!schedule.restart(&greedy, || now));
    });
}

#[test]
fn a_refusal_that_comes_after_a_restart_is_none() {
    explore(Some(3), || {
        let_time_pass();
        let schedule = Arc::new(Schedule::new(1));
        let timer = Timer::new();
        let spawn = |_| Ok::<(), Infallible>(());
        let started = schedule.start(&timer, some_time(), 0, spawn, || Ok(()));
        assert_eq!(started, Ok(true));
        let due = schedule.next(1).expect("the timer is due");
        let other = {
            let (schedule, timer) = (Arc::clone(&schedule), Arc::clone(&timer));
            thread::spawn(move || schedule.restart(&timer, || some_time()))
        };
        schedule.refused(&due.timer, due.turn);
        schedule.ended();
        assert!(other.join().expect("the other does not panic"));
        let mut calls = 0;
        while let Some(due) = schedule.next(1) {
            calls += u32::from(schedule.claim(&due.timer, due.turn));
            schedule.ended();
        }
        assert_eq!(calls, 1);
    });
}

#[test]
fn a_scheduler_of_a_higher_rank_takes_the_place_of_the_one_there_is() {
    explore(Some(2), || {
        let_time_pass();
        let model = Model::new(1);
        let (first, second) = (Timer::new(), Timer::new());
        model.start(&first, Deadline::NEVER);
        model.start_ranking(1, &second, some_time());
        while second.calls() == 0 {
            thread::yield_now();
        }
        // Both end, the first though a timer is pending that it has taken up.
        let replaced = model.schedulers.lock().remove(0);
        replaced.join().expect("the scheduler does not panic");
        assert_eq!(model.schedule.cancel(&first), Cancelled::Pending);
        model.finish();
        assert_eq!((first.calls(), second.calls()), (0, 1));
    });
}
