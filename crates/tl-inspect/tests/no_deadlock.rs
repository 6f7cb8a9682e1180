//! A thousand random programs without a deadlock, in which none is found. With the feature `owners`
//! of `tl-locks` there is more to be mistaken about.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tl_barrier::Barrier;
use tl_condition::Condition;
use tl_event::Event;
use tl_inspect::{deadlocks, snapshot};
use tl_locks::{Lock, Mutex, RLock, RwLock, RwLockExt};
use tl_semaphore::Semaphore;

const PROGRAMS: usize = 1_000;
const SOON: Duration = Duration::from_micros(50);

/// What the threads of a program use.
struct Shared {
    /// Taken in this order by all.
    rlocks: [RLock; 3],
    lock: Lock,
    mutex: Mutex<u64>,
    rwlock: RwLock<u64>,
    condition: Condition,
    event: Event,
    barrier: Barrier,
    semaphore: Semaphore,
}

fn program(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let threads = random.usize(2..5);
    let shared = Shared {
        rlocks: [const { RLock::new() }; 3],
        lock: Lock::new(),
        mutex: Mutex::new(0),
        rwlock: RwLock::new(0),
        condition: Condition::new(),
        event: Event::new(),
        barrier: Barrier::new(threads),
        semaphore: Semaphore::new(2),
    };
    let rounds = random.usize(1..4);
    tl_thread::scope(|scope| {
        for _ in 0..threads {
            let mut random = fastrand::Rng::with_seed(random.u64(..));
            let shared = &shared;
            scope.spawn(move || {
                for _ in 0..rounds {
                    for _ in 0..random.usize(1..6) {
                        step(shared, &mut random);
                    }
                    // With nothing held: else it would be one.
                    shared.barrier.wait().unwrap();
                }
            });
        }
        shared.event.set();
    });
}

fn step(shared: &Shared, random: &mut fastrand::Rng) {
    match random.u32(..10) {
        0 => {
            let held: Vec<_> = (0..3).filter(|_| random.bool()).collect();
            let _guards: Vec<_> = held.iter().map(|n| shared.rlocks[*n].lock()).collect();
            std::thread::yield_now();
        }
        1 => {
            let _outer = shared.rlocks[0].lock();
            let _inner = shared.rlocks[0].lock();
            let _lock = shared.lock.lock();
            *shared.mutex.lock() += 1;
        }
        2 => {
            let guard = shared.condition.lock();
            let _ = guard.wait_timeout(SOON); // Only that it waits matters.
        }
        3 => {
            let guard = shared.condition.lock();
            guard.notify_all();
            std::thread::yield_now();
        }
        4 => shared.event.wait(),
        5 => {
            let _permits = shared.semaphore.permit_many(random.usize(1..3));
            std::thread::yield_now();
        }
        6 => {
            let _outer = shared.rlocks[2].lock();
            let child = tl_thread::spawn(std::thread::yield_now);
            child.join().unwrap();
        }
        7 => {
            let _value = shared.rwlock.read();
            let _again = shared.rwlock.read_recursive();
            std::thread::yield_now();
        }
        8 => {
            let _outer = shared.rlocks[1].lock();
            *shared.rwlock.write() += 1;
        }
        _ => {
            // In the other order, but not forever.
            let _outer = shared.rlocks[2].lock();
            let _inner = shared.rlocks[0].lock_timeout(SOON);
        }
    }
}

#[test]
fn a_thousand_programs_without_a_deadlock_have_none() {
    let is_over = AtomicBool::new(false);
    let looks = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let looker = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let found = deadlocks();
                assert!(found.is_empty(), "{}\n{}", found[0], snapshot());
                looks.fetch_add(1, Ordering::Relaxed);
            }
        });
        for seed in 0..PROGRAMS as u64 {
            if looker.is_finished() {
                break;
            }
            program(seed);
        }
        is_over.store(true, Ordering::Relaxed);
        looker.join().unwrap();
    });
    assert!(looks.load(Ordering::Relaxed) > PROGRAMS / 10);
}
