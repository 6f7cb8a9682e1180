//! Locks: what is acquired is released, and what they guard loses no update.

use std::cell::Cell;

use tl_locks::{
    Lock, Mutex, RLock, ReentrantMutex, RwLock, RwLockExt, RwLockUpgradableReadGuard,
    RwLockWriteGuard,
};

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

pub(crate) fn rwlock(round: &Round) -> Report {
    // Two halves that a writer makes equal before it leaves, so that a reader beside it would see.
    let (lock, written) = (RwLock::new((0_u64, 0_u64)), Count::default());
    let write = |pair: &mut (u64, u64)| {
        written.one();
        pair.0 += 1;
        std::hint::spin_loop();
        pair.1 += 1;
    };
    let operations = round.operations(|_, rng| {
        unwinding(|| match rng.u8(0..14) {
            0 => {
                let mut pair = lock.write();
                write(&mut pair);
                let pair = RwLockWriteGuard::downgrade(pair);
                assert_eq!(pair.0, pair.1);
                perhaps_panic(rng);
            }
            1 => {
                let pair = lock.upgradable_read();
                let before = *pair;
                perhaps_panic(rng);
                let mut pair = RwLockUpgradableReadGuard::upgrade(pair);
                assert_eq!(*pair, before);
                write(&mut pair);
                let pair = RwLockWriteGuard::downgrade_to_upgradable(pair);
                let pair = RwLockUpgradableReadGuard::downgrade(pair);
                assert_eq!(pair.0, pair.1);
            }
            2 => {
                if let Some(pair) = lock.upgradable_read_timeout(timeout(rng)) {
                    let upgraded = RwLockUpgradableReadGuard::try_upgrade_for(pair, timeout(rng));
                    match upgraded {
                        Ok(mut pair) => write(&mut pair),
                        Err(pair) => assert_eq!(pair.0, pair.1),
                    }
                }
            }
            3 => {
                if let Some(mut pair) = lock.write_timeout(timeout(rng)) {
                    write(&mut pair);
                    perhaps_panic(rng);
                }
            }
            4 => {
                if let Some(mut pair) = lock.try_write() {
                    write(&mut pair);
                    RwLockWriteGuard::unlock_fair(pair);
                }
            }
            5 => {
                if let Some(pair) = lock.read_timeout(timeout(rng)) {
                    assert_eq!(pair.0, pair.1);
                    perhaps_panic(rng);
                }
            }
            6 => {
                let outer = lock.read();
                let inner = lock.read_recursive();
                assert_eq!(outer.0, inner.1);
            }
            7 => write(&mut lock.write()),
            _ => {
                let pair = lock.read();
                assert_eq!(pair.0, pair.1);
            }
        });
    });
    let free = lock.try_write().is_some();
    let (first, second) = lock.into_inner();
    Report::new(operations)
        .even("written and counted", written.get(), first)
        .even("both halves", first, second)
        .holds("the lock is free at the end", free)
}
