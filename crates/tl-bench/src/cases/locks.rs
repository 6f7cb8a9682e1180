//! Cases 1 to 3: mutual exclusion, plain and re-entrant.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_utils::CachePadded;

use crate::bar::Bar;
use crate::case::{Case, Outcome, Second};
use crate::measure::{per_call, team, work_of};
use crate::posix::PthreadMutex;

/// A contender: something that one thread holds at a time.
pub(crate) trait Exclusive: Sync + 'static {
    fn new() -> Self;
    fn hold(&self, inside: impl FnOnce());
    /// Returns whether a thread that does not wait gets it.
    fn try_hold(&self) -> bool;
}

/// A contender that its holder can take several times over.
pub(crate) trait Reentrant: Sync + 'static {
    fn new() -> Self;
    fn hold(&self, inside: impl FnOnce());
}

/// The least that a lock must do: one atomic operation to take it and one to give it back. It
/// cannot wait.
struct Bare(AtomicBool);

impl Exclusive for Bare {
    fn new() -> Bare {
        Bare(AtomicBool::new(false))
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let taken = self
            .0
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed);
        black_box(taken.is_ok());
        inside();
        black_box(self.0.swap(false, Ordering::Release));
    }

    #[inline]
    fn try_hold(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

impl Exclusive for tl_locks::Lock {
    fn new() -> Self {
        tl_locks::Lock::new()
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _guard = self.lock();
        inside();
    }

    #[inline]
    fn try_hold(&self) -> bool {
        self.try_lock().is_some()
    }
}

impl Reentrant for tl_locks::RLock {
    fn new() -> Self {
        tl_locks::RLock::new()
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _guard = self.lock();
        inside();
    }
}

impl Exclusive for std::sync::Mutex<()> {
    fn new() -> Self {
        std::sync::Mutex::new(())
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        let _guard = self.lock().unwrap();
        inside();
    }

    #[inline]
    fn try_hold(&self) -> bool {
        self.try_lock().is_ok()
    }
}

macro_rules! lock_api {
    ($exclusive:ty, $reentrant:ty) => {
        impl Exclusive for $exclusive {
            fn new() -> Self {
                <$exclusive>::new(())
            }

            #[inline]
            fn hold(&self, inside: impl FnOnce()) {
                let _guard = self.lock();
                inside();
            }

            #[inline]
            fn try_hold(&self) -> bool {
                self.try_lock().is_some()
            }
        }

        impl Reentrant for $reentrant {
            fn new() -> Self {
                <$reentrant>::new(())
            }

            #[inline]
            fn hold(&self, inside: impl FnOnce()) {
                let _guard = self.lock();
                inside();
            }
        }
    };
}
lock_api!(tl_locks::Mutex<()>, tl_locks::ReentrantMutex<()>);
lock_api!(parking_lot::Mutex<()>, parking_lot::ReentrantMutex<()>);
lock_api!(usync::Mutex<()>, usync::ReentrantMutex<()>);

impl Exclusive for PthreadMutex {
    fn new() -> Self {
        PthreadMutex::new()
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        self.lock();
        inside();
        self.unlock();
    }

    #[inline]
    fn try_hold(&self) -> bool {
        self.try_lock()
    }
}

struct PthreadRecursive(PthreadMutex);

impl Reentrant for PthreadRecursive {
    fn new() -> Self {
        PthreadRecursive(PthreadMutex::recursive())
    }

    #[inline]
    fn hold(&self, inside: impl FnOnce()) {
        self.0.lock();
        inside();
        self.0.unlock();
    }
}

fn uncontended<L: Exclusive>() -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    move |budget| per_call(budget, || lock.hold(|| ()))
}

fn try_held<L: Exclusive>() -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    move |budget| {
        let mut outcome = Err("the lock could not be held".to_owned());
        lock.hold(|| {
            outcome = per_call(budget, || {
                black_box(lock.try_hold());
            });
        });
        outcome
    }
}

fn depth_1<L: Reentrant>() -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    move |budget| per_call(budget, || lock.hold(|| ()))
}

fn depth_3<L: Reentrant>() -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    move |budget| per_call(budget, || lock.hold(|| lock.hold(|| lock.hold(|| ()))))
}

/// Lets threads share one lock, which guards nothing but itself, and work `outside` nanoseconds
/// between two turns.
pub(crate) fn contended<L: Exclusive>(
    threads: usize,
    outside: f64,
) -> impl FnMut(Duration) -> Outcome {
    let lock = CachePadded::new(L::new());
    let work = work_of(outside);
    move |budget| {
        team(budget, threads, || {
            lock.hold(|| ());
            work();
        })
    }
}

/// Does the same without the sharing: with one thread alone, or several with nothing to hold.
fn alone(threads: usize, outside: f64) -> impl FnMut(Duration) -> Outcome {
    let work = work_of(outside);
    move |budget| {
        let lock = Bare::new();
        match outside {
            0.0 => team(budget, 1, || lock.hold(|| ())),
            _ => team(budget, threads, work),
        }
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let contended_case = |id, name, threads, outside| {
        Case::new(id, name)
            .limit(alone(threads, outside))
            .ours(contended::<tl_locks::Lock>(threads, outside))
            .peer("std", contended::<std::sync::Mutex<()>>(threads, outside))
            .peer(
                "parking_lot",
                contended::<parking_lot::Mutex<()>>(threads, outside),
            )
            .peer("usync", contended::<usync::Mutex<()>>(threads, outside))
            .peer("pthread", contended::<PthreadMutex>(threads, outside))
            // Where there is work outside, most of the time is that work.
            .python(id, if outside > 0.0 { 1.0 } else { 5.0 })
    };
    vec![
        Case::new("1a", "Lock: acquire and release, uncontended")
            .limit(uncontended::<Bare>())
            .ours(uncontended::<tl_locks::Lock>())
            .variant("ours: Mutex", uncontended::<tl_locks::Mutex<()>>())
            .peer("std", uncontended::<std::sync::Mutex<()>>())
            .peer("parking_lot", uncontended::<parking_lot::Mutex<()>>())
            .peer("usync", uncontended::<usync::Mutex<()>>())
            .peer("pthread", uncontended::<PthreadMutex>())
            .python("1a", 5.0)
            .bar(Bar::limit(1.05)),
        Case::new("1b", "Lock: try on a held lock")
            .limit(try_held::<Bare>())
            .ours(try_held::<tl_locks::Lock>())
            .variant("ours: Mutex", try_held::<tl_locks::Mutex<()>>())
            .peer("std", try_held::<std::sync::Mutex<()>>())
            .peer("parking_lot", try_held::<parking_lot::Mutex<()>>())
            .peer("usync", try_held::<usync::Mutex<()>>())
            .peer("pthread", try_held::<PthreadMutex>())
            .python("1b", 5.0)
            .bar(Bar::row("parking_lot", 1.1)),
        Case::new("2a", "RLock: acquire and release, depth 1")
            .limit(uncontended::<Bare>())
            .ours(depth_1::<tl_locks::RLock>())
            .variant(
                "ours: ReentrantMutex",
                depth_1::<tl_locks::ReentrantMutex<()>>(),
            )
            .peer("parking_lot", depth_1::<parking_lot::ReentrantMutex<()>>())
            .peer("usync", depth_1::<usync::ReentrantMutex<()>>())
            .peer("pthread", depth_1::<PthreadRecursive>())
            .python("2a", 5.0)
            .bar(Bar::row("parking_lot", 0.97)),
        Case::new("2b", "RLock: acquire and release, depth 3, six calls")
            .ours(depth_3::<tl_locks::RLock>())
            .variant(
                "ours: ReentrantMutex",
                depth_3::<tl_locks::ReentrantMutex<()>>(),
            )
            .peer("parking_lot", depth_3::<parking_lot::ReentrantMutex<()>>())
            .peer("usync", depth_3::<usync::ReentrantMutex<()>>())
            .peer("pthread", depth_3::<PthreadRecursive>())
            .python("2b", 5.0)
            .bar(Bar::row("parking_lot", 1.05)),
        contended_case("3a", "Lock: 2 threads back to back", 2, 0.0).bar(Bar::best(1.0)),
        contended_case("3b", "Lock: 2 threads, 200 ns outside", 2, 200.0).bar(Bar::best(1.0)),
        contended_case("3c", "Lock: 8 threads back to back", 8, 0.0)
            .second(Second::Fairness)
            .stretch(8)
            .bar(Bar::best(1.05))
            .bar(Bar::SecondAtLeast(0.28)),
        contended_case("3d", "Lock: 8 threads, 200 ns outside", 8, 200.0).bar(Bar::best(1.02)),
    ]
}
