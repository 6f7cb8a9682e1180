//! The event: every method, and the corners of set against clear against wait.
#![cfg(not(loom))]

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_event::Event;

/// How often the races are run.
const ROUNDS: usize = if cfg!(sanitize_thread) { 2_000 } else { 20_000 };

const _: () = assert!(size_of::<Event>() <= 4);

const _: fn() = || {
    fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin + 'static>() {}
    check::<Event>();
};

#[test]
fn a_new_event_is_clear() {
    for event in [Event::new(), Event::default()] {
        assert!(!event.is_set());
        assert_eq!(format!("{event:?}"), "Event { is_set: false }");
    }
}

#[test]
fn set_and_clear_can_be_repeated() {
    let event = Event::new();
    for _ in 0..3 {
        event.set();
        event.set();
        assert!(event.is_set());
        assert_eq!(format!("{event:?}"), "Event { is_set: true }");
        event.clear();
        event.clear();
        assert!(!event.is_set());
        assert!(!event.wait_timeout(Duration::from_micros(1)));
    }
}

#[test]
fn a_wait_on_a_set_event_does_not_block() {
    let event = Event::new();
    event.set();
    event.wait();
    for timeout in [Duration::ZERO, Duration::from_secs(1), Duration::MAX] {
        assert!(event.wait_timeout(timeout));
    }
    let now = Instant::now();
    for deadline in [
        now - Duration::from_secs(1),
        now,
        now + Duration::from_secs(3600),
    ] {
        assert!(event.wait_deadline(deadline));
    }
    assert!(event.is_set(), "a wait leaves the event as it is");
}

#[test]
fn a_wait_blocks_until_the_set() {
    let (event, sleepers) = (Event::new(), Sleepers::new(4));
    let is_set = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                sleepers.enter();
                event.wait();
                assert!(is_set.load(Ordering::Relaxed));
            });
        }
        sleepers.until(4);
        is_set.store(true, Ordering::Relaxed);
        event.set();
    });
}

/// Waits in one of the three forms.
fn wait_in_form(event: &Event, form: usize) {
    match form % 3 {
        0 => event.wait(),
        1 => assert!(event.wait_timeout(Duration::MAX)),
        _ => assert!(event.wait_deadline(Instant::now() + Duration::from_secs(3600))),
    }
}

#[test]
fn set_wakes_a_thousand_on_their_way_to_sleep() {
    let event = Event::new();
    let returned = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..1000 {
            let (event, returned) = (&event, &returned);
            scope.spawn(move || {
                wait_in_form(event, number);
                returned.fetch_add(1, Ordering::Relaxed);
            });
        }
        event.set();
    });
    assert_eq!(returned.into_inner(), 1000);
}

#[test]
fn a_thousand_sleepers_are_woken_though_clear_follows_set() {
    let (event, sleepers) = (Event::new(), Sleepers::new(1000));
    let returned = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..1000 {
            let (event, sleepers, returned) = (&event, &sleepers, &returned);
            scope.spawn(move || {
                sleepers.enter();
                wait_in_form(event, number);
                returned.fetch_add(1, Ordering::Relaxed);
            });
        }
        sleepers.until(1000);
        assert_eq!(returned.load(Ordering::Relaxed), 0);
        event.set();
        event.clear();
    });
    assert_eq!(returned.into_inner(), 1000);
    assert!(!event.is_set());
}

#[test]
fn a_wait_that_runs_out_says_so_and_not_before_its_time() {
    let event = Event::new();
    for timeout in [0, 1, 20].map(Duration::from_millis) {
        let start = Instant::now();
        assert!(!event.wait_timeout(timeout));
        assert!(start.elapsed() >= timeout);
        let deadline = Instant::now() + timeout;
        assert!(!event.wait_deadline(deadline));
        assert!(Instant::now() >= deadline);
    }
    assert!(!event.wait_deadline(Instant::now() - Duration::from_secs(1)));
    assert!(!event.is_set());
}

#[test]
fn an_event_works_as_before_after_a_wait_has_run_out() {
    let event = Event::new();
    assert!(!event.wait_timeout(Duration::from_millis(1)));
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        event.set();
    });
    event.clear();
    assert!(!event.wait_timeout(Duration::from_millis(1)));
    event.set();
    assert!(event.wait_timeout(Duration::from_millis(1)));
}

#[test]
fn one_waiter_runs_out_of_time_and_the_others_wait_on() {
    let event = Event::new();
    thread::scope(|scope| {
        let patient: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| event.wait_timeout(Duration::MAX)))
            .collect();
        let hasty = scope.spawn(|| event.wait_timeout(Duration::from_millis(5)));
        assert!(!hasty.join().unwrap());
        event.set();
        for waiter in patient {
            assert!(waiter.join().unwrap());
        }
    });
}

#[test]
fn a_timed_wait_can_succeed_late() {
    let (event, sleepers) = (Event::new(), Sleepers::new(1));
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            sleepers.enter();
            event.wait_timeout(Duration::from_secs(3600))
        });
        sleepers.until(1);
        event.set();
        assert!(waiter.join().unwrap());
    });
}

#[test]
fn of_a_set_and_a_deadline_at_once_neither_is_lost() {
    let (event, next) = (Event::new(), Event::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                event.set();
                next.wait();
                next.clear();
            }
        });
        for round in 0..ROUNDS as u64 {
            let timeout = Duration::from_nanos(round * 7919 % 20_000);
            if !event.wait_timeout(timeout) {
                event.wait();
            }
            event.clear();
            assert!(!event.is_set());
            next.set();
        }
    });
}

#[test]
fn a_set_does_nothing_more_once_a_waiter_has_returned() {
    // Were it to touch the event or its queue late, the waiter's next wait, on an event that is
    // clear, would end or the event would be set.
    let event = Event::new();
    let seen = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS / 4 {
                event.set();
                seen.wait();
                seen.clear();
            }
        });
        for round in 0..ROUNDS as u64 / 4 {
            event.wait();
            event.clear();
            assert!(!event.wait_timeout(Duration::from_nanos(round * 7919 % 30_000)));
            assert!(!event.is_set());
            seen.set();
        }
    });
}

#[test]
fn the_last_handle_may_go_right_after_the_wait() {
    for round in 0..ROUNDS / 20 {
        let event = Arc::new(Event::new());
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

#[test]
fn no_pulse_is_lost_between_many_threads() {
    const THREADS: usize = 4;
    let (go, arrived) = (Event::new(), AtomicUsize::new(0));
    let (all, back) = (Event::new(), Event::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS / 20 {
                    go.wait();
                    if arrived.fetch_add(1, Ordering::AcqRel) + 1 == THREADS {
                        all.set();
                    }
                    back.wait();
                    if arrived.fetch_sub(1, Ordering::AcqRel) == 1 {
                        all.set();
                    }
                }
            });
        }
        for _ in 0..ROUNDS / 20 {
            go.set();
            all.wait();
            assert_eq!(arrived.load(Ordering::Acquire), THREADS);
            go.clear();
            all.clear();
            back.set();
            all.wait();
            assert_eq!(arrived.load(Ordering::Acquire), 0);
            back.clear();
            all.clear();
        }
    });
}

#[test]
fn an_event_can_be_a_static() {
    static READY: Event = Event::new();
    let waiter = thread::spawn(|| READY.wait());
    READY.set();
    waiter.join().unwrap();
}

#[test]
fn an_event_can_be_used_while_thread_locals_are_dropped() {
    static GO: Event = Event::new();
    static GONE: Event = Event::new();
    struct WaitsAtTheEnd;
    impl Drop for WaitsAtTheEnd {
        fn drop(&mut self) {
            GO.wait();
            GONE.set();
        }
    }
    thread_local!(static LAST: WaitsAtTheEnd = const { WaitsAtTheEnd });
    let thread = thread::spawn(|| LAST.with(|_| {}));
    assert!(!GONE.is_set());
    GO.set();
    GONE.wait();
    thread.join().unwrap();
}
