//! Condition: as many waits end by a notification as notifications were given, the oldest first;
//! nothing is lost in a bounded buffer.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tl_condition::{Condition, Condvar, CondvarExt};
use tl_locks::{ConditionLock, Lock, Mutex, MutexExt, RLock};

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn notifications(round: &Round) -> Report {
    let condition: Condition<RLock> = Condition::new();
    let (notified, woken, operations) = (Count::default(), Count::default(), Count::default());
    let busy = AtomicUsize::new(round.threads - 1);
    round.in_threads(|number, rng| {
        if number == 0 {
            while busy.load(Ordering::Relaxed) > 0 {
                let guard = condition.lock();
                let count = match rng.u8(0..3) {
                    0 => guard.notify_one(),
                    1 => guard.notify(rng.usize(0..5)),
                    _ => guard.notify_all(),
                };
                drop(guard);
                notified.add(count as u64);
                operations.one();
                std::thread::yield_now();
            }
        } else {
            for _ in 0..200 {
                let guard = condition.lock();
                // Deeper now and then: a wait gives all levels up and takes them all back.
                let depth = rng.usize(0..3);
                for _ in 0..depth {
                    condition.acquire();
                }
                let by_notify = if rng.bool() {
                    guard.wait_timeout(timeout(rng))
                } else {
                    guard.wait();
                    true
                };
                woken.add(u64::from(by_notify));
                for _ in 0..depth {
                    condition.release().expect("the wait restored every level");
                }
                drop(guard);
                operations.one();
            }
            busy.fetch_sub(1, Ordering::Relaxed);
        }
    });
    Report::new(operations.get())
        .even("notified and woken", notified.get(), woken.get())
        .holds(
            "nobody is left to notify",
            condition.lock().notify_all() == 0,
        )
}

/// The waiters, by the number under which they came, and those of them that were notified and have
/// not gone on.
#[derive(Default)]
struct Line {
    last: u64,
    waiting: BTreeSet<u64>,
    notified: BTreeSet<u64>,
}

/// Notifies with and without the mutex, from many threads at once.
pub(crate) fn condvar(round: &Round) -> Report {
    let (value, condvars) = (Mutex::new(0_u64), [Condvar::new(), Condvar::new()]);
    let (notified, woken) = (Count::default(), Count::default());
    let operations = round.operations(|_, rng| {
        let condvar = &condvars[rng.usize(0..2)];
        match rng.u8(0..4) {
            0 => notified.add(u64::from(condvar.notify_one())),
            1 => {
                let guard = value.lock_timeout(timeout(rng));
                notified.add(condvar.notify(rng.usize(0..5)) as u64);
                drop(guard);
            }
            2 => notified.add(condvar.notify_all() as u64),
            _ => {
                let mut guard = value.lock();
                woken.add(u64::from(condvar.wait_timeout(&mut guard, timeout(rng))));
                *guard += 1;
            }
        }
    });
    Report::new(operations)
        .even("notified and woken", notified.get(), woken.get())
        .holds(
            "nobody is left to notify",
            condvars.iter().all(|condvar| condvar.notify_all() == 0),
        )
        .holds("the mutex is free at the end", value.try_lock().is_some())
}

/// Notifies waiters without timeouts, so that it is known which of them are notified: the oldest,
/// as many as were asked for. Only they may go on.
pub(crate) fn order(round: &Round) -> Report {
    if round.rng(99).bool() {
        order_on(round, &Condition::with_lock(Lock::new()))
    } else {
        order_on(round, &Condition::with_lock(RLock::new()))
    }
}

fn order_on<L: ConditionLock + Sync>(round: &Round, condition: &Condition<L>) -> Report {
    // Its own mutex only to satisfy the borrow checker, as in `buffer`.
    let line = Mutex::new(Line::default());
    let (wrong_count, wrong_order, operations) =
        (Count::default(), Count::default(), Count::default());
    let busy = AtomicUsize::new(round.threads - 1);
    round.in_threads(|number, rng| {
        if number == 0 {
            while busy.load(Ordering::Relaxed) > 0 {
                let guard = condition.lock();
                let limit = match rng.u8(0..8) {
                    0 => usize::MAX,
                    1 => 0,
                    _ => rng.usize(1..4),
                };
                let count = guard.notify(limit);
                let mut line = line.lock();
                if count != line.waiting.len().min(limit) {
                    wrong_count.one();
                }
                for _ in 0..count {
                    let oldest = line.waiting.pop_first();
                    line.notified.extend(oldest);
                }
                drop(line);
                drop(guard);
                operations.one();
                std::thread::yield_now();
            }
        } else {
            for _ in 0..100 {
                let guard = condition.lock();
                let mine = {
                    let mut line = line.lock();
                    line.last += 1;
                    let mine = line.last;
                    line.waiting.insert(mine);
                    mine
                };
                guard.wait();
                if !line.lock().notified.remove(&mine) {
                    wrong_order.one();
                }
                drop(guard);
                operations.one();
            }
            busy.fetch_sub(1, Ordering::Relaxed);
        }
    });
    Report::new(operations.get())
        .even("notifications of another number", wrong_count.get(), 0)
        .even("waits ended out of turn", wrong_order.get(), 0)
}

/// Items per producer.
const ITEMS: u64 = 300;

pub(crate) fn buffer(round: &Round) -> Report {
    let lock = Arc::new(Lock::new());
    let not_empty = Condition::with_lock(Arc::clone(&lock));
    let not_full = Condition::with_lock(Arc::clone(&lock));
    // Its own mutex only to satisfy the borrow checker; the condition's lock keeps the threads
    // apart.
    let items = Mutex::new(VecDeque::new());
    let capacity = round.rng(99).usize(1..8);
    let producers = round.threads.div_ceil(2);
    let consumers = round.threads - producers;
    let (sent, received) = (Count::default(), Count::default());
    let total = producers as u64 * ITEMS;
    round.in_threads(|number, rng| {
        if number < producers {
            for item in 0..ITEMS {
                let guard = not_full.lock();
                guard.wait_for(|| items.lock().len() < capacity);
                items.lock().push_back(item);
                sent.add(item);
                not_empty.notify_one().expect("the lock is held");
            }
        } else {
            let share = total / consumers as u64
                + u64::from((number - producers) as u64 == 0) * (total % consumers as u64);
            for _ in 0..share {
                let guard = not_empty.lock();
                if rng.bool() {
                    guard.wait_for(|| !items.lock().is_empty());
                } else {
                    while !guard.wait_for_timeout(|| !items.lock().is_empty(), timeout(rng)) {}
                }
                received.add(items.lock().pop_front().expect("the predicate holds"));
                not_full.notify_one().expect("the lock is held");
            }
        }
    });
    Report::new(2 * total)
        .even(
            "sum of the items sent and received",
            sent.get(),
            received.get(),
        )
        .even("items left", items.lock().len() as u64, 0)
}
