//! Case 10: values that each thread has for itself.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use crate::bar::Bar;
use crate::case::{Case, Outcome};
use crate::measure::per_call;

pub(crate) type ThreadLocal = thread_local::ThreadLocal<Cell<u64>>;

/// What takes part: a number of the calling thread.
pub(crate) trait ThreadNumber: 'static {
    fn new() -> Self;
    fn set(&self, number: u64);
    fn get(&self) -> u64;
}

/// The limit: the compiler knows where the value is.
pub(crate) struct Std;

thread_local! {
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

impl ThreadNumber for Std {
    fn new() -> Self {
        Std
    }

    #[inline]
    fn set(&self, number: u64) {
        NUMBER.set(number);
    }

    #[inline]
    fn get(&self) -> u64 {
        NUMBER.get()
    }
}

impl ThreadNumber for tl_local::Local<u64> {
    fn new() -> Self {
        tl_local::Local::new()
    }

    #[inline]
    fn set(&self, number: u64) {
        tl_local::Local::set(self, number);
    }

    #[inline]
    fn get(&self) -> u64 {
        tl_local::Local::get(self).unwrap_or(0)
    }
}

impl ThreadNumber for ThreadLocal {
    fn new() -> Self {
        thread_local::ThreadLocal::new()
    }

    #[inline]
    fn set(&self, number: u64) {
        self.get_or_default().set(number);
    }

    #[inline]
    fn get(&self) -> u64 {
        thread_local::ThreadLocal::get(self).map_or(0, Cell::get)
    }
}

impl ThreadNumber for os_thread_local::ThreadLocal<Cell<u64>> {
    fn new() -> Self {
        os_thread_local::ThreadLocal::new(|| Cell::new(0))
    }

    #[inline]
    fn set(&self, number: u64) {
        self.with(|cell| cell.set(number));
    }

    #[inline]
    fn get(&self) -> u64 {
        self.with(Cell::get)
    }
}

pub(crate) fn inlined<N: ThreadNumber>() -> impl FnMut(Duration) -> Outcome {
    let number = N::new();
    number.set(7);
    move |budget| {
        per_call(budget, || {
            black_box(number.get());
        })
    }
}

fn called<N: ThreadNumber>() -> impl FnMut(Duration) -> Outcome {
    #[inline(never)]
    fn get<N: ThreadNumber>(number: &N) -> u64 {
        number.get()
    }
    let number = N::new();
    number.set(7);
    move |budget| {
        per_call(budget, || {
            black_box(get(&number));
        })
    }
}

/// The number changed in place.
fn changed() -> impl FnMut(Duration) -> Outcome {
    let number = tl_local::Local::new();
    number.set(7_u64);
    move |budget| {
        per_call(budget, || {
            number.with_mut(|number| {
                if let Some(number) = number {
                    *number = black_box(*number + 1);
                }
            });
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    type OsThreadLocal = os_thread_local::ThreadLocal<Cell<u64>>;
    vec![
        Case::new("10", "Local: get of a Copy value, inlined")
            .limit(inlined::<Std>())
            .ours(inlined::<tl_local::Local<u64>>())
            .variant("ours: with_mut", changed())
            .peer("thread_local", inlined::<ThreadLocal>())
            .peer("os-thread-local", inlined::<OsThreadLocal>())
            .python("10", 5.0)
            .bar(Bar::row("thread_local", 1.3)),
        Case::new("10", "Local: get of a Copy value, not inlined")
            .limit(called::<Std>())
            .ours(called::<tl_local::Local<u64>>())
            .peer("thread_local", called::<ThreadLocal>())
            .peer("os-thread-local", called::<OsThreadLocal>())
            .python("10", 5.0)
            .bar(Bar::row("thread_local", 1.3)),
    ]
}
