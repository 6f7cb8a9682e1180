//! Looking: a thread looks all the time at others that wait, hold, notify and end. It sees no
//! thread that does not exist, no wait but theirs, and no deadlock.

use std::sync::atomic::{AtomicUsize, Ordering};

use tl_barrier::Barrier;
use tl_condition::Condition;
use tl_event::Event;
use tl_inspect::{deadlocks, snapshot};
use tl_locks::{Lock, RLock};
use tl_semaphore::Semaphore;

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn looking(round: &Round) -> Report {
    const TURNS: usize = 50;
    let locks = [const { RLock::new() }; 3];
    let (lock, condition) = (Lock::new(), Condition::new());
    let (semaphore, event) = (Semaphore::new(2), Event::new());
    let barrier = Barrier::new(round.threads.max(2) - 1);
    let (operations, looks) = (Count::default(), Count::default());
    let (circles, strange) = (Count::default(), Count::default());
    let at_work = AtomicUsize::new(round.threads - 1);
    let file = file!();
    round.in_threads(|number, rng| {
        if number == 0 {
            while at_work.load(Ordering::Relaxed) > 0 {
                circles.add(deadlocks().len() as u64);
                for thread in snapshot().threads() {
                    // Only this file's waits have so many places; others are of the stress itself.
                    let Some(wait) = thread.wait().filter(|wait| wait.place().file() == file)
                    else {
                        continue;
                    };
                    let known = [
                        "RLock",
                        "Lock",
                        "Condition",
                        "Semaphore",
                        "Event",
                        "Barrier",
                    ];
                    if !known.contains(&wait.primitive()) || thread.ident().is_none() {
                        strange.one();
                    }
                }
                event.set();
                event.clear();
                looks.one();
            }
            return;
        }
        for _ in 0..TURNS {
            match rng.u32(..6) {
                0 => {
                    let _guards: Vec<_> = locks
                        .iter()
                        .filter(|_| rng.bool())
                        .map(RLock::lock)
                        .collect();
                    std::thread::yield_now();
                }
                1 => lock.with(std::thread::yield_now),
                2 => drop(condition.lock().wait_timeout(timeout(rng))),
                3 => drop(condition.lock().notify_all()),
                4 => drop(semaphore.permit_many(rng.usize(1..3))),
                _ => drop(event.wait_timeout(timeout(rng))),
            }
            operations.one();
        }
        barrier.wait().unwrap();
        at_work.fetch_sub(1, Ordering::Relaxed);
    });
    Report::new(operations.get() + looks.get())
        .even("circles that were found", circles.get(), 0)
        .even("waits that are nobody's", strange.get(), 0)
}
