//! What waiting costs the processor: waits that last ten milliseconds, by every primitive, beside a bare futex that sleeps at
//! once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Backoff, Deadline, WaitQueue};

use crate::bar::Bar;
use crate::case::Who;
use crate::cases::event::{Flag, Futex};
use crate::posix;
use crate::progress::Progress;
use crate::run::{Effort, Finished, Row};
use crate::statistics::Summary;

pub(crate) const ID: &str = "13";

/// How long one wait lasts.
const WAIT: Duration = Duration::from_millis(10);
const BATCHES: u32 = 10;

/// Something to wait for, and how it is made to happen.
struct Waiting {
    who: Who,
    name: &'static str,
    wait: Box<dyn FnMut() + Send>,
    wake: Box<dyn FnMut() + Send>,
}

impl Waiting {
    fn new<T: Send + Sync + 'static>(
        who: Who,
        name: &'static str,
        shared: T,
        wait: fn(&T),
        wake: fn(&T),
    ) -> Waiting {
        let shared = Arc::new(shared);
        let other = Arc::clone(&shared);
        Waiting {
            who,
            name,
            wait: Box::new(move || wait(&shared)),
            wake: Box::new(move || wake(&other)),
        }
    }

    fn flag<F: Flag + Send>(who: Who, name: &'static str) -> Waiting {
        let wait = |flag: &F| {
            flag.wait();
            flag.clear();
        };
        Waiting::new(who, name, F::new(), wait, F::set)
    }
}

/// The least that a primitive over the door is: it sleeps at once. What ours take longer than this is their patience.
struct AtOnce(AtomicU32);

impl Flag for AtOnce {
    fn new() -> AtOnce {
        AtOnce(AtomicU32::new(0))
    }

    fn set(&self) {
        let mut queue = WaitQueue::of(&self.0).lock();
        self.0.store(1, Ordering::Relaxed);
        queue.wake_all(0);
    }

    fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 1
    }

    fn wait(&self) {
        let queue = WaitQueue::of(&self.0).lock();
        if !self.is_set() {
            let _ = queue.wait(&mut Backoff::none(), Deadline::NEVER);
        }
    }
}

fn everybody() -> Vec<Waiting> {
    let locked = tl_locks::Lock::new();
    locked.acquire();
    vec![
        Waiting::flag::<Futex>(Who::Limit, "a bare futex"),
        Waiting::flag::<(std::sync::Mutex<bool>, std::sync::Condvar)>(Who::Peer("std"), ""),
        Waiting::flag::<(parking_lot::Mutex<bool>, parking_lot::Condvar)>(
            Who::Peer("parking_lot"),
            "",
        ),
        Waiting::flag::<AtOnce>(Who::Variant("the door, asleep at once"), ""),
        Waiting::flag::<tl_event::Event>(Who::Ours, "Event: processor time of a wait of 10 ms"),
        // A lock that nobody owns: one thread acquires, the other releases.
        Waiting::new(
            Who::Ours,
            "Lock: processor time of a wait of 10 ms",
            locked,
            tl_locks::Lock::acquire,
            // Nothing to release if the waiter is late.
            |lock| {
                let _ = lock.release();
            },
        ),
        Waiting::new(
            Who::Ours,
            "Semaphore: processor time of a wait of 10 ms",
            tl_semaphore::Semaphore::new(0),
            |semaphore| semaphore.acquire(),
            |semaphore| {
                let _ = semaphore.release();
            },
        ),
        Waiting::new(
            Who::Ours,
            "Barrier: processor time of a wait of 10 ms",
            tl_barrier::Barrier::new(2),
            |barrier| drop(barrier.wait()),
            // Nobody to meet if the waiter is late.
            |barrier| {
                if barrier.n_waiting() == 1 {
                    drop(barrier.wait());
                }
            },
        ),
        Waiting::new(
            Who::Ours,
            "Condition: processor time of a wait of 10 ms",
            tl_condition::Monitor::new(false),
            |monitor| {
                let mut is_set = monitor.lock();
                is_set.wait_until(|is_set| *is_set);
                *is_set = false;
            },
            |monitor| {
                let mut is_set = monitor.lock();
                *is_set = true;
                is_set.notify_one();
            },
        ),
    ]
}

/// A thousand waits of each, or a hundred, all at the same time: the threads sleep nearly always. One thread wakes them in turn,
/// so that they do not run into each other.
pub(crate) fn run(effort: Effort, progress: &mut Progress) -> Vec<Finished> {
    let waits = if effort.quick { 10 } else { 100 };
    progress.step(ID, "processor time of 1,000 waits", "all at once");
    let (mut waiters, mut wakers) = (Vec::new(), Vec::new());
    for waiting in everybody() {
        waiters.push((waiting.who, waiting.name, waiting.wait));
        wakers.push(waiting.wake);
    }
    let measured = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for (index, (who, name, mut wait)) in waiters.into_iter().enumerate() {
            let measured = &measured;
            threads.push(scope.spawn(move || {
                wait();
                let batches = (0..BATCHES).map(|_| {
                    let start = posix::thread_time();
                    for _ in 0..waits {
                        wait();
                    }
                    (posix::thread_time() - start).as_nanos() as f64 / f64::from(waits)
                });
                let nanos = Summary::of(batches).expect("there are batches");
                measured
                    .lock()
                    .unwrap()
                    .push((index, name, Row::new(who, nanos)));
            }));
        }
        let start = Instant::now();
        let step = WAIT / wakers.len() as u32;
        let mut round = 0;
        // Until all are done, since a waiter that is late misses a wake-up.
        while threads.iter().any(|thread| !thread.is_finished()) {
            round += 1;
            for (index, wake) in (0..).zip(&mut wakers) {
                let due = start + WAIT * round + step * index;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                wake();
            }
        }
    });
    let mut measured = measured.into_inner().unwrap();
    measured.sort_by_key(|&(index, ..)| index);
    let others: Vec<Row> = measured
        .iter()
        .map(|&(.., row)| row)
        .filter(|row| row.who != Who::Ours)
        .collect();
    measured
        .into_iter()
        .filter(|(.., row)| row.who == Who::Ours)
        .map(|(_, name, ours)| {
            let rows = others.iter().copied().chain([ours]).collect();
            Finished::new(ID, name, rows).judged(&[Bar::limit(1.1)])
        })
        .collect()
}
