//! What other threads held, or waited for, when their process forked: the child finds held what was
//! held, and waits for no thread that is not there.
// ThreadSanitizer allows no new threads in a child.
#![cfg(all(unix, not(sanitize_thread)))]

#[path = "support/forking.rs"]
mod forking;
mod support;

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use forking::{FORKS, LIMIT, check, fork, fork_and_check};
use support::in_child;
use tl_condition::Monitor;
use tl_core::door::{LockId, LockMode, WaitQueue, note_held, note_released, waits};
use tl_event::Event;
use tl_locks::{Lock, RLock, RwLock};
use tl_semaphore::Semaphore;

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

/// Returns once a thread sleeps in one of the primitives.
fn until_one_sleeps() {
    while waits().iter().all(|wait| wait.asleep_for.is_none()) {
        thread::yield_now();
    }
}

/// Calls `fork` a hundred times, while other threads do `work` over and over.
fn while_others(work: fn(), fork: impl Fn()) {
    let is_over = Arc::new(AtomicBool::new(false));
    let others = [(); 4].map(|()| {
        let is_over = Arc::clone(&is_over);
        thread::spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                work();
            }
        })
    });
    for _ in 0..FORKS {
        thread::sleep(Duration::from_micros(200));
        fork();
    }
    is_over.store(true, Ordering::Relaxed);
    for other in others {
        other.join().unwrap();
    }
}

#[test]
fn a_thread_on_its_way_to_a_lock_is_not_waited_for_in_the_child() {
    static LOCK: Lock = Lock::new();
    in_child(
        "a_thread_on_its_way_to_a_lock_is_not_waited_for_in_the_child",
        || {
            let work = || LOCK.with(thread::yield_now);
            while_others(work, || {
                let guard = LOCK.lock();
                fork_and_check(|| {
                    let waiter = tl_thread::spawn(|| LOCK.acquire_timeout(LIMIT / 4));
                    until_one_sleeps();
                    drop(guard);
                    assert!(
                        waiter.join().unwrap(),
                        "the lock is free, and nobody was told"
                    );
                });
            });
        },
    );
}

#[test]
fn a_thread_on_its_way_to_a_lock_does_not_keep_those_that_are_notified_in_the_child() {
    static MONITOR: Monitor<u32> = Monitor::new(0);
    in_child(
        "a_thread_on_its_way_to_a_lock_does_not_keep_those_that_are_notified_in_the_child",
        || {
            let work = || {
                let _held = MONITOR.lock();
                thread::yield_now();
            };
            while_others(work, || {
                let guard = MONITOR.lock();
                fork_and_check(|| {
                    let mut guard = guard;
                    let waiter = tl_thread::spawn(|| {
                        let mut number = MONITOR.lock();
                        while *number == 0 {
                            number.wait();
                        }
                    });
                    while guard.notify_all() == 0 {
                        let _ = guard.wait_timeout(Duration::from_millis(1));
                    }
                    *guard = 1;
                    drop(guard);
                    waiter.join().unwrap();
                });
            });
        },
    );
}

#[test]
fn a_thread_on_its_way_to_a_permit_is_not_waited_for_in_the_child() {
    static SEMAPHORE: Semaphore = Semaphore::new(1);
    in_child(
        "a_thread_on_its_way_to_a_permit_is_not_waited_for_in_the_child",
        || {
            let work = || {
                SEMAPHORE.acquire();
                thread::yield_now();
                SEMAPHORE.release().unwrap();
            };
            while_others(work, || {
                SEMAPHORE.acquire();
                fork_and_check(|| {
                    let waits = Arc::new(AtomicBool::new(false));
                    let waiter = tl_thread::spawn({
                        let waits = Arc::clone(&waits);
                        move || {
                            waits.store(true, Ordering::Relaxed);
                            SEMAPHORE.acquire_timeout(LIMIT / 4)
                        }
                    });
                    while !waits.load(Ordering::Relaxed) || SEMAPHORE.n_waiting() == 0 {
                        thread::yield_now();
                    }
                    // Before it has waited long enough to go first.
                    SEMAPHORE.release().unwrap();
                    assert!(
                        waiter.join().unwrap(),
                        "there is a permit, and nobody was told"
                    );
                });
                SEMAPHORE.release().unwrap();
            });
        },
    );
}

#[test]
fn the_notes_of_which_threads_hold_locks_are_not_stuck_in_the_child() {
    static WORD: AtomicU32 = AtomicU32::new(0);
    in_child(
        "the_notes_of_which_threads_hold_locks_are_not_stuck_in_the_child",
        || {
            let note = || {
                let lock = WaitQueue::of(&WORD).id();
                note_held(lock, Location::caller());
                note_released(lock);
            };
            while_others(note, || fork_and_check(note));
        },
    );
}

/// Notes that a lock is taken while another one is held, as `tl-locks` does with `lock-order`.
fn note_an_order() {
    let locks = [(); 2].map(|()| (AtomicU32::new(0), LockId::new()));
    let here = Location::caller();
    for (word, id) in &locks {
        let queue = WaitQueue::of(word).id();
        id.note_wanted(queue, LockMode::Exclusive, here);
        note_held(queue, here);
        id.note_held(queue, LockMode::Exclusive, here);
    }
    for (word, id) in &locks {
        let queue = WaitQueue::of(word).id();
        id.note_released(queue, LockMode::Exclusive);
        note_released(queue);
    }
}

#[test]
fn the_orders_of_locks_are_not_stuck_in_the_child() {
    in_child("the_orders_of_locks_are_not_stuck_in_the_child", || {
        while_others(note_an_order, || fork_and_check(note_an_order));
    });
}
