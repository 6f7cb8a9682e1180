//! Local: each value is seen by its own thread alone and dropped once, also when its thread ends
//! while the owner visits it.

use std::sync::atomic::{AtomicU64, Ordering};

use tl_local::Local;

use crate::round::{Count, Report, Round, soon};

static DROPPED: AtomicU64 = AtomicU64::new(0);

/// What a thread that ends soon sets.
const SHORT: usize = usize::MAX;

struct Value {
    thread: usize,
    visits: usize,
}

impl Value {
    fn of(thread: usize) -> Value {
        Value { thread, visits: 0 }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn run(round: &Round) -> Report {
    let dropped_before = DROPPED.load(Ordering::Relaxed);
    let (made, foreign) = (Count::default(), Count::default());
    let mut locals: Vec<Local<Value>> = (0..4).map(|_| Local::new()).collect();
    let operations = round.operations(|number, rng| {
        let local = &locals[rng.usize(0..locals.len())];
        match rng.u8(0..4) {
            0 => drop(local.take()),
            1 => local.with(|value| {
                if value.is_some_and(|value| value.thread != number) {
                    foreign.one();
                }
            }),
            2 => {
                // A short thread: its value must go when it does, and start from nothing. The scope
                // does not wait until it has dropped its thread-local values, so that this meets
                // what the owner does below.
                made.one();
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        if local.set(Value::of(SHORT)).is_some() {
                            foreign.one();
                        }
                    });
                });
            }
            _ => {
                made.one();
                if local
                    .set(Value::of(number))
                    .is_some_and(|old| old.thread != number)
                {
                    foreign.one();
                }
            }
        }
    });
    let mut rng = round.rng(99);
    for local in &mut locals {
        if rng.bool() {
            local.for_each_mut(|value| value.visits += 1);
            // Those that are still there have been visited, for no thread can have come since.
            let visits: Vec<usize> = local.drain().map(|value| value.visits).collect();
            foreign.add(visits.iter().filter(|visits| **visits != 1).count() as u64);
        }
    }
    drop(locals);
    let dropped = || DROPPED.load(Ordering::Relaxed) - dropped_before;
    soon(|| dropped() >= made.get());
    Report::new(operations)
        .even("values made and dropped", made.get(), dropped())
        .even("values of other threads seen", foreign.get(), 0)
}
