//! Local: each value is seen by its own thread alone and dropped once.

use std::sync::atomic::{AtomicU64, Ordering};

use tl_local::Local;

use crate::round::{Count, Report, Round};

static DROPPED: AtomicU64 = AtomicU64::new(0);

struct Value(usize);

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
                if value.is_some_and(|value| value.0 != number) {
                    foreign.one();
                }
            }),
            2 => {
                // A short thread: its value must go when it does, and start from nothing.
                made.one();
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        if local.set(Value(usize::MAX)).is_some() {
                            foreign.one();
                        }
                    });
                });
            }
            _ => {
                made.one();
                if local.set(Value(number)).is_some_and(|old| old.0 != number) {
                    foreign.one();
                }
            }
        }
    });
    let left: Vec<Value> = locals
        .iter_mut()
        .flat_map(|local| local.drain().collect::<Vec<_>>())
        .collect();
    drop(left);
    drop(locals);
    Report::new(operations)
        .even(
            "values made and dropped",
            made.get(),
            DROPPED.load(Ordering::Relaxed) - dropped_before,
        )
        .even("values of other threads seen", foreign.get(), 0)
}
