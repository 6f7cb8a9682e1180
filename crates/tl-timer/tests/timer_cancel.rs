//! Timers that are cancelled: before, during and after their call.
#![cfg(not(loom))]

mod support;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::{AGES, LATER, blocking, counting, is_listed};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_thread::{JoinError, StartError};
use tl_timer::Timer;

#[test]
fn cancel_prevents_the_call() {
    let (timer, calls) = counting(LATER);
    timer.start().unwrap();
    assert!(timer.is_alive());
    assert!(is_listed(&timer));
    assert!(timer.cancel());
    assert!(!is_listed(&timer));
    assert!(!timer.is_alive());
    assert_eq!(timer.join(), Ok(()));
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn the_second_cancel_prevents_nothing() {
    let (timer, _) = counting(LATER);
    timer.start().unwrap();
    assert!(timer.cancel());
    assert!(!timer.cancel());
    assert!(!timer.clone().cancel());
}

#[test]
fn cancelled_before_the_start_it_starts_and_never_calls() {
    let (timer, calls) = counting(Duration::ZERO);
    assert!(timer.cancel());
    assert!(!timer.cancel());
    assert_eq!(timer.join(), Err(JoinError::NotStarted));
    timer.start().unwrap();
    assert_eq!(timer.join(), Ok(()));
    assert!(!timer.is_alive());
    assert!(!is_listed(&timer));
    assert!(timer.ident().is_some());
    assert!(matches!(timer.start(), Err(StartError::AlreadyStarted)));
    assert!(!timer.cancel());
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn cancel_during_the_call_is_too_late() {
    let (timer, has_begun, end) = blocking();
    timer.start().unwrap();
    has_begun.recv().unwrap();
    assert!(!timer.cancel());
    assert!(timer.is_alive());
    assert!(is_listed(&timer));
    end.send(()).unwrap();
    assert_eq!(timer.join(), Ok(()));
}

#[test]
fn cancel_after_the_call_is_too_late() {
    let (timer, calls) = counting(Duration::ZERO);
    timer.start().unwrap();
    timer.join().unwrap();
    assert!(!timer.cancel());
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn cancel_and_join_from_its_own_function() {
    let itself = Arc::new(OnceLock::<Timer>::new());
    let (said, heard) = mpsc::channel();
    let timer = Timer::new(Duration::from_millis(1), {
        let itself = Arc::clone(&itself);
        move || {
            let timer = itself.get().expect("it is set before the start");
            let joins = (timer.join(), timer.join_timeout(Duration::ZERO));
            said.send((timer.cancel(), joins, timer.is_alive()))
                .expect("the test listens");
        }
    });
    itself.set(timer.clone()).unwrap();
    timer.start().unwrap();
    let (cancelled, joins, alive) = heard.recv().unwrap();
    assert!(!cancelled);
    assert_eq!(
        joins,
        (Err(JoinError::CurrentThread), Err(JoinError::CurrentThread))
    );
    assert!(alive);
    assert_eq!(timer.join(), Ok(()));
}

/// Of each timer either the call happens, or one cancellation prevented it; never both, never
/// neither.
#[test]
fn fire_against_cancel() {
    const TIMERS: u32 = 3_000;
    let calls = Arc::new(AtomicU32::new(0));
    let prevented = AtomicU32::new(0);
    let timers: Vec<Timer> = (0..TIMERS)
        .map(|number| {
            let calls = Arc::clone(&calls);
            Timer::new(Duration::from_micros(number.into()), move || {
                calls.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel::<(usize, Instant)>();
        let (send_too, receive_too) = mpsc::channel::<(usize, Instant)>();
        for receive in [receive, receive_too] {
            let (timers, prevented) = (&timers, &prevented);
            scope.spawn(move || {
                for (number, due) in receive {
                    // Not a wait for something to happen: it aims at the moment of the fire.
                    while Instant::now() < due {
                        thread::yield_now();
                    }
                    let cancelled = timers[number].cancel();
                    prevented.fetch_add(cancelled.into(), Ordering::Relaxed);
                }
            });
        }
        for (number, timer) in timers.iter().enumerate() {
            timer.start().unwrap();
            let due = Instant::now() + Duration::from_micros(number as u64 + number as u64 % 100);
            send.send((number, due)).unwrap();
            send_too.send((number, due)).unwrap();
        }
    });
    for timer in &timers {
        assert_eq!(timer.join(), Ok(()));
        assert!(!timer.cancel());
    }
    let (calls, prevented) = (calls.load(Ordering::Relaxed), prevented.into_inner());
    assert_eq!(calls + prevented, TIMERS, "{calls} and {prevented}");
}

#[test]
fn join_returns_when_the_timer_is_cancelled() {
    let (timer, calls) = counting(LATER);
    timer.start().unwrap();
    thread::scope(|scope| {
        for number in 0..4 {
            let timer = timer.clone();
            scope.spawn(move || match number % 2 {
                0 => assert_eq!(timer.join(), Ok(())),
                _ => assert_eq!(timer.join_timeout(AGES), Ok(true)),
            });
        }
        assert!(timer.cancel());
    });
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn a_function_whose_drop_panics_does_not_stop_cancel() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the bomb went off");
        }
    }
    let bomb = Bomb;
    let timer = Timer::new(LATER, move || {
        let _bomb = &bomb;
    });
    timer.start().unwrap();
    let outcome = std::panic::catch_unwind(|| timer.cancel());
    assert!(outcome.is_err());
    assert!(!timer.is_alive());
    assert!(!is_listed(&timer));
    assert_eq!(timer.join(), Ok(()));
    assert!(!timer.cancel());
}

#[test]
fn a_timer_can_start_and_cancel_others_in_its_call() {
    let (said, heard) = mpsc::channel();
    let (victim, calls) = counting(LATER);
    victim.start().unwrap();
    let timer = Timer::new(Duration::ZERO, {
        let victim = victim.clone();
        move || {
            assert!(victim.cancel());
            let said = said.clone();
            Timer::new(Duration::ZERO, move || {
                said.send(()).expect("the test listens")
            })
            .start()
            .unwrap();
        }
    });
    timer.start().unwrap();
    heard.recv().unwrap();
    timer.join().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}
