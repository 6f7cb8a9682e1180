//! Locks: what is acquired is released, and what they guard loses no update.

use std::cell::Cell;

use tl_locks::{Lock, Mutex, RLock, ReentrantMutex};

use crate::round::{Count, Fragile, Report, Round, perhaps_panic, timeout, unwinding};

pub(crate) fn lock(round: &Round) -> Report {
    let (lock, guarded, acquired) = (Lock::new(), Fragile::default(), Count::default());
    let operations = round.operations(|_, rng| {
        let inside = |rng: &mut fastrand::Rng| {
            acquired.one();
            guarded.add(rng);
        };
        match rng.u8(0..6) {
            0 => unwinding(|| {
                let _guard = lock.lock();
                inside(rng);
                perhaps_panic(rng);
            }),
            1 => {
                if lock.try_acquire() {
                    inside(rng);
                    lock.release().expect("this thread holds it");
                }
            }
            2 => {
                if lock.acquire_timeout(timeout(rng)) {
                    inside(rng);
                    lock.release().expect("this thread holds it");
                }
            }
            3 => unwinding(|| {
                if let Some(_guard) = lock.lock_timeout(timeout(rng)) {
                    inside(rng);
                    perhaps_panic(rng);
                }
            }),
            _ => {
                lock.acquire();
                inside(rng);
                lock.release().expect("this thread holds it");
            }
        }
    });
    Report::new(operations)
        .even(
            "acquired and counted under the lock",
            acquired.get(),
            guarded.get(),
        )
        .holds("the lock is free at the end", !lock.locked())
        .holds("a free lock can't be released", lock.release().is_err())
}

pub(crate) fn rlock(round: &Round) -> Report {
    let (lock, guarded, acquired) = (RLock::new(), Fragile::default(), Count::default());
    let strangers = Count::default();
    let operations = round.operations(|_, rng| {
        if lock.release().is_ok() {
            strangers.one();
        }
        let depth = rng.usize(1..5);
        let mut held = 0;
        for _ in 0..depth {
            let got = match rng.u8(0..3) {
                0 => lock.try_acquire(),
                1 => lock.acquire_timeout(timeout(rng)),
                _ => {
                    lock.acquire();
                    true
                }
            };
            held += u32::from(got);
            if got {
                acquired.one();
                guarded.add(rng);
            }
            assert_eq!(lock.is_owned(), held > 0);
        }
        unwinding(|| {
            let _guard = lock.lock();
            acquired.one();
            guarded.add(rng);
            perhaps_panic(rng);
        });
        for _ in 0..held {
            lock.release().expect("this thread holds it");
        }
    });
    Report::new(operations)
        .even(
            "acquired and counted under the lock",
            acquired.get(),
            guarded.get(),
        )
        .even(
            "releases by strangers that went through",
            strangers.get(),
            0,
        )
        .holds("the lock is free at the end", !lock.locked())
}

pub(crate) fn mutex(round: &Round) -> Report {
    let (mutex, acquired) = (Mutex::new(0u64), Count::default());
    let operations = round.operations(|_, rng| {
        unwinding(|| {
            let guard = match rng.u8(0..3) {
                0 => mutex.try_lock(),
                1 => mutex.try_lock_for(timeout(rng)),
                _ => Some(mutex.lock()),
            };
            if let Some(mut value) = guard {
                acquired.one();
                *value += 1;
                perhaps_panic(rng);
            }
        });
    });
    Report::new(operations).even("locked and counted", acquired.get(), mutex.into_inner())
}

pub(crate) fn reentrant(round: &Round) -> Report {
    let (mutex, acquired) = (ReentrantMutex::new(Cell::new(0_u64)), Count::default());
    let operations = round.operations(|_, rng| {
        unwinding(|| {
            let mut held = Vec::new();
            for _ in 0..rng.usize(1..5) {
                let guard = match rng.u8(0..3) {
                    0 => mutex.try_lock(),
                    1 => mutex.try_lock_for(timeout(rng)),
                    _ => Some(mutex.lock()),
                };
                // Once it is held nothing stands in the way of one level more.
                assert!(guard.is_some() || held.is_empty());
                if let Some(value) = guard {
                    acquired.one();
                    value.set(value.get() + 1);
                    held.push(value);
                }
                perhaps_panic(rng);
            }
        });
    });
    Report::new(operations).even(
        "locked and counted",
        acquired.get(),
        mutex.into_inner().get(),
    )
}
