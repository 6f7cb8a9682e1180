//! Case 14: locks for many readers or one writer.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use crate::bar::Bar;
use crate::case::{Case, Outcome, Sample, Second};
use crate::measure::{per_call, team, work_of};
use crate::posix::PthreadRwLock;

/// A contender: something that many may read, or one may write.
pub(crate) trait Shared: Sync + 'static {
    fn new() -> Self;
    fn read(&self, inside: impl FnOnce());
    fn write(&self, inside: impl FnOnce());
}

/// The least that such a lock must do: one atomic operation to take it and one to give it back. It
/// cannot wait.
struct Bare(AtomicUsize);

impl Bare {
    #[inline]
    fn hold(&self, amount: usize, inside: impl FnOnce()) {
        let state = self.0.load(Ordering::Relaxed);
        let taken = self.0.compare_exchange(
            state,
            state.wrapping_add(amount),
            Ordering::Acquire,
            Ordering::Relaxed,
        );
        black_box(taken.is_ok());
        inside();
        black_box(self.0.fetch_sub(amount, Ordering::Release));
    }
}

impl Shared for Bare {
    fn new() -> Bare {
        Bare(AtomicUsize::new(0))
    }

    #[inline]
    fn read(&self, inside: impl FnOnce()) {
        self.hold(2, inside);
    }

    #[inline]
    fn write(&self, inside: impl FnOnce()) {
        self.hold(1, inside);
    }
}

impl Shared for std::sync::RwLock<()> {
    fn new() -> Self {
        std::sync::RwLock::new(())
    }

    #[inline]
    fn read(&self, inside: impl FnOnce()) {
        let _guard = self.read().unwrap();
        inside();
    }

    #[inline]
    fn write(&self, inside: impl FnOnce()) {
        let _guard = self.write().unwrap();
        inside();
    }
}

macro_rules! lock_api {
    ($lock:ty) => {
        impl Shared for $lock {
            fn new() -> Self {
                <$lock>::new(())
            }

            #[inline]
            fn read(&self, inside: impl FnOnce()) {
                let _guard = self.read();
                inside();
            }

            #[inline]
            fn write(&self, inside: impl FnOnce()) {
                let _guard = self.write();
                inside();
            }
        }
    };
}
lock_api!(tl_locks::RwLock<()>);
lock_api!(parking_lot::RwLock<()>);
lock_api!(usync::RwLock<()>);

impl Shared for PthreadRwLock {
    fn new() -> Self {
        PthreadRwLock::new()
    }

    #[inline]
    fn read(&self, inside: impl FnOnce()) {
        PthreadRwLock::read(self);
        inside();
        self.unlock();
    }

    #[inline]
    fn write(&self, inside: impl FnOnce()) {
        PthreadRwLock::write(self);
        inside();
        self.unlock();
    }
}

fn read<L: Shared>() -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    move |budget| per_call(budget, || lock.read(|| ()))
}

fn write<L: Shared>() -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    move |budget| per_call(budget, || lock.write(|| ()))
}

/// Measures what a read costs when eight threads read, and a ninth writes now and then. The second
/// figure is how long the writer waits, on average.
fn readers_and_writer<L: Shared>() -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    let (inside, outside, between_writes) = (work_of(50.0), work_of(200.0), work_of(5_000.0));
    move |budget| {
        let is_over = AtomicBool::new(false);
        let (writes, waited) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    between_writes();
                    let start = Instant::now();
                    lock.write(|| {
                        waited.fetch_add(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
                        inside();
                    });
                    writes.fetch_add(1, Ordering::Relaxed);
                }
            });
            let sample = team(budget, 8, || {
                lock.read(inside);
                outside();
            });
            // Of the writes that ended while the readers were at work.
            let waited = waited.load(Ordering::Relaxed) as f64;
            let writes = writes.load(Ordering::Relaxed).max(1) as f64;
            is_over.store(true, Ordering::Relaxed);
            Ok(Sample {
                second: Some(waited / writes),
                ..sample?
            })
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("14a", "RwLock: read, uncontended")
            .limit(read::<Bare>())
            .ours(read::<tl_locks::RwLock<()>>())
            .peer("std", read::<std::sync::RwLock<()>>())
            .peer("parking_lot", read::<parking_lot::RwLock<()>>())
            .peer("usync", read::<usync::RwLock<()>>())
            .peer("pthread", read::<PthreadRwLock>())
            .bar(Bar::row("parking_lot", 1.05)),
        Case::new("14b", "RwLock: write, uncontended")
            .limit(write::<Bare>())
            .ours(write::<tl_locks::RwLock<()>>())
            .peer("std", write::<std::sync::RwLock<()>>())
            .peer("parking_lot", write::<parking_lot::RwLock<()>>())
            .peer("usync", write::<usync::RwLock<()>>())
            .peer("pthread", write::<PthreadRwLock>())
            .bar(Bar::row("parking_lot", 1.05)),
        Case::new(
            "14c",
            "RwLock: 8 threads read, 200 ns outside, one writes every 5 µs",
        )
        .second(Second::WriterWait)
        .stretch(8)
        .ours(readers_and_writer::<tl_locks::RwLock<()>>())
        .peer("std", readers_and_writer::<std::sync::RwLock<()>>())
        .peer(
            "parking_lot",
            readers_and_writer::<parking_lot::RwLock<()>>(),
        )
        .peer("usync", readers_and_writer::<usync::RwLock<()>>())
        .peer("pthread", readers_and_writer::<PthreadRwLock>())
        .bar(Bar::best(1.0)),
    ]
}
