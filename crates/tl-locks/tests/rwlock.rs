//! `RwLock`: many readers or one writer, and neither starves.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(not(sanitize_thread))]
use std::thread;
use std::time::{Duration, Instant};

#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;
use tl_locks::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLock, RwLockExt, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};

const ROUNDS: usize = if cfg!(sanitize_thread) { 500 } else { 5_000 };
const THREADS: usize = 4;
const TIMEOUT: Duration = Duration::from_millis(5);

/// Far longer than any wait of these tests that is meant to end.
const LONG: Duration = Duration::from_secs(60);

/// Calls `is_so` until it is.
fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        thread::yield_now();
    }
}

#[test]
fn writers_lose_no_update_and_readers_see_whole_ones() {
    static PAIR: RwLock<(usize, usize)> = RwLock::new((0, 0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut pair = PAIR.write();
                    pair.0 += 1;
                    pair.1 += 1;
                }
            });
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let pair = PAIR.read();
                    assert_eq!(pair.0, pair.1);
                }
            });
        }
    });
    assert_eq!(*PAIR.read(), (THREADS * ROUNDS, THREADS * ROUNDS));
}

#[test]
fn readers_are_inside_together() {
    let lock = RwLock::new(());
    let inside = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let _guard = lock.read();
                inside.fetch_add(1, Ordering::Relaxed);
                // Would not end if one kept the others out.
                until(|| inside.load(Ordering::Relaxed) == THREADS);
            });
        }
    });
}

#[test]
fn a_holder_keeps_out_the_threads_that_it_should() {
    let lock = RwLock::new(5);
    let reader = lock.read();
    assert!(lock.try_read().is_some());
    assert!(lock.try_upgradable_read().is_some());
    assert!(lock.try_write().is_none());
    assert!(lock.is_locked() && !lock.is_locked_exclusive());
    drop(reader);
    let upgradable = lock.upgradable_read();
    assert!(lock.try_read().is_some());
    assert!(lock.try_upgradable_read().is_none());
    assert!(lock.try_write().is_none());
    drop(upgradable);
    let writer = lock.write();
    assert!(lock.try_read().is_none());
    assert!(lock.try_read_recursive().is_none());
    assert!(lock.try_upgradable_read().is_none());
    assert!(lock.try_write().is_none());
    assert!(lock.is_locked_exclusive());
    drop(writer);
    assert!(!lock.is_locked());
    assert!(lock.try_write().is_some());
}

#[test]
fn timed_forms_end_in_time_and_not_before() {
    let lock = RwLock::new(5);
    let writer = lock.write();
    let start = Instant::now();
    assert!(lock.read_timeout(TIMEOUT).is_none());
    assert!(lock.write_timeout(TIMEOUT).is_none());
    assert!(lock.upgradable_read_timeout(TIMEOUT).is_none());
    assert!(lock.read_recursive_timeout(TIMEOUT).is_none());
    assert!(start.elapsed() >= 4 * TIMEOUT);
    let deadline = Instant::now() + TIMEOUT;
    assert!(lock.read_deadline(deadline).is_none());
    assert!(Instant::now() >= deadline);
    // In the past: a try.
    assert!(lock.read_deadline(start).is_none());
    assert!(lock.write_deadline(start).is_none());
    assert!(lock.upgradable_read_deadline(start).is_none());
    assert!(lock.read_recursive_deadline(start).is_none());
    assert!(lock.read_timeout(Duration::ZERO).is_none());
    drop(writer);
    for timeout in [Duration::ZERO, TIMEOUT, Duration::MAX] {
        assert!(lock.read_timeout(timeout).is_some());
        assert!(lock.write_timeout(timeout).is_some());
        assert!(lock.upgradable_read_timeout(timeout).is_some());
        assert!(lock.read_recursive_timeout(timeout).is_some());
    }
    assert!(lock.read_deadline(start).is_some());
    assert!(lock.write_deadline(start).is_some());
    assert!(lock.upgradable_read_deadline(start).is_some());
    assert!(lock.read_recursive_deadline(start).is_some());
    assert!(!lock.is_locked());
}

#[test]
fn a_timed_writer_that_gives_up_leaves_the_lock_open() {
    let lock = RwLock::new(());
    let _reader = lock.read();
    // By the time it gives up it was overdue, and had closed the lock.
    assert!(lock.write_timeout(TIMEOUT).is_none());
    assert!(lock.try_read().is_some());
    thread::scope(|scope| {
        scope.spawn(|| assert!(lock.write_timeout(TIMEOUT).is_none()));
        // Comes while it waits, as a rule, and must not wait for longer than it does.
        scope.spawn(|| assert!(lock.read_timeout(LONG).is_some()));
    });
    assert!(lock.try_read().is_some());
}

#[test]
fn a_writer_does_not_starve_though_readers_never_all_leave() {
    let lock = RwLock::new(());
    let written = AtomicBool::new(false);
    thread::scope(|scope| {
        // Each takes its next guard before it drops the one that it has.
        for _ in 0..2 {
            scope.spawn(|| {
                let mut guard = lock.read();
                while !written.load(Ordering::Relaxed) {
                    if let Some(next) = lock.try_read() {
                        guard = next;
                    } else {
                        drop(guard);
                        guard = lock.read();
                    }
                }
                drop(guard);
            });
        }
        until(|| lock.is_locked());
        let writer = lock.write_timeout(LONG);
        written.store(true, Ordering::Relaxed);
        assert!(writer.is_some(), "starved");
    });
}

#[test]
fn a_reader_does_not_starve_though_writers_never_all_leave() {
    let lock = RwLock::new(());
    let read = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !read.load(Ordering::Relaxed) {
                    drop(lock.write());
                }
            });
        }
        let reader = lock.read_timeout(LONG);
        read.store(true, Ordering::Relaxed);
        assert!(reader.is_some(), "starved");
    });
}

#[test]
fn an_overdue_writer_closes_the_lock_to_new_readers_alone() {
    let lock = RwLock::new(0);
    thread::scope(|scope| {
        let reader = lock.read();
        let writer = scope.spawn(|| *lock.write() += 1);
        // Closed as soon as the writer is overdue.
        until(|| lock.try_read().is_none());
        // A thread that reads already may read again, since the writer waits for it.
        assert_eq!(*lock.read_recursive(), 0);
        assert!(lock.try_read_recursive().is_some());
        let late = scope.spawn(|| *lock.read());
        assert_eq!(*reader, 0);
        drop(reader);
        assert_eq!(late.join().unwrap(), 1, "passed an overdue writer");
        writer.join().unwrap();
    });
    assert!(lock.try_read().is_some());
}

#[test]
fn a_writer_becomes_a_reader_with_no_writer_in_between() {
    let lock = RwLock::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let mut writer = lock.write();
                    *writer += 1;
                    let written = *writer;
                    let reader = RwLockWriteGuard::downgrade(writer);
                    assert_eq!(*reader, written);
                }
            });
        }
    });
    assert_eq!(lock.into_inner(), 2 * ROUNDS);
}

#[test]
fn a_downgrade_lets_waiting_readers_in() {
    let lock = RwLock::new(0);
    thread::scope(|scope| {
        let writer = lock.write();
        let (first, second) = (
            scope.spawn(|| *lock.read()),
            scope.spawn(|| *lock.upgradable_read()),
        );
        let reader = RwLockWriteGuard::downgrade(writer);
        assert_eq!(first.join().unwrap() + second.join().unwrap(), 0);
        drop(reader);
    });
}

#[test]
fn an_upgrade_sees_what_it_read() {
    let lock = RwLock::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let reader = lock.upgradable_read();
                    let before = *reader;
                    let mut writer = RwLockUpgradableReadGuard::upgrade(reader);
                    assert_eq!(*writer, before);
                    *writer += 1;
                }
            });
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    *lock.write() += 1;
                    drop(lock.read());
                }
            });
        }
    });
    assert_eq!(lock.into_inner(), 4 * ROUNDS);
}

#[test]
fn an_upgrade_that_fails_reads_on() {
    let lock = RwLock::new(5);
    let reader = lock.read();
    let upgradable = lock.upgradable_read();
    let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).expect_err("one reads");
    let upgradable = RwLockUpgradableReadGuard::try_upgrade_for(upgradable, TIMEOUT)
        .expect_err("one still reads");
    let past = Instant::now();
    let upgradable = RwLockUpgradableReadGuard::try_upgrade_until(upgradable, past)
        .expect_err("one still reads");
    assert_eq!(*upgradable, *reader);
    // While it waited it kept readers out, and does no more.
    assert!(lock.try_read().is_some());
    drop(reader);
    let mut writer = RwLockUpgradableReadGuard::try_upgrade(upgradable).expect("it is alone");
    *writer += 1;
    let upgradable = RwLockWriteGuard::downgrade_to_upgradable(writer);
    assert!(lock.try_upgradable_read().is_none());
    let reader = RwLockUpgradableReadGuard::downgrade(upgradable);
    assert!(lock.try_upgradable_read().is_some());
    assert_eq!(*reader, 6);
}

#[test]
fn an_upgrade_that_waits_lets_no_reader_in() {
    let lock = RwLock::new(0);
    thread::scope(|scope| {
        let reader = lock.read();
        let upgrading = scope.spawn(|| {
            *RwLockUpgradableReadGuard::upgrade(lock.upgradable_read()) += 1;
        });
        until(|| lock.try_read().is_none());
        let late = scope.spawn(|| *lock.read());
        drop(reader);
        upgrading.join().unwrap();
        assert_eq!(late.join().unwrap(), 1);
    });
}

#[test]
fn fair_releases_hand_the_lock_to_the_longest_waiter() {
    let lock = RwLock::new(Vec::new());
    thread::scope(|scope| {
        let writer = lock.write();
        scope.spawn(|| lock.write().push("the waiter"));
        // Bumped until the waiter is among the waiters: then it writes first.
        let mut writer = writer;
        while writer.is_empty() {
            RwLockWriteGuard::bump(&mut writer);
            thread::yield_now();
        }
        writer.push("this thread");
        RwLockWriteGuard::unlock_fair(writer);
    });
    let mut reader = lock.read();
    RwLockReadGuard::bump(&mut reader);
    RwLockReadGuard::unlock_fair(reader);
    let mut upgradable = lock.upgradable_read();
    RwLockUpgradableReadGuard::bump(&mut upgradable);
    RwLockUpgradableReadGuard::unlock_fair(upgradable);
    assert_eq!(lock.into_inner(), ["the waiter", "this thread"]);
}

#[test]
fn a_panic_releases_it_and_poisons_nothing() {
    static LOCK: RwLock<u32> = RwLock::new(0);
    let panics: [fn(); 3] = [
        || {
            *LOCK.write() += 1;
            let _guard = LOCK.write();
            panic!("on purpose");
        },
        || {
            let _guard = LOCK.read();
            panic!("on purpose");
        },
        || {
            let _guard = LOCK.upgradable_read();
            panic!("on purpose");
        },
    ];
    for panics in panics {
        assert!(catch_unwind(panics).is_err());
    }
    assert!(!LOCK.is_locked());
    assert_eq!(*LOCK.write(), 1);
}

#[test]
fn guards_are_sent_and_mapped() {
    static LOCK: RwLock<(u32, u32)> = RwLock::new((1, 2));
    let number: MappedRwLockWriteGuard<'_, u32> =
        RwLockWriteGuard::map(LOCK.write(), |pair| &mut pair.1);
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut number = number;
            *number = 3;
        });
    });
    let number: MappedRwLockReadGuard<'_, u32> = RwLockReadGuard::map(LOCK.read(), |pair| &pair.1);
    thread::scope(|scope| {
        scope.spawn(move || assert_eq!(*number, 3));
    });
    assert!(LOCK.try_write().is_some());
}

#[test]
fn what_it_shows_of_itself_blocks_nobody() {
    let lock = RwLock::new(5);
    assert_eq!(format!("{lock:?}"), "RwLock { data: 5 }");
    let _writer = lock.write();
    assert!(format!("{lock:?}").contains("<locked>"));
}
