//! Timers that call once.
#![cfg(not(loom))]

#[path = "../../../tests/support/sleepers.rs"]
mod sleepers;
mod support;

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use sleepers::Sleepers;
use support::{AGES, LATER, alone, blocking, counting, eventually, is_listed};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_thread::{JoinError, SetDaemonError, StartError, current_thread, enumerate};
use tl_timer::Timer;

#[test]
fn fires_once_and_not_before_its_time() {
    const INTERVAL: Duration = Duration::from_millis(50);
    let (said, heard) = mpsc::channel();
    let timer = Timer::new(INTERVAL, move || {
        said.send(Instant::now()).expect("the test listens")
    });
    let begin = Instant::now();
    timer.start().unwrap();
    timer.join().unwrap();
    let fired: Vec<Instant> = heard.iter().collect();
    assert_eq!(fired.len(), 1);
    assert!(fired[0] >= begin + INTERVAL);
}

#[test]
fn is_never_early() {
    for micros in 0..300 {
        let (said, heard) = mpsc::channel();
        let interval = Duration::from_micros(micros);
        let timer = Timer::new(interval, move || {
            said.send(Instant::now()).expect("the test listens")
        });
        let begin = Instant::now();
        timer.start().unwrap();
        assert!(heard.recv().unwrap() >= begin + interval);
    }
}

#[test]
fn fires_at_once_after_no_time() {
    let (timer, calls) = counting(Duration::ZERO);
    timer.start().unwrap();
    timer.join().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn is_pending_for_ever_after_the_longest_time() {
    let (timer, calls) = counting(Duration::MAX);
    timer.start().unwrap();
    assert!(timer.is_alive());
    assert!(is_listed(&timer));
    assert_eq!(timer.join_timeout(Duration::from_millis(20)), Ok(false));
    assert!(timer.cancel());
    assert_eq!(timer.join(), Ok(()));
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn timers_fire_in_the_order_of_their_times() {
    let (said, heard) = mpsc::channel();
    // Each starts the time of the next one within its call: that is an order which does not depend
    // on how threads are run.
    fn chain(left: u32, said: mpsc::Sender<u32>) -> Timer {
        Timer::new(Duration::from_millis(1), move || {
            said.send(left).expect("the test listens");
            if left > 0 {
                chain(left - 1, said).start().unwrap();
            }
        })
    }
    chain(20, said).start().unwrap();
    assert!(heard.iter().eq((0..=20).rev()));
}

#[test]
fn starts_once() {
    let (timer, calls) = counting(LATER);
    timer.start().unwrap();
    assert!(matches!(timer.start(), Err(StartError::AlreadyStarted)));
    assert!(timer.cancel());
    assert!(matches!(timer.start(), Err(StartError::AlreadyStarted)));
    let (fired, fired_calls) = counting(Duration::ZERO);
    fired.start().unwrap();
    fired.join().unwrap();
    assert!(matches!(fired.start(), Err(StartError::AlreadyStarted)));
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(fired_calls.load(Ordering::Relaxed), 1);
}

#[test]
fn handles_of_one_timer_are_equal_and_those_of_two_are_not() {
    let once = Timer::new(LATER, || ());
    let every = Timer::every(LATER, || ());
    assert_eq!(once, once.clone());
    assert_eq!(every, every.clone());
    assert_ne!(once, Timer::new(LATER, || ()));
    assert_ne!(once, every);
    #[allow(clippy::mutable_key_type)] // which timer it is does not change
    let known = HashSet::from([once.clone(), every.clone(), once, every]);
    assert_eq!(known.len(), 2);
}

#[test]
fn started_by_many_threads_it_starts_once() {
    for _ in 0..200 {
        let (timer, calls) = counting(Duration::ZERO);
        let started = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    started.fetch_add(timer.start().is_ok().into(), Ordering::Relaxed);
                });
            }
        });
        timer.join().unwrap();
        assert_eq!(started.into_inner(), 1);
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn join_before_the_start_is_an_error() {
    let (timer, _) = counting(LATER);
    assert_eq!(timer.join(), Err(JoinError::NotStarted));
    assert_eq!(timer.join_timeout(AGES), Err(JoinError::NotStarted));
    assert_eq!(
        timer.join_deadline(Instant::now()),
        Err(JoinError::NotStarted)
    );
}

#[test]
fn join_waits_for_the_end_of_the_call() {
    let has_ended = Arc::new(AtomicBool::new(false));
    let (end, may_end) = mpsc::channel::<()>();
    let timer = Timer::new(Duration::from_millis(20), {
        let has_ended = Arc::clone(&has_ended);
        move || {
            may_end.recv().expect("the test ends it");
            has_ended.store(true, Ordering::Relaxed);
        }
    });
    timer.start().unwrap();
    let sleepers = Sleepers::new(4);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                sleepers.enter();
                assert_eq!(timer.join(), Ok(()));
                assert!(has_ended.load(Ordering::Relaxed));
            });
        }
        // Before its time or in its call, it has not ended.
        sleepers.until(4);
        assert_eq!(timer.join_timeout(Duration::ZERO), Ok(false));
        assert_eq!(timer.join_deadline(Instant::now()), Ok(false));
        end.send(()).expect("the call waits for it");
    });
    assert_eq!(timer.join_timeout(Duration::ZERO), Ok(true));
    assert_eq!(timer.join_deadline(Instant::now()), Ok(true));
}

#[test]
fn the_function_runs_as_the_thread_of_the_timer() {
    let (said, heard) = mpsc::channel();
    let timer = Timer::new(Duration::from_millis(5), move || {
        said.send((
            current_thread(),
            tl_thread::get_ident(),
            tl_thread::get_native_id(),
            tl_core::current_name(),
            tl_core::sys::os_name(),
        ))
        .expect("the test listens");
    })
    .with_name("alarm clock");
    assert_eq!(&*timer.name(), "alarm clock");
    assert_eq!(timer.ident(), None);
    timer.start().unwrap();
    let ident = timer.ident().expect("it has one from its start");
    timer.join().unwrap();
    let (thread, ident_inside, native_id, name, os_name) = heard.recv().unwrap();
    assert_eq!(&thread, timer.thread());
    assert_eq!(ident_inside, ident);
    assert_eq!(timer.ident(), Some(ident));
    assert_eq!(timer.native_id(), Some(native_id));
    assert_eq!((&*name, &*os_name), ("alarm clock", "alarm clock"));
}

#[test]
fn a_pending_timer_has_no_thread_of_the_system() {
    let (timer, _) = counting(LATER);
    timer.start().unwrap();
    assert_eq!(timer.native_id(), None);
    assert!(timer.ident().is_some());
    timer.cancel();
    assert_eq!(timer.native_id(), None);
}

#[test]
fn is_named_as_a_thread() {
    let (timer, _) = counting(LATER);
    let number = timer.name().strip_prefix("Thread-").map(str::to_owned);
    number
        .expect("a default name")
        .parse::<u64>()
        .expect("with a number");
}

#[test]
fn a_name_given_while_it_is_pending_is_the_name_of_the_call() {
    const INTERVAL: Duration = Duration::from_millis(50);
    loop {
        let (said, heard) = mpsc::channel();
        let timer = Timer::new(INTERVAL, move || {
            said.send(tl_core::current_name())
                .expect("the test listens");
        })
        .with_name("old");
        let begin = Instant::now();
        timer.start().unwrap();
        timer.set_name("new");
        let is_in_time = begin.elapsed() < INTERVAL;
        assert_eq!(&*timer.name(), "new");
        let name = heard.recv().unwrap();
        timer.join().unwrap();
        if is_in_time {
            assert_eq!(&*name, "new");
            return;
        }
        // The machine was too busy for the name to come before the call.
    }
}

#[test]
fn inherits_the_daemon_flag() {
    let daemon = tl_thread::Thread::new(|| {
        assert!(counting(LATER).0.is_daemon());
        assert!(!counting(LATER).0.with_daemon(false).is_daemon());
    })
    .with_daemon(true);
    daemon.start().unwrap();
    daemon.join().unwrap();
    assert!(!counting(LATER).0.is_daemon());
    assert!(counting(LATER).0.with_daemon(true).is_daemon());
}

#[test]
fn the_call_runs_with_the_daemon_flag() {
    for flag in [true, false] {
        let (said, heard) = mpsc::channel();
        let timer = Timer::new(Duration::from_millis(1), move || {
            said.send((current_thread().is_daemon(), counting(LATER).0.is_daemon()))
                .expect("the test listens");
        });
        timer.set_daemon(flag).unwrap();
        timer.start().unwrap();
        assert_eq!(heard.recv().unwrap(), (flag, flag));
        timer.join().unwrap();
    }
}

#[test]
fn the_daemon_flag_may_change_until_the_timer_fires() {
    let (timer, _) = counting(LATER);
    timer.start().unwrap();
    assert!(!timer.is_daemon());
    assert_eq!(timer.set_daemon(true), Ok(()));
    assert!(timer.is_daemon());
    assert!(timer.thread().is_daemon());
    assert!(timer.cancel());

    let (running, has_begun, end) = blocking();
    running.start().unwrap();
    has_begun.recv().unwrap();
    let too_late = Err(SetDaemonError::AlreadyStarted);
    assert_eq!(running.set_daemon(true), too_late);
    assert!(!running.is_daemon());
    end.send(()).unwrap();
    running.join().unwrap();
    assert_eq!(running.set_daemon(true), too_late);
}

#[test]
fn a_running_timer_can_be_renamed() {
    let (renamed, is_renamed) = mpsc::channel::<()>();
    let (said, heard) = mpsc::channel();
    let timer = Timer::new(Duration::ZERO, move || {
        said.send(tl_core::current_name())
            .expect("the test listens");
        let _ = is_renamed.recv();
        said.send(tl_core::current_name())
            .expect("the test listens");
    })
    .with_name("before");
    timer.start().unwrap();
    assert_eq!(&*heard.recv().unwrap(), "before");
    timer.set_name("after");
    renamed.send(()).unwrap();
    assert_eq!(&*heard.recv().unwrap(), "after");
    timer.join().unwrap();
}

#[test]
fn pending_timers_are_listed_in_the_order_of_their_starts() {
    let timers: Vec<Timer> = (0..5).map(|_| counting(LATER).0).collect();
    for nth in [3, 0, 4, 2, 1] {
        timers[nth].start().unwrap();
    }
    let listed: Vec<_> = enumerate()
        .into_iter()
        .filter_map(|thread| timers.iter().position(|timer| *timer.thread() == thread))
        .collect();
    assert_eq!(listed, [3, 0, 4, 2, 1]);
    for timer in &timers {
        assert!(timer.cancel());
        assert!(!is_listed(timer));
    }
}

#[test]
fn is_not_listed_after_join() {
    for _ in 0..200 {
        let (timer, _) = counting(Duration::ZERO);
        timer.start().unwrap();
        timer.join().unwrap();
        assert!(!is_listed(&timer));
        assert!(!timer.is_alive());
    }
}

#[test]
fn a_panic_reaches_the_excepthook_and_the_joiners_and_stops_no_other_timer() {
    static FAILED: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    let _alone = alone();
    tl_thread::set_excepthook(|args| {
        let line = (args.thread().name().to_string(), args.message().to_owned());
        FAILED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
        panic!("the hook panics too");
    });
    let timer = Timer::new(Duration::ZERO, || panic!("out of steam")).with_name("engine");
    timer.start().unwrap();
    let failed = Err(JoinError::Panicked("out of steam".into()));
    assert_eq!(timer.join(), failed);
    assert_eq!(timer.join(), failed);
    assert!(!timer.is_alive());
    assert!(!is_listed(&timer));
    assert!(!timer.cancel());
    let failed = std::mem::take(&mut *FAILED.lock().unwrap_or_else(PoisonError::into_inner));
    assert_eq!(failed, [("engine".to_owned(), "out of steam".to_owned())]);

    let (next, calls) = counting(Duration::ZERO);
    next.start().unwrap();
    next.join().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_call_that_blocks_delays_no_other() {
    let (timer, has_begun, end) = blocking();
    timer.start().unwrap();
    has_begun.recv().unwrap();
    for _ in 0..10 {
        let (other, calls) = counting(Duration::from_millis(1));
        other.start().unwrap();
        other.join().unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }
    assert!(timer.is_alive());
    end.send(()).unwrap();
    timer.join().unwrap();
}

#[test]
fn each_call_has_new_thread_locals_and_join_waits_until_they_are_dropped() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    struct Slow(Cell<u32>);
    impl Drop for Slow {
        fn drop(&mut self) {
            thread::sleep(Duration::from_millis(5));
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }
    thread_local! { static VISITS: Slow = const { Slow(Cell::new(0)) } }

    for round in 1..=10 {
        let timer = Timer::new(Duration::ZERO, || {
            VISITS.with(|visits| {
                assert_eq!(visits.0.replace(1), 0);
            });
        });
        timer.start().unwrap();
        assert_eq!(timer.join(), Ok(()));
        assert_eq!(DROPPED.load(Ordering::Relaxed), round);
    }
}

#[test]
fn the_function_is_dropped_when_it_is_no_longer_needed() {
    let held = Arc::new(());
    let holding = |interval| {
        let held = Arc::clone(&held);
        Timer::new(interval, move || drop(held))
    };

    let never_started = holding(LATER);
    assert_eq!(Arc::strong_count(&held), 2);
    drop(never_started);
    assert_eq!(Arc::strong_count(&held), 1);

    let cancelled = holding(LATER);
    cancelled.start().unwrap();
    cancelled.cancel();
    assert_eq!(Arc::strong_count(&held), 1);

    let cancelled_first = holding(LATER);
    cancelled_first.cancel();
    cancelled_first.start().unwrap();
    assert_eq!(Arc::strong_count(&held), 1);

    let called = holding(Duration::ZERO);
    called.start().unwrap();
    called.join().unwrap();
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn goes_on_without_its_handles() {
    let (timer, calls) = counting(Duration::from_millis(10));
    timer.start().unwrap();
    drop(timer);
    eventually("the call", || calls.load(Ordering::Relaxed) == 1);
}

#[test]
fn tells_its_interval() {
    assert_eq!(counting(LATER).0.interval(), LATER);
}

#[test]
fn a_timer_may_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    anywhere(&counting(LATER).0);
}

#[test]
fn debug_shows_what_it_is_about() {
    let (timer, _) = counting(Duration::from_millis(1500));
    let timer = timer.with_name("egg");
    let shown = format!("{timer:?}");
    assert!(shown.contains("egg"), "{shown}");
    assert!(shown.contains("1.5s"), "{shown}");
}

#[test]
fn who_joins_a_timer_is_seen_to_wait_where_it_does() {
    let timer = Timer::new(LATER, || unreachable!());
    timer.start().unwrap();
    let joiner = timer.clone();
    let joining = thread::spawn(move || joiner.join_timeout(AGES));
    eventually("the wait", || {
        let waits = tl_core::door::waits();
        waits
            .iter()
            .any(|wait| wait.call.caller().file().ends_with("tests/timer.rs"))
    });
    assert!(timer.cancel());
    assert_eq!(joining.join().unwrap(), Ok(true));
}
