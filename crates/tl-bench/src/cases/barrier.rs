//! Case 6: barriers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_utils::CachePadded;

use crate::bar::Bar;
use crate::case::{Case, Outcome, Second};
use crate::measure::{Cores, rounds};
use crate::posix::{self, PthreadBarrier};

/// A contender: given the number of threads, it makes for each of them the function by which that
/// thread waits for the others.
pub(crate) type Parties = fn(usize) -> Vec<Box<dyn FnMut() + Send>>;

fn share<B: Send + Sync + 'static>(
    barrier: B,
    parties: usize,
    wait: fn(&B),
) -> Vec<Box<dyn FnMut() + Send>> {
    let barrier = Arc::new(CachePadded::new(barrier));
    (0..parties)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            Box::new(move || wait(&barrier)) as Box<dyn FnMut() + Send>
        })
        .collect()
}

/// The limit: a count and a bare futex.
struct Futex {
    parties: u32,
    arrived: AtomicU32,
    round: AtomicU32,
}

impl Futex {
    fn wait(&self) {
        let round = self.round.load(Ordering::Relaxed);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.parties {
            self.arrived.store(0, Ordering::Relaxed);
            self.round.fetch_add(1, Ordering::Release);
            posix::futex_wake(&self.round, i32::MAX);
        } else {
            while self.round.load(Ordering::Acquire) == round {
                posix::futex_wait(&self.round, round);
            }
        }
    }
}

pub(crate) fn futex(parties: usize) -> Vec<Box<dyn FnMut() + Send>> {
    let barrier = Futex {
        parties: parties as u32,
        arrived: AtomicU32::new(0),
        round: AtomicU32::new(0),
    };
    share(barrier, parties, Futex::wait)
}

pub(crate) fn ours(parties: usize) -> Vec<Box<dyn FnMut() + Send>> {
    share(tl_barrier::Barrier::new(parties), parties, |barrier| {
        barrier.wait().expect("nobody breaks the barrier");
    })
}

pub(crate) fn std(parties: usize) -> Vec<Box<dyn FnMut() + Send>> {
    share(std::sync::Barrier::new(parties), parties, |barrier| {
        barrier.wait();
    })
}

pub(crate) fn pthread(parties: usize) -> Vec<Box<dyn FnMut() + Send>> {
    share(PthreadBarrier::new(parties), parties, PthreadBarrier::wait)
}

/// Gives each thread its own copy, as the interface of `hurdles` asks.
pub(crate) fn hurdles(parties: usize) -> Vec<Box<dyn FnMut() + Send>> {
    let barrier = hurdles::Barrier::new(parties);
    (0..parties)
        .map(|_| {
            let mut barrier = barrier.clone();
            Box::new(move || {
                barrier.wait();
            }) as Box<dyn FnMut() + Send>
        })
        .collect()
}

pub(crate) fn round(
    parties: Parties,
    count: usize,
    cores: Cores,
) -> impl FnMut(Duration) -> Outcome {
    move |budget| rounds(budget, cores, parties(count))
}

/// Measures a round, and as second figure the share of a processor that a thread uses while it
/// waits for a tenth of a second.
fn round_and_long_wait(parties: Parties, count: usize) -> impl FnMut(Duration) -> Outcome {
    let mut round = round(parties, count, Cores::Any);
    move |budget| {
        let mut sample = round(budget)?;
        sample.second = Some(long_wait(parties));
        Ok(sample)
    }
}

fn long_wait(parties: Parties) -> f64 {
    const WAIT: Duration = Duration::from_millis(100);
    let mut parties = parties(2);
    let (mut late, mut early) = (parties.remove(0), parties.remove(0));
    thread::scope(|scope| {
        let waiter = scope.spawn(move || {
            let start = posix::thread_time();
            early();
            posix::thread_time() - start
        });
        thread::sleep(WAIT);
        late();
        let used = waiter.join().expect("a barrier does not panic");
        used.as_secs_f64() / WAIT.as_secs_f64()
    })
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |id, name| {
        Case::new(id, name).leave_out(
            "usync",
            "its barrier does not block again after the first round",
        )
    };
    let two = |id, name, cores| {
        case(id, name)
            .limit(round(futex, 2, cores))
            .ours(round(ours, 2, cores))
            .peer("std", round(std, 2, cores))
            .peer("pthread", round(pthread, 2, cores))
            .spinner("hurdles", round(hurdles, 2, cores))
            .python(id, 5.0)
    };
    vec![
        two("6a", "Barrier: a round of 2, two cores", Cores::Two).bar(Bar::row("hurdles", 2.5)),
        two("6b", "Barrier: a round of 2, one core", Cores::One).bar(Bar::best(1.05)),
        case("6c", "Barrier: a round of 8")
            .second(Second::ProcessorShare)
            .limit(round_and_long_wait(futex, 8))
            .ours(round_and_long_wait(ours, 8))
            .peer("std", round_and_long_wait(std, 8))
            .peer("pthread", round_and_long_wait(pthread, 8))
            .spinner("hurdles", round_and_long_wait(hurdles, 8))
            .python("6c", 5.0)
            .bar(Bar::best(1.1))
            .bar(Bar::SecondAtMost(0.05)),
    ]
}
