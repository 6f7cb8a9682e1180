//! Models of the event: the interleavings of two or three threads, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-event --release --test loom`
#![cfg(loom)]

use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use tl_core::door::Deadline;
use tl_core::model::{explore, let_time_pass};
use tl_event::{AutoResetEvent, Event};

/// A timeout that is over when the model lets time pass.
const SOME_TIME: Duration = Duration::from_secs(1);

/// An event, and something to tell the threads that it lets go. Its accesses are relaxed, so that
/// the event alone orders them.
struct Shared {
    event: Event,
    message: AtomicU32,
}

fn shared() -> Arc<Shared> {
    Arc::new(Shared {
        event: Event::new(),
        message: AtomicU32::new(0),
    })
}

impl Shared {
    fn write(&self, message: u32) {
        self.message.store(message, Ordering::Relaxed);
    }

    fn read(&self) -> u32 {
        self.message.load(Ordering::Relaxed)
    }
}

/// Runs `act` on the shared event in a thread of its own.
fn spawn<T: 'static>(
    shared: &Arc<Shared>,
    act: impl FnOnce(&Shared) -> T + 'static,
) -> thread::JoinHandle<T> {
    let shared = Arc::clone(shared);
    thread::spawn(move || act(&shared))
}

#[test]
fn a_set_lets_the_waiter_go_and_passes_on_what_preceded_it() {
    explore(Some(3), || {
        let shared = shared();
        let setter = spawn(&shared, |shared| {
            shared.write(1);
            shared.event.set();
        });
        shared.event.wait();
        assert_eq!(shared.read(), 1);
        assert!(shared.event.is_set());
        setter.join().unwrap();
    });
}

#[test]
fn a_set_lets_two_waiters_go() {
    explore(Some(2), || {
        let shared = shared();
        let waiter = spawn(&shared, |shared| {
            shared.event.wait();
            assert_eq!(shared.read(), 1);
        });
        let setter = spawn(&shared, |shared| {
            shared.write(1);
            shared.event.set();
        });
        shared.event.wait();
        assert_eq!(shared.read(), 1);
        waiter.join().unwrap();
        setter.join().unwrap();
    });
}

#[test]
fn a_wait_that_had_begun_is_let_go_though_clear_follows_set() {
    explore(Some(3), || {
        let shared = shared();
        let begun = shared.event.begin_wait();
        let setter = spawn(&shared, |shared| {
            shared.write(1);
            shared.event.set();
            shared.event.clear();
        });
        assert!(shared.event.wait_begun(begun, Deadline::NEVER));
        assert_eq!(shared.read(), 1);
        setter.join().unwrap();
        assert!(!shared.event.is_set());
    });
}

#[test]
fn a_set_that_came_in_time_counts_though_it_is_cleared_and_time_has_run_out() {
    explore(Some(3), || {
        let shared = shared();
        let begun = shared.event.begin_wait();
        let setter = spawn(&shared, |shared| {
            shared.event.set();
            shared.event.clear();
        });
        let deadline = Deadline::after(SOME_TIME);
        let clock = spawn(&shared, |_| let_time_pass());
        // Either came first.
        let _ = shared.event.wait_begun(begun, deadline);
        setter.join().unwrap();
        clock.join().unwrap();
        // The set came before the wait looked at the clock.
        assert!(shared.event.wait_begun(begun, deadline));
    });
}

#[test]
fn a_timed_wait_ends_by_the_set_or_by_its_time() {
    explore(Some(3), || {
        let shared = shared();
        let setter = spawn(&shared, |shared| {
            shared.write(1);
            shared.event.set();
        });
        let clock = spawn(&shared, |_| let_time_pass());
        if shared.event.wait_timeout(SOME_TIME) {
            assert_eq!(shared.read(), 1);
        }
        setter.join().unwrap();
        clock.join().unwrap();
        assert!(shared.event.wait_timeout(SOME_TIME));
    });
}

#[test]
fn a_wait_that_ran_out_leaves_the_other_waiter_in_the_queue() {
    explore(Some(2), || {
        let shared = shared();
        let patient = spawn(&shared, |shared| shared.event.wait());
        let hasty = spawn(&shared, |shared| shared.event.wait_timeout(SOME_TIME));
        let_time_pass();
        shared.event.set();
        patient.join().unwrap();
        hasty.join().unwrap();
    });
}

#[test]
fn a_clear_sees_what_preceded_the_set_that_it_undoes() {
    explore(Some(3), || {
        let shared = shared();
        let setter = spawn(&shared, |shared| {
            shared.write(1);
            shared.event.set();
        });
        shared.event.clear();
        // Work that was announced before the `clear` is found by looking, work after it by waiting.
        if shared.read() == 0 {
            shared.event.wait();
            assert_eq!(shared.read(), 1);
        }
        setter.join().unwrap();
    });
}

#[test]
fn a_set_of_a_set_event_is_not_lost_on_a_clear() {
    explore(Some(3), || {
        let shared = shared();
        shared.event.set();
        let setter = spawn(&shared, |shared| {
            shared.write(1);
            shared.event.set();
        });
        shared.event.clear();
        if shared.read() == 0 {
            shared.event.wait();
            assert_eq!(shared.read(), 1);
        }
        setter.join().unwrap();
    });
}

#[test]
fn two_sets_at_once_let_the_waiter_go_once() {
    explore(Some(3), || {
        let shared = shared();
        let first = spawn(&shared, |shared| shared.event.set());
        let second = spawn(&shared, |shared| shared.event.set());
        shared.event.wait();
        first.join().unwrap();
        second.join().unwrap();
        assert!(shared.event.is_set());
        shared.event.clear();
        assert!(!shared.event.wait_timeout(Duration::ZERO));
    });
}

/// An event that resets itself, and something to tell the threads that it lets go.
struct Bell {
    event: AutoResetEvent,
    message: AtomicU32,
}

fn bell() -> Arc<Bell> {
    Arc::new(Bell {
        event: AutoResetEvent::new(),
        message: AtomicU32::new(0),
    })
}

fn spawn_at<T: 'static>(
    bell: &Arc<Bell>,
    act: impl FnOnce(&Bell) -> T + 'static,
) -> thread::JoinHandle<T> {
    let bell = Arc::clone(bell);
    thread::spawn(move || act(&bell))
}

#[test]
fn a_bell_lets_one_go_and_passes_on_what_preceded_it() {
    explore(Some(3), || {
        let bell = bell();
        let ringer = spawn_at(&bell, |bell| {
            bell.message.store(1, Ordering::Relaxed);
            bell.event.set();
        });
        bell.event.wait();
        assert_eq!(bell.message.load(Ordering::Relaxed), 1);
        ringer.join().unwrap();
        assert!(!bell.event.is_set() && !bell.event.try_wait());
    });
}

#[test]
fn a_bell_lets_two_go_if_each_rings_for_the_next() {
    explore(Some(2), || {
        let bell = bell();
        let others = [(); 2].map(|()| {
            spawn_at(&bell, |bell| {
                bell.event.wait();
                assert_eq!(bell.message.fetch_add(1, Ordering::Relaxed) % 2, 1);
                bell.message.fetch_add(1, Ordering::Relaxed);
                bell.event.set();
            })
        });
        bell.message.store(1, Ordering::Relaxed);
        bell.event.set();
        for thread in others {
            thread.join().unwrap();
        }
        assert_eq!(bell.message.load(Ordering::Relaxed), 5);
        assert!(bell.event.try_wait());
        assert!(!bell.event.try_wait());
    });
}

#[test]
fn a_bell_that_a_timed_wait_misses_is_remembered() {
    explore(Some(3), || {
        let bell = bell();
        let waiter = spawn_at(&bell, |bell| bell.event.wait_timeout(SOME_TIME));
        let clock = spawn_at(&bell, |_| let_time_pass());
        bell.event.set();
        let gone = waiter.join().unwrap();
        clock.join().unwrap();
        assert_eq!(bell.event.is_set(), !gone);
        assert_eq!(bell.event.try_wait(), !gone);
    });
}

#[test]
fn a_bell_is_heard_by_the_other_waiter_when_one_gives_up() {
    explore(Some(2), || {
        let bell = bell();
        let patient = spawn_at(&bell, |bell| bell.event.wait());
        let hasty = spawn_at(&bell, |bell| {
            // If it was let go the other still waits for its turn.
            if bell.event.wait_timeout(SOME_TIME) {
                bell.event.set();
            }
        });
        let_time_pass();
        bell.event.set();
        patient.join().unwrap();
        hasty.join().unwrap();
        assert!(!bell.event.is_set());
    });
}

#[test]
fn a_bell_that_rings_twice_passes_on_what_preceded_both() {
    explore(Some(3), || {
        let bell = bell();
        bell.event.set();
        let ringer = spawn_at(&bell, |bell| {
            bell.message.store(1, Ordering::Relaxed);
            bell.event.set();
        });
        bell.event.clear();
        if bell.message.load(Ordering::Relaxed) == 0 {
            bell.event.wait();
            assert_eq!(bell.message.load(Ordering::Relaxed), 1);
        }
        ringer.join().unwrap();
    });
}

#[test]
fn a_bell_that_finds_the_queue_empty_passes_on_what_preceded_it() {
    explore(Some(3), || {
        let bell = bell();
        let hasty = spawn_at(&bell, |bell| bell.event.wait_timeout(SOME_TIME));
        let ringer = spawn_at(&bell, |bell| {
            bell.message.store(1, Ordering::Relaxed);
            bell.event.set();
        });
        let_time_pass();
        if bell.event.try_wait() {
            assert_eq!(bell.message.load(Ordering::Relaxed), 1);
        }
        hasty.join().unwrap();
        ringer.join().unwrap();
    });
}
