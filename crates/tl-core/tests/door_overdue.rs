//! The door: which waiter has waited too long, and when it gets its turn.

mod door_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Backoff, Deadline, LockedQueue, Mutex, Verdict, WaitQueue, Wake};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

use door_support::{until_waiting, wait};

#[test]
fn a_waiter_that_slept_long_is_overdue_and_a_new_one_is_not() {
    let word = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| wait(&word, Deadline::NEVER));
        until_waiting(&word, 1);
        let mut overdue = false;
        while !overdue {
            thread::yield_now();
            WaitQueue::of(&word).lock().scan(|waiter| {
                overdue = waiter.is_overdue;
                Verdict::Keep
            });
        }
        WaitQueue::of(&word).lock().wake_one(0);
    });
}

#[test]
fn a_waiter_is_overdue_though_it_has_not_had_a_core_since_it_joined_the_queue() {
    let word = AtomicU32::new(0);
    let stop = AtomicU32::new(0);
    thread::scope(|scope| {
        // So that its core is another's.
        for _ in 0..2 * thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| while stop.load(Ordering::Relaxed) == 0 {});
        }
        scope.spawn(|| {
            let queue = WaitQueue::of(&word);
            let wake = queue
                .lock()
                .wait(&mut queue.contended_backoff(), Deadline::NEVER);
            assert!(matches!(wake, Wake::Woken { .. }));
        });
        until_waiting(&word, 1);
        thread::sleep(Duration::from_millis(1));
        let mut is_overdue = false;
        WaitQueue::of(&word).lock().scan(|waiter| {
            is_overdue = waiter.is_overdue;
            Verdict::Wake(0)
        });
        stop.store(1, Ordering::Relaxed);
        assert!(is_overdue);
    });
}

/// One of the waiters is woken in vain, waits again, and is then the first to be woken for good:
/// whichever of three it is.
#[test]
fn a_waiter_that_was_woken_in_vain_comes_before_those_that_joined_since() {
    const IN_VAIN: u32 = 1;
    const FOR_GOOD: u32 = 2;
    let word = Arc::new(AtomicU32::new(0));
    let order = Arc::new(Mutex::new(Vec::new()));
    for woken_in_vain in 0..3 {
        let threads: Vec<_> = (0..3)
            .map(|me| {
                let (shared, order) = (Arc::clone(&word), Arc::clone(&order));
                let thread = thread::spawn(move || {
                    let queue = WaitQueue::of(&*shared);
                    let mut backoff = queue.backoff();
                    let mut locked = queue.lock();
                    loop {
                        match locked.wait(&mut backoff, Deadline::NEVER) {
                            Wake::Woken { token: IN_VAIN, .. } => backoff.renew(),
                            _ => break order.lock().push(me),
                        }
                        locked = queue.lock();
                    }
                });
                until_waiting(&word, me + 1);
                thread
            })
            .collect();
        let mut nth = 0;
        WaitQueue::of(&*word).lock().scan(|_| {
            nth += 1;
            if nth - 1 == woken_in_vain {
                Verdict::Wake(IN_VAIN)
            } else {
                Verdict::Keep
            }
        });
        until_waiting(&word, 3);
        for woken in 0..3 {
            assert!(WaitQueue::of(&*word).lock().wake_one(FOR_GOOD));
            while order.lock().len() == woken {
                thread::yield_now();
            }
        }
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        assert_eq!(std::mem::take(&mut *order.lock()), [0, 1, 2]);
    }
}

/// Of two that have slept for too long the second has to wait a moment for its turn, so that a
/// crowd of them does not bring all to a standstill; and then it gets it.
#[test]
fn turns_of_overdue_sleepers_keep_a_distance() {
    let word = Arc::new(AtomicU32::new(0));
    let scan = |queue: &mut LockedQueue<'_>| {
        let mut first = None;
        queue.scan(|waiter| {
            if first.is_some() {
                return Verdict::Stop;
            }
            first = Some((waiter.is_overdue, waiter.is_served_first));
            if waiter.is_served_first {
                Verdict::Wake(0)
            } else {
                Verdict::Stop
            }
        });
        first.expect("somebody waits")
    };
    // Whether it was seen is a matter of time, if somebody else has the core just then.
    let seen = (0..1_000).any(|_| {
        let threads: Vec<_> = (0..2)
            .map(|before| {
                let shared = Arc::clone(&word);
                let thread = thread::spawn(move || {
                    let queue = WaitQueue::of(&*shared).lock();
                    let wake = queue.wait(&mut Backoff::none(), Deadline::NEVER);
                    assert!(matches!(wake, Wake::Woken { .. }));
                });
                until_waiting(&word, before + 1);
                thread
            })
            .collect();
        // Until both have slept for too long.
        thread::sleep(Duration::from_millis(1));
        let queue = || WaitQueue::of(&*word).lock();
        let first_turn = loop {
            let now = Instant::now();
            if scan(&mut queue()).1 {
                break now;
            }
        };
        let (is_overdue, is_served_first) = scan(&mut queue());
        let too_late = first_turn.elapsed() >= Duration::from_micros(500);
        assert!(too_late || !is_served_first);
        while !queue().is_empty() {
            scan(&mut queue());
        }
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        is_overdue && !is_served_first
    });
    assert!(seen);
}
