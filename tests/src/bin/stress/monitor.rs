//! Monitor: tokens move from hand to hand, and none is lost; nor is an item of a bounded queue with
//! two further conditions.

use std::collections::VecDeque;

use tl_condition::{Condvar, Monitor};

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn run(round: &Round) -> Report {
    let monitor = Monitor::new(0u64);
    let (put, taken) = (Count::default(), Count::default());
    let producers = round.threads.div_ceil(2);
    round.in_threads(|number, rng| {
        if number < producers {
            for _ in 0..200 {
                let mut tokens = monitor.lock();
                *tokens += 1;
                put.one();
                tokens.notify_one();
            }
        } else {
            for _ in 0..100 {
                let mut tokens = monitor.lock();
                let some = match rng.u8(0..3) {
                    0 => tokens.wait_while_timeout(|tokens| *tokens == 0, timeout(rng)),
                    _ => {
                        // There are at least as many tokens as consumers take, so this ends.
                        tokens.wait_while(|tokens| *tokens == 0);
                        true
                    }
                };
                if some {
                    *tokens -= 1;
                    taken.one();
                    if *tokens > 0 {
                        tokens.notify_one();
                    }
                }
            }
        }
    });
    let left = *monitor.lock();
    Report::new(put.get() + taken.get()).even(
        "put, and taken or left",
        put.get(),
        taken.get() + left,
    )
}

/// Items of each producer.
const ITEMS: u64 = 200;

/// Sends items through a bounded queue. Each notification is for one thread, so that one that is
/// lost leaves a thread asleep forever.
pub(crate) fn further(round: &Round) -> Report {
    let items = Monitor::new(VecDeque::new());
    let (not_empty, not_full) = (Condvar::new(), Condvar::new());
    let capacity = round.rng(99).usize(1..8);
    let producers = round.threads.div_ceil(2);
    let consumers = round.threads - producers;
    let total = producers as u64 * ITEMS;
    let (sent, received, too_many) = (Count::default(), Count::default(), Count::default());
    round.in_threads(|number, rng| {
        if number < producers {
            for item in 0..ITEMS {
                let mut items = items.lock();
                items
                    .on(&not_full)
                    .wait_while(|items| items.len() >= capacity);
                items.push_back(item);
                too_many.add(u64::from(items.len() > capacity));
                sent.add(item);
                let is_held = rng.bool().then_some(items);
                not_empty.notify_one();
                drop(is_held);
            }
        } else {
            let first = u64::from(number == producers);
            let share = total / consumers as u64 + first * (total % consumers as u64);
            for _ in 0..share {
                let mut items = items.lock();
                while items.is_empty() {
                    let mut items = items.on(&not_empty);
                    if rng.bool() {
                        items.wait();
                    } else {
                        let _notified = items.wait_timeout(timeout(rng));
                    }
                }
                received.add(items.pop_front().expect("it is not empty"));
                let is_held = rng.bool().then_some(items);
                not_full.notify_one();
                drop(is_held);
            }
        }
    });
    Report::new(2 * total)
        .even(
            "sum of the items sent and received",
            sent.get(),
            received.get(),
        )
        .even("items above the bound", too_many.get(), 0)
        .even("items left", items.lock().len() as u64, 0)
        .holds(
            "nobody is left to notify",
            not_empty.notify_all() + not_full.notify_all() == 0,
        )
}
