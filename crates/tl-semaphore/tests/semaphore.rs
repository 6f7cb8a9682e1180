//! The contract of both semaphores, call by call.

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;

use std::panic::{RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_semaphore::{BoundedSemaphore, MergeError, OwnedPermit, Permit, ReleaseError, Semaphore};

const SHORT: Duration = Duration::from_millis(5);
/// Long enough for any machine.
const LONG: Duration = Duration::from_secs(60);

// Compile-time promises.
const _: () = {
    const fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe + std::fmt::Debug>() {}
    shared::<Semaphore>();
    shared::<BoundedSemaphore>();
    shared::<Permit<'static>>();
    shared::<OwnedPermit>();
    const fn error<T: std::error::Error + Send + Sync + Clone + Eq + 'static>() {}
    error::<ReleaseError>();
    const fn merge_error<T: std::error::Error + Send + Sync>() {}
    merge_error::<MergeError<Permit<'static>>>();
    merge_error::<MergeError<OwnedPermit>>();
    assert!(size_of::<Semaphore>() <= 8);
    assert!(size_of::<BoundedSemaphore>() <= 8);
    assert!(Semaphore::MAX == BoundedSemaphore::MAX);
};
const _: Semaphore = Semaphore::new(Semaphore::MAX);
static SEMAPHORE: Semaphore = Semaphore::new(2);
static BOUNDED: BoundedSemaphore = BoundedSemaphore::new(1);

#[test]
fn a_semaphore_of_none_makes_wait() {
    let semaphore = Semaphore::new(0);
    assert_eq!(semaphore.available(), 0);
    assert!(!semaphore.try_acquire());
    assert!(!semaphore.acquire_timeout(SHORT));
    assert!(!semaphore.acquire_deadline(Instant::now() + SHORT));
    semaphore.release().unwrap();
    assert_eq!(semaphore.available(), 1);
    semaphore.acquire();
    assert_eq!(semaphore.available(), 0);
}

#[test]
fn a_semaphore_of_one_lets_one_in() {
    let semaphore = Semaphore::new(1);
    semaphore.acquire();
    assert!(!semaphore.try_acquire());
    semaphore.release().unwrap();
    assert!(semaphore.try_acquire());
}

#[test]
fn a_semaphore_of_n_lets_n_in() {
    let semaphore = Semaphore::new(7);
    for left in (0..7).rev() {
        assert!(semaphore.try_acquire());
        assert_eq!(semaphore.available(), left);
    }
    assert!(!semaphore.try_acquire());
    semaphore.release_many(7).unwrap();
    assert_eq!(semaphore.available(), 7);
}

#[test]
fn a_semaphore_of_the_greatest_number() {
    for take in [1, 2, Semaphore::MAX] {
        let semaphore = Semaphore::new(Semaphore::MAX);
        let full = |released| ReleaseError::Overflow {
            available: Semaphore::MAX,
            released,
        };
        for n in [1, 2, Semaphore::MAX, usize::MAX] {
            assert_eq!(semaphore.release_many(n), Err(full(n)));
        }
        assert_eq!(semaphore.release(), Err(full(1)));
        assert_eq!(semaphore.available(), Semaphore::MAX);
        assert!(semaphore.try_acquire_many(take));
        assert_eq!(semaphore.available(), Semaphore::MAX - take);
        assert!(semaphore.release_many(take + 1).is_err());
        assert_eq!(semaphore.available(), Semaphore::MAX - take);
        semaphore.release_many(take).unwrap();
        assert_eq!(semaphore.available(), Semaphore::MAX);
    }
    let bounded = BoundedSemaphore::new(BoundedSemaphore::MAX);
    bounded.acquire();
    bounded.release().unwrap();
    assert!(bounded.release().is_err());
    assert_eq!(bounded.available(), BoundedSemaphore::MAX);
}

#[test]
fn growing_to_the_greatest_number_one_by_one_and_at_once() {
    let semaphore = Semaphore::new(0);
    semaphore.release_many(Semaphore::MAX - 1).unwrap();
    semaphore.release().unwrap();
    assert!(semaphore.release().is_err());
    assert_eq!(semaphore.available(), Semaphore::MAX);
    assert!(semaphore.try_acquire_many(Semaphore::MAX));
    assert_eq!(semaphore.available(), 0);
}

#[test]
fn releases_of_many_threads_at_the_brim_are_exact() {
    let semaphore = Semaphore::new(Semaphore::MAX);
    for _ in 0..100 {
        assert!(semaphore.try_acquire_many(3));
        let released = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..4 {
                        if semaphore.release().is_ok() {
                            released.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(released.into_inner(), 3);
        assert_eq!(semaphore.available(), Semaphore::MAX);
    }
}

#[test]
fn too_great_a_value_panics() {
    for value in [Semaphore::MAX + 1, usize::MAX] {
        assert!(catch_unwind(|| Semaphore::new(value)).is_err());
        assert!(catch_unwind(|| BoundedSemaphore::new(value)).is_err());
    }
}

#[test]
fn releasing_none_is_an_error() {
    for value in [0, 3] {
        let (plain, bounded) = (Semaphore::new(value), BoundedSemaphore::new(value));
        assert_eq!(plain.release_many(0), Err(ReleaseError::Zero));
        assert_eq!(bounded.release_many(0), Err(ReleaseError::Zero));
        assert_eq!((plain.available(), bounded.available()), (value, value));
    }
}

#[test]
fn a_bounded_semaphore_refuses_one_too_many_and_many_too_many() {
    let bounded = BoundedSemaphore::new(3);
    let refusal = |available, released| {
        Err(ReleaseError::AboveBound {
            bound: 3,
            available,
            released,
        })
    };
    assert_eq!(bounded.release(), refusal(3, 1));
    assert_eq!(bounded.release_many(usize::MAX), refusal(3, usize::MAX));
    bounded.acquire_many(2);
    assert_eq!(bounded.release_many(3), refusal(1, 3));
    assert_eq!(bounded.available(), 1);
    bounded.release_many(2).unwrap();
    assert_eq!(bounded.release(), refusal(3, 1));
    assert_eq!((bounded.available(), bounded.bound()), (3, 3));
}

#[test]
fn a_bound_of_none_is_never_passed() {
    let none = BoundedSemaphore::new(0);
    for n in 1..3 {
        assert!(none.release_many(n).is_err());
    }
    assert!(none.release().is_err());
    assert!(!none.acquire_timeout(SHORT));
    assert!(none.release().is_err());
    assert!(none.try_acquire_many(0));
    // Not even for the moment in which a release has given what it takes back.
    let (stop, taken) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let releasers = [(); 2].map(|()| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert!(none.release().is_err());
                }
            })
        });
        for _ in 0..20_000 {
            taken.fetch_add(usize::from(none.try_acquire()), Ordering::Relaxed);
            taken.fetch_add(none.drain(), Ordering::Relaxed);
        }
        stop.store(true, Ordering::Relaxed);
        for releaser in releasers {
            releaser.join().unwrap();
        }
    });
    assert_eq!((taken.into_inner(), none.available()), (0, 0));
}

#[test]
fn a_bound_that_differs_from_the_value() {
    static STOCK: BoundedSemaphore = BoundedSemaphore::with_bound(1, 3);
    assert_eq!((STOCK.available(), STOCK.bound()), (1, 3));
    STOCK.release_many(2).unwrap();
    let full = ReleaseError::AboveBound {
        bound: 3,
        available: 3,
        released: 1,
    };
    assert_eq!(STOCK.release(), Err(full));
    assert!(STOCK.try_acquire_many(3));
    assert!(!STOCK.acquire_many_timeout(4, SHORT));
    STOCK.release().unwrap();
    assert_eq!((STOCK.available(), STOCK.bound()), (1, 3));
    for (value, bound) in [(2, 1), (0, Semaphore::MAX + 1), (usize::MAX, usize::MAX)] {
        assert!(catch_unwind(|| BoundedSemaphore::with_bound(value, bound)).is_err());
    }
}

#[test]
fn a_bounded_semaphore_is_a_semaphore() {
    fn take(semaphore: &Semaphore) -> Permit<'_> {
        semaphore.permit()
    }
    let bounded = BoundedSemaphore::new(1);
    let permit = take(&bounded);
    assert_eq!(bounded.available(), 0);
    drop(permit);
    let semaphore: &Semaphore = &bounded;
    assert!(semaphore.release().is_err());
}

#[test]
fn a_bounded_release_is_refused_while_a_thread_waits_for_more_than_there_will_be() {
    let bounded = BoundedSemaphore::new(2);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| bounded.acquire_many_timeout(3, SHORT * 4));
        while !waiter.is_finished() {
            assert!(bounded.release().is_err());
            assert!(bounded.try_acquire_many(2));
            assert!(bounded.release_many(3).is_err());
            bounded.release_many(2).unwrap();
        }
        assert!(!waiter.join().unwrap());
    });
    assert_eq!(bounded.available(), 2);
}

#[test]
fn errors_say_what_was_wrong() {
    assert_eq!(
        Semaphore::new(1).release_many(0).unwrap_err().to_string(),
        "no permit was to be released: release at least one"
    );
    let message = Semaphore::new(5)
        .release_many(Semaphore::MAX)
        .unwrap_err()
        .to_string();
    assert!(message.contains("releasing 1073741823 permits with 5 available"));
    let message = BoundedSemaphore::new(5).release().unwrap_err().to_string();
    assert!(message.contains("releasing 1 permit with 5 available"));
    assert!(message.contains("the bound of 5"));
}

#[test]
fn no_permit_is_acquired_at_once() {
    let semaphore = Semaphore::new(0);
    semaphore.acquire_many(0);
    assert!(semaphore.try_acquire_many(0));
    assert!(semaphore.acquire_many_timeout(0, Duration::ZERO));
    assert_eq!(semaphore.permit_many(0).count(), 0);
    assert_eq!(semaphore.available(), 0);
}

#[test]
fn zero_is_a_try_and_what_is_beyond_the_clock_is_for_ever() {
    let semaphore = Semaphore::new(0);
    assert!(!semaphore.acquire_timeout(Duration::ZERO));
    assert!(!semaphore.acquire_many_timeout(2, Duration::ZERO));
    assert!(!semaphore.acquire_deadline(Instant::now() - SHORT));
    semaphore.release_many(4).unwrap();
    assert!(semaphore.acquire_timeout(Duration::ZERO));
    assert!(semaphore.acquire_deadline(Instant::now() - SHORT));
    assert!(semaphore.acquire_many_deadline(2, Instant::now() - SHORT));
    thread::scope(|scope| {
        let waiter = scope.spawn(|| semaphore.acquire_timeout(Duration::MAX));
        semaphore.release().unwrap();
        assert!(waiter.join().unwrap());
    });
}

#[test]
fn a_timed_wait_lasts_as_long_as_it_should() {
    let semaphore = Semaphore::new(0);
    let start = Instant::now();
    assert!(!semaphore.acquire_timeout(SHORT * 2));
    assert!(start.elapsed() >= SHORT * 2);
    let deadline = Instant::now() + SHORT * 2;
    assert!(!semaphore.acquire_many_deadline(2, deadline));
    assert!(Instant::now() >= deadline);
}

#[test]
fn a_timed_wait_that_is_served_in_time() {
    let (semaphore, sleepers) = (Semaphore::new(0), Sleepers::new(3));
    type Form = fn(&Semaphore) -> bool;
    let forms: [Form; 3] = [
        |semaphore| semaphore.acquire_timeout(LONG),
        |semaphore| semaphore.acquire_deadline(Instant::now() + LONG),
        |semaphore| semaphore.acquire_many_timeout(2, LONG),
    ];
    thread::scope(|scope| {
        let (semaphore, sleepers) = (&semaphore, &sleepers);
        let waiters = forms.map(|acquire| {
            scope.spawn(move || {
                sleepers.enter();
                acquire(semaphore)
            })
        });
        sleepers.until(3);
        for _ in 0..4 {
            semaphore.release().unwrap();
        }
        for waiter in waiters {
            assert!(waiter.join().unwrap());
        }
    });
    assert_eq!(semaphore.available(), 0);
}

#[test]
fn released_permits_reach_as_many_waiters() {
    let (semaphore, sleepers) = (Semaphore::new(0), Sleepers::new(5));
    let served = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                sleepers.enter();
                semaphore.acquire();
                served.fetch_add(1, Ordering::Relaxed);
            });
        }
        sleepers.until(5);
        semaphore.release_many(3).unwrap();
        while served.load(Ordering::Relaxed) < 3 {
            thread::yield_now();
        }
        // Three have ended, and the others sleep on.
        sleepers.until(5);
        assert_eq!(served.load(Ordering::Relaxed), 3);
        assert_eq!(semaphore.available(), 0);
        semaphore.release_many(3).unwrap();
    });
    assert_eq!(served.into_inner(), 5);
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn draining_takes_all_there_is() {
    let semaphore = Semaphore::new(5);
    let permit = semaphore.permit_many(2);
    assert_eq!(semaphore.drain(), 3);
    assert_eq!((semaphore.drain(), semaphore.available()), (0, 0));
    drop(permit);
    assert_eq!(semaphore.drain(), 2);
    let full = Semaphore::new(Semaphore::MAX);
    assert_eq!(full.drain(), Semaphore::MAX);
    full.release_many(Semaphore::MAX).unwrap();
    let bounded = BoundedSemaphore::new(2);
    assert_eq!(bounded.drain(), 2);
    bounded.release_many(2).unwrap();
}

#[test]
fn the_number_of_waiters() {
    let (semaphore, sleepers) = (Semaphore::new(0), Sleepers::new(3));
    assert_eq!(semaphore.n_waiting(), 0);
    assert!(!semaphore.acquire_timeout(SHORT));
    assert_eq!(semaphore.n_waiting(), 0);
    thread::scope(|scope| {
        let (semaphore, sleepers) = (&semaphore, &sleepers);
        let waiters = [1, 1, 5].map(|n| {
            scope.spawn(move || {
                sleepers.enter();
                semaphore.acquire_many(n);
            })
        });
        sleepers.until(3);
        assert_eq!(semaphore.n_waiting(), 3);
        semaphore.release_many(7).unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
    assert_eq!((semaphore.n_waiting(), semaphore.available()), (0, 0));
}

#[test]
fn statics_of_both() {
    let permit = SEMAPHORE.permit();
    let other = thread::spawn(move || {
        drop(permit);
        SEMAPHORE.try_acquire_many(2)
    });
    assert!(other.join().unwrap());
    BOUNDED.acquire();
    assert!(!BOUNDED.try_acquire());
    BOUNDED.release().unwrap();
}

#[test]
fn by_default_there_is_one_permit_as_in_python() {
    assert_eq!(Semaphore::default().available(), 1);
    assert_eq!(BoundedSemaphore::default().bound(), 1);
}

#[test]
fn debug_shows_what_is_available_and_never_blocks() {
    let bounded = BoundedSemaphore::new(2);
    let permit = bounded.permit();
    assert_eq!(
        format!("{:?}", Semaphore::new(4)),
        "Semaphore { available: 4 }"
    );
    assert_eq!(
        format!("{bounded:?}"),
        "BoundedSemaphore { available: 1, bound: 2 }"
    );
    assert_eq!(format!("{permit:?}"), "Permit { count: 1, .. }");
}

#[test]
fn what_was_written_before_a_release_is_seen_after_the_acquire() {
    for asleep in [false, true] {
        let (semaphore, ready) = (Semaphore::new(0), AtomicBool::new(false));
        let sleepers = Sleepers::new(1);
        thread::scope(|scope| {
            scope.spawn(|| {
                sleepers.enter();
                semaphore.acquire();
                assert!(ready.load(Ordering::Relaxed));
            });
            if asleep {
                sleepers.until(1);
            }
            ready.store(true, Ordering::Relaxed);
            semaphore.release().unwrap();
        });
    }
}
