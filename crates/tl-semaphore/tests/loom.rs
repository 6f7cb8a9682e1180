//! Models of the semaphores: every interleaving of two or three threads, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-semaphore --release --test loom`
#![cfg(loom)]

use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use tl_core::model::{explore, let_time_pass};
use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, Semaphore};

/// A timeout that is over when the model lets time pass. Then waiters that sleep are overdue, too.
const SOME_TIME: Duration = Duration::from_secs(1);

/// A place that loom watches: it fails the model if two accesses are not ordered.
struct Watched(UnsafeCell<u32>);

// SAFETY: the models order the accesses through the semaphore, or loom reports them.
unsafe impl Sync for Watched {}
// SAFETY: a number may be sent.
unsafe impl Send for Watched {}

impl Watched {
    fn new() -> Watched {
        Watched(UnsafeCell::new(0))
    }

    fn add(&self) {
        // SAFETY: one thread at a time uses the place, or loom fails the model.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    fn get(&self) -> u32 {
        // SAFETY: as in `add`.
        self.0.with(|value| unsafe { *value })
    }
}

/// Runs `act` on what is shared in a thread of its own.
fn spawn<S: 'static, T: 'static>(
    shared: &Arc<S>,
    act: impl FnOnce(&S) -> T + 'static,
) -> thread::JoinHandle<T> {
    let shared = Arc::clone(shared);
    thread::spawn(move || act(&shared))
}

#[test]
fn one_permit_excludes_and_publishes() {
    explore(Some(3), || {
        let shared = Arc::new((Semaphore::new(1), Watched::new()));
        let other = spawn(&shared, |(semaphore, watched)| {
            let _permit = semaphore.permit();
            watched.add();
        });
        {
            let _permit = shared.0.permit();
            shared.1.add();
        }
        other.join().unwrap();
        assert_eq!((shared.1.get(), shared.0.available()), (2, 1));
    });
}

#[test]
fn three_threads_take_turns() {
    explore(Some(2), || {
        let shared = Arc::new((BoundedSemaphore::new(1), Watched::new()));
        let turn = |(semaphore, watched): &(BoundedSemaphore, Watched)| {
            semaphore.acquire();
            watched.add();
            // The other models give one by `release`.
            semaphore.release_many(1).unwrap();
        };
        let others = [spawn(&shared, turn), spawn(&shared, turn)];
        turn(&shared);
        for other in others {
            other.join().unwrap();
        }
        assert_eq!((shared.1.get(), shared.0.available()), (3, 1));
    });
}

#[test]
fn each_release_reaches_a_waiter() {
    explore(Some(2), || {
        let semaphore = Arc::new(Semaphore::new(0));
        let others = [
            spawn(&semaphore, |semaphore| semaphore.acquire()),
            spawn(&semaphore, |semaphore| {
                semaphore.release().unwrap();
                semaphore.release().unwrap();
            }),
        ];
        // Here, since a thread that waits before the others begin is no preemption, of which there
        // are few.
        semaphore.acquire();
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn two_releases_at_once_of_a_semaphore_that_has_never_been_so_full() {
    explore(Some(3), || {
        let semaphore = Arc::new(Semaphore::new(0));
        let other = spawn(&semaphore, |semaphore| semaphore.release().unwrap());
        semaphore.release().unwrap();
        other.join().unwrap();
        assert_eq!(semaphore.available(), 2);
    });
}

#[test]
fn for_a_moment_there_is_one_too_many_and_nobody_can_take_so_many() {
    explore(Some(3), || {
        let semaphore = Arc::new(Semaphore::new(Semaphore::MAX));
        let other = spawn(&semaphore, |semaphore| {
            semaphore.try_acquire_many(Semaphore::MAX + 1)
        });
        assert!(semaphore.release().is_err());
        assert!(!other.join().unwrap());
        assert_eq!(semaphore.available(), Semaphore::MAX);
    });
}

#[test]
fn of_two_releases_for_which_there_is_no_room_together_one_is_refused() {
    explore(Some(3), || {
        let semaphore = Arc::new(Semaphore::new(Semaphore::MAX - 2));
        // It keeps the others from the way of a semaphore for which nobody waits.
        let endless = spawn(&semaphore, |semaphore| {
            semaphore.acquire_many_timeout(usize::MAX, SOME_TIME)
        });
        let two = spawn(&semaphore, |semaphore| semaphore.release_many(2).is_ok());
        let one = semaphore.release().is_ok();
        let_time_pass();
        let two = two.join().unwrap();
        assert!(!endless.join().unwrap());
        assert!(one != two, "one of them fits, and not both");
        let given = usize::from(one) + 2 * usize::from(two);
        assert_eq!(semaphore.available(), Semaphore::MAX - 2 + given);
    });
}

#[test]
fn a_release_against_a_waiter_whose_time_runs_out() {
    explore(Some(3), || {
        let shared = Arc::new((Semaphore::new(0), Watched::new()));
        let waiter = spawn(&shared, |(semaphore, watched)| {
            let acquired = semaphore.acquire_timeout(SOME_TIME);
            if acquired {
                assert_eq!(watched.get(), 1);
            }
            acquired
        });
        let time = thread::spawn(let_time_pass);
        shared.1.add();
        shared.0.release().unwrap();
        let acquired = waiter.join().unwrap();
        time.join().unwrap();
        assert_eq!(shared.0.available(), usize::from(!acquired));
        assert_eq!(shared.0.try_acquire(), !acquired);
    });
}

#[test]
fn a_permit_that_a_waiter_gives_up_goes_to_the_next() {
    explore(Some(2), || {
        let semaphore = Arc::new(Semaphore::new(0));
        let timed = spawn(&semaphore, |semaphore| semaphore.acquire_timeout(SOME_TIME));
        let waiter = spawn(&semaphore, |semaphore| semaphore.acquire());
        semaphore.release().unwrap();
        let_time_pass();
        if timed.join().unwrap() {
            semaphore.release().unwrap();
        }
        waiter.join().unwrap();
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn a_permit_that_is_handed_over_is_not_there_for_others() {
    explore(Some(3), || {
        let semaphore = Arc::new(BoundedSemaphore::new(1));
        semaphore.acquire();
        let waiter = spawn(&semaphore, |semaphore| semaphore.acquire());
        let_time_pass();
        semaphore.release().unwrap();
        waiter.join().unwrap();
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn an_overdue_request_for_two_is_served_though_another_thread_comes_by() {
    explore(Some(2), || {
        let shared = Arc::new((Semaphore::new(2), Watched::new()));
        shared.0.acquire_many(2);
        let many = spawn(&shared, |(semaphore, watched)| {
            semaphore.acquire_many(2);
            watched.add();
            semaphore.release_many(2).unwrap();
        });
        let_time_pass();
        let one = spawn(&shared, |(semaphore, _)| {
            let _permit = semaphore.permit();
        });
        shared.1.add();
        shared.0.release().unwrap();
        shared.0.release().unwrap();
        many.join().unwrap();
        one.join().unwrap();
        assert_eq!((shared.1.get(), shared.0.available()), (2, 2));
    });
}

#[test]
fn when_permits_were_kept_in_vain_the_next_waiter_gets_them() {
    explore(Some(2), || {
        let semaphore = Arc::new(BoundedSemaphore::new(2));
        semaphore.acquire_many(2);
        let many = spawn(&semaphore, |semaphore| {
            semaphore.acquire_many_timeout(2, SOME_TIME)
        });
        let one = spawn(&semaphore, |semaphore| semaphore.acquire());
        semaphore.release().unwrap();
        let_time_pass();
        // One permit is out for good, as far as the others know: the thread that wants two gives
        // up, and the one that wants one has it.
        assert!(!many.join().unwrap());
        one.join().unwrap();
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn a_request_beyond_the_bound_does_not_hold_up_the_next() {
    explore(Some(2), || {
        let semaphore = Arc::new(BoundedSemaphore::new(1));
        semaphore.acquire();
        let many = spawn(&semaphore, |semaphore| {
            semaphore.acquire_many_timeout(2, SOME_TIME)
        });
        let one = spawn(&semaphore, |semaphore| semaphore.acquire());
        semaphore.release().unwrap();
        one.join().unwrap();
        let_time_pass();
        assert!(!many.join().unwrap());
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn an_overdue_request_for_more_than_there_ever_were_is_first() {
    explore(Some(2), || {
        let semaphore = Arc::new(Semaphore::new(0));
        let many = spawn(&semaphore, |semaphore| semaphore.acquire_many(2));
        let_time_pass();
        let other = spawn(&semaphore, |semaphore| semaphore.release().unwrap());
        semaphore.release().unwrap();
        // Only if the other does not wait yet: then it must come by another permit.
        let taken = semaphore.try_acquire();
        if taken {
            semaphore.release().unwrap();
        }
        many.join().unwrap();
        other.join().unwrap();
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn draining_takes_what_is_there_and_sees_what_preceded_it() {
    explore(Some(3), || {
        let shared = Arc::new((Semaphore::new(1), Watched::new()));
        let other = spawn(&shared, |(semaphore, watched)| {
            let taken = semaphore.drain();
            if taken == 3 {
                assert_eq!(watched.get(), 1);
            }
            taken
        });
        shared.1.add();
        shared.0.release_many(2).unwrap();
        let taken = other.join().unwrap();
        assert!(taken == 1 || taken == 3);
        assert_eq!((taken + shared.0.drain(), shared.0.available()), (3, 0));
    });
}

#[test]
fn of_two_releases_of_a_full_semaphore_none_fits_and_nobody_takes_what_is_taken_back() {
    explore(Some(3), || {
        let none = Arc::new(BoundedSemaphore::new(0));
        let other = spawn(&none, |none| none.release().is_err());
        assert!(none.release().is_err());
        assert_eq!((none.try_acquire(), none.drain()), (false, 0));
        assert!(other.join().unwrap());
        assert_eq!(none.available(), 0);
    });
}

#[test]
fn permits_of_two_threads_that_are_handed_over_at_once_publish_what_both_did() {
    explore(Some(2), || {
        let shared = Arc::new((Semaphore::new(2), Watched::new(), Watched::new()));
        shared.0.acquire_many(2);
        let many = spawn(&shared, |(semaphore, first, second)| {
            semaphore.acquire_many(2);
            assert_eq!((first.get(), second.get()), (1, 1));
        });
        let other = spawn(&shared, |(semaphore, first, _)| {
            first.add();
            semaphore.release().unwrap();
        });
        // Overdue, if it sleeps by now: then it is handed the permits and never looks at the word
        // again.
        let_time_pass();
        shared.2.add();
        shared.0.release().unwrap();
        many.join().unwrap();
        other.join().unwrap();
        assert_eq!(shared.0.available(), 0);
    });
}

#[test]
fn closing_refuses_the_waiter_and_passes_on_what_preceded_it() {
    explore(Some(3), || {
        let shared = Arc::new((ClosableSemaphore::new(0), Watched::new()));
        let waiter = spawn(&shared, |(semaphore, watched)| {
            assert!(semaphore.acquire().is_err());
            assert_eq!(watched.get(), 1);
        });
        shared.1.add();
        shared.0.close();
        waiter.join().unwrap();
        assert_eq!((shared.0.n_waiting(), shared.0.available()), (0, 0));
    });
}

#[test]
fn a_release_against_closing_serves_the_waiter_or_stays() {
    explore(Some(2), || {
        let semaphore = Arc::new(ClosableSemaphore::new(0));
        let waiter = spawn(&semaphore, |semaphore| semaphore.acquire().is_ok());
        let closer = spawn(&semaphore, |semaphore| semaphore.close());
        semaphore.release().unwrap();
        let served = waiter.join().unwrap();
        closer.join().unwrap();
        assert!(semaphore.is_closed());
        assert_eq!(semaphore.available(), usize::from(!served));
    });
}

#[test]
fn a_try_while_it_is_closed_is_refused() {
    explore(Some(2), || {
        let semaphore = Arc::new(ClosableSemaphore::new(0));
        let waiter = spawn(&semaphore, |semaphore| semaphore.acquire().is_ok());
        let other = spawn(&semaphore, |semaphore| semaphore.acquire().is_ok());
        semaphore.release().unwrap();
        semaphore.close();
        let served = [waiter, other].map(|thread| thread.join().unwrap());
        let served = served.into_iter().filter(|served| *served).count();
        assert_eq!(served + semaphore.available(), 1);
        assert!(semaphore.try_acquire().is_err());
    });
}
