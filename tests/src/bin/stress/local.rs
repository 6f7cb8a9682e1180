//! Local: each value is seen by its own thread alone and dropped once, also when its thread ends
//! while the owner visits it. SharedLocal: all see the values of all that live, whole, and each is
//! dropped once, by its thread or by the thread that looks at it last.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tl_local::{Local, SharedLocal};

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

/// A value that is whole if both numbers are the same, and not `SHORT`.
struct Pair {
    number: usize,
    copy: AtomicUsize,
}

impl Pair {
    fn new() -> Pair {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Pair {
            number,
            copy: AtomicUsize::new(number),
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.copy.store(SHORT, Ordering::Relaxed);
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn shared(round: &Round) -> Report {
    let dropped_before = DROPPED.load(Ordering::Relaxed);
    let (made, broken, wrong) = (Count::default(), Count::default(), Count::default());
    let shared = SharedLocal::with_init_fn(Pair::new);
    // The calling thread's own value must be among all, once.
    let look = || {
        if !shared.is_set() {
            made.one();
        }
        let own = shared.with(|own| own.map(|own| own.number));
        let mut found = 0;
        for pair in &shared {
            if pair.copy.load(Ordering::Relaxed) != pair.number {
                broken.one();
            }
            found += u64::from(own == Some(pair.number));
        }
        if found != 1 {
            wrong.one();
        }
    };
    let operations = round.operations(|_, rng| match rng.u8(0..4) {
        // A short thread, which ends while others look.
        0 => std::thread::scope(|scope| {
            scope.spawn(look);
        }),
        _ => look(),
    });
    drop(shared);
    let dropped = || DROPPED.load(Ordering::Relaxed) - dropped_before;
    soon(|| dropped() >= made.get());
    Report::new(operations)
        .even("values made and dropped", made.get(), dropped())
        .even("values that were gone, or half there", broken.get(), 0)
        .even("looks that saw none of its own, or two", wrong.get(), 0)
}
