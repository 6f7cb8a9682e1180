//! Children made by `fork`: what Python's `threading` does in them, whichever thread forks.
// ThreadSanitizer allows no new threads in a child.
#![cfg(all(unix, not(sanitize_thread)))]

#[path = "support/forking.rs"]
mod forking;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use forking::{FORKS, LIMIT, all_is_new, check, fork, fork_and_check};
use support::in_child;
use tl_core::{ThreadIdent, current_ident};
use tl_event::Event;
use tl_thread::{Builder, Thread, current_thread, enumerate, main_thread};
use tl_timer::Timer;

#[test]
fn in_the_child_of_a_thread_that_the_library_did_not_start_all_is_new() {
    in_child(
        "in_the_child_of_a_thread_that_the_library_did_not_start_all_is_new",
        || {
            for _ in 0..FORKS {
                let ident = current_ident();
                fork_and_check(|| all_is_new(ident));
            }
        },
    );
}

#[test]
fn in_the_child_of_a_thread_that_has_never_used_the_library_all_is_new() {
    in_child(
        "in_the_child_of_a_thread_that_has_never_used_the_library_all_is_new",
        || {
            tl_thread::get_ident();
            for _ in 0..FORKS {
                let child = thread::spawn(|| {
                    fork(|| {
                        assert_eq!(&*main_thread().name(), "MainThread");
                        // It is not that of the parent's main thread, which may hold what is still
                        // held.
                        assert_ne!(current_ident(), ThreadIdent::MAIN);
                        all_is_new(current_ident());
                    })
                });
                check(child.join().unwrap());
            }
        },
    );
}

#[test]
fn in_the_child_of_a_worker_and_of_a_daemon_all_is_new() {
    in_child(
        "in_the_child_of_a_worker_and_of_a_daemon_all_is_new",
        || {
            for is_daemon in [false, true] {
                for _ in 0..FORKS {
                    let builder = Builder::new().daemon(is_daemon).name("forks".into());
                    let child = builder.spawn(|| {
                        let ident = current_ident();
                        fork(|| {
                            assert_eq!(&*main_thread().name(), "forks");
                            all_is_new(ident);
                        })
                    });
                    check(child.unwrap().join().unwrap());
                }
            }
        },
    );
}

#[test]
fn in_the_child_of_a_timer_all_is_new() {
    in_child("in_the_child_of_a_timer_all_is_new", || {
        for _ in 0..FORKS {
            let child = Arc::new(AtomicU32::new(0));
            let timer = Timer::new(Duration::ZERO, {
                let child = Arc::clone(&child);
                move || {
                    let ident = current_ident();
                    let forked = fork(|| all_is_new(ident));
                    child.store(forked.unsigned_abs(), Ordering::Relaxed);
                }
            });
            timer.start().unwrap();
            timer.join().unwrap();
            check(child.load(Ordering::Relaxed).cast_signed());
        }
    });
}

#[test]
fn in_the_child_the_threads_of_the_parent_have_ended() {
    in_child("in_the_child_the_threads_of_the_parent_have_ended", || {
        let stop = Arc::new(Event::new());
        let wait = || {
            let stop = Arc::clone(&stop);
            move || stop.wait()
        };
        let worker = Thread::new(wait()).with_name("worker");
        worker.start().unwrap();
        let timer = Timer::new(Duration::from_secs(3600), || ());
        timer.start().unwrap();
        let every = Timer::every(Duration::from_secs(3600), || ());
        every.start().unwrap();
        let unstarted = Thread::new(|| ());
        for _ in 0..FORKS {
            let [joined, timed, dropped] = [(); 3].map(|()| tl_thread::spawn(wait()));
            let ended = tl_thread::spawn(|| 7);
            ended.thread().join().unwrap();
            fork_and_check(|| {
                for thread in [&worker, timer.thread(), every.thread()] {
                    assert!(!thread.is_alive());
                    assert_eq!(thread.join(), Ok(()));
                    assert_eq!(thread.join_timeout(LIMIT), Ok(true));
                    thread.set_name("gone");
                    assert_eq!(&*thread.name(), "gone");
                }
                assert!(!timer.cancel());
                assert!(timer.start().is_err());
                assert!(joined.join().is_err());
                assert!(timed.join_timeout(LIMIT).unwrap().is_err());
                drop(dropped);
                assert_eq!(ended.join().unwrap(), 7);
                unstarted.start().unwrap();
                unstarted.join().unwrap();
                // Nobody is there to be woken.
                stop.set();
                stop.wait();
                all_is_new(current_ident());
            });
            // In the parent nothing has changed.
            assert!(worker.is_alive() && timer.is_alive() && every.is_alive());
            assert_eq!(&*worker.name(), "worker");
        }
        assert!(timer.cancel() && every.cancel());
        stop.set();
        worker.join().unwrap();
    });
}

#[test]
fn two_threads_that_fork_at_once_do_not_stand_in_each_others_way() {
    in_child(
        "two_threads_that_fork_at_once_do_not_stand_in_each_others_way",
        || {
            let forkers = [(); 2].map(|()| {
                tl_thread::spawn(|| {
                    for _ in 0..FORKS {
                        fork_and_check(|| assert_eq!(enumerate(), [current_thread()]));
                    }
                })
            });
            for forker in forkers {
                forker.join().unwrap();
            }
        },
    );
}

#[test]
fn a_child_may_have_children() {
    in_child("a_child_may_have_children", || {
        for _ in 0..FORKS / 10 {
            fork_and_check(|| {
                let worker = tl_thread::spawn(|| {
                    let ident = current_ident();
                    fork(|| all_is_new(ident))
                });
                check(worker.join().unwrap());
                all_is_new(current_ident());
            });
        }
    });
}
