//! Case 13: what a wait costs the processor, from one that is over in 5 µs to one of 10 ms.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;
use tl_core::door::{Backoff, Deadline, WaitQueue};

use crate::bar::Bar;
use crate::case::{Case, Outcome, Sample};
use crate::cases::event::{Flag, Futex};
use crate::measure::{Cores, work_of};
use crate::posix::{self, PosixSemaphore, PthreadBarrier, PthreadCondition, PthreadMutex};

/// The least that a primitive on the door can do: it sleeps at once. The time that ours take beyond
/// this is their patience.
struct AtOnce(AtomicU32);

impl Flag for AtOnce {
    fn new() -> AtOnce {
        AtOnce(AtomicU32::new(0))
    }

    fn set(&self) {
        let mut queue = WaitQueue::of(&self.0).lock();
        self.0.store(1, Ordering::Relaxed);
        queue.wake_all(0);
    }

    fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 1
    }

    fn wait(&self) {
        let queue = WaitQueue::of(&self.0).lock();
        if !self.is_set() {
            let _ = queue.wait(&mut Backoff::none(), Deadline::NEVER);
        }
    }
}

/// A flag as a C programmer writes it: a bool with a mutex and a condition.
struct Pthread {
    is_set: AtomicBool,
    mutex: PthreadMutex,
    condition: PthreadCondition,
}

impl Flag for Pthread {
    fn new() -> Pthread {
        Pthread {
            is_set: AtomicBool::new(false),
            mutex: PthreadMutex::new(),
            condition: PthreadCondition::new(),
        }
    }

    fn set(&self) {
        self.mutex.lock();
        self.is_set.store(true, Ordering::Relaxed);
        self.condition.notify_all();
        self.mutex.unlock();
    }

    fn clear(&self) {
        self.mutex.lock();
        self.is_set.store(false, Ordering::Relaxed);
        self.mutex.unlock();
    }

    fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Relaxed)
    }

    fn wait(&self) {
        self.mutex.lock();
        while !self.is_set() {
            self.condition.wait(&self.mutex);
        }
        self.mutex.unlock();
    }
}

/// Lets one thread wait, again and again, and another end each wait when it has lasted for
/// `length`. The figure is the processor time of the waiter alone, for each wait.
fn waits<T: Sync + 'static>(
    length: Duration,
    make: impl Fn() -> T + 'static,
    wait: fn(&T),
    wake: fn(&T),
) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        let shared = CachePadded::new(make());
        let begun = CachePadded::new(AtomicU64::new(0));
        let is_over = CachePadded::new(AtomicBool::new(false));
        let compute = work_of(length.as_nanos() as f64);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                Cores::Two.pin(1);
                // The first wait lets the other thread start.
                begun.store(1, Ordering::Release);
                wait(&shared);
                let start = posix::thread_time();
                for count in 1.. {
                    begun.store(count + 1, Ordering::Release);
                    wait(&shared);
                    if is_over.load(Ordering::Relaxed) {
                        return Sample::per_operation(posix::thread_time() - start, count);
                    }
                }
                unreachable!("the waits do not end by themselves")
            });
            let waker = scope.spawn(|| {
                Cores::Two.pin(0);
                let start = Instant::now();
                for count in 1.. {
                    while begun.load(Ordering::Acquire) < count {
                        spin_loop();
                    }
                    // A thread that waits for long leaves the machine idle, as a rule.
                    if length < Duration::from_millis(1) {
                        compute();
                    } else {
                        thread::sleep(length);
                    }
                    let is_last = count > 1 && start.elapsed() >= budget;
                    is_over.store(is_last, Ordering::Relaxed);
                    wake(&shared);
                    if is_last {
                        return;
                    }
                }
            });
            waker.join().expect("no waker panics");
            Ok(waiter.join().expect("no waiter panics"))
        })
    }
}

fn flag<F: Flag>(length: Duration) -> impl FnMut(Duration) -> Outcome {
    let wait = |flag: &F| {
        flag.wait();
        flag.clear();
    };
    waits(length, F::new, wait, F::set)
}

fn monitor(length: Duration) -> impl FnMut(Duration) -> Outcome {
    waits(
        length,
        || tl_condition::Monitor::new(false),
        |monitor| {
            let mut is_set = monitor.lock();
            is_set.wait_while(|is_set| !*is_set);
            *is_set = false;
        },
        |monitor| {
            let mut is_set = monitor.lock();
            *is_set = true;
            is_set.notify_one();
        },
    )
}

/// Waits for a lock without an owner: one thread acquires it, the other releases it.
fn lock(length: Duration) -> impl FnMut(Duration) -> Outcome {
    let locked = || {
        let lock = tl_locks::Lock::new();
        lock.acquire();
        lock
    };
    let release = |lock: &tl_locks::Lock| lock.release().expect("it is locked");
    waits(length, locked, tl_locks::Lock::acquire, release)
}

fn semaphore(length: Duration) -> impl FnMut(Duration) -> Outcome {
    waits(
        length,
        || tl_semaphore::Semaphore::new(0),
        tl_semaphore::Semaphore::acquire,
        |semaphore| semaphore.release().expect("there are few permits"),
    )
}

fn barrier<B: Sync + 'static>(
    length: Duration,
    new: fn(usize) -> B,
    wait: fn(&B),
) -> impl FnMut(Duration) -> Outcome {
    waits(length, move || new(2), wait, wait)
}

pub(crate) fn cases() -> Vec<Case> {
    type Std = (std::sync::Mutex<bool>, std::sync::Condvar);
    type ParkingLot = (parking_lot::Mutex<bool>, parking_lot::Condvar);
    /// The number, the length in microseconds, and how many times longer than usual a sample takes.
    const LENGTHS: [(&str, u64, u32); 5] = [
        ("13a", 5, 1),
        ("13b", 20, 1),
        ("13c", 100, 1),
        ("13d", 1_000, 4),
        ("13e", 10_000, 9),
    ];
    LENGTHS
        .into_iter()
        .flat_map(|(id, micros, stretch)| {
            let length = Duration::from_micros(micros);
            let case = |primitive| {
                let what = match micros {
                    _ if micros < 1_000 => format!("{micros} µs"),
                    _ => format!("{} ms", micros / 1_000),
                };
                Case::new(
                    id,
                    format!("{primitive}: processor time of a wait of {what}"),
                )
                .stretch(stretch)
                .limit(flag::<Futex>(length))
                .bar(Bar::best(1.15))
            };
            [
                case("Event")
                    .ours(flag::<tl_event::Event>(length))
                    .variant("the door, asleep at once", flag::<AtOnce>(length))
                    .peer("std", flag::<Std>(length))
                    .peer("parking_lot", flag::<ParkingLot>(length)),
                case("Lock")
                    .ours(lock(length))
                    .peer("std", flag::<Std>(length))
                    .peer("parking_lot", flag::<ParkingLot>(length)),
                case("Semaphore")
                    .ours(semaphore(length))
                    .peer("std", flag::<Std>(length))
                    .peer(
                        "sem_t",
                        waits(
                            length,
                            || PosixSemaphore::new(0),
                            PosixSemaphore::acquire,
                            PosixSemaphore::release,
                        ),
                    ),
                case("Barrier")
                    .ours(barrier(length, tl_barrier::Barrier::new, |barrier| {
                        barrier.wait().expect("nobody breaks the barrier");
                    }))
                    .peer(
                        "std",
                        barrier(length, std::sync::Barrier::new, |barrier| {
                            barrier.wait();
                        }),
                    )
                    .peer(
                        "pthread",
                        barrier(length, PthreadBarrier::new, PthreadBarrier::wait),
                    ),
                case("Monitor")
                    .ours(monitor(length))
                    .peer("std", flag::<Std>(length))
                    .peer("parking_lot", flag::<ParkingLot>(length))
                    .peer("pthread", flag::<Pthread>(length)),
            ]
        })
        .collect()
}
