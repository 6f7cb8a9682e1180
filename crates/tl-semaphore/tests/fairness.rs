//! Which thread gets a permit when several want it: no thread starves, and none waits for what will
//! never come.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::spawn_overdue;
use tl_core::door::Mutex;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, OwnedPermit, Permit, Semaphore};

/// When a waiter that is not to be served gives up, in a test that does other things meanwhile.
const GIVES_UP: Duration = Duration::from_millis(200);
/// Long enough for any machine.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn long_waiters_are_served_in_the_order_in_which_they_came() {
    let semaphore = Semaphore::new(0);
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..5 {
            let (semaphore, order) = (&semaphore, &order);
            spawn_overdue(scope, move || {
                semaphore.acquire();
                order.lock().push(number);
            });
        }
        for served in 1..=5 {
            semaphore.release().unwrap();
            while order.lock().len() < served {
                thread::yield_now();
            }
        }
    });
    assert_eq!(*order.lock(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_permit_passes_to_a_long_waiter_before_any_newcomer() {
    let semaphore = Semaphore::new(0);
    thread::scope(|scope| {
        let waiter = spawn_overdue(scope, || semaphore.acquire());
        // When the release returns the permit is that of the sleeper, so this thread cannot take
        // it.
        semaphore.release().unwrap();
        let barged = semaphore.try_acquire();
        if barged {
            semaphore.release().unwrap();
        }
        waiter.join().unwrap();
        assert!(!barged);
    });
    assert_eq!(semaphore.available(), 0);
}

#[test]
fn what_is_kept_for_a_request_stays_kept_though_another_was_served_just_before() {
    let semaphore = Semaphore::new(2);
    semaphore.acquire_many(2);
    thread::scope(|scope| {
        let one = spawn_overdue(scope, || semaphore.acquire());
        let two = spawn_overdue(scope, || semaphore.acquire_many(2));
        // The first is handed its permit, and what is left is kept for the second.
        semaphore.release_many(2).unwrap();
        // When a waiter gives up, the semaphore looks again which waiter gets what.
        let barged =
            semaphore.acquire_timeout(Duration::from_micros(20)) || semaphore.try_acquire();
        if barged {
            semaphore.release().unwrap();
        }
        semaphore.release().unwrap();
        one.join().unwrap();
        two.join().unwrap();
        assert!(!barged);
    });
    assert_eq!(semaphore.available(), 0);
}

#[test]
fn a_thread_that_loops_on_acquire_and_release_starves_nobody() {
    let semaphore = Semaphore::new(1);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _permit = semaphore.permit();
            }
        });
        let served = (0..200).all(|_| {
            let served = semaphore.acquire_timeout(LONG);
            semaphore.release().unwrap();
            served
        });
        stop.store(true, Ordering::Relaxed);
        assert!(served);
    });
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn threads_that_loop_on_one_permit_do_not_starve_a_request_for_all() {
    let semaphore = Semaphore::new(3);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let _permit = semaphore.permit();
                    thread::yield_now();
                }
            });
        }
        let served = (0..20).all(|_| {
            let served = semaphore.acquire_many_timeout(3, LONG);
            semaphore.release_many(3).unwrap();
            served
        });
        stop.store(true, Ordering::Relaxed);
        assert!(served);
    });
    assert_eq!(semaphore.available(), 3);
}

#[test]
fn permits_are_kept_for_a_long_waiter_that_wants_more_than_there_are() {
    let semaphore = Semaphore::new(3);
    semaphore.acquire_many(3);
    thread::scope(|scope| {
        let waiter = spawn_overdue(scope, || semaphore.acquire_many(3));
        for kept in 1..=2 {
            semaphore.release().unwrap();
            assert_eq!(semaphore.available(), kept);
            assert!(!semaphore.try_acquire());
            assert!(!semaphore.acquire_timeout(Duration::from_millis(5)));
        }
        semaphore.release().unwrap();
        waiter.join().unwrap();
        assert_eq!(semaphore.available(), 0);
        semaphore.release_many(3).unwrap();
        assert!(semaphore.try_acquire());
    });
}

#[test]
fn when_the_waiter_that_permits_were_kept_for_gives_up_those_behind_go_on() {
    let semaphore = Semaphore::new(3);
    semaphore.acquire_many(3);
    thread::scope(|scope| {
        let head = spawn_overdue(scope, || semaphore.acquire_many_timeout(3, GIVES_UP));
        let behind = [
            scope.spawn(|| semaphore.acquire_timeout(LONG)),
            scope.spawn(|| semaphore.acquire_timeout(LONG)),
        ];
        // Two come back and no more. They are kept for the head, unless it has given up already.
        semaphore.release_many(2).unwrap();
        assert!(!head.join().unwrap());
        for waiter in behind {
            assert!(waiter.join().unwrap());
        }
    });
    assert_eq!(semaphore.available(), 0);
    semaphore.release_many(3).unwrap();
    assert!(semaphore.try_acquire_many(3));
}

#[test]
fn a_request_beyond_the_bound_holds_nobody_up_and_leaks_nothing() {
    for too_many in [4, Semaphore::MAX, Semaphore::MAX + 1, usize::MAX] {
        let semaphore = BoundedSemaphore::new(3);
        let served = AtomicUsize::new(0);
        thread::scope(|scope| {
            let waiter =
                spawn_overdue(scope, || semaphore.acquire_many_timeout(too_many, GIVES_UP));
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let _permits = semaphore.permit_many(2);
                        served.fetch_add(1, Ordering::Relaxed);
                        thread::yield_now();
                    }
                });
            }
            assert!(!waiter.join().unwrap());
        });
        assert_eq!(served.into_inner(), 300);
        assert_eq!(semaphore.available(), 3);
        assert!(semaphore.try_acquire_many(3));
    }
}

#[test]
fn a_request_for_more_than_there_ever_were_is_first_once_it_is_overdue() {
    let semaphore = Semaphore::new(0);
    thread::scope(|scope| {
        let waiter = spawn_overdue(scope, || semaphore.acquire_many(8));
        // Items come one by one. They are kept, so that nobody else gets any.
        let taken = (0..8).filter(|_| {
            semaphore.release().unwrap();
            semaphore.try_acquire()
        });
        let taken = taken.count();
        if taken > 0 {
            semaphore.release_many(taken).unwrap();
        }
        waiter.join().unwrap();
        assert_eq!(taken, 0);
    });
    assert_eq!(semaphore.available(), 0);
}

/// Checks that `eight`, called by a thread that is overdue, comes before one that tries for a
/// single permit after each release.
fn is_first(release: impl Fn(), try_one: impl Fn() -> bool, eight: impl FnOnce() -> bool + Send) {
    thread::scope(|scope| {
        let waiter = spawn_overdue(scope, eight);
        let taken = (0..8).filter(|_| {
            release();
            try_one()
        });
        let taken = taken.count();
        (0..taken).for_each(|_| release());
        assert!(waiter.join().unwrap());
        assert_eq!(taken, 0);
    });
}

#[test]
fn a_request_for_eight_is_first_in_each_of_its_forms() {
    fn soon() -> Instant {
        Instant::now() + LONG
    }
    let plain: [fn(&Arc<Semaphore>) -> bool; 9] = [
        |s| {
            s.acquire_many(8);
            true
        },
        |s| s.acquire_many_timeout(8, LONG),
        |s| s.acquire_many_deadline(8, soon()),
        |s| {
            s.permit_many(8).forget();
            true
        },
        |s| s.permit_many_timeout(8, LONG).map(Permit::forget).is_some(),
        |s| {
            s.permit_many_deadline(8, soon())
                .map(Permit::forget)
                .is_some()
        },
        |s| {
            s.permit_many_owned(8).forget();
            true
        },
        |s| {
            s.permit_many_owned_timeout(8, LONG)
                .map(OwnedPermit::forget)
                .is_some()
        },
        |s| {
            s.permit_many_owned_deadline(8, soon())
                .map(OwnedPermit::forget)
                .is_some()
        },
    ];
    for eight in plain {
        let semaphore = Arc::new(Semaphore::new(0));
        let s = &semaphore;
        is_first(|| s.release().unwrap(), || s.try_acquire(), || eight(s));
        assert_eq!(semaphore.available(), 0);
    }
    let bounded: [fn(&Arc<BoundedSemaphore>) -> bool; 4] = [
        |s| {
            s.acquire_many(8);
            true
        },
        |s| s.acquire_many_timeout(8, LONG),
        |s| {
            s.permit_many(8).forget();
            true
        },
        |s| {
            s.permit_many_owned(8).forget();
            true
        },
    ];
    for eight in bounded {
        let semaphore = Arc::new(BoundedSemaphore::with_bound(0, 8));
        let s = &semaphore;
        is_first(|| s.release().unwrap(), || s.try_acquire(), || eight(s));
        assert_eq!(semaphore.available(), 0);
    }
    let closable: [fn(&ClosableSemaphore) -> bool; 3] = [
        |s| s.acquire_many(8).is_ok(),
        |s| s.acquire_many_timeout(8, LONG) == Ok(true),
        |s| s.acquire_many_deadline(8, soon()) == Ok(true),
    ];
    for eight in closable {
        let s = &ClosableSemaphore::new(0);
        is_first(
            || s.release().unwrap(),
            || s.try_acquire().unwrap(),
            || eight(s),
        );
        assert_eq!(s.available(), 0);
    }
}

#[test]
fn a_taker_of_single_items_does_not_starve_a_request_for_eight() {
    let items = Semaphore::new(0);
    let (stop, singles) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                // So slowly that the taker has each before the next comes, or the request would
                // find eight by chance.
                items.release().unwrap();
                thread::sleep(Duration::from_millis(1));
            }
        });
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                if items.acquire_timeout(Duration::from_micros(100)) {
                    singles.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        let served = (0..5).all(|_| items.acquire_many_timeout(8, LONG));
        stop.store(true, Ordering::Relaxed);
        assert!(served);
    });
    // Only what came before each was overdue. On a busy machine a request that is starved is served
    // by chance in the end.
    let singles = singles.into_inner();
    assert!(singles < 250, "{singles} singles passed five requests");
}

#[test]
fn a_request_that_gives_up_leaves_what_was_kept_for_it() {
    let semaphore = Semaphore::new(1);
    thread::scope(|scope| {
        let waiter = spawn_overdue(scope, || semaphore.acquire_many_timeout(5, GIVES_UP));
        semaphore.release().unwrap();
        // Two are there, and a thread that asks for one waits behind it.
        let next = scope.spawn(|| semaphore.acquire_many_timeout(2, LONG));
        assert!(!waiter.join().unwrap());
        assert!(next.join().unwrap());
    });
    assert_eq!(semaphore.available(), 0);
}

#[test]
fn all_of_many_waiters_are_served_once_each() {
    let semaphore = Semaphore::new(0);
    let served = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..64 {
            let (semaphore, served) = (&semaphore, &served);
            scope.spawn(move || {
                semaphore.acquire_many(number % 3 + 1);
                served.fetch_add(1, Ordering::Relaxed);
            });
        }
        // 22 want 1, 21 want 2, 21 want 3.
        for _ in 0..22 + 42 + 63 {
            semaphore.release().unwrap();
        }
    });
    assert_eq!(served.into_inner(), 64);
    assert_eq!(semaphore.available(), 0);
}
