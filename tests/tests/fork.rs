//! Children made by `fork`: what Python's `threading` does in them, and that nothing of ours is
//! stuck there, whatever other threads are at when the process forks.
// ThreadSanitizer allows no new threads in a child.
#![cfg(not(sanitize_thread))]

#[path = "support/forking.rs"]
mod forking;
mod support;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{process, thread};

use forking::{FORKS, LIMIT, all_is_new, check, fork, fork_and_check};
use support::in_child;
use tl_condition::Monitor;
use tl_core::door::{WaitQueue, note_held, note_released, waits};
use tl_core::{ThreadIdent, current_ident};
use tl_event::Event;
use tl_locks::{Lock, RLock, RwLock};
use tl_semaphore::Semaphore;
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
fn what_others_hold_stays_held_in_the_child() {
    in_child("what_others_hold_stays_held_in_the_child", || {
        let held = Arc::new((Lock::new(), RLock::new(), Semaphore::new(1)));
        let (is_held, let_go) = (Arc::new(Event::new()), Arc::new(Event::new()));
        let holder = tl_thread::spawn({
            let (held, is_held, let_go) = (held.clone(), is_held.clone(), let_go.clone());
            move || {
                let (lock, rlock, semaphore) = &*held;
                let _all = (lock.lock(), rlock.lock(), semaphore.permit());
                is_held.set();
                let_go.wait();
            }
        });
        is_held.wait();
        let child = thread::spawn({
            let held = held.clone();
            move || {
                fork(|| {
                    let (lock, rlock, semaphore) = &*held;
                    assert!(
                        !lock.try_acquire() && !rlock.try_acquire() && !semaphore.try_acquire()
                    );
                    assert!(!lock.acquire_timeout(Duration::from_millis(1)));
                    // A lock that has no owner may be released by anybody.
                    lock.release().unwrap();
                    lock.acquire();
                })
            }
        });
        check(child.join().unwrap());
        let_go.set();
        holder.join().unwrap();
    });
}

/// Returns once a thread sleeps in one of the primitives.
fn until_one_sleeps() {
    while waits().iter().all(|wait| wait.asleep_for.is_none()) {
        thread::yield_now();
    }
}

#[test]
fn a_thread_on_its_way_to_a_lock_is_not_waited_for_in_the_child() {
    in_child(
        "a_thread_on_its_way_to_a_lock_is_not_waited_for_in_the_child",
        || {
            let shared = Arc::new((Lock::new(), AtomicBool::new(false)));
            let threads = [(); 4].map(|()| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let (lock, stop) = &*shared;
                    while !stop.load(Ordering::Relaxed) {
                        lock.with(thread::yield_now);
                    }
                })
            });
            let (lock, stop) = &*shared;
            for _ in 0..FORKS {
                thread::sleep(Duration::from_micros(200));
                let guard = lock.lock();
                fork_and_check(|| {
                    let waiter = tl_thread::spawn({
                        let shared = Arc::clone(&shared);
                        move || shared.0.acquire_timeout(LIMIT / 4)
                    });
                    until_one_sleeps();
                    drop(guard);
                    assert!(
                        waiter.join().unwrap(),
                        "the lock is free, and nobody was told"
                    );
                });
            }
            stop.store(true, Ordering::Relaxed);
            for thread in threads {
                thread.join().unwrap();
            }
        },
    );
}

#[test]
fn a_thread_on_its_way_to_a_lock_does_not_keep_those_that_are_notified_in_the_child() {
    in_child(
        "a_thread_on_its_way_to_a_lock_does_not_keep_those_that_are_notified_in_the_child",
        || {
            let shared = Arc::new((Monitor::new(0), AtomicBool::new(false)));
            let threads = [(); 4].map(|()| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let (monitor, stop) = &*shared;
                    while !stop.load(Ordering::Relaxed) {
                        let _held = monitor.lock();
                        thread::yield_now();
                    }
                })
            });
            let (monitor, stop) = &*shared;
            for _ in 0..FORKS {
                thread::sleep(Duration::from_micros(200));
                let guard = monitor.lock();
                fork_and_check(|| {
                    let mut guard = guard;
                    let waiter = tl_thread::spawn({
                        let shared = Arc::clone(&shared);
                        move || {
                            let mut number = shared.0.lock();
                            while *number == 0 {
                                number.wait();
                            }
                        }
                    });
                    while guard.notify_all() == 0 {
                        let _ = guard.wait_timeout(Duration::from_millis(1));
                    }
                    *guard = 1;
                    drop(guard);
                    waiter.join().unwrap();
                });
            }
            stop.store(true, Ordering::Relaxed);
            for thread in threads {
                thread.join().unwrap();
            }
        },
    );
}

#[test]
fn permits_that_are_kept_for_a_thread_are_free_in_the_child() {
    in_child(
        "permits_that_are_kept_for_a_thread_are_free_in_the_child",
        || {
            let semaphore = Arc::new(Semaphore::new(1));
            let waiter = thread::spawn({
                let semaphore = Arc::clone(&semaphore);
                move || semaphore.acquire_many(2)
            });
            while semaphore.try_acquire() {
                semaphore.release().unwrap();
                thread::sleep(Duration::from_millis(1));
            }
            fork_and_check(|| assert!(semaphore.try_acquire()));
            fork_and_check(|| assert!(semaphore.acquire_timeout(LIMIT / 4)));
            fork_and_check(|| assert!(semaphore.acquire_timeout(Duration::ZERO)));
            fork_and_check(|| assert_eq!(semaphore.drain(), 1));
            semaphore.release().unwrap();
            waiter.join().unwrap();
        },
    );
}

#[test]
fn a_lock_that_is_closed_for_a_writer_is_open_in_the_child() {
    in_child(
        "a_lock_that_is_closed_for_a_writer_is_open_in_the_child",
        || {
            let lock = Arc::new(RwLock::new(0));
            let guard = lock.read();
            let writer = thread::spawn({
                let lock = Arc::clone(&lock);
                move || *lock.write() += 1
            });
            while lock.try_read().is_some() {
                thread::sleep(Duration::from_millis(1));
            }
            fork_and_check(|| assert!(lock.try_read().is_some()));
            fork_and_check(|| assert!(lock.try_upgradable_read().is_some()));
            fork_and_check(|| assert!(lock.try_read_for(Duration::ZERO).is_some()));
            fork_and_check(|| {
                let reader = tl_thread::spawn({
                    let lock = Arc::clone(&lock);
                    move || lock.try_read_for(LIMIT / 4).is_some()
                });
                assert!(reader.join().unwrap());
            });
            drop(guard);
            writer.join().unwrap();
        },
    );
}

#[test]
fn a_thread_on_its_way_to_a_permit_is_not_waited_for_in_the_child() {
    in_child(
        "a_thread_on_its_way_to_a_permit_is_not_waited_for_in_the_child",
        || {
            let shared = Arc::new((Semaphore::new(1), AtomicBool::new(false)));
            let threads = [(); 4].map(|()| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let (semaphore, stop) = &*shared;
                    while !stop.load(Ordering::Relaxed) {
                        semaphore.acquire();
                        thread::yield_now();
                        semaphore.release().unwrap();
                    }
                })
            });
            let (semaphore, stop) = &*shared;
            for _ in 0..FORKS {
                thread::sleep(Duration::from_micros(200));
                semaphore.acquire();
                fork_and_check(|| {
                    let waits = Arc::new(AtomicBool::new(false));
                    let waiter = tl_thread::spawn({
                        let (shared, waits) = (Arc::clone(&shared), Arc::clone(&waits));
                        move || {
                            waits.store(true, Ordering::Relaxed);
                            shared.0.acquire_timeout(LIMIT / 4)
                        }
                    });
                    while !waits.load(Ordering::Relaxed) || semaphore.n_waiting() == 0 {
                        thread::yield_now();
                    }
                    // Before it has waited long enough to go first.
                    semaphore.release().unwrap();
                    assert!(
                        waiter.join().unwrap(),
                        "there is a permit, and nobody was told"
                    );
                });
                semaphore.release().unwrap();
            }
            stop.store(true, Ordering::Relaxed);
            for thread in threads {
                thread.join().unwrap();
            }
        },
    );
}

#[test]
fn what_is_noted_of_who_holds_a_lock_is_not_stuck_in_the_child() {
    in_child(
        "what_is_noted_of_who_holds_a_lock_is_not_stuck_in_the_child",
        || {
            let (word, stop) = (AtomicU32::new(0), AtomicBool::new(false));
            let note = || {
                let lock = WaitQueue::of(&word).id();
                note_held(lock, Location::caller());
                note_released(lock);
            };
            thread::scope(|s| {
                let worker = s.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        note();
                    }
                });
                for _ in 0..FORKS {
                    fork_and_check(note);
                }
                stop.store(true, Ordering::Relaxed);
                worker.join().unwrap();
            });
        },
    );
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

#[test]
fn the_end_of_the_function_that_forked_is_the_end_of_the_child() {
    in_child(
        "the_end_of_the_function_that_forked_is_the_end_of_the_child",
        || {
            let begin = Instant::now();
            let mut pipe = [0; 2];
            // SAFETY: the pointer is to a place for two file descriptors.
            assert_eq!(unsafe { libc::pipe(pipe.as_mut_ptr()) }, 0);
            let [read, write] = pipe;
            let worker = tl_thread::spawn(move || {
                // SAFETY: as in `fork`; this child returns from the function.
                let child = unsafe { libc::fork() };
                if child == 0 {
                    // The process waits for it, but not for that daemon.
                    tl_thread::spawn(move || {
                        thread::sleep(Duration::from_millis(20));
                        // SAFETY: the pointer is to one byte.
                        unsafe { libc::write(write, b"x".as_ptr().cast(), 1) };
                    });
                    Builder::new()
                        .daemon(true)
                        .spawn(|| thread::sleep(LIMIT))
                        .unwrap();
                }
                child
            });
            check(worker.join().unwrap());
            let mut byte = 0_u8;
            // SAFETY: the pointer is to a place for one byte; the descriptors are those of the
            // pipe.
            let got = unsafe {
                libc::close(write);
                let got = libc::read(read, (&raw mut byte).cast(), 1);
                libc::close(read);
                got
            };
            assert_eq!((got, byte), (1, b'x'));
            assert!(begin.elapsed() < LIMIT);
        },
    );
}

/// Forks. The child starts a thread that takes a while, and ends by `end`. Whether it has waited
/// for that thread.
fn child_waits(end: impl FnOnce()) -> bool {
    let (mut reader, mut writer) = UnixStream::pair().unwrap();
    reader.set_read_timeout(Some(LIMIT)).unwrap();
    check(fork(move || {
        tl_thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            writer.write_all(b"x").unwrap();
        });
        end();
    }));
    reader.read(&mut [0]).is_ok_and(|length| length == 1)
}

/// The end of a process, with its exit hooks.
fn exit_in_c() {
    // SAFETY: nothing is asked for.
    unsafe { libc::exit(0) }
}

#[test]
fn a_child_waits_for_its_threads_however_it_ends() {
    in_child("a_child_waits_for_its_threads_however_it_ends", || {
        assert!(child_waits(exit_in_c));
        assert!(child_waits(|| process::exit(0)));
        assert!(child_waits(tl_thread::shutdown));
        let of_worker = tl_thread::spawn(|| child_waits(exit_in_c));
        assert!(of_worker.join().unwrap());
    });
}

#[test]
fn a_child_that_exits_waits_for_none_of_its_threads() {
    in_child("a_child_that_exits_waits_for_none_of_its_threads", || {
        // A child that waits is killed meanwhile.
        fork_and_check(|| {
            tl_thread::spawn(|| thread::sleep(2 * LIMIT));
            tl_thread::exit(0);
        });
    });
}

#[test]
fn a_child_made_while_the_parent_ends_waits_for_its_own_threads() {
    in_child(
        "a_child_made_while_the_parent_ends_waits_for_its_own_threads",
        || {
            // After this test has returned, and then `main`.
            tl_thread::spawn(|| {
                main_thread().join().unwrap();
                if !child_waits(exit_in_c) {
                    tl_thread::exit(1);
                }
            });
        },
    );
}

#[test]
fn a_child_made_while_the_parent_is_being_ended_can_be_ended_so_too() {
    /// The child is at an exit hook that does not end, and another thread ends it, by force.
    extern "C" fn fork_at_exit() {
        fork(|| {
            tl_thread::spawn(|| tl_thread::exit(0));
            thread::sleep(LIMIT);
        });
    }
    in_child(
        "a_child_made_while_the_parent_is_being_ended_can_be_ended_so_too",
        || {
            let (mut reader, writer) = UnixStream::pair().unwrap();
            let between = fork(|| {
                tl_core::sys::at_exit(fork_at_exit).unwrap();
                tl_thread::spawn(|| tl_thread::exit(0));
                thread::sleep(LIMIT);
            });
            drop(writer);
            check(between);
            // Its child has the other end, until it is over.
            reader.set_read_timeout(Some(LIMIT / 2)).unwrap();
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        },
    );
}
