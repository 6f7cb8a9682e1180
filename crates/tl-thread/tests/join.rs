//! Joining: which thread waits for which, for how long, and what has happened by then.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::{Duration, Instant};

use tl_thread::{JoinError, Thread, current_thread, enumerate, main_thread, spawn};

fn parked() -> (Thread, mpsc::Sender<()>) {
    let (finish, finished) = mpsc::channel::<()>();
    let thread = Thread::new(move || {
        let _ = finished.recv();
    });
    (thread, finish)
}

type Join = fn(&Thread) -> Result<bool, JoinError>;

/// Returns the ways to join, in one shape.
fn ways() -> [Join; 5] {
    [
        |thread| thread.join().map(|()| true),
        |thread| thread.join_timeout(Duration::ZERO),
        |thread| thread.join_timeout(Duration::MAX),
        |thread| thread.join_deadline(Instant::now()),
        |thread| thread.join_deadline(Instant::now() + Duration::from_secs(3600)),
    ]
}

#[test]
fn joining_before_the_start_is_an_error() {
    let thread = Thread::new(|| ());
    for join in ways() {
        assert_eq!(join(&thread), Err(JoinError::NotStarted));
    }
    thread.start().unwrap();
    thread.join().unwrap();
}

#[test]
fn joining_oneself_is_an_error() {
    let outcome = spawn(|| ways().map(|join| join(&current_thread())));
    for result in outcome.join().unwrap() {
        assert_eq!(result, Err(JoinError::CurrentThread));
    }
}

#[test]
fn joining_a_foreign_thread_is_an_error() {
    let (send, receive) = mpsc::channel();
    let foreign = std::thread::spawn(move || send.send(current_thread()).unwrap());
    let thread = receive.recv().unwrap();
    for join in ways() {
        assert_eq!(join(&thread), Err(JoinError::ForeignThread));
    }
    foreign.join().unwrap();
}

#[test]
fn joining_the_main_thread_waits_for_it() {
    assert_eq!(
        main_thread().join_timeout(Duration::from_millis(5)),
        Ok(false)
    );
}

#[test]
fn an_ended_thread_can_be_joined_in_every_way_any_number_of_times() {
    let thread = Thread::new(|| ());
    thread.start().unwrap();
    thread.join().unwrap();
    for join in ways() {
        assert_eq!(join(&thread), Ok(true));
    }
}

#[test]
fn a_timed_join_gives_up_and_a_later_one_succeeds() {
    let (thread, finish) = parked();
    thread.start().unwrap();
    for timeout in [Duration::ZERO, Duration::from_millis(20)] {
        let before = Instant::now();
        assert_eq!(thread.join_timeout(timeout), Ok(false));
        assert!(before.elapsed() >= timeout);
    }
    assert_eq!(thread.join_deadline(Instant::now()), Ok(false));
    let soon = Instant::now() + Duration::from_millis(20);
    assert_eq!(thread.join_deadline(soon), Ok(false));
    assert!(Instant::now() >= soon);
    assert!(thread.is_alive());
    drop(finish);
    assert_eq!(thread.join_timeout(Duration::MAX), Ok(true));
    assert_eq!(thread.join(), Ok(()));
}

#[test]
fn many_threads_join_one_timed_and_not() {
    for _ in 0..50 {
        let (thread, finish) = parked();
        thread.start().unwrap();
        let ready = Arc::new(Barrier::new(9));
        let joiners: Vec<_> = (0..8)
            .map(|number| {
                let (thread, ready) = (thread.clone(), Arc::clone(&ready));
                spawn(move || {
                    ready.wait();
                    if number % 2 == 0 {
                        thread.join().unwrap();
                    } else {
                        assert_eq!(thread.join_timeout(Duration::MAX), Ok(true));
                    }
                    assert!(!thread.is_alive());
                    assert!(!enumerate().contains(&thread));
                })
            })
            .collect();
        ready.wait();
        drop(finish);
        for joiner in joiners {
            joiner.join().unwrap();
        }
    }
}

#[test]
fn a_join_that_waits_while_another_is_under_way_may_still_give_up() {
    let (thread, finish) = parked();
    thread.start().unwrap();
    let (begun, has_begun) = mpsc::channel();
    let joiner = spawn({
        let thread = thread.clone();
        move || {
            begun.send(()).unwrap();
            thread.join()
        }
    });
    has_begun.recv().unwrap();
    assert_eq!(thread.join_timeout(Duration::from_millis(10)), Ok(false));
    drop(finish);
    assert_eq!(joiner.join().unwrap(), Ok(()));
}

#[test]
fn every_join_returns_after_the_thread_locals_were_dropped() {
    struct Slow(Arc<AtomicBool>, Thread);
    impl Drop for Slow {
        fn drop(&mut self) {
            // Long enough for a join that does not wait for this to be caught.
            std::thread::sleep(Duration::from_millis(30));
            assert!(self.1.is_alive());
            assert!(enumerate().contains(&self.1));
            self.0.store(true, Ordering::Relaxed);
        }
    }
    thread_local!(static SLOW: RefCell<Option<Slow>> = const { RefCell::new(None) });

    let joins: [Join; 3] = [
        |thread| thread.join().map(|()| true),
        |thread| thread.join_timeout(Duration::from_secs(3600)),
        |thread| {
            // The one that takes the system's thread, and one beside it.
            let other = spawn({
                let thread = thread.clone();
                move || thread.join()
            });
            let result = thread.join_timeout(Duration::MAX);
            other.join().unwrap()?;
            result
        },
    ];
    for join in joins {
        let dropped = Arc::new(AtomicBool::new(false));
        let thread = Thread::new({
            let dropped = Arc::clone(&dropped);
            move || SLOW.set(Some(Slow(dropped, current_thread())))
        });
        thread.start().unwrap();
        assert_eq!(join(&thread), Ok(true));
        assert!(dropped.load(Ordering::Relaxed));
        assert!(!thread.is_alive());
    }
}

#[test]
fn a_timed_join_does_not_wait_for_a_thread_local_that_takes_its_time() {
    struct Blocked(Option<mpsc::Receiver<()>>);
    impl Drop for Blocked {
        fn drop(&mut self) {
            let _ = self.0.take().map(|finished| finished.recv());
        }
    }
    thread_local!(static BLOCKED: RefCell<Option<Blocked>> = const { RefCell::new(None) });

    let (finish, finished) = mpsc::channel::<()>();
    let handle = spawn(move || BLOCKED.set(Some(Blocked(Some(finished)))));
    assert_eq!(
        handle.thread().join_timeout(Duration::from_millis(50)),
        Ok(false)
    );
    let handle = handle.join_timeout(Duration::from_millis(10)).unwrap_err();
    assert!(!handle.is_finished());
    drop(finish);
    handle.join().unwrap();
}

#[test]
fn every_joiner_hears_of_a_panic() {
    let thread = Thread::new(|| panic!("number {}", 7));
    thread.start().unwrap();
    let expected = JoinError::Panicked("number 7".into());
    let other = spawn({
        let thread = thread.clone();
        move || thread.join()
    });
    assert_eq!(thread.join(), Err(expected.clone()));
    assert_eq!(other.join().unwrap(), Err(expected.clone()));
    assert_eq!(thread.join_timeout(Duration::ZERO), Err(expected.clone()));
    assert_eq!(thread.join_deadline(Instant::now()), Err(expected.clone()));
    assert_eq!(expected.panic_message(), Some("number 7"));
    assert!(!thread.is_alive());
}

#[test]
fn the_message_of_each_kind_of_panic() {
    fn message(f: impl FnOnce() + Send + 'static) -> String {
        let thread = Thread::new(f);
        thread.start().unwrap();
        let error = thread.join().unwrap_err();
        error.panic_message().unwrap().to_owned()
    }
    assert_eq!(message(|| panic!("a literal")), "a literal");
    assert_eq!(message(|| panic!("a {}", "string")), "a string");
    assert_eq!(
        message(|| std::panic::panic_any(String::from("owned"))),
        "owned"
    );
    assert!(message(|| std::panic::panic_any(5)).contains("no string"));
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_does_no_harm() {
    struct Bomb(u32);
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::panic_any(Bomb(self.0 + 1));
        }
    }
    // The second bomb would go off when what caught the first is dropped.
    let thread = Thread::new(|| std::panic::panic_any(Bomb(0)));
    thread.start().unwrap();
    assert!(matches!(thread.join(), Err(JoinError::Panicked(_))));
}

#[test]
fn start_and_join_race_and_nothing_is_lost() {
    let ended = Arc::new(AtomicU32::new(0));
    let rounds = 2_000;
    for _ in 0..rounds {
        let thread = Thread::new({
            let ended = Arc::clone(&ended);
            move || {
                ended.fetch_add(1, Ordering::Relaxed);
            }
        });
        let joiner = std::thread::spawn({
            let thread = thread.clone();
            move || {
                while thread.join() == Err(JoinError::NotStarted) {
                    std::thread::yield_now();
                }
                assert!(!enumerate().contains(&thread));
            }
        });
        thread.start().unwrap();
        assert_eq!(thread.join_timeout(Duration::from_secs(3600)), Ok(true));
        joiner.join().unwrap();
    }
    assert_eq!(ended.load(Ordering::Relaxed), rounds);
}
