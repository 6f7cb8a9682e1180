//! The semaphore that can be closed: what closing does to those that wait, that come, and that hold
//! permits.

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;
mod support;

use std::panic::{RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
use support::spawn_overdue;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_semaphore::{ClosableSemaphore, Closed, OwnedPermit, Permit, ReleaseError, Semaphore};

const SHORT: Duration = Duration::from_millis(5);
/// Long enough for any machine.
const LONG: Duration = Duration::from_secs(60);

/// Returns what [`Closed`] is in tests, which can't make one.
fn closed() -> Closed {
    let semaphore = ClosableSemaphore::new(0);
    semaphore.close();
    semaphore.acquire().unwrap_err()
}

// Compile-time promises.
const _: () = {
    const fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe + std::fmt::Debug>() {}
    shared::<ClosableSemaphore>();
    const fn error<T: std::error::Error + Send + Sync + Clone + Eq + 'static>() {}
    error::<Closed>();
    assert!(size_of::<ClosableSemaphore>() <= 8);
    assert!(ClosableSemaphore::MAX == Semaphore::MAX);
};
static SEMAPHORE: ClosableSemaphore = ClosableSemaphore::new(1);

type Acquire = fn(&ClosableSemaphore) -> Result<bool, Closed>;
/// All forms of acquiring, which say whether they took one permit.
const FORMS: [Acquire; 8] = [
    |semaphore| semaphore.acquire().map(|()| true),
    |semaphore| semaphore.try_acquire(),
    |semaphore| semaphore.acquire_timeout(LONG),
    |semaphore| semaphore.acquire_deadline(Instant::now() + LONG),
    |semaphore| semaphore.acquire_many(1).map(|()| true),
    |semaphore| semaphore.try_acquire_many(1),
    |semaphore| semaphore.acquire_many_timeout(1, LONG),
    |semaphore| semaphore.acquire_many_deadline(1, Instant::now() + LONG),
];

type Take = fn(&ClosableSemaphore) -> Result<Option<Permit<'_>>, Closed>;
/// All forms that return a permit.
const PERMITS: [Take; 8] = [
    |semaphore| semaphore.permit().map(Some),
    |semaphore| semaphore.try_permit(),
    |semaphore| semaphore.permit_timeout(LONG),
    |semaphore| semaphore.permit_deadline(Instant::now() + LONG),
    |semaphore| semaphore.permit_many(1).map(Some),
    |semaphore| semaphore.try_permit_many(1),
    |semaphore| semaphore.permit_many_timeout(1, LONG),
    |semaphore| semaphore.permit_many_deadline(1, Instant::now() + LONG),
];

type TakeOwned = fn(&Arc<ClosableSemaphore>) -> Result<Option<OwnedPermit>, Closed>;
/// All forms that return a permit which keeps the semaphore alive.
const OWNED: [TakeOwned; 8] = [
    |semaphore| semaphore.permit_owned().map(Some),
    |semaphore| semaphore.try_permit_owned(),
    |semaphore| semaphore.permit_owned_timeout(LONG),
    |semaphore| semaphore.permit_owned_deadline(Instant::now() + LONG),
    |semaphore| semaphore.permit_many_owned(1).map(Some),
    |semaphore| semaphore.try_permit_many_owned(1),
    |semaphore| semaphore.permit_many_owned_timeout(1, LONG),
    |semaphore| semaphore.permit_many_owned_deadline(1, Instant::now() + LONG),
];

#[test]
fn while_it_is_open_it_is_a_semaphore() {
    let semaphore = Arc::new(ClosableSemaphore::new(1));
    for form in FORMS {
        assert_eq!((form(&semaphore), semaphore.available()), (Ok(true), 0));
        assert_eq!(semaphore.acquire_timeout(SHORT), Ok(false));
        semaphore.release().unwrap();
    }
    for form in PERMITS {
        let permit = form(&semaphore).unwrap().unwrap();
        assert_eq!((permit.count(), semaphore.available()), (1, 0));
        assert!(semaphore.permit_timeout(SHORT).unwrap().is_none());
    }
    for form in OWNED {
        let permit = form(&semaphore).unwrap().unwrap();
        assert_eq!((permit.count(), semaphore.available()), (1, 0));
        assert!(semaphore.permit_owned_timeout(SHORT).unwrap().is_none());
    }
    assert_eq!(semaphore.with(|| semaphore.available()), Ok(0));
    assert_eq!((semaphore.drain(), semaphore.drain()), (Ok(1), Ok(0)));
    assert_eq!(semaphore.try_acquire_many(0), Ok(true));
    assert_eq!(semaphore.release_many(0), Err(ReleaseError::Zero));
    assert!(!semaphore.is_closed());
    assert_eq!(ClosableSemaphore::default().available(), 1);
}

#[test]
fn who_comes_later_is_refused_in_every_form_though_there_are_permits() {
    let semaphore = Arc::new(ClosableSemaphore::new(3));
    semaphore.close();
    semaphore.close();
    assert!(semaphore.is_closed());
    for form in FORMS {
        assert_eq!(form(&semaphore), Err(closed()));
    }
    for form in PERMITS {
        assert!(form(&semaphore).is_err());
    }
    for form in OWNED {
        assert!(form(&semaphore).is_err());
    }
    assert_eq!(semaphore.acquire_timeout(Duration::ZERO), Err(closed()));
    assert_eq!(semaphore.acquire_many(usize::MAX), Err(closed()));
    assert_eq!(semaphore.drain(), Err(closed()));
    // Not even nothing.
    assert_eq!(semaphore.acquire_many(0), Err(closed()));
    assert_eq!(semaphore.try_acquire_many(0), Err(closed()));
    let called = semaphore.with(|| panic!("it must not be called"));
    assert_eq!(called, Err::<(), _>(closed()));
    assert_eq!((semaphore.available(), semaphore.n_waiting()), (3, 0));
}

#[test]
fn all_that_wait_are_refused() {
    let (semaphore, sleepers) = (ClosableSemaphore::new(1), Sleepers::new(6));
    let permit = semaphore.permit().unwrap();
    thread::scope(|scope| {
        let waiters: Vec<_> = FORMS
            .into_iter()
            .enumerate()
            .filter(|(number, _)| number % 4 != 1)
            .map(|(_, form)| {
                let (semaphore, sleepers) = (&semaphore, &sleepers);
                scope.spawn(move || {
                    sleepers.enter();
                    form(semaphore)
                })
            })
            .collect();
        sleepers.until(6);
        assert_eq!(semaphore.n_waiting(), 6);
        semaphore.close();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), Err(closed()));
        }
    });
    assert_eq!((semaphore.n_waiting(), semaphore.available()), (0, 0));
    drop(permit);
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn permits_that_are_kept_for_a_waiter_stay_when_it_is_refused() {
    let semaphore = ClosableSemaphore::new(3);
    semaphore.acquire_many(3).unwrap();
    thread::scope(|scope| {
        let waiter = spawn_overdue(scope, || semaphore.acquire_many(3));
        semaphore.release_many(2).unwrap();
        assert_eq!(semaphore.try_acquire(), Ok(false));
        semaphore.close();
        assert_eq!(waiter.join().unwrap(), Err(closed()));
    });
    // What is given back after that counts, and serves nobody.
    semaphore.release().unwrap();
    assert_eq!(
        (semaphore.available(), semaphore.try_acquire()),
        (3, Err(closed()))
    );
    semaphore.release_many(Semaphore::MAX - 3).unwrap();
    assert!(semaphore.release().is_err());
    assert!(semaphore.release_many(2).is_err());
    assert_eq!(semaphore.available(), Semaphore::MAX);
}

#[test]
fn permits_that_are_out_are_given_back_after_closing() {
    let semaphore = Arc::new(ClosableSemaphore::new(4));
    let mut permit = semaphore.permit_many(2).unwrap();
    let owned = semaphore.permit_owned().unwrap();
    semaphore.close();
    drop(permit.split(1));
    assert_eq!(semaphore.available(), 2);
    drop(owned);
    drop(permit);
    assert_eq!(semaphore.available(), 4);
    assert_eq!(Arc::strong_count(&semaphore), 1);
}

#[test]
fn every_thread_of_many_is_told_once_and_no_permit_is_lost() {
    for round in 0..if cfg!(sanitize_thread) { 20 } else { 50 } {
        let semaphore = ClosableSemaphore::new(2);
        let refused = AtomicUsize::new(0);
        thread::scope(|scope| {
            for number in 0..6 {
                let (semaphore, refused) = (&semaphore, &refused);
                scope.spawn(move || {
                    // The last of them wants all there is.
                    while let Ok(permit) = semaphore.permit_many(1 + number / 5) {
                        drop(permit);
                    }
                    refused.fetch_add(1, Ordering::Relaxed);
                });
            }
            // At another moment each time.
            for _ in 0..round % 20 * 1000 {
                std::hint::spin_loop();
            }
            semaphore.close();
        });
        assert_eq!((refused.into_inner(), semaphore.available()), (6, 2));
    }
}

#[test]
fn a_permit_is_given_back_after_a_panic_and_statics_can_be_closed() {
    let panicked = catch_unwind(|| SEMAPHORE.with(|| panic!("on purpose")));
    assert!(panicked.is_err());
    assert_eq!(SEMAPHORE.available(), 1);
    let waiter = thread::spawn(|| SEMAPHORE.acquire_many(2));
    SEMAPHORE.close();
    assert_eq!(waiter.join().unwrap(), Err(closed()));
}

#[test]
fn debug_and_the_message() {
    let semaphore = ClosableSemaphore::new(4);
    semaphore.close();
    assert_eq!(
        format!("{semaphore:?}"),
        "ClosableSemaphore { available: 4, is_closed: true }"
    );
    assert!(closed().to_string().starts_with("the semaphore is closed"));
}
