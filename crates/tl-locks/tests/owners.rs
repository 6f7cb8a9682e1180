//! With the feature `owners`: which thread holds each lock, and where it acquired it.
#![cfg(all(feature = "owners", not(loom)))]

use std::thread;
use std::time::{Duration, Instant};

use tl_core::door::{Call, Deadline, Held, Operation, held};
use tl_core::{ThreadIdent, current_ident};
use tl_locks::{
    ConditionLock, Lock, Mutex, RLock, RawCondvar, ReentrantMutex, RwLock, RwLockExt,
    RwLockUpgradableReadGuard, RwLockWriteGuard, wait_with_guard,
};

const SOON: Duration = Duration::from_millis(1);
const WAIT: &Operation = &Operation::new("Condition", "wait");

/// Returns what the thread holds.
fn held_by(thread: ThreadIdent) -> Vec<Held> {
    held()
        .into_iter()
        .filter(|held| held.thread == thread)
        .collect()
}

/// Returns the line on which this thread acquired the one lock that it holds.
fn line() -> u32 {
    match held_by(current_ident())[..] {
        [held] => held.place.line(),
        ref other => panic!("{other:?}"),
    }
}

fn assert_none() {
    assert_eq!(held_by(current_ident()), []);
}

#[test]
fn each_way_to_acquire_a_lock_is_noted_with_its_place_until_it_is_released() {
    let (lock, rlock) = (Lock::new(), RLock::new());
    let (mutex, reentrant) = (Mutex::new(0), ReentrantMutex::new(0));
    let late = || Instant::now() + Duration::from_secs(60);
    macro_rules! assert_noted {
        ($($guard:expr;)*) => {$(
            let here = line!();
            let guard = $guard;
            assert_eq!(line(), here);
            drop(guard);
            assert_none();
        )*};
    }
    assert_noted! { lock.lock(); }
    assert_noted! { lock.try_lock().unwrap(); }
    assert_noted! { lock.lock_timeout(SOON).unwrap(); }
    assert_noted! { lock.lock_deadline(late()).unwrap(); }
    assert_noted! { rlock.lock(); }
    assert_noted! { rlock.try_lock().unwrap(); }
    assert_noted! { rlock.lock_timeout(SOON).unwrap(); }
    assert_noted! { rlock.lock_deadline(late()).unwrap(); }
    assert_noted! { mutex.lock(); }
    assert_noted! { mutex.try_lock().unwrap(); }
    assert_noted! { mutex.try_lock_for(SOON).unwrap(); }
    assert_noted! { mutex.try_lock_until(late()).unwrap(); }

    // `lock_api` does not pass the place on; the thread is right.
    let guard = reentrant.lock();
    assert_eq!(held_by(current_ident()).len(), 1);
    drop(guard);
    assert_none();

    let here = line!() + 1;
    rlock.acquire();
    rlock.acquire();
    rlock.release().unwrap();
    assert_eq!(line(), here);
    rlock.release().unwrap();
    assert_none();
    assert!(lock.release().is_err());
    assert_none();
}

#[test]
fn a_lock_that_another_thread_releases_has_no_owner_left() {
    static LOCK: Lock = Lock::new();
    static MUTEX: Mutex<()> = Mutex::new(());
    LOCK.acquire();
    let guard = MUTEX.lock();
    assert_eq!(held_by(current_ident()).len(), 2);
    let other = thread::spawn(move || {
        LOCK.release().unwrap();
        drop(guard);
        let own = LOCK.lock();
        assert_eq!(held_by(current_ident()).len(), 1);
        drop(own);
        assert_none();
    });
    other.join().unwrap();
    assert_none();
}

#[test]
fn all_readers_are_known_and_the_writer() {
    static LOCK: RwLock<u32> = RwLock::new(0);
    let late = || Instant::now() + Duration::from_secs(60);
    let modes = || {
        let own = held_by(current_ident());
        own.iter().map(|held| held.is_shared).collect::<Vec<_>>()
    };
    macro_rules! assert_noted {
        ($is_shared:expr, $($guard:expr;)*) => {$(
            let here = line!();
            let guard = $guard;
            assert_eq!((line(), modes()), (here, vec![$is_shared]));
            drop(guard);
            assert_none();
        )*};
    }
    assert_noted! { true, LOCK.read(); }
    assert_noted! { true, LOCK.try_read().unwrap(); }
    assert_noted! { true, LOCK.read_timeout(SOON).unwrap(); }
    assert_noted! { true, LOCK.read_deadline(late()).unwrap(); }
    assert_noted! { true, LOCK.read_recursive(); }
    assert_noted! { true, LOCK.try_read_recursive().unwrap(); }
    assert_noted! { true, LOCK.read_recursive_timeout(SOON).unwrap(); }
    assert_noted! { true, LOCK.upgradable_read(); }
    assert_noted! { true, LOCK.try_upgradable_read().unwrap(); }
    assert_noted! { true, LOCK.upgradable_read_timeout(SOON).unwrap(); }
    assert_noted! { true, RwLockWriteGuard::downgrade(LOCK.write()); }
    assert_noted! { true, RwLockWriteGuard::downgrade_to_upgradable(LOCK.write()); }
    assert_noted! { true, RwLockUpgradableReadGuard::downgrade(LOCK.upgradable_read()); }
    assert_noted! { false, LOCK.write(); }
    assert_noted! { false, LOCK.try_write().unwrap(); }
    assert_noted! { false, LOCK.write_timeout(SOON).unwrap(); }
    assert_noted! { false, LOCK.write_deadline(late()).unwrap(); }
    assert_noted! { false, RwLockUpgradableReadGuard::upgrade(LOCK.upgradable_read()); }
    assert_noted! { false, RwLockUpgradableReadGuard::try_upgrade(LOCK.upgradable_read()).unwrap(); }
    let (first, second) = (LOCK.read(), LOCK.read());
    let other = thread::spawn(move || {
        let _third = LOCK.read();
        assert_eq!(modes(), [true]);
    });
    other.join().unwrap();
    assert_eq!(modes(), [true, true]);
    drop(first);
    assert_eq!(modes(), [true]);
    // Whose guard it drops is not known: then nothing is.
    thread::spawn(move || drop(second)).join().unwrap();
    assert_none();
}

#[test]
fn a_try_that_fails_changes_no_owner() {
    static LOCK: Lock = Lock::new();
    let here = line!() + 1;
    let guard = LOCK.lock();
    let other = thread::spawn(|| {
        assert!(LOCK.try_lock().is_none());
        assert!(LOCK.lock_timeout(SOON).is_none());
        assert_none();
    });
    other.join().unwrap();
    assert_eq!(line(), here);
    drop(guard);
}

#[test]
fn a_wait_holds_nothing_and_takes_back_what_it_gave_up() {
    static WAITERS: RawCondvar = RawCondvar::new();
    static MUTEX_WAITERS: RawCondvar = RawCondvar::new();
    static LOCK: Lock = Lock::new();
    static MUTEX: Mutex<()> = Mutex::new(());
    LOCK.acquire();
    let here = line!() + 1;
    ConditionLock::wait(&LOCK, &WAITERS, Deadline::after(SOON), Call::here(WAIT)).unwrap();
    assert_eq!(line(), here);
    LOCK.release().unwrap();

    let waiter = thread::spawn(|| {
        let mut guard = MUTEX.lock();
        let soon = Deadline::after(Duration::from_millis(300));
        wait_with_guard(&mut guard, &MUTEX_WAITERS, soon, Call::here(WAIT));
        assert_eq!(held_by(current_ident()).len(), 1);
    });
    let begin = Instant::now();
    // It is this thread's while the other one waits.
    while begin.elapsed() < Duration::from_millis(100) {
        let guard = MUTEX.lock();
        assert_eq!(held_by(current_ident()).len(), 1);
        drop(guard);
        assert_none();
        thread::yield_now();
    }
    waiter.join().unwrap();
}

#[test]
fn whoever_holds_it_is_its_owner_however_it_is_passed_on() {
    static LOCKS: [Lock; 3] = [const { Lock::new() }; 3];
    const TURNS: usize = if cfg!(sanitize_thread) { 2_000 } else { 20_000 };
    let threads: Vec<_> = (0..4)
        .map(|n| {
            thread::spawn(move || {
                for turn in n..n + TURNS {
                    let lock = &LOCKS[turn % LOCKS.len()];
                    let _guard = lock.lock();
                    let own = held_by(current_ident());
                    assert_eq!(own.len(), 1);
                    assert_eq!(own[0].lock.address(), std::ptr::from_ref(lock).addr());
                }
                assert_none();
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
}
