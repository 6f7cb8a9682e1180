//! Models of the protocols of a thread: its life, the threads of a scope, and the wait for all
//! others, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-thread --release --test loom`
//!
//! The files under `src` that hold the protocols are compiled into these models as they are.
#![cfg(loom)]
// What the models do not call.
#![allow(dead_code)]

#[path = "../src/crew.rs"]
mod crew;
#[path = "../src/event_count.rs"]
mod event_count;
#[path = "../src/life.rs"]
mod life;
#[path = "../src/parker.rs"]
mod parker;

use std::time::Duration;

use crew::Crew;
use event_count::EventCount;
use life::{Awaited, Life};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use parker::Parker;
use tl_core::door::{Call, Deadline, Mutex, Note, Operation};
use tl_core::model::{explore, let_time_pass};

/// Returns a deadline that comes when the model lets time pass.
fn some_time() -> Deadline {
    Deadline::after(Duration::from_secs(1))
}

/// A place that the model checker watches for accesses that are not ordered: what a thread leaves
/// for the one that joins it.
struct Result(UnsafeCell<u32>);

// SAFETY: that accesses are ordered is what the models check; the checker fails them if not.
unsafe impl Sync for Result {}
// SAFETY: as above.
unsafe impl Send for Result {}

impl Result {
    fn new() -> Result {
        Result(UnsafeCell::new(0))
    }

    fn put(&self) {
        // SAFETY: the checker fails the model if anybody else has the place meanwhile.
        self.0.with_mut(|place| unsafe { *place = 7 });
    }

    fn check(&self) {
        // SAFETY: as in `put`.
        self.0.with(|place| assert_eq!(unsafe { *place }, 7));
    }
}

#[test]
fn one_of_two_starts_succeeds() {
    explore(None, || {
        let life = Arc::new(Life::new());
        let other = {
            let life = Arc::clone(&life);
            thread::spawn(move || life.start())
        };
        let mine = life.start();
        assert_ne!(mine, other.join().unwrap());
        assert!(life.is_alive());
    });
}

#[test]
fn all_joiners_hear_of_the_end_and_see_what_the_thread_did() {
    explore(Some(3), || {
        let shared = Arc::new((Life::new(), Result::new()));
        assert!(shared.0.start());
        let joiner = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                assert_eq!(shared.0.wait(Deadline::NEVER, &some_note()), Awaited::Ended);
                shared.1.check();
            })
        };
        let ending = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.put();
                shared.0.end();
                shared.0.announce_end();
            })
        };
        assert_eq!(shared.0.wait(Deadline::NEVER, &some_note()), Awaited::Ended);
        shared.1.check();
        assert!(!shared.0.is_alive());
        joiner.join().unwrap();
        ending.join().unwrap();
    });
}

#[test]
fn a_timed_join_gives_up_or_sees_the_end_and_what_the_thread_did() {
    explore(Some(3), || {
        let shared = Arc::new((Life::new(), Result::new()));
        assert!(shared.0.start());
        let joiner = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || match shared.0.wait(some_time(), &some_note()) {
                Awaited::Ended => shared.1.check(),
                Awaited::TimedOut => {}
                Awaited::NotStarted => panic!("it has been started"),
            })
        };
        let ending = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.put();
                shared.0.end();
                shared.0.announce_end();
            })
        };
        let_time_pass();
        joiner.join().unwrap();
        ending.join().unwrap();
        assert_eq!(shared.0.wait(some_time(), &some_note()), Awaited::Ended);
        shared.1.check();
    });
}

#[test]
fn who_looks_sees_what_an_ended_thread_did() {
    explore(None, || {
        let shared = Arc::new((Life::new(), Result::new()));
        assert!(shared.0.start());
        let ending = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.put();
                shared.0.end();
                shared.0.announce_end();
            })
        };
        if !shared.0.is_alive() {
            shared.1.check();
        }
        ending.join().unwrap();
    });
}

#[test]
fn nobody_sleeps_on_a_thread_that_was_refused() {
    explore(Some(3), || {
        let life = Arc::new(Life::new());
        let joiner = {
            let life = Arc::clone(&life);
            thread::spawn(move || life.wait(Deadline::NEVER, &some_note()))
        };
        assert!(life.start());
        life.refuse_start();
        assert!(life.is_new());
        assert_eq!(joiner.join().unwrap(), Awaited::NotStarted);
    });
}

#[test]
fn a_refused_thread_can_be_started_again_and_joined() {
    explore(Some(3), || {
        let life = Arc::new(Life::new());
        assert!(life.start());
        let joiner = {
            let life = Arc::clone(&life);
            thread::spawn(move || life.wait(Deadline::NEVER, &some_note()))
        };
        life.refuse_start();
        assert!(life.start());
        life.end();
        life.announce_end();
        assert!(matches!(
            joiner.join().unwrap(),
            Awaited::Ended | Awaited::NotStarted
        ));
    });
}

#[test]
fn a_thread_that_starts_a_refused_one_comes_after_its_refusal() {
    explore(None, || {
        let shared = Arc::new((Life::new(), Result::new()));
        assert!(shared.0.start());
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                if shared.0.start() {
                    shared.1.check();
                }
            })
        };
        shared.1.put();
        shared.0.refuse_start();
        other.join().unwrap();
    });
}

#[test]
fn who_joins_a_cancelled_thread_sees_what_came_before() {
    explore(Some(3), || {
        let shared = Arc::new((Life::new(), Result::new()));
        assert!(shared.0.set_pending());
        let joiner = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                assert_eq!(shared.0.wait(Deadline::NEVER, &some_note()), Awaited::Ended);
                shared.1.check();
            })
        };
        shared.1.put();
        assert!(shared.0.cancel());
        shared.0.announce_end();
        joiner.join().unwrap();
    });
}

#[test]
fn a_pending_thread_is_fired_or_cancelled_and_its_joiner_goes_on() {
    explore(Some(3), || {
        let life = Arc::new(Life::new());
        assert!(life.set_pending());
        let joiner = {
            let life = Arc::clone(&life);
            thread::spawn(move || life.wait(Deadline::NEVER, &some_note()))
        };
        let firing = {
            let life = Arc::clone(&life);
            thread::spawn(move || {
                let is_fired = life.fire();
                if is_fired {
                    life.end();
                    life.announce_end();
                }
                is_fired
            })
        };
        let is_cancelled = life.cancel();
        if is_cancelled {
            life.announce_end();
        }
        assert_ne!(is_cancelled, firing.join().unwrap());
        assert_eq!(joiner.join().unwrap(), Awaited::Ended);
    });
}

#[test]
fn a_scope_ends_after_all_of_its_crew_and_sees_what_they_did() {
    explore(Some(3), || {
        let shared = Arc::new((Crew::new(), Result::new(), Result::new()));
        shared.0.join();
        let first = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                // It starts another before it ends.
                shared.0.join();
                let second = {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || {
                        shared.2.put();
                        shared.0.leave();
                    })
                };
                shared.1.put();
                shared.0.leave();
                second
            })
        };
        shared.0.wait(some_call());
        shared.1.check();
        shared.2.check();
        first.join().unwrap().join().unwrap();
    });
}

/// As the list of threads has it.
struct List {
    awaited: u32,
    watchers: u32,
}

fn leave(list: &Mutex<List>, changes: &EventCount) {
    let tell = {
        let mut list = list.lock();
        list.awaited -= 1;
        list.watchers > 0
    };
    if tell {
        changes.notify_all();
    }
}

#[test]
fn the_end_waits_for_all_others_also_for_those_started_meanwhile() {
    explore(Some(3), || {
        let shared = Arc::new((
            Mutex::new(List {
                awaited: 1,
                watchers: 0,
            }),
            EventCount::new(),
        ));
        let worker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.0.lock().awaited += 1;
                leave(&shared.0, &shared.1);
                leave(&shared.0, &shared.1);
            })
        };
        let mut has_waited = false;
        shared.1.wait_until(some_call(), || {
            let mut list = shared.0.lock();
            list.watchers -= u32::from(has_waited);
            if list.awaited == 0 {
                return true;
            }
            list.watchers += 1;
            has_waited = true;
            false
        });
        assert_eq!(shared.0.lock().awaited, 0);
        worker.join().unwrap();
    });
}

#[test]
fn who_waits_hears_of_an_exit_too_which_no_lock_guards() {
    explore(Some(3), || {
        let shared = Arc::new((AtomicBool::new(false), Mutex::new(()), EventCount::new()));
        let exiting = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                // As `exit` stores its code.
                shared.0.store(true, Ordering::Relaxed);
                shared.2.notify_all();
            })
        };
        shared.2.wait_until(some_call(), || {
            let _list = shared.1.lock();
            shared.0.load(Ordering::Relaxed)
        });
        exiting.join().unwrap();
    });
}

/// Returns what a waiter of a model notes.
fn some_note() -> Note<'static> {
    Note::new(some_call())
}

fn some_call() -> Call {
    const WAIT: &Operation = &Operation::new("model", "wait");
    Call::here(WAIT)
}

#[test]
fn who_is_unparked_goes_on_and_sees_what_came_before() {
    explore(None, || {
        let shared = Arc::new((Parker::new(), Result::new()));
        let unparker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.put();
                shared.0.unpark();
            })
        };
        assert!(shared.0.park(Deadline::NEVER, &some_note()));
        shared.1.check();
        unparker.join().unwrap();
    });
}

#[test]
fn of_two_unparks_a_park_sees_both_or_there_is_a_second_one() {
    explore(Some(3), || {
        let shared = Arc::new((
            Parker::new(),
            [AtomicBool::new(false), AtomicBool::new(false)],
        ));
        let unparkers = [0, 1].map(|index| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1[index].store(true, Ordering::Relaxed);
                shared.0.unpark();
            })
        });
        // As everybody parks: until what is waited for is so.
        while !shared.1.iter().all(|done| done.load(Ordering::Relaxed)) {
            assert!(shared.0.park(Deadline::NEVER, &some_note()));
        }
        for unparker in unparkers {
            unparker.join().unwrap();
        }
    });
}

#[test]
fn a_timed_park_takes_the_token_or_leaves_it_for_the_next() {
    explore(Some(3), || {
        let shared = Arc::new((Parker::new(), Result::new()));
        let unparker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.put();
                shared.0.unpark();
            })
        };
        let time = thread::spawn(let_time_pass);
        if !shared.0.park(some_time(), &some_note()) {
            // The token has not been lost.
            assert!(shared.0.park(Deadline::NEVER, &some_note()));
        }
        shared.1.check();
        unparker.join().unwrap();
        time.join().unwrap();
    });
}

#[test]
fn who_waits_for_the_beginning_sees_what_came_before() {
    explore(Some(3), || {
        let shared = Arc::new((Life::new(), Result::new()));
        assert!(shared.0.start());
        let running = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.put();
                shared.0.begin();
            })
        };
        assert!(shared.0.wait_begun(Deadline::NEVER, &some_note()));
        shared.1.check();
        running.join().unwrap();
    });
}

#[test]
fn who_waits_for_the_beginning_does_not_wait_for_the_end() {
    explore(Some(3), || {
        let life = Arc::new(Life::new());
        assert!(life.start());
        let waiter = {
            let life = Arc::clone(&life);
            thread::spawn(move || assert!(life.wait_begun(Deadline::NEVER, &some_note())))
        };
        life.begin();
        waiter.join().unwrap();
        assert!(life.is_alive());
    });
}

#[test]
fn who_waits_for_the_beginning_of_a_cancelled_thread_goes_on() {
    explore(Some(3), || {
        let life = Arc::new(Life::new());
        assert!(life.set_pending());
        let waiter = {
            let life = Arc::clone(&life);
            thread::spawn(move || life.wait_begun(Deadline::NEVER, &some_note()))
        };
        assert!(life.cancel());
        life.announce_end();
        assert!(!waiter.join().unwrap());
    });
}
