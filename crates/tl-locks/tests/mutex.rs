//! `Mutex` and `ReentrantMutex`: `lock_api`'s interface on our raw lock.

use std::cell::{Cell, RefCell};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{
    MappedMutexGuard, Mutex, MutexExt, MutexGuard, ReentrantMutex, ReentrantMutexExt,
    ReentrantMutexGuard,
};

const ROUNDS: usize = if cfg!(sanitize_thread) { 1_000 } else { 20_000 };
const THREADS: usize = 4;

#[test]
fn a_mutex_in_a_static_counts_right() {
    static COUNT: Mutex<usize> = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    *COUNT.lock() += 1;
                }
            });
        }
    });
    assert_eq!(*COUNT.lock(), THREADS * ROUNDS);
}

#[test]
fn a_mutex_has_tries_timeouts_and_deadlines() {
    let mutex = Mutex::new(1);
    let guard = mutex.lock();
    assert!(mutex.is_locked());
    assert!(mutex.try_lock().is_none());
    let start = Instant::now();
    let timeout = Duration::from_millis(5);
    assert!(mutex.try_lock_for(Duration::ZERO).is_none());
    assert!(mutex.try_lock_for(timeout).is_none());
    assert!(start.elapsed() >= timeout);
    assert!(mutex.try_lock_until(Instant::now() + timeout).is_none());
    assert!(mutex.try_lock_until(start).is_none());
    drop(guard);
    assert!(mutex.try_lock().is_some());
    assert!(mutex.try_lock_for(Duration::MAX).is_some());
    assert!(mutex.try_lock_until(start).is_some());
    thread::scope(|scope| {
        let guard = mutex.lock();
        scope.spawn(|| *mutex.try_lock_for(Duration::MAX).unwrap() += 1);
        drop(guard);
    });
    assert_eq!(mutex.into_inner(), 2);
}

#[test]
fn a_panic_releases_a_mutex_and_poisons_nothing() {
    static MUTEX: Mutex<u32> = Mutex::new(0);
    assert!(
        catch_unwind(|| {
            let mut value = MUTEX.lock();
            *value = 1;
            panic!("on purpose");
        })
        .is_err()
    );
    assert_eq!(*MUTEX.lock(), 1);
}

#[test]
fn a_forgotten_guard_leaves_a_mutex_locked() {
    let mutex = Mutex::new(0);
    std::mem::forget(mutex.lock());
    assert!(mutex.try_lock().is_none());
}

#[test]
fn a_mutex_guard_may_be_sent_and_mapped() {
    static MUTEX: Mutex<(u32, u32)> = Mutex::new((1, 2));
    let guard: MappedMutexGuard<'_, u32> = MutexGuard::map(MUTEX.lock(), |pair| &mut pair.1);
    drop(guard);
    let guard = MUTEX.lock();
    thread::spawn(move || drop(guard)).join().unwrap();
    assert!(MUTEX.try_lock().is_some());
}

#[test]
fn a_fair_unlock_hands_the_lock_to_the_waiter() {
    let mutex = Mutex::new(0);
    let waiting = AtomicBool::new(false);
    thread::scope(|scope| {
        let mut guard = mutex.lock();
        scope.spawn(|| {
            waiting.store(true, Ordering::Relaxed);
            *mutex.lock() += 1;
        });
        while !waiting.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        // With nobody in the queue a bump does nothing, and it takes the waiter a moment to get
        // there.
        while *guard == 0 {
            MutexGuard::bump(&mut guard);
            thread::yield_now();
        }
        MutexGuard::unlock_fair(guard);
    });
    assert_eq!(mutex.into_inner(), 1);
}

#[test]
fn fair_unlocks_and_bumps_exclude_too() {
    let mutex = Mutex::new(0);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let mutex = &mutex;
            scope.spawn(move || {
                for round in 0..ROUNDS / 10 {
                    let mut guard = mutex.lock();
                    *guard += 1;
                    match (round + number) % 3 {
                        0 => MutexGuard::unlock_fair(guard),
                        1 => MutexGuard::bump(&mut guard),
                        _ => drop(guard),
                    }
                }
            });
        }
    });
    assert_eq!(mutex.into_inner(), THREADS * (ROUNDS / 10));
}

#[test]
fn unlocked_lets_others_in() {
    let mutex = Mutex::new(0);
    let mut guard = mutex.lock();
    MutexGuard::unlocked(&mut guard, || *mutex.lock() += 1);
    assert_eq!(*guard, 1);
}

#[test]
fn debug_of_a_locked_mutex_does_not_wait() {
    let mutex = Mutex::new(5);
    assert!(format!("{mutex:?}").contains('5'));
    let _guard = mutex.lock();
    assert!(format!("{mutex:?}").contains("<locked>"));
}

#[test]
fn a_reentrant_mutex_is_locked_again_by_its_owner_alone() {
    static VALUES: ReentrantMutex<RefCell<Vec<u32>>> =
        ReentrantMutex::new(RefCell::new(Vec::new()));
    let outer = VALUES.lock();
    let inner = VALUES.lock();
    outer.borrow_mut().push(1);
    inner.borrow_mut().push(2);
    assert!(VALUES.is_owned_by_current_thread());
    assert!(
        thread::spawn(|| VALUES.try_lock().is_none())
            .join()
            .unwrap()
    );
    drop(outer);
    assert!(
        thread::spawn(|| VALUES.try_lock_for(Duration::from_millis(1)).is_none())
            .join()
            .unwrap()
    );
    drop(inner);
    assert_eq!(
        thread::spawn(|| VALUES.lock().borrow().len())
            .join()
            .unwrap(),
        2
    );
}

#[test]
fn a_reentrant_mutex_excludes_other_threads() {
    let mutex = ReentrantMutex::new(Cell::new(0));
    let entered = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let outer = mutex.lock();
                    let inner: ReentrantMutexGuard<'_, _> = mutex.lock();
                    inner.set(outer.get() + 1);
                    entered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(mutex.into_inner().get(), entered.into_inner());
}

#[test]
fn the_timed_forms_have_the_names_that_they_have_everywhere() {
    let (past, timeout) = (Instant::now(), Duration::from_millis(5));
    let mutex = Mutex::new(1);
    let guard = mutex.lock();
    let start = Instant::now();
    assert!(mutex.lock_timeout(timeout).is_none());
    assert!(mutex.lock_deadline(start + 2 * timeout).is_none());
    assert!(start.elapsed() >= 2 * timeout);
    assert!(mutex.lock_timeout(Duration::ZERO).is_none());
    assert!(mutex.lock_deadline(past).is_none());
    drop(guard);
    assert!(mutex.lock_timeout(Duration::MAX).is_some());
    assert!(mutex.lock_deadline(past).is_some());

    let mutex = ReentrantMutex::new(1);
    let _first = mutex.lock();
    assert!(mutex.lock_timeout(Duration::ZERO).is_some());
    assert!(mutex.lock_deadline(past).is_some());
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mutex.lock_timeout(timeout).is_none());
            assert!(mutex.lock_deadline(past).is_none());
        });
    });
}
