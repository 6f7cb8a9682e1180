//! `Condvar`: apart from its mutex, exact, oldest first; and the ways in which pools, job servers
//! and channels use one.

mod support;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use support::until;
use tl_condition::{Condvar, CondvarExt};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{Mutex, MutexGuard};

const ROUNDS: usize = if cfg!(sanitize_thread) { 300 } else { 3_000 };
const TIMEOUT: Duration = Duration::from_millis(5);

/// Far longer than any wait of these tests that is meant to end.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_notification_without_the_mutex_is_not_missed() {
    static READY: Mutex<usize> = Mutex::new(0);
    static CHANGED: Condvar = Condvar::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 1..=ROUNDS {
                *READY.lock() = round;
                // Nobody holds the mutex for this thread, and perhaps somebody else does.
                CHANGED.notify_one();
                until(|| *READY.lock() == 0);
            }
        });
        for round in 1..=ROUNDS {
            let mut ready = READY.lock();
            CHANGED.wait_while(&mut ready, |ready| *ready != round);
            *ready = 0;
        }
    });
}

#[test]
fn notifications_are_exact_and_the_longest_waiters_come_first() {
    const WAITERS: usize = 6;
    let (woken, changed) = (Mutex::new(Vec::new()), Condvar::new());
    thread::scope(|scope| {
        for number in 0..WAITERS {
            let (woken, changed) = (&woken, &changed);
            scope.spawn(move || {
                let mut woken = woken.lock();
                changed.wait(&mut woken);
                woken.push(number);
            });
            // Each is among the waiters before the next comes.
            until(|| changed.n_waiting() == number + 1);
        }
        assert!(changed.notify_one());
        until(|| woken.lock().len() == 1);
        let guard = woken.lock();
        assert_eq!(changed.notify(2), 2);
        assert_eq!(changed.n_waiting(), WAITERS - 3);
        drop(guard);
        until(|| woken.lock().len() == 3);
        let mut first = woken.lock().clone();
        first[1..].sort_unstable();
        assert_eq!(first, [0, 1, 2]);
        assert_eq!(changed.notify_all(), WAITERS - 3);
    });
    assert_eq!(woken.lock().len(), WAITERS);
    assert_eq!(changed.notify_all(), 0);
    assert!(!changed.notify_one());
    assert_eq!(changed.notify(0), 0);
}

#[test]
fn two_condvars_of_one_mutex_are_a_bounded_queue() {
    const CAPACITY: usize = 2;
    static QUEUE: Mutex<VecDeque<usize>> = Mutex::new(VecDeque::new());
    static NOT_EMPTY: Condvar = Condvar::new();
    static NOT_FULL: Condvar = Condvar::new();
    let sum = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for item in 0..ROUNDS {
                    let mut queue = QUEUE.lock();
                    NOT_FULL.wait_while(&mut queue, |queue| queue.len() == CAPACITY);
                    queue.push_back(item);
                    drop(queue);
                    NOT_EMPTY.notify_one();
                }
            });
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut queue = QUEUE.lock();
                    NOT_EMPTY.wait_while(&mut queue, |queue| queue.is_empty());
                    sum.fetch_add(queue.pop_front().unwrap(), Ordering::Relaxed);
                    NOT_FULL.notify_one();
                }
            });
        }
    });
    assert_eq!(sum.into_inner(), ROUNDS * (ROUNDS - 1));
}

#[test]
fn a_second_mutex_is_refused_and_nothing_has_changed() {
    let (first, second, changed) = (Mutex::new(1), Mutex::new(2), Condvar::new());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let mut guard = first.lock();
            changed.wait(&mut guard);
            *guard
        });
        until(|| changed.n_waiting() == 1);
        let mut guard = second.lock();
        type Wait<'a> = &'a dyn Fn(&mut MutexGuard<'_, i32>);
        let waits: [Wait<'_>; 3] = [
            &|guard| changed.wait(guard),
            &|guard| assert!(changed.wait_for(guard, LONG).timed_out()),
            &|guard| assert!(!changed.wait_deadline(guard, Instant::now() + LONG)),
        ];
        for wait in waits {
            let refused = catch_unwind(AssertUnwindSafe(|| wait(&mut guard)));
            let message = refused.expect_err("another thread waits with another mutex");
            let message: &&str = message.downcast_ref().expect("a message");
            assert!(message.contains("another lock"), "{message}");
            assert!(second.is_locked());
            assert_eq!((*guard, changed.n_waiting()), (2, 1));
        }
        assert!(changed.notify_one());
        assert_eq!(waiter.join().unwrap(), 1);
        // Nobody waits any more.
        assert!(!changed.wait_timeout(&mut guard, TIMEOUT));
    });
}

#[test]
fn timed_waits_end_in_time_and_not_before() {
    let (value, changed) = (Mutex::new(0), Condvar::new());
    let mut guard = value.lock();
    let start = Instant::now();
    assert!(changed.wait_for(&mut guard, TIMEOUT).timed_out());
    assert!(
        changed
            .wait_until(&mut guard, start + 2 * TIMEOUT)
            .timed_out()
    );
    assert!(start.elapsed() >= 2 * TIMEOUT);
    assert!(!changed.wait_timeout(&mut guard, TIMEOUT));
    assert!(!changed.wait_deadline(&mut guard, start + 4 * TIMEOUT));
    assert!(start.elapsed() >= 4 * TIMEOUT);
    assert!(!changed.wait_timeout(&mut guard, Duration::ZERO));
    assert!(!changed.wait_deadline(&mut guard, start));
    assert!(!changed.wait_while_timeout(&mut guard, |value| *value == 0, TIMEOUT));
    assert!(!changed.wait_while_deadline(&mut guard, |value| *value == 0, start));
    assert!(changed.wait_while_timeout(&mut guard, |value| *value == 1, Duration::ZERO));
    assert!(changed.wait_while_deadline(&mut guard, |value| *value == 1, start));
    let mut calls = 0;
    let became_false = changed.wait_while_timeout(
        &mut guard,
        |_| {
            calls += 1;
            calls == 1
        },
        TIMEOUT,
    );
    assert!(became_false, "asked again when the time has run out");
    assert_eq!(changed.n_waiting(), 0);
}

#[test]
fn of_a_timeout_and_a_notification_one_counts() {
    let (value, changed) = (Mutex::new(()), Condvar::new());
    let notified = AtomicUsize::new(0);
    let sent = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    let timeout = Duration::from_micros(round as u64 % 60);
                    if changed.wait_timeout(&mut value.lock(), timeout) {
                        notified.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        scope.spawn(|| {
            for round in 0..ROUNDS {
                let guard = (round % 2 == 0).then(|| value.lock());
                sent.fetch_add(usize::from(changed.notify_one()), Ordering::Relaxed);
                drop(guard);
            }
        });
    });
    assert_eq!(notified.into_inner(), sent.into_inner());
    assert!(!value.is_locked());
}

#[test]
fn a_mutex_and_its_condvar_may_end_as_soon_as_the_waiter_is_back() {
    // The notifier has no more than the condvar, as it has in a channel of one message.
    for _ in 0..ROUNDS {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&shared);
        let notifier = thread::spawn(move || {
            *other.0.lock() = true;
            other.1.notify_one();
        });
        let mut ready = shared.0.lock();
        shared.1.wait_while(&mut ready, |ready| !*ready);
        drop(ready);
        drop(shared);
        notifier.join().unwrap();
    }
}

/// A pool of connections: a thread that gets one waits for no longer than a timeout, and a thread
/// that gives one back notifies after it has released the mutex.
struct Pool {
    idle: Mutex<Vec<u32>>,
    returned: Condvar,
}

impl Pool {
    fn get(&self, timeout: Duration) -> Option<u32> {
        let end = Instant::now() + timeout;
        let mut idle = self.idle.lock();
        loop {
            if let Some(connection) = idle.pop() {
                return Some(connection);
            }
            if self.returned.wait_until(&mut idle, end).timed_out() {
                return idle.pop();
            }
        }
    }

    fn put(&self, connection: u32) {
        self.idle.lock().push(connection);
        self.returned.notify_one();
    }
}

#[test]
fn a_pool_hands_each_connection_to_one_thread_at_a_time() {
    let pool = Pool {
        idle: Mutex::new(vec![0, 1]),
        returned: Condvar::new(),
    };
    let in_use = [const { AtomicBool::new(false) }; 2];
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let connection = pool.get(LONG).expect("they are given back");
                    let in_use = &in_use[connection as usize];
                    assert!(!in_use.swap(true, Ordering::Relaxed));
                    in_use.store(false, Ordering::Relaxed);
                    pool.put(connection);
                }
            });
        }
    });
    let taken = [pool.get(LONG), pool.get(LONG)];
    assert!(taken.iter().all(Option::is_some));
    assert_eq!(pool.get(TIMEOUT), None);
}

/// The helper thread of a job server: it waits for requests, and its owner waits for its end with a
/// limit, so as to interrupt it again and again.
#[test]
fn a_helper_is_asked_and_told_to_end() {
    #[derive(Default)]
    struct State {
        requests: usize,
        done: usize,
        producer_is_gone: bool,
        consumer_is_gone: bool,
    }
    let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
    let helper = {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (state, changed) = &*shared;
            let mut state = state.lock();
            loop {
                changed.wait_while(&mut state, |s| s.requests == 0 && !s.producer_is_gone);
                if state.requests == 0 {
                    break;
                }
                state.requests -= 1;
                state.done += 1;
            }
            state.consumer_is_gone = true;
            changed.notify_one();
        })
    };
    let (state, changed) = &*shared;
    for _ in 0..ROUNDS {
        state.lock().requests += 1;
        changed.notify_one();
    }
    let mut state = state.lock();
    state.producer_is_gone = true;
    changed.notify_one();
    let end = Instant::now() + LONG;
    while !state.consumer_is_gone {
        assert!(Instant::now() < end);
        let _ = changed.wait_for(&mut state, Duration::from_millis(10));
    }
    assert_eq!(state.done, ROUNDS);
    drop(state);
    helper.join().unwrap();
}

/// A channel whose waiting receivers each have a signal of their own: a flag, a mutex and a condvar
/// in one allocation, which the sender takes from a list.
#[test]
fn receivers_that_each_have_a_signal_get_every_message_once() {
    #[derive(Default)]
    struct Signal {
        fired: Mutex<Option<usize>>,
        changed: Condvar,
    }
    #[derive(Default)]
    struct Channel {
        messages: VecDeque<usize>,
        receivers: VecDeque<Arc<Signal>>,
    }
    let channel = Mutex::new(Channel::default());
    let (received, sum) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut locked = channel.lock();
                    let message = match locked.messages.pop_front() {
                        Some(message) => message,
                        None => {
                            let signal = Arc::new(Signal::default());
                            locked.receivers.push_back(Arc::clone(&signal));
                            drop(locked);
                            let mut fired = signal.fired.lock();
                            let waited = |fired: &mut Option<usize>| fired.is_none();
                            assert!(signal.changed.wait_while_timeout(&mut fired, waited, LONG));
                            fired.take().unwrap()
                        }
                    };
                    received.fetch_add(1, Ordering::Relaxed);
                    sum.fetch_add(message, Ordering::Relaxed);
                }
            });
        }
        for message in 1..=3 * ROUNDS {
            let mut locked = channel.lock();
            match locked.receivers.pop_front() {
                Some(signal) => {
                    drop(locked);
                    *signal.fired.lock() = Some(message);
                    assert!(signal.changed.notify_all() <= 1);
                }
                None => locked.messages.push_back(message),
            }
        }
    });
    assert_eq!(received.into_inner(), 3 * ROUNDS);
    assert_eq!(sum.into_inner(), 3 * ROUNDS * (3 * ROUNDS + 1) / 2);
}

#[test]
fn a_panic_in_what_is_waited_for_leaves_the_mutex_to_its_guard() {
    let (value, changed) = (Mutex::new(0), Condvar::new());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut guard = value.lock();
        changed.wait_while(&mut guard, |_| panic!("on purpose"));
    }));
    assert!(panicked.is_err());
    assert!(!value.is_locked());
    assert_eq!(changed.n_waiting(), 0);
}
