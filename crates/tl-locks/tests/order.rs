//! With the feature `lock-order`: orders of locks that could deadlock.
//!
//! Each test tells what it has caused from what the others have by the names of its threads.
#![cfg(all(feature = "lock-order", not(loom)))]

use std::mem;
use std::sync::{Arc, Once};
use std::thread;
use std::time::{Duration, Instant};

use tl_core::current_ident;
use tl_core::door::{Call, Deadline, Held, LockOrder, Operation, held, lock_orders};
use tl_locks::{
    ConditionLock, Lock, Mutex, RLock, RawCondvar, ReentrantMutex, RwLock, RwLockExt,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};

const SOON: Duration = Duration::from_millis(1);

/// Runs `f` in a thread of this name.
fn run(name: &str, f: impl FnOnce() + Send + 'static) {
    listen();
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(f).unwrap().join().unwrap();
}

/// Returns what was found of threads with such names.
fn found(name: &str) -> Vec<LockOrder> {
    let is_of = |order: &LockOrder| {
        let mut steps = order.steps().iter();
        steps.any(|step| step.thread_name.starts_with(name))
    };
    lock_orders().into_iter().filter(is_of).collect()
}

/// What was logged, each time by a thread that held nothing.
static LOGGED: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn listen() {
    struct Listener;
    impl log::Log for Listener {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &log::Record<'_>) {
            assert_eq!(record.level(), log::Level::Warn);
            let own = |held: &Held| held.thread == current_ident();
            assert!(!held().iter().any(own));
            LOGGED.lock().push(record.args().to_string());
        }
        fn flush(&self) {}
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
    });
}

#[test]
fn two_locks_in_opposite_order_are_reported_with_the_four_places() {
    static FIRST: Mutex<u32> = Mutex::new(0);
    static SECOND: Lock = Lock::new();
    let base = line!();
    run("two-there", || {
        let _first = FIRST.lock();
        let _second = SECOND.lock();
    });
    assert!(found("two-").is_empty());
    run("two-back", || {
        let second = SECOND.lock();
        let first = FIRST.lock();
        assert_eq!(found("two-").len(), 1, "before the lock is had");
        drop((first, second));
    });
    let orders = found("two-");
    assert_eq!(orders.len(), 1);
    let steps = orders[0].steps();
    let seen: Vec<_> = steps
        .iter()
        .map(|step| {
            let lines = (step.held_at.line() - base, step.wanted_at.line() - base);
            (&*step.thread_name, lines)
        })
        .collect();
    assert_eq!(seen, [("two-there", (2, 3)), ("two-back", (7, 8))]);
    assert_eq!(steps[0].held, steps[1].wanted);
    assert_eq!(steps[0].wanted, steps[1].held);
    // Whichever thread holds nothing logs it.
    while LOGGED.lock().iter().all(|line| !line.contains("two-")) {
        thread::yield_now();
    }
    run("two-again", || {
        let _second = SECOND.lock();
        let _first = FIRST.lock();
    });
    assert_eq!(found("two-").len(), 1, "the first time alone");
}

#[test]
fn what_was_found_is_logged_once() {
    let (a, b) = (Lock::new(), Lock::new());
    listen();
    let here = line!() + 1;
    a.with(|| b.with(|| ()));
    b.with(|| a.with(|| ()));
    let is_this = |line: &&String| line.contains(&format!("{}:{here}", file!()));
    let count = || LOGGED.lock().iter().filter(is_this).count();
    while count() == 0 {
        thread::yield_now();
    }
    b.with(|| a.with(|| ()));
    assert_eq!(count(), 1);
}

#[test]
fn the_same_places_are_reported_once_whichever_locks_they_take() {
    for _ in 0..3 {
        let pair = Arc::new((Lock::new(), Lock::new()));
        let take = |one: bool| {
            let pair = Arc::clone(&pair);
            move || {
                if one {
                    pair.0.with(|| pair.1.with(|| ()))
                } else {
                    pair.1.with(|| pair.0.with(|| ()))
                }
            }
        };
        run("places", take(true));
        run("places", take(false));
    }
    assert_eq!(found("places").len(), 1);
}

#[test]
fn the_report_reads_as_a_sentence() {
    static LEFT: RLock = RLock::new();
    static RIGHT: RwLock<()> = RwLock::new(());
    let base = line!();
    run("sentence-one", || {
        let _left = LEFT.lock();
        let _right = RIGHT.read();
    });
    run("sentence-two", || {
        let _right = RIGHT.write();
        let _left = LEFT.lock();
    });
    let order = &found("sentence")[0];
    let at = |lines: u32| format!("{}:{}", file!(), base + lines);
    let address = |index: usize| format!("{:#x}", order.steps()[index].held.address());
    let expected = format!(
        "Lock order: 2 threads that do this at the same time can wait for each other forever
  \"sentence-one\" took A at {}, and with it wanted to read B at {}
  \"sentence-two\" took B at {}, and with it wanted A at {}
  Here A is the lock at {} and B is the lock at {}.
  Take them in the same order everywhere, or one at a time.
",
        at(2),
        at(3),
        at(6),
        at(7),
        address(0),
        address(1)
    );
    assert_eq!(order.to_string(), expected);
}

#[test]
fn longer_circles_are_found() {
    static LOCKS: [Lock; 4] = [const { Lock::new() }; 4];
    for first in 0..4 {
        assert!(found("circle").is_empty());
        run("circle", move || {
            LOCKS[first].with(|| LOCKS[(first + 1) % 4].with(|| ()));
        });
    }
    let orders = found("circle");
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].steps().len(), 4);
    let steps = orders[0].steps().iter();
    let next = orders[0].steps().iter().cycle().skip(1);
    assert!(steps.zip(next).all(|(step, next)| step.wanted == next.held));
}

#[test]
fn a_try_and_a_wait_with_a_limit_want_nothing_but_hold_what_they_got() {
    static A: Lock = Lock::new();
    static B: Mutex<()> = Mutex::new(());
    static C: RLock = RLock::new();
    let late = || Instant::now() + Duration::from_secs(60);
    run("try", || A.with(|| drop(B.lock())));
    run("try", move || {
        let _b = B.lock();
        drop(A.try_lock().unwrap());
        drop(A.lock_timeout(Duration::MAX).unwrap());
        drop(A.lock_deadline(late()).unwrap());
        drop(C.try_lock().unwrap());
    });
    assert!(found("try").is_empty());
    run("try", || {
        let _c = C.lock_timeout(SOON).unwrap();
        A.with(|| ());
    });
    run("try", || {
        let _a = A.try_lock().unwrap();
        C.with(|| ());
    });
    assert_eq!(found("try").len(), 1);
}

#[test]
fn a_further_level_is_no_order() {
    static OUTER: RLock = RLock::new();
    static INNER: Lock = Lock::new();
    static MUTEX: ReentrantMutex<()> = ReentrantMutex::new(());
    run("level", || {
        OUTER.with(|| INNER.with(|| OUTER.with(|| ())));
        let _mutex = MUTEX.lock();
        let _inner = INNER.lock();
        let _again = MUTEX.lock();
    });
    assert!(found("level").is_empty());
}

#[test]
fn a_lock_that_takes_the_place_of_another_has_no_order_yet() {
    let mut locks = Box::new([Lock::new(), Lock::new()]);
    for _ in 0..10 {
        locks[0].with(|| locks[1].with(|| ()));
        *locks = [Lock::new(), Lock::new()];
        locks[1].with(|| locks[0].with(|| ()));
        *locks = [Lock::new(), Lock::new()];
    }
    let own = |order: &LockOrder| order.steps()[0].thread == current_ident();
    assert!(!lock_orders().iter().any(own));
}

#[test]
fn a_lock_that_is_moved_takes_its_order_along() {
    let mut locks = [Mutex::new(1), Mutex::new(2)];
    let take = |first: &Mutex<i32>, second: &Mutex<i32>| {
        let _first = first.lock();
        let _second = second.lock();
    };
    let count = || {
        let own = |order: &&LockOrder| order.steps()[0].thread == current_ident();
        lock_orders().iter().filter(own).count()
    };
    take(&locks[0], &locks[1]);
    let [a, b] = &mut locks;
    mem::swap(a, b);
    take(&locks[1], &locks[0]);
    assert_eq!(count(), 0);
    take(&locks[0], &locks[1]);
    assert_eq!(count(), 1);
}

#[test]
fn readers_are_in_the_way_of_readers_only_where_somebody_writes() {
    static A: RwLock<()> = RwLock::new(());
    static B: RwLock<()> = RwLock::new(());
    // What was written before it was shared does not count.
    drop(A.write());
    drop(B.write());
    let there = || {
        let _a = A.read();
        let _b = B.read();
    };
    let back = || {
        let _b = B.read();
        let _a = A.read();
    };
    run("readers", there);
    run("readers", back);
    assert!(found("readers").is_empty());
    run("readers", || drop(A.write()));
    assert!(found("readers").is_empty(), "one of the two is not enough");
    run("readers", || drop(B.write()));
    assert_eq!(found("readers").len(), 1);
}

#[test]
fn to_read_past_writers_waits_for_no_reader() {
    static A: RwLock<()> = RwLock::new(());
    static B: RwLock<()> = RwLock::new(());
    let there = || {
        let _a = A.read();
        let _b = B.read_recursive();
    };
    run("past", there);
    run("past", || {
        let _b = B.read();
        let _a = A.read_recursive();
    });
    run("past", || drop(A.write()));
    run("past", || drop(B.write()));
    assert!(found("past").is_empty());
    run("past", || {
        let _b = B.write();
        let _a = A.write();
    });
    assert!(!found("past").is_empty(), "for a writer it waits");
}

#[test]
fn readers_and_writers_in_opposite_order_are_reported() {
    static A: RwLock<()> = RwLock::new(());
    static B: Lock = Lock::new();
    static C: RwLock<()> = RwLock::new(());
    run("rw-read", || {
        let _a = A.read();
        B.with(|| ());
    });
    run("rw-write", || {
        let _b = B.lock();
        drop(A.write());
    });
    assert_eq!(found("rw-").len(), 1);

    run("up-one", || {
        let reader = C.upgradable_read();
        B.with(|| ());
        let writer = RwLockUpgradableReadGuard::upgrade(reader);
        drop(RwLockWriteGuard::downgrade(writer));
    });
    run("up-two", || {
        let reader = C.upgradable_read();
        let _b = B.lock();
        drop(RwLockUpgradableReadGuard::upgrade(reader));
    });
    assert!(found("up-").is_empty(), "one may upgrade at a time");
    run("up-three", || {
        let _b = B.lock();
        drop(C.read());
    });
    assert!(found("up-").is_empty(), "nothing was written with it");
    run("up-four", || {
        let _b = B.lock();
        drop(C.upgradable_read());
    });
    assert!(!found("up-").is_empty());
}

#[test]
fn what_happens_with_a_third_lock_held_each_time_does_not_happen_at_once() {
    static GATE: Mutex<()> = Mutex::new(());
    static A: Lock = Lock::new();
    static B: Lock = Lock::new();
    run("gate", || {
        let _gate = GATE.lock();
        A.with(|| B.with(|| ()));
    });
    run("gate", || {
        let _gate = GATE.lock();
        B.with(|| A.with(|| ()));
    });
    assert!(found("gate").is_empty());
    // Without it, once, and nothing is known any more.
    run("gate", || B.with(|| A.with(|| ())));
    assert_eq!(found("gate").len(), 1);
}

#[test]
fn a_lock_that_another_thread_releases_is_a_signal_and_in_no_order() {
    static SIGNAL: Lock = Lock::new();
    static DATA: Lock = Lock::new();
    let signal = || {
        SIGNAL.acquire();
        DATA.with(|| ());
        thread::spawn(|| SIGNAL.release().unwrap()).join().unwrap();
    };
    run("signal", signal);
    run("signal", || {
        DATA.with(|| {
            SIGNAL.acquire();
            thread::spawn(|| SIGNAL.release().unwrap()).join().unwrap();
        });
    });
    assert!(found("signal").is_empty());
}

#[test]
fn a_condition_takes_its_lock_back_with_the_others_held() {
    static OUTER: Lock = Lock::new();
    static INNER: RLock = RLock::new();
    static WAITERS: RawCondvar = RawCondvar::new();
    const WAIT: &Operation = &Operation::new("Condition", "wait");
    fn wait() {
        let soon = Deadline::after(SOON);
        ConditionLock::wait(&INNER, &WAITERS, soon, Call::here(WAIT)).unwrap();
    }
    run("condition", || INNER.with(wait));
    run("condition", || OUTER.with(|| INNER.with(wait)));
    assert!(found("condition").is_empty());
    run("condition", || INNER.with(|| OUTER.with(wait)));
    // Both: inner to outer was new, and outer to inner by the wait.
    assert!(!found("condition").is_empty());
}

#[test]
fn a_thousand_random_programs_with_one_order_have_none_to_report() {
    let seed = 0x5eed;
    for program in 0..1000 {
        let mut random = fastrand::Rng::with_seed(seed + program);
        let locks: Arc<[AnyLock]> = (0..random.usize(2..8))
            .map(|_| AnyLock::new(random.u8(..)))
            .collect();
        for _ in 0..random.usize(2..5) {
            let (locks, random) = (Arc::clone(&locks), random.fork());
            run("random", move || walk(&locks, random));
        }
        let orders = found("random");
        assert!(
            orders.is_empty(),
            "program {}: {}",
            seed + program,
            orders[0]
        );
    }
    // That it would have been seen.
    let locks: Arc<[AnyLock]> = (0..8).map(AnyLock::new).collect();
    let all = Arc::clone(&locks);
    run("planted", move || {
        drop(all.iter().map(AnyLock::take).collect::<Vec<_>>())
    });
    run("planted", move || {
        drop(locks.iter().rev().map(AnyLock::take).collect::<Vec<_>>())
    });
    assert!(!found("planted").is_empty());
}

enum AnyLock {
    Lock(Lock),
    RLock(RLock),
    Mutex(Mutex<()>),
    RwLock(RwLock<()>),
}

impl AnyLock {
    fn new(kind: u8) -> AnyLock {
        match kind % 4 {
            0 => AnyLock::Lock(Lock::new()),
            1 => AnyLock::RLock(RLock::new()),
            2 => AnyLock::Mutex(Mutex::new(())),
            _ => AnyLock::RwLock(RwLock::new(())),
        }
    }

    fn take(&self) -> Box<dyn Guard + '_> {
        match self {
            AnyLock::Lock(lock) => Box::new(lock.lock()),
            AnyLock::RLock(lock) => Box::new(lock.lock()),
            AnyLock::Mutex(lock) => Box::new(lock.lock()),
            AnyLock::RwLock(lock) => Box::new(lock.write()),
        }
    }

    fn take_somehow(&self, random: &mut fastrand::Rng) -> Box<dyn Guard + '_> {
        match (self, random.u8(0..3)) {
            (AnyLock::RwLock(lock), 0) => Box::new(lock.read()),
            (AnyLock::RwLock(lock), 1) => Box::new(lock.upgradable_read()),
            _ => self.take(),
        }
    }

    fn try_take(&self) -> Option<Box<dyn Guard + '_>> {
        match self {
            AnyLock::Lock(lock) => Some(Box::new(lock.try_lock()?)),
            AnyLock::RLock(lock) => Some(Box::new(lock.try_lock()?)),
            AnyLock::Mutex(lock) => Some(Box::new(lock.try_lock_for(SOON)?)),
            AnyLock::RwLock(lock) => Some(Box::new(lock.try_read()?)),
        }
    }
}

trait Guard {}
impl<T> Guard for T {}

/// Takes locks in their order, and others if they are to be had at once; lets go of them in any.
fn walk(locks: &[AnyLock], mut random: fastrand::Rng) {
    for _ in 0..4 {
        let mut held = Vec::new();
        for (index, lock) in locks.iter().enumerate() {
            match random.u8(0..6) {
                0 => {}
                1 if !held.is_empty() => drop(held.swap_remove(random.usize(..held.len()))),
                // Of those to come it would be held when it is wanted.
                2 => drop(locks[random.usize(..=index)].try_take()),
                _ => held.push(lock.take_somehow(&mut random)),
            }
        }
    }
}
