//! The event that resets itself: each `set` lets one go, now or later, and never two.
#![cfg(not(loom))]

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_event::AutoResetEvent;

/// How often the races are run.
const ROUNDS: usize = if cfg!(sanitize_thread) { 2_000 } else { 20_000 };
/// Long enough for any machine.
const LONG: Duration = Duration::from_secs(60);

const _: () = assert!(size_of::<AutoResetEvent>() <= 4);

const _: fn() = || {
    fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin + 'static>() {}
    check::<AutoResetEvent>();
};

type Form = fn(&AutoResetEvent) -> bool;
/// The forms of waiting that go on when the event is set.
const FORMS: [Form; 6] = [
    |event| {
        event.wait();
        true
    },
    AutoResetEvent::try_wait,
    |event| event.wait_timeout(Duration::ZERO),
    |event| event.wait_timeout(Duration::MAX),
    |event| event.wait_deadline(Instant::now() - Duration::from_secs(1)),
    |event| event.wait_deadline(Instant::now() + LONG),
];

#[test]
fn a_set_is_remembered_for_one_in_every_form() {
    let event = AutoResetEvent::new();
    for form in FORMS {
        assert!(!event.is_set());
        event.set();
        assert!(event.is_set());
        assert!(form(&event));
        assert!(!event.try_wait());
    }
}

#[test]
fn two_sets_that_nobody_takes_are_as_good_as_one() {
    let event = AutoResetEvent::default();
    event.set();
    event.set();
    assert!(event.wait_timeout(Duration::MAX));
    assert!(!event.wait_timeout(Duration::from_millis(1)));
}

#[test]
fn what_is_cleared_is_forgotten() {
    let event = AutoResetEvent::new();
    event.clear();
    event.set();
    event.clear();
    event.clear();
    assert!(!event.is_set() && !event.try_wait());
    event.set();
    assert_eq!(format!("{event:?}"), "AutoResetEvent { is_set: true }");
}

#[test]
fn a_wait_that_runs_out_says_so_and_not_before_its_time() {
    let event = AutoResetEvent::new();
    for timeout in [0, 1, 20].map(Duration::from_millis) {
        let start = Instant::now();
        assert!(!event.wait_timeout(timeout));
        assert!(start.elapsed() >= timeout);
        let deadline = Instant::now() + timeout;
        assert!(!event.wait_deadline(deadline));
        assert!(Instant::now() >= deadline);
    }
    // It has left nothing behind.
    event.set();
    assert!(event.is_set() && event.try_wait());
}

#[test]
fn each_set_lets_one_sleeper_go_the_longest_first() {
    const WAITERS: usize = 5;
    let (event, order) = (AutoResetEvent::new(), AtomicUsize::new(0));
    let waiters = [(); WAITERS].map(|()| Sleepers::new(1));
    let gone = [(); WAITERS].map(|()| AtomicUsize::new(usize::MAX));
    thread::scope(|scope| {
        for (sleeper, gone) in waiters.iter().zip(&gone) {
            let (event, order) = (&event, &order);
            scope.spawn(move || {
                sleeper.enter();
                event.wait();
                gone.store(order.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
            });
            sleeper.until(1);
        }
        for set in 1..=WAITERS {
            event.set();
            // It went to a sleeper: nobody else can have it.
            assert!(!event.is_set() && !event.try_wait());
            while order.load(Ordering::Relaxed) < set {
                thread::yield_now();
            }
            // Those that wait on do so asleep.
            waiters.iter().for_each(|sleeper| sleeper.until(1));
            assert_eq!(order.load(Ordering::Relaxed), set);
        }
    });
    let order = gone.map(AtomicUsize::into_inner);
    assert_eq!(order, [0, 1, 2, 3, 4]);
    event.set();
    assert!(event.is_set());
}

#[test]
fn a_waiter_that_gives_up_takes_no_set_from_another() {
    let (event, sleepers) = (AutoResetEvent::new(), Sleepers::new(1));
    thread::scope(|scope| {
        let hasty = scope.spawn(|| event.wait_timeout(Duration::from_millis(20)));
        let patient = scope.spawn(|| {
            sleepers.enter();
            event.wait_timeout(LONG)
        });
        sleepers.until(1);
        assert!(!hasty.join().unwrap());
        event.set();
        assert!(patient.join().unwrap());
    });
    assert!(!event.is_set());
}

#[test]
fn of_a_set_and_a_deadline_at_once_neither_is_lost() {
    let (event, next) = (AutoResetEvent::new(), AutoResetEvent::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                event.set();
                next.wait();
            }
        });
        for round in 0..ROUNDS as u64 {
            let timeout = Duration::from_nanos(round * 7919 % 20_000);
            if !event.wait_timeout(timeout) {
                // Whichever came first, the set is there.
                event.wait();
            }
            assert!(!event.is_set());
            next.set();
        }
    });
}

#[test]
fn one_that_is_set_once_is_in_one_hand_at_a_time() {
    let (baton, inside) = (AutoResetEvent::new(), AtomicUsize::new(0));
    let most = AtomicUsize::new(0);
    baton.set();
    thread::scope(|scope| {
        for number in 0..6 {
            let (baton, inside, most) = (&baton, &inside, &most);
            scope.spawn(move || {
                for _ in 0..ROUNDS / 20 {
                    match number % 3 {
                        0 => baton.wait(),
                        1 => while !baton.wait_timeout(Duration::from_micros(30)) {},
                        _ => assert!(baton.wait_deadline(Instant::now() + LONG)),
                    }
                    most.fetch_max(inside.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
                    inside.fetch_sub(1, Ordering::Relaxed);
                    baton.set();
                }
            });
        }
    });
    assert_eq!(most.into_inner(), 0);
    assert!(baton.try_wait());
    assert!(!baton.try_wait());
}

#[test]
fn the_last_handle_may_go_right_after_the_wait() {
    for round in 0..ROUNDS / 20 {
        let event = Arc::new(AutoResetEvent::new());
        let setter = {
            let event = Arc::clone(&event);
            thread::spawn(move || event.set())
        };
        if round % 2 == 0 {
            thread::yield_now();
        }
        event.wait();
        drop(event);
        setter.join().unwrap();
    }
}
