//! Models of the door: every interleaving of two or three threads, explored by loom.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p tl-core --no-default-features --release --test loom`
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use tl_core::door::{
    Call, Deadline, Event, Holder, Mutex, Note, Operation, Tracer, WaitQueue, Waited, Wake,
    set_tracer, waits,
};
use tl_core::model::{explore, let_time_pass};
use tl_core::sync::atomic::{AtomicU32, Ordering};
use tl_core::{ThreadIdent, current_ident};

/// Returns a deadline that comes when the model lets time pass.
fn some_time() -> Deadline {
    Deadline::after(std::time::Duration::from_secs(1))
}

/// Waits until the word is no longer 0; whether that came in time.
fn wait_while_zero(word: &AtomicU32, deadline: Deadline) -> bool {
    let queue = WaitQueue::of(word);
    let locked = queue.lock();
    if word.load(Ordering::Relaxed) != 0 {
        return true;
    }
    match locked.wait(&mut queue.backoff(), deadline) {
        Wake::Woken { token, moved_to } => {
            assert_eq!((token, moved_to), (5, None));
            true
        }
        Wake::TimedOut(_) => false,
    }
}

fn set_and_wake(word: &AtomicU32) -> usize {
    let mut queue = WaitQueue::of(word).lock();
    word.store(1, Ordering::Relaxed);
    queue.wake_all(5)
}

/// A place that the model checker watches for accesses that are not ordered.
struct Watched(UnsafeCell<u32>);

// SAFETY: the models order the accesses through the door, and loom reports every pair that is not
// ordered.
unsafe impl Sync for Watched {}
// SAFETY: a number may be sent.
unsafe impl Send for Watched {}

impl Watched {
    fn new() -> Watched {
        Watched(UnsafeCell::new(0))
    }

    fn add(&self, n: u32) {
        // SAFETY: the cell is used by one thread at a time, or loom fails the model.
        self.0.with_mut(|value| unsafe { *value += n });
    }

    fn get(&self) -> u32 {
        // SAFETY: as in `add`.
        self.0.with(|value| unsafe { *value })
    }
}

#[test]
fn the_mutex_excludes_and_publishes() {
    explore(Some(3), || {
        let shared = Arc::new((Mutex::new(()), Watched::new()));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let _held = shared.0.lock();
                    shared.1.add(1);
                })
            })
            .collect();
        {
            let _held = shared.0.lock();
            shared.1.add(1);
        }
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(shared.1.get(), 3);
    });
}

#[test]
fn a_waiter_is_not_missed_and_sees_what_the_waker_did() {
    explore(None, || {
        let shared = Arc::new((AtomicU32::new(0), Watched::new()));
        let waker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                shared.1.add(7);
                set_and_wake(&shared.0);
            })
        };
        assert!(wait_while_zero(&shared.0, Deadline::NEVER));
        assert_eq!(shared.1.get(), 7);
        waker.join().unwrap();
    });
}

#[test]
fn of_a_wake_up_and_a_deadline_exactly_one_counts() {
    explore(Some(3), || {
        let word = Arc::new(AtomicU32::new(0));
        let waker = {
            let word = Arc::clone(&word);
            thread::spawn(move || WaitQueue::of(&*word).lock().wake_one(5))
        };
        let clock = thread::spawn(let_time_pass);
        let queue = WaitQueue::of(&*word);
        let woken = match queue.lock().wait(&mut queue.backoff(), some_time()) {
            Wake::Woken { token, .. } => token == 5,
            Wake::TimedOut(queue) => {
                assert!(queue.is_empty());
                false
            }
        };
        assert_eq!(woken, waker.join().unwrap());
        clock.join().unwrap();
        assert!(queue.lock().is_empty());
    });
}

#[test]
fn of_two_waiters_one_wake_takes_one() {
    explore(Some(2), || {
        let word = Arc::new(AtomicU32::new(0));
        let waiter = {
            let word = Arc::clone(&word);
            thread::spawn(move || wait_while_zero(&word, Deadline::NEVER))
        };
        let waker = {
            let word = Arc::clone(&word);
            thread::spawn(move || {
                let mut woken = 0;
                for limit in [1, 2] {
                    let mut queue = WaitQueue::of(&*word).lock();
                    word.store(1, Ordering::Relaxed);
                    let now = queue.wake(limit, 5);
                    assert!(now <= limit);
                    woken += now;
                }
                woken
            })
        };
        assert!(wait_while_zero(&word, Deadline::NEVER));
        assert!(waiter.join().unwrap());
        assert!(waker.join().unwrap() <= 2);
        assert!(WaitQueue::of(&*word).lock().is_empty());
    });
}

#[test]
fn a_moved_waiter_is_woken_from_the_lock_and_no_deadline_counts_any_more() {
    explore(Some(2), || {
        // A condition's word, and a lock's: 1 while it is held.
        let words = Arc::new((AtomicU32::new(0), AtomicU32::new(1)));
        let notifier = {
            let words = Arc::clone(&words);
            thread::spawn(move || {
                let taken = WaitQueue::of(&words.0).wake_or_requeue(
                    1,
                    || WaitQueue::of(&words.1),
                    || true,
                    |_, _| (),
                );
                let moved = {
                    let mut queue = WaitQueue::of(&words.1).lock();
                    words.1.store(0, Ordering::Relaxed);
                    queue.wake_one(9)
                };
                assert!(taken == 1 || !moved);
                (taken == 1, moved)
            })
        };
        let clock = thread::spawn(let_time_pass);
        let queue = WaitQueue::of(&words.0);
        let end = match queue.lock().wait(&mut queue.backoff(), some_time()) {
            Wake::Woken { token, moved_to } => {
                let moved = moved_to == Some(WaitQueue::of(&words.1).id());
                assert_eq!(token, if moved { 9 } else { 0 });
                (true, moved)
            }
            Wake::TimedOut(_) => (false, false),
        };
        assert_eq!(end, notifier.join().unwrap());
        clock.join().unwrap();
        for word in [&words.0, &words.1] {
            assert!(WaitQueue::of(word).lock().is_empty());
        }
    });
}

const PASS: &Operation = &Operation::new("Model", "pass");

/// Waits with a note whose holder is said by a look at `watched`, and uses that itself when the
/// wait is over.
fn wait_noting(word: &AtomicU32, watched: &Watched) {
    let holder = || {
        watched.get();
        Some(Holder::new(ThreadIdent::MAIN))
    };
    let queue = WaitQueue::of(word);
    let note = Note::new(Call::here(PASS)).held_by(queue, &holder);
    let locked = queue.lock();
    if word.load(Ordering::Relaxed) == 0 {
        let wake = locked.noting(&note).wait(&mut queue.backoff(), some_time());
        drop(wake);
    } else {
        drop(locked);
    }
    watched.add(1);
}

#[test]
fn who_looks_is_done_with_a_note_before_its_waiter_goes_on() {
    explore(Some(3), || {
        let shared = Arc::new((AtomicU32::new(0), Watched::new()));
        let waiter = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || wait_noting(&shared.0, &shared.1))
        };
        let waker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || set_and_wake(&shared.0))
        };
        for wait in waits() {
            assert_eq!(wait.call.operation(), PASS);
            assert_eq!(wait.holder, Some(Holder::new(ThreadIdent::MAIN)));
        }
        let woken = waker.join().unwrap();
        assert!(woken <= 1);
        waiter.join().unwrap();
        assert!(waits().is_empty());
    });
}

#[test]
fn a_waiter_is_seen_while_it_is_moved_from_one_queue_to_another() {
    explore(Some(4), || {
        let words = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let waiter = {
            let words = Arc::clone(&words);
            thread::spawn(move || {
                let note = Note::new(Call::here(PASS));
                let queue = WaitQueue::of(&words.0);
                let locked = queue.lock();
                let wake =
                    locked
                        .noting(&note)
                        .wait_as(0, &mut queue.backoff(), Deadline::NEVER, || {
                            words.1.store(1, Ordering::Relaxed)
                        });
                assert!(matches!(wake, Wake::Woken { .. }));
            })
        };
        // From here on it waits, or was moved.
        if words.1.load(Ordering::Relaxed) == 1 {
            let mover = {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    let lock = WaitQueue::of(&words.1);
                    WaitQueue::of(&words.0).wake_or_requeue(1, || lock, || true, |_, _| ())
                })
            };
            let seen = waits().len();
            mover.join().unwrap();
            let was_woken = !WaitQueue::of(&words.1).lock().wake_one(0);
            // One that was still awake was woken, and may have been on its way.
            assert!(seen == 1 || was_woken);
        } else {
            while !WaitQueue::of(&words.0).lock().wake_one(0) {
                thread::yield_now();
            }
        }
        waiter.join().unwrap();
    });
}

#[test]
fn a_thread_that_gives_up_and_ends_is_seen_no_more() {
    explore(Some(3), || {
        let shared = Arc::new((AtomicU32::new(0), Watched::new()));
        let waiter = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || wait_noting(&shared.0, &shared.1))
        };
        let clock = thread::spawn(let_time_pass);
        let seen = waits();
        assert!(seen.len() <= 1);
        for wait in seen {
            assert_eq!(wait.call.operation(), PASS);
            assert_eq!(wait.holder, Some(Holder::new(ThreadIdent::MAIN)));
        }
        waiter.join().unwrap();
        assert!(waits().is_empty());
        clock.join().unwrap();
    });
}

std::thread_local! {
    /// The last wait that the recorder was told of. The threads of a model share it.
    static TOLD: std::cell::Cell<Option<Waited>> = const { std::cell::Cell::new(None) };
}

static TRACER: Tracer = Tracer::new(|event| {
    if let Event::Waited(wait) = event {
        TOLD.set(Some(wait));
    }
});

#[test]
fn a_wait_that_is_over_is_told_with_the_thread_that_ended_it() {
    set_tracer(Some(&TRACER));
    explore(Some(3), || {
        let word = Arc::new(AtomicU32::new(0));
        let waker = {
            let word = Arc::clone(&word);
            thread::spawn(move || {
                set_and_wake(&word);
                current_ident()
            })
        };
        let note = Note::new(Call::here(PASS));
        let queue = WaitQueue::of(&*word);
        let locked = queue.lock();
        TOLD.set(None);
        let has_waited = word.load(Ordering::Relaxed) == 0;
        if has_waited {
            let wake = locked
                .noting(&note)
                .wait(&mut queue.backoff(), Deadline::NEVER);
            assert!(matches!(wake, Wake::Woken { .. }));
        } else {
            drop(locked);
        }
        let told = TOLD.take();
        let waker = waker.join().unwrap();
        assert_eq!(told.is_some(), has_waited);
        if let Some(told) = told {
            assert_eq!(told.thread, current_ident());
            assert_eq!(told.woken.map(|woken| woken.thread), Some(waker));
            assert_eq!((told.notified, told.has_timed_out), (None, false));
        }
    });
    set_tracer(None);
}

#[test]
fn a_wait_that_was_moved_is_told_with_its_notifier_and_with_its_waker() {
    set_tracer(Some(&TRACER));
    explore(Some(3), || {
        let words = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let waiter = {
            let words = Arc::clone(&words);
            thread::spawn(move || {
                let note = Note::new(Call::here(PASS));
                let queue = WaitQueue::of(&words.0);
                let wake = queue
                    .lock()
                    .noting(&note)
                    .wait(&mut queue.backoff(), Deadline::NEVER);
                assert!(matches!(wake, Wake::Woken { .. }));
            })
        };
        let mover = {
            let words = Arc::clone(&words);
            thread::spawn(move || {
                let lock = WaitQueue::of(&words.1);
                let from = WaitQueue::of(&words.0);
                while from.wake_or_requeue(1, || lock, || true, |_, _| ()) == 0 {
                    thread::yield_now();
                }
                current_ident()
            })
        };
        let mover = mover.join().unwrap();
        let was_moved = WaitQueue::of(&words.1).lock().wake_one(0);
        waiter.join().unwrap();
        let told = TOLD.take().expect("the wait is told of");
        let ended_by = [told.notified, told.woken].map(|waker| waker.map(|waker| waker.thread));
        let expected = if was_moved {
            [Some(mover), Some(current_ident())]
        } else {
            [None, Some(mover)]
        };
        assert_eq!(ended_by, expected);
    });
    set_tracer(None);
}

#[test]
fn a_wait_elsewhere_lasts_until_its_waker_is_done_with_it() {
    set_tracer(Some(&TRACER));
    explore(Some(3), || {
        let word = Arc::new(AtomicU32::new(0));
        let waker = {
            let word = Arc::clone(&word);
            thread::spawn(move || {
                let woken = WaitQueue::of(&*word).lock().wake_one(5);
                woken.then(current_ident)
            })
        };
        let note = Note::new(Call::here(PASS));
        let queue = WaitQueue::of(&*word).lock().noting(&note);
        queue.wait_elsewhere(thread::yield_now);
        let told = TOLD.take().expect("the wait is told of");
        assert!(waits().is_empty());
        let waker = waker.join().unwrap();
        assert_eq!(told.woken.map(|woken| woken.thread), waker);
    });
    set_tracer(None);
}
