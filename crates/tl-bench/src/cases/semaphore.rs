//! Case 7: semaphores.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use crossbeam_utils::CachePadded;

use crate::bar::Bar;
use crate::case::{Case, Outcome, Second};
use crate::measure::{per_call, team, work_of};
use crate::posix::PosixSemaphore;

/// A contender: a semaphore, which lets as many threads in at a time as it has permits.
pub(crate) trait Permits: Sync + 'static {
    fn new(permits: u32) -> Self;
    fn hold(&self, inside: impl FnOnce());
}

/// The least that a semaphore must do: subtract one from a number and add it again. It cannot wait.
struct Bare(AtomicUsize);

impl Permits for Bare {
    fn new(permits: u32) -> Self {
        Bare(AtomicUsize::new(permits as usize))
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let value = self.0.load(Ordering::Relaxed);
        let taken = self
            .0
            .compare_exchange(value, value - 1, Ordering::Acquire, Ordering::Relaxed);
        black_box(taken.is_ok());
        inside();
        black_box(self.0.fetch_add(1, Ordering::Release));
    }
}

/// No semaphore at all.
struct Nothing;

impl Permits for Nothing {
    fn new(_: u32) -> Self {
        Nothing
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        inside();
    }
}

impl Permits for tl_semaphore::Semaphore {
    fn new(permits: u32) -> Self {
        tl_semaphore::Semaphore::new(permits as usize)
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _permit = self.permit();
        inside();
    }
}

impl Permits for PosixSemaphore {
    fn new(permits: u32) -> Self {
        PosixSemaphore::new(permits)
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        self.acquire();
        inside();
        self.release();
    }
}

impl Permits for rsevents_extra::Semaphore {
    fn new(permits: u32) -> Self {
        rsevents_extra::Semaphore::new(permits as u16, permits as u16)
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _permit = self.wait();
        inside();
    }
}

impl Permits for std_semaphore::Semaphore {
    fn new(permits: u32) -> Self {
        std_semaphore::Semaphore::new(permits as isize)
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _permit = self.access();
        inside();
    }
}

/// What a Rust programmer writes without a semaphore.
impl Permits for (parking_lot::Mutex<u32>, parking_lot::Condvar) {
    fn new(permits: u32) -> Self {
        (
            parking_lot::Mutex::new(permits),
            parking_lot::Condvar::new(),
        )
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let mut permits = self.0.lock();
        while *permits == 0 {
            self.1.wait(&mut permits);
        }
        *permits -= 1;
        drop(permits);
        inside();
        *self.0.lock() += 1;
        self.1.notify_one();
    }
}

/// Its waiters are tasks; a thread becomes one for the length of its wait.
impl Permits for tokio::sync::Semaphore {
    fn new(permits: u32) -> Self {
        tokio::sync::Semaphore::new(permits as usize)
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _permit = match self.try_acquire() {
            Ok(permit) => permit,
            Err(_) => block_on(self.acquire()).expect("nobody closes the semaphore"),
        };
        inside();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

pub(crate) fn uncontended<P: Permits>() -> impl FnMut(Duration) -> Outcome {
    let permits = CachePadded::new(P::new(1));
    move |budget| per_call(budget, || permits.hold(|| ()))
}

/// Lets several threads share two permits, and work `inside` nanoseconds with a permit and
/// `outside` without.
pub(crate) fn contended<P: Permits>(
    threads: usize,
    inside: f64,
    outside: f64,
) -> impl FnMut(Duration) -> Outcome {
    let permits = CachePadded::new(P::new(2));
    let (inside, outside) = (work_of(inside), work_of(outside));
    move |budget| {
        team(budget, threads, || {
            permits.hold(inside);
            outside();
        })
    }
}

pub(crate) fn cases() -> Vec<Case> {
    type ParkingLot = (parking_lot::Mutex<u32>, parking_lot::Condvar);
    let contended_case = |id, name, outside| {
        Case::new(id, name)
            .second(Second::Fairness)
            .stretch(8)
            .limit(contended::<Nothing>(8, 50.0, outside))
            .ours(contended::<tl_semaphore::Semaphore>(8, 50.0, outside))
            .peer("sem_t", contended::<PosixSemaphore>(8, 50.0, outside))
            .peer("parking_lot", contended::<ParkingLot>(8, 50.0, outside))
            .peer(
                "rsevents-extra",
                contended::<rsevents_extra::Semaphore>(8, 50.0, outside),
            )
            .peer(
                "std-semaphore",
                contended::<std_semaphore::Semaphore>(8, 50.0, outside),
            )
            .peer(
                "tokio",
                contended::<tokio::sync::Semaphore>(8, 50.0, outside),
            )
            // Where there is work outside, most of the time is that work.
            .python(id, if outside > 0.0 { 1.0 } else { 5.0 })
    };
    vec![
        Case::new("7a", "Semaphore: acquire and release, uncontended")
            .limit(uncontended::<Bare>())
            .ours(uncontended::<tl_semaphore::Semaphore>())
            .peer("sem_t", uncontended::<PosixSemaphore>())
            .peer("parking_lot", uncontended::<ParkingLot>())
            .peer("rsevents-extra", uncontended::<rsevents_extra::Semaphore>())
            .peer("std-semaphore", uncontended::<std_semaphore::Semaphore>())
            .peer("tokio", uncontended::<tokio::sync::Semaphore>())
            .python("7a", 5.0)
            .bar(Bar::limit(1.05)),
        contended_case("7b", "Semaphore: 8 threads, 2 permits, 50 ns inside", 0.0)
            .bar(Bar::best(0.8))
            .bar(Bar::SecondAtLeast(0.2)),
        contended_case(
            "7c",
            "Semaphore: 8 threads, 2 permits, 50 ns inside, 200 ns outside",
            200.0,
        )
        .bar(Bar::best(1.0)),
    ]
}
