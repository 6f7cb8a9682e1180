//! Case 10: values that each thread has for itself, and values that all threads may read.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::bar::Bar;
use crate::case::{Case, Outcome};
use crate::measure::per_call;

pub(crate) type ThreadLocal = thread_local::ThreadLocal<Cell<u64>>;

/// A contender: a number that each thread has for itself.
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

/// Changes the number in place.
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

/// A contender: counters, one for each thread, that all threads may read.
trait Counters: Send + Sync + 'static {
    fn new() -> Self;
    /// Reads the calling thread's counter, which is made if there is none.
    fn own(&self) -> u64;
}

/// Counters that one thread can add up.
trait Sum: Counters {
    fn sum(&self) -> u64;
}

thread_local! {
    static COUNTER: AtomicU64 = const { AtomicU64::new(0) };
}

impl Counters for Std {
    fn new() -> Self {
        Std
    }

    #[inline]
    fn own(&self) -> u64 {
        COUNTER.with(|counter| counter.load(Ordering::Relaxed))
    }
}

impl Counters for tl_local::SharedLocal<AtomicU64> {
    fn new() -> Self {
        tl_local::SharedLocal::with_init_fn(|| AtomicU64::new(1))
    }

    #[inline]
    fn own(&self) -> u64 {
        self.with(|counter| counter.map_or(0, |counter| counter.load(Ordering::Relaxed)))
    }
}

impl Sum for tl_local::SharedLocal<AtomicU64> {
    #[inline]
    fn sum(&self) -> u64 {
        self.iter()
            .map(|counter| counter.load(Ordering::Relaxed))
            .sum()
    }
}

impl Counters for thread_local::ThreadLocal<AtomicU64> {
    fn new() -> Self {
        thread_local::ThreadLocal::new()
    }

    #[inline]
    fn own(&self) -> u64 {
        self.get_or(|| AtomicU64::new(1)).load(Ordering::Relaxed)
    }
}

impl Sum for thread_local::ThreadLocal<AtomicU64> {
    #[inline]
    fn sum(&self) -> u64 {
        self.iter()
            .map(|counter| counter.load(Ordering::Relaxed))
            .sum()
    }
}

fn own<C: Counters>() -> impl FnMut(Duration) -> Outcome {
    let counters = C::new();
    counters.own();
    move |budget| {
        per_call(budget, || {
            black_box(counters.own());
        })
    }
}

/// Lets one thread add up the counters of `threads` others, which sleep meanwhile.
fn sum<C: Sum>(threads: u32) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let counters = C::new();
        let step = Barrier::new(threads as usize + 1);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    counters.own();
                    step.wait();
                    step.wait();
                });
            }
            step.wait();
            let is_complete = counters.sum() == u64::from(threads);
            let outcome = per_call(budget, || {
                black_box(counters.sum());
            });
            step.wait();
            assert!(is_complete, "each thread has a value of one");
            outcome
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    type OsThreadLocal = os_thread_local::ThreadLocal<Cell<u64>>;
    type Shared = tl_local::SharedLocal<AtomicU64>;
    type SharedPeer = thread_local::ThreadLocal<AtomicU64>;
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
        Case::new("10a", "SharedLocal: read the own value")
            .limit(own::<Std>())
            .ours(own::<Shared>())
            .peer("thread_local", own::<SharedPeer>())
            .bar(Bar::row("thread_local", 1.3)),
        Case::new("10b", "SharedLocal: iter over the values of 8 threads")
            .ours(sum::<Shared>(8))
            .peer("thread_local", sum::<SharedPeer>(8))
            .bar(Bar::row("thread_local", 1.3)),
    ]
}
