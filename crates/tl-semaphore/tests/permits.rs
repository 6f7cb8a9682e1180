//! Permits: they give back what they stand for, once, wherever they end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_semaphore::{BoundedSemaphore, OwnedPermit, Permit, Semaphore};

const SHORT: Duration = Duration::from_millis(5);

#[test]
fn a_permit_gives_back_when_dropped_on_panic_too() {
    let semaphore = Semaphore::new(2);
    let permit = semaphore.permit();
    assert_eq!(permit.count(), 1);
    assert_eq!(semaphore.available(), 1);
    drop(permit);
    assert_eq!(semaphore.available(), 2);
    for panics in [
        catch_unwind(|| {
            let _permit = semaphore.permit_many(2);
            panic!("on purpose");
        }),
        catch_unwind(|| semaphore.with(|| panic!("on purpose"))),
    ] {
        assert!(panics.is_err());
        assert_eq!(semaphore.available(), 2);
    }
    assert_eq!(semaphore.with(|| semaphore.available()), 1);
}

#[test]
fn the_forms_of_a_permit() {
    let semaphore = Semaphore::new(3);
    let permits = [
        semaphore.try_permit(),
        semaphore.permit_timeout(SHORT),
        semaphore.permit_deadline(Instant::now() + SHORT),
    ];
    assert!(permits.iter().all(Option::is_some));
    assert!(semaphore.try_permit().is_none());
    assert!(semaphore.permit_timeout(SHORT).is_none());
    assert!(semaphore.permit_deadline(Instant::now() + SHORT).is_none());
    assert_eq!(semaphore.available(), 0);
    drop(permits);
    assert_eq!(semaphore.available(), 3);

    assert!(semaphore.try_permit_many(4).is_none());
    assert!(semaphore.permit_many_timeout(4, SHORT).is_none());
    assert!(semaphore.permit_many_deadline(4, Instant::now()).is_none());
    assert_eq!(semaphore.available(), 3);
    type Form = fn(&Semaphore) -> Option<Permit<'_>>;
    let forms: [Form; 3] = [
        |semaphore| semaphore.try_permit_many(3),
        |semaphore| semaphore.permit_many_timeout(3, SHORT),
        |semaphore| semaphore.permit_many_deadline(3, Instant::now()),
    ];
    for form in forms {
        let permit = form(&semaphore).unwrap();
        assert_eq!((permit.count(), semaphore.available()), (3, 0));
    }
    assert_eq!(semaphore.available(), 3);
}

#[test]
fn a_permit_is_split_and_merged() {
    let (semaphore, other) = (Semaphore::new(5), Semaphore::new(5));
    let mut all = semaphore.permit_many(4);
    assert!(all.split(5).is_none());
    assert!(all.split(usize::MAX).is_none());
    assert_eq!(all.count(), 4);
    let mut three = all.split(3).unwrap();
    assert_eq!(
        (all.count(), three.count(), semaphore.available()),
        (1, 3, 1)
    );
    drop(all);
    assert_eq!(semaphore.available(), 2);
    three.merge(semaphore.permit()).unwrap();
    assert_eq!((three.count(), semaphore.available()), (4, 1));
    let none = three.split(0).unwrap();
    three.merge(none).unwrap();
    let rest = three.split(4).unwrap();
    assert_eq!((three.count(), rest.count()), (0, 4));
    drop(three);
    assert_eq!(semaphore.available(), 1);

    let mut rest = rest;
    let error = rest.merge(other.permit_many(2)).unwrap_err();
    assert_eq!((rest.count(), other.available()), (4, 3));
    let back = error.into_permit();
    assert_eq!(back.count(), 2);
    drop((rest, back));
    assert_eq!((semaphore.available(), other.available()), (5, 5));
}

#[test]
fn an_owned_permit_is_split_and_merged() {
    let semaphore = Arc::new(BoundedSemaphore::new(5));
    let mut all = semaphore.permit_many_owned(4);
    let part = all.split(3).unwrap();
    assert!(all.split(2).is_none());
    assert_eq!((all.count(), part.count()), (1, 3));
    thread::spawn(move || drop(part)).join().unwrap();
    assert_eq!(semaphore.available(), 4);
    all.merge(semaphore.permit_owned()).unwrap();
    assert_eq!((all.count(), semaphore.available()), (2, 3));
    let other = Arc::new(Semaphore::new(1));
    let error = all.merge(other.permit_owned()).unwrap_err();
    assert_eq!((all.count(), other.available()), (2, 0));
    drop(error);
    assert_eq!(other.available(), 1);
    drop(all);
    assert_eq!(
        (semaphore.available(), Arc::strong_count(&semaphore)),
        (5, 1)
    );
}

#[test]
fn the_forms_of_owned_permits_for_many() {
    type Form<S> = fn(&Arc<S>, usize) -> Option<OwnedPermit>;
    let (plain, bounded) = (
        Arc::new(Semaphore::new(3)),
        Arc::new(BoundedSemaphore::new(3)),
    );
    let forms: [(Form<Semaphore>, Form<BoundedSemaphore>); 3] = [
        (
            |semaphore, n| semaphore.try_permit_many_owned(n),
            |semaphore, n| semaphore.try_permit_many_owned(n),
        ),
        (
            |semaphore, n| semaphore.permit_many_owned_timeout(n, SHORT),
            |semaphore, n| semaphore.permit_many_owned_timeout(n, SHORT),
        ),
        (
            |semaphore, n| semaphore.permit_many_owned_deadline(n, Instant::now()),
            |semaphore, n| semaphore.permit_many_owned_deadline(n, Instant::now()),
        ),
    ];
    for (of_plain, of_bounded) in forms {
        assert!(of_plain(&plain, 4).is_none());
        assert!(of_bounded(&bounded, 4).is_none());
        let permits = [of_plain(&plain, 2), of_bounded(&bounded, 2)];
        assert_eq!(permits.map(|permit| permit.unwrap().count()), [2, 2]);
    }
    assert_eq!((plain.available(), bounded.available()), (3, 3));
}

#[test]
fn an_owned_permit_keeps_its_semaphore_and_goes_where_it_likes() {
    let semaphore = Arc::new(BoundedSemaphore::new(1));
    let permit = semaphore.permit_owned();
    assert!(semaphore.try_permit_owned().is_none());
    assert!(semaphore.permit_owned_timeout(SHORT).is_none());
    assert!(semaphore.permit_owned_deadline(Instant::now()).is_none());
    let weak = Arc::downgrade(&semaphore);
    drop(semaphore);
    let worker = thread::spawn(move || {
        assert_eq!(permit.count(), 1);
        weak.upgrade().map(|semaphore| semaphore.available())
    });
    assert_eq!(worker.join().unwrap(), Some(0));

    let semaphore = Arc::new(Semaphore::new(3));
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _permit = semaphore.permit_owned();
        panic!("on purpose");
    }));
    assert_eq!(semaphore.available(), 3);
    semaphore.permit_owned().forget();
    assert_eq!(semaphore.available(), 2);
    assert_eq!(Arc::strong_count(&semaphore), 1);
}

#[test]
fn a_forgotten_permit_is_used_up() {
    let semaphore = Semaphore::new(3);
    semaphore.permit().forget();
    std::mem::forget(semaphore.permit());
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn a_permit_may_be_dropped_in_another_thread() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.permit();
    thread::scope(|scope| scope.spawn(|| drop(permit)).join().unwrap());
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn a_release_too_many_while_a_permit_is_out_leaves_the_bound() {
    let bounded = BoundedSemaphore::new(1);
    let permit = bounded.permit();
    bounded.release().unwrap();
    drop(permit);
    assert_eq!(bounded.available(), 1);
    assert!(bounded.release().is_err());
}

#[test]
fn a_permit_for_many_gives_back_what_there_is_room_for() {
    let bounded = BoundedSemaphore::new(3);
    let permit = bounded.permit_many(3);
    bounded.release().unwrap();
    drop(permit);
    assert_eq!(bounded.available(), 3);
    // Merged, it may stand for more than there can be.
    let mut permit = bounded.permit_many(3);
    bounded.release_many(2).unwrap();
    permit.merge(bounded.permit_many(2)).unwrap();
    assert_eq!(permit.count(), 5);
    drop(permit);
    assert_eq!(bounded.available(), 3);
}
