//! The door: order, exactness, deadlines, moving between queues, and unwinding.

mod door_support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Backoff, Deadline, Mutex, Verdict, WaitQueue, Wake};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

use door_support::{until_waiting, wait};

#[test]
fn waiters_are_woken_oldest_first_and_exactly_as_many_as_asked() {
    let word = AtomicU32::new(0);
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..6 {
            let (word, order) = (&word, &order);
            scope.spawn(move || {
                let token = wait(word, Deadline::NEVER);
                order.lock().push((number, token));
            });
            until_waiting(word, number + 1);
        }
        for (limit, woken, left) in [
            (0, 0, 6),
            (1, 1, 5),
            (2, 2, 3),
            (1, 1, 2),
            (9, 2, 0),
            (1, 0, 0),
        ] {
            let before = order.lock().len();
            assert_eq!(
                WaitQueue::of(&word).lock().wake(limit, 40 + left as u32),
                woken
            );
            until_waiting(&word, left);
            while order.lock().len() < before + woken {
                thread::yield_now();
            }
        }
    });
    let mut order = std::mem::take(&mut *order.lock());
    // Two that are woken together may run in either order.
    order.sort_by_key(|&(number, _)| number);
    let tokens: Vec<_> = order.iter().map(|&(_, token)| token.unwrap()).collect();
    assert_eq!(tokens, [45, 43, 43, 42, 40, 40]);
}

#[test]
fn a_scan_wakes_the_waiters_that_it_chooses() {
    let word = AtomicU32::new(0);
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..5u32)
            .map(|request| {
                let word = &word;
                let waiter = scope.spawn(move || {
                    let queue = WaitQueue::of(word);
                    match queue.lock().wait_as(
                        request,
                        &mut queue.backoff(),
                        Deadline::NEVER,
                        || {},
                    ) {
                        Wake::Woken { token, moved_to } => (token, moved_to),
                        Wake::TimedOut(_) => unreachable!("a wait without a deadline ran out"),
                    }
                });
                until_waiting(word, request as usize + 1);
                waiter
            })
            .collect();
        let mut seen = Vec::new();
        let woken = WaitQueue::of(&word).lock().scan(|waiter| {
            seen.push(waiter.request);
            match waiter.request {
                1 | 4 => Verdict::Wake(100 + waiter.request),
                _ => Verdict::Keep,
            }
        });
        assert_eq!((woken, seen), (2, vec![0, 1, 2, 3, 4]));
        let stopped = WaitQueue::of(&word)
            .lock()
            .scan(|waiter| match waiter.request {
                0 => Verdict::Wake(100),
                _ => Verdict::Stop,
            });
        assert_eq!(stopped, 1);
        assert_eq!(WaitQueue::of(&word).lock().wake_all(7), 2);
        assert!(WaitQueue::of(&word).lock().is_empty());
        let tokens: Vec<_> = waiters
            .into_iter()
            .map(|waiter| waiter.join().unwrap())
            .collect();
        assert_eq!(
            tokens,
            [(100, None), (101, None), (7, None), (7, None), (104, None)]
        );
    });
}

#[test]
fn queues_of_many_words_do_not_mix() {
    // More words than there are buckets, so that several share one.
    let words: Vec<AtomicU32> = (0..1500).map(|_| AtomicU32::new(0)).collect();
    thread::scope(|scope| {
        for chunk in words.chunks(100) {
            for word in chunk {
                scope.spawn(move || assert_eq!(wait(word, Deadline::NEVER), Some(1)));
            }
        }
        for word in words.iter().rev() {
            until_waiting(word, 1);
        }
        for word in words
            .iter()
            .step_by(2)
            .chain(words.iter().skip(1).step_by(2))
        {
            let mut queue = WaitQueue::of(word).lock();
            assert!(queue.wake_one(1));
            assert!(!queue.wake_one(2));
        }
    });
}

#[test]
fn deadlines_run_out_not_before_their_time() {
    let word = AtomicU32::new(0);
    for timeout in [0, 1, 20].map(Duration::from_millis) {
        let start = Instant::now();
        assert_eq!(wait(&word, Deadline::after(timeout)), None);
        assert!(start.elapsed() >= timeout);
    }
    assert_eq!(
        wait(&word, Deadline::at(Instant::now() - Duration::from_secs(1))),
        None
    );
    assert!(WaitQueue::of(&word).lock().is_empty());
}

#[test]
fn deadlines_that_cannot_be_represented_never_come() {
    assert_eq!(Deadline::after(Duration::MAX), Deadline::NEVER);
    assert!(!Deadline::NEVER.has_passed());
    assert!(!Deadline::after(Duration::from_secs(500 * 365 * 86_400)).has_passed());
    let word = AtomicU32::new(0);
    thread::scope(|scope| {
        for timeout in [Duration::MAX, Duration::from_secs(500 * 365 * 86_400)] {
            let word = &word;
            scope.spawn(move || assert_eq!(wait(word, Deadline::after(timeout)), Some(3)));
        }
        until_waiting(&word, 2);
        WaitQueue::of(&word).lock().wake_all(3);
    });
}

#[test]
fn of_a_wake_up_and_a_deadline_at_once_exactly_one_counts() {
    const ROUNDS: usize = if cfg!(sanitize_thread) { 2_000 } else { 20_000 };
    // On a busy machine each round may cost its waiter the core for some milliseconds.
    const ENOUGH: Duration = Duration::from_secs(5);
    let begun = Instant::now();
    let word = AtomicU32::new(0);
    let (received, sent) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for waiter in 0..3u64 {
            let (word, received, done) = (&word, &received, &done);
            scope.spawn(move || {
                for round in 0..ROUNDS as u64 {
                    let timeout = Duration::from_nanos((round * 7919 + waiter * 104_729) % 30_000);
                    if wait(word, Deadline::after(timeout)).is_some() {
                        received.fetch_add(1, Ordering::Relaxed);
                    }
                    if begun.elapsed() > ENOUGH {
                        break;
                    }
                }
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        while done.load(Ordering::Relaxed) < 3 {
            if WaitQueue::of(&word).lock().wake_one(0) {
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    assert_eq!(received.into_inner(), sent.into_inner());
    assert!(WaitQueue::of(&word).lock().is_empty());
}

#[test]
fn sleepers_move_to_a_held_lock_and_are_woken_there() {
    let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        let waiters: Vec<_> = (0..4)
            .map(|number| {
                let from = &from;
                let waiter = scope.spawn(move || {
                    let queue = WaitQueue::of(from);
                    let mut asleep = queue.backoff();
                    while asleep.snooze() {}
                    // A deadline that is over long before the waiter is woken: it has been moved,
                    // so the wake-up wins.
                    let deadline = match number {
                        0 => Deadline::NEVER,
                        _ => Deadline::after(Duration::from_secs(3600)),
                    };
                    match queue.lock().wait(&mut asleep, deadline) {
                        Wake::Woken { token, moved_to } => (token, moved_to),
                        Wake::TimedOut(_) => unreachable!("nothing ran out"),
                    }
                });
                until_waiting(from, number + 1);
                waiter
            })
            .collect();
        // Three are taken: a waiter that is not yet asleep is woken at once, the others are moved.
        assert_eq!(
            WaitQueue::of(&from).wake_or_requeue(3, || WaitQueue::of(&to), || true, |_, _| ()),
            3
        );
        until_waiting(&from, 1);
        let moved = WaitQueue::of(&to).lock().wake_all(9);
        // Nobody holds the lock: the last is woken and not moved.
        assert_eq!(
            WaitQueue::of(&from).wake_or_requeue(
                usize::MAX,
                || WaitQueue::of(&to),
                || false,
                |_, _| ()
            ),
            1
        );
        assert!(WaitQueue::of(&to).lock().is_empty());
        let ends: Vec<_> = waiters
            .into_iter()
            .map(|waiter| waiter.join().unwrap())
            .collect();
        assert_eq!(
            ends.iter()
                .filter(|&&end| end == (9, Some(WaitQueue::of(&to).id())))
                .count(),
            moved
        );
        assert_eq!(
            ends.iter().filter(|&&end| end == (0, None)).count(),
            4 - moved
        );
        assert_eq!(ends[3], (0, None));
    });
}

#[test]
fn of_those_that_move_together_the_second_goes_with_the_first() {
    let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
    loop {
        let mut companions = Vec::new();
        thread::scope(|scope| {
            for number in 0..3 {
                let from = &from;
                scope.spawn(move || {
                    let queue = WaitQueue::of(from).lock();
                    let woken = queue.wait(&mut Backoff::none(), Deadline::NEVER);
                    assert!(matches!(woken, Wake::Woken { .. }));
                });
                until_waiting(from, number + 1);
            }
            WaitQueue::of(&from).wake_or_requeue(3, || WaitQueue::of(&to), || true, |_, _| ());
            WaitQueue::of(&to).lock().scan(|waiter| {
                companions.push(waiter.is_companion);
                Verdict::Wake(0)
            });
        });
        // A waiter that had not yet fallen asleep was woken at once, and did not move.
        if companions.len() == 3 {
            assert_eq!(companions, [false, true, false]);
            return;
        }
    }
}

#[test]
fn a_deadline_that_passes_after_the_move_is_no_timeout() {
    const TIMEOUT: Duration = Duration::from_millis(20);
    let (from, to) = (AtomicU32::new(0), AtomicU32::new(0));
    let mut moves = 0;
    while moves < 5 {
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let queue = WaitQueue::of(&from);
                let mut asleep = queue.backoff();
                while asleep.snooze() {}
                let start = Instant::now();
                match queue.lock().wait(&mut asleep, Deadline::after(TIMEOUT)) {
                    Wake::Woken { token, moved_to } => {
                        let moved = moved_to == Some(WaitQueue::of(&to).id());
                        assert!(!moved || (token == 5 && start.elapsed() >= TIMEOUT));
                        moved
                    }
                    // The machine was too busy for the waker to come in time.
                    Wake::TimedOut(_) => false,
                }
            });
            while WaitQueue::of(&from).wake_or_requeue(1, || WaitQueue::of(&to), || true, |_, _| ())
                == 0
                && !waiter.is_finished()
            {
                thread::yield_now();
            }
            thread::sleep(2 * TIMEOUT);
            WaitQueue::of(&to).lock().wake_all(5);
            moves += usize::from(waiter.join().unwrap());
        });
    }
}

#[test]
fn a_deadline_that_passes_after_the_move_to_another_queue_and_back_is_no_timeout() {
    const TIMEOUT: Duration = Duration::from_millis(20);
    let (word, other) = (AtomicU32::new(0), AtomicU32::new(0));
    let (own, away) = (WaitQueue::of(&word), WaitQueue::of(&other));
    let mut moves = 0;
    while moves < 5 {
        thread::scope(|scope| {
            let waiter = scope.spawn(move || {
                let mut asleep = own.backoff();
                while asleep.snooze() {}
                let wake = own.lock().wait(&mut asleep, Deadline::after(TIMEOUT));
                matches!(wake, Wake::Woken { token: 5, moved_to } if moved_to == Some(own.id()))
            });
            while own.wake_or_requeue(1, || away, || true, |_, _| ()) == 0 && !waiter.is_finished()
            {
                thread::yield_now();
            }
            // Nobody, if it was woken where it was, or the waker came too late.
            let moved = away.wake_or_requeue(1, || own, || true, |_, _| ());
            thread::sleep(2 * TIMEOUT);
            own.lock().wake_all(5);
            assert_eq!(usize::from(waiter.join().unwrap()), moved);
            moves += moved;
        });
    }
}

#[test]
fn what_runs_once_queued_may_panic_and_leaves_no_node_behind() {
    let word = AtomicU32::new(0);
    let queue = WaitQueue::of(&word);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _ = queue
            .lock()
            .wait_as(0, &mut queue.backoff(), Deadline::NEVER, || {
                panic!("on purpose")
            });
    }));
    assert!(unwound.is_err());
    assert!(queue.lock().is_empty());
}

#[test]
fn waiters_are_not_moved_to_their_own_queue_but_woken() {
    let word = AtomicU32::new(0);
    let queue = WaitQueue::of(&word);
    thread::scope(|scope| {
        // With a limit and without: neither may end as if nobody had taken it.
        for deadline in [Deadline::NEVER, Deadline::after(Duration::from_secs(3600))] {
            let waiter = scope.spawn(move || {
                let wake = queue.lock().wait(&mut Backoff::none(), deadline);
                matches!(
                    wake,
                    Wake::Woken {
                        token: 0,
                        moved_to: None
                    }
                )
            });
            until_waiting(&word, 1);
            assert_eq!(queue.wake_or_requeue(1, || queue, || true, |_, _| ()), 1);
            assert!(waiter.join().unwrap());
            assert!(queue.lock().is_empty());
        }
    });
}

#[test]
fn a_thousand_waiters_wake_together() {
    let word = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..1000 {
            scope.spawn(|| assert_eq!(wait(&word, Deadline::NEVER), Some(1)));
        }
        until_waiting(&word, 1000);
        assert_eq!(WaitQueue::of(&word).lock().wake_all(1), 1000);
    });
}

#[test]
fn waiters_of_several_gates_that_were_moved_to_one_queue_are_all_woken() {
    let words: Vec<AtomicU32> = (0..8).map(|_| AtomicU32::new(0)).collect();
    let lock = AtomicU32::new(1);
    let mut moves = 0;
    while moves < words.len() {
        thread::scope(|scope| {
            let waiters = words.iter().map(|word| {
                scope.spawn(|| {
                    let queue = WaitQueue::of(word).lock();
                    let deadline = Deadline::after(Duration::from_secs(3600));
                    let wake = queue.wait_together(0, &mut Backoff::none(), deadline);
                    matches!(wake, Wake::Woken { token: 9, .. })
                })
            });
            let waiters: Vec<_> = waiters.collect();
            words.iter().for_each(|word| until_waiting(word, 1));
            // A waiter that does not sleep yet is woken at once, and not moved.
            let to = WaitQueue::of(&lock);
            for word in &words {
                let moved = WaitQueue::of(word).wake_or_requeue(1, || to, || true, |_, _| ());
                assert_eq!(moved, 1);
            }
            let woken = to.lock().wake_all(9);
            let ends = waiters.into_iter().map(|waiter| waiter.join().unwrap());
            assert_eq!(ends.filter(|was_moved| *was_moved).count(), woken);
            moves += woken;
        });
    }
}

#[test]
fn a_wait_that_depends_looks_once_and_says_whether_the_deadline_came_first() {
    let word = AtomicU32::new(0);
    let queue = WaitQueue::of(&word);
    let looks = AtomicUsize::new(0);
    let wait_if = |deadline: Deadline, is_pending: bool| {
        queue.lock().wait_if(&mut queue.backoff(), deadline, || {
            looks.fetch_add(1, Ordering::Relaxed);
            is_pending
        })
    };
    assert!(wait_if(Deadline::NEVER, false));
    assert!(queue.lock().is_empty()); // It was unlocked.
    assert!(!wait_if(Deadline::after(Duration::ZERO), true));
    assert!(!wait_if(Deadline::after(Duration::from_millis(1)), true));
    assert_eq!(looks.load(Ordering::Relaxed), 3);
    thread::scope(|scope| {
        let woken = scope.spawn(|| wait_if(Deadline::NEVER, true));
        until_waiting(&word, 1);
        assert!(queue.lock().wake_one(0));
        // What it waits for is still to come, but it does not look again.
        assert!(woken.join().unwrap());
    });
    assert_eq!(looks.load(Ordering::Relaxed), 4);
}
