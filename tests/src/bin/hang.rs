//! Programs that hang, each in its own way. `hang KIND` prints the deadlocks that it runs into, and
//! ends.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tl_barrier::Barrier;
use tl_condition::Condition;
use tl_event::Event;
use tl_inspect::{Deadlock, Report, Watch, deadlocks, snapshot, trace, watch};
use tl_locks::{Lock, Mutex, RLock, ReentrantMutex, RwLock};
use tl_thread::Thread;

static A: RLock = RLock::new();
static B: RLock = RLock::new();
static C: RLock = RLock::new();
static M: Mutex<u32> = Mutex::new(0);
static N: Mutex<u32> = Mutex::new(0);
static RE: ReentrantMutex<u32> = ReentrantMutex::new(0);
static R: RwLock<u32> = RwLock::new(0);
static LOCK: Lock = Lock::new();
static CONDITION: Condition = Condition::new();
static BARRIER: Barrier = Barrier::new(2);
/// The threads meet here when each of them holds its lock.
static HELD: Barrier = Barrier::new(2);
static HELD_BY_THREE: Barrier = Barrier::new(3);
static FIRST: OnceLock<Thread> = OnceLock::new();

const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let kind = std::env::args().nth(1).unwrap_or_default();
    match &*kind {
        "two-locks" => two_locks(),
        "two-locks-at-exit" => two_locks_at_exit(),
        "look-at-exit" => look_at_exit(),
        "three-locks" => three_locks(),
        "lock-and-join" => lock_and_join(),
        "two-mutexes" => two_mutexes(),
        "mutex-and-join" => mutex_and_join(),
        "mutex-twice" => mutex_twice(),
        "reentrant-mutex" => reentrant_mutex(),
        "reader-and-writer" => reader_and_writer(),
        "read-then-write" => read_then_write(),
        "read-twice" => read_twice(),
        "lock-twice-released" => lock_twice_released(),
        "condition" => condition(),
        "barrier" => barrier(),
        "join-oneself" => join_oneself(),
        #[cfg(unix)]
        "signal" => signal(),
        "end" => end(),
        "none" => none(),
        _ => panic!("no such way to hang: {kind}"),
    }
}

fn start(name: &str, f: impl FnOnce() + Send + 'static) -> Thread {
    let thread = Thread::new(f).with_name(name).with_daemon(true);
    thread.start().unwrap();
    thread
}

/// Prints the deadlocks, once there are any, and ends the program.
fn report() -> ! {
    let begin = Instant::now();
    loop {
        let found = deadlocks();
        if !found.is_empty() {
            found
                .iter()
                .for_each(|deadlock: &Deadlock| print!("{deadlock}"));
            tl_thread::exit(0);
        }
        if begin.elapsed() > LIMIT {
            println!("no deadlock is found:\n{}", snapshot());
            tl_thread::exit(1);
        }
        std::thread::yield_now();
    }
}

fn until_a_deadlock() {
    while deadlocks().is_empty() {
        std::thread::yield_now();
    }
}

fn two_locks() {
    take_two_locks();
    report();
}

fn take_two_locks() {
    start("left", || {
        let _a = A.lock();
        HELD.wait().unwrap();
        let _b = B.lock();
    });
    start("right", || {
        let _b = B.lock();
        HELD.wait().unwrap();
        A.acquire();
    });
}

/// Looks in an exit hook, which runs when the process has waited for its threads.
fn two_locks_at_exit() {
    extern "C" fn look() {
        let seen = snapshot();
        let waiting = seen.threads().iter().filter(|it| it.wait().is_some());
        assert!(waiting.count() >= 2, "{seen}");
        deadlocks().iter().for_each(|deadlock| print!("{deadlock}"));
    }
    tl_core::sys::at_exit(look).unwrap();
    take_two_locks();
    until_a_deadlock();
}

/// Lets daemons look and record all the time, while threads end, and then the process.
fn look_at_exit() {
    for _ in 0..2 {
        start("looks", || {
            while !snapshot().threads().is_empty() && deadlocks().is_empty() {}
            tl_thread::exit(1);
        });
    }
    start("records", || {
        loop {
            drop(trace::start().unwrap().stop());
        }
    });
    for _ in 0..4 {
        let ends = Thread::new(|| LOCK.with(std::thread::yield_now));
        ends.start().unwrap();
    }
    println!("none");
}

fn three_locks() {
    for (name, first, second) in [("one", &A, &B), ("two", &B, &C), ("three", &C, &A)] {
        start(name, move || {
            let _first = first.lock();
            HELD_BY_THREE.wait().unwrap();
            let _second = second.lock();
        });
    }
    report();
}

fn lock_and_join() {
    let worker = Thread::new(|| {
        HELD.wait().unwrap();
        A.acquire();
    });
    let worker = worker.with_name("worker").with_daemon(true);
    worker.start().unwrap();
    start("owner", move || {
        let _a = A.lock();
        HELD.wait().unwrap();
        worker.join().unwrap();
    });
    report();
}

fn two_mutexes() {
    start("left", || {
        let _m = M.lock();
        HELD.wait().unwrap();
        *N.lock() += 1;
    });
    start("right", || {
        let _n = N.lock();
        HELD.wait().unwrap();
        *M.lock() += 1;
    });
    report();
}

fn mutex_and_join() {
    let worker = Thread::new(|| {
        HELD.wait().unwrap();
        *M.lock() += 1;
    });
    let worker = worker.with_name("worker").with_daemon(true);
    worker.start().unwrap();
    start("owner", move || {
        let _m = M.lock();
        HELD.wait().unwrap();
        worker.join().unwrap();
    });
    report();
}

fn mutex_twice() {
    start("twice", || {
        let first = M.lock();
        *M.lock() += *first;
    });
    report();
}

fn reentrant_mutex() {
    start("left", || {
        let _again = (RE.lock(), RE.lock());
        HELD.wait().unwrap();
        A.acquire();
    });
    start("right", || {
        let _a = A.lock();
        HELD.wait().unwrap();
        let _re = RE.lock();
    });
    report();
}

fn reader_and_writer() {
    // A reader that is not in the circle.
    start("other", || {
        let _r = R.read();
        HELD_BY_THREE.wait().unwrap();
        Event::new().wait();
    });
    start("reader", || {
        let _r = R.read();
        HELD_BY_THREE.wait().unwrap();
        *M.lock() += 1;
    });
    start("writer", || {
        let _m = M.lock();
        HELD_BY_THREE.wait().unwrap();
        *R.write() += 1;
    });
    report();
}

fn read_then_write() {
    start("both", || {
        let value = R.read();
        *R.write() = *value + 1;
    });
    report();
}

/// Reads twice, with a writer in between, which keeps readers out once it is overdue.
fn read_twice() {
    let writer = Thread::new(|| *R.write() += 1);
    let writer = writer.with_name("writer").with_daemon(true);
    start("reader", move || {
        let _first = R.read();
        writer.start().unwrap();
        while R.try_read().is_some() {
            std::thread::yield_now();
        }
        let _second = R.read();
    });
    report();
}

/// Uses a lock as a signal: the thread that waits for it has acquired it, and another thread
/// releases it.
fn lock_twice_released() {
    let waiter = start("waiter", || {
        LOCK.acquire();
        HELD.wait().unwrap();
        LOCK.acquire();
    });
    HELD.wait().unwrap();
    for deadlock in deadlocks() {
        assert!(!deadlock.is_certain());
    }
    LOCK.release().unwrap();
    waiter.join().unwrap();
    assert!(deadlocks().is_empty());
    println!("none");
}

/// Notifies a thread that then needs the lock of its condition, whose holder needs what that thread
/// holds.
fn condition() {
    start("waiter", || {
        let _a = A.lock();
        let guard = CONDITION.lock();
        guard.wait();
    });
    start("notifier", || {
        loop {
            let guard = CONDITION.lock();
            if guard.notify_one() == 1 {
                let _a = A.lock();
            }
            drop(guard);
            std::thread::yield_now();
        }
    });
    report();
}

fn barrier() {
    start("early", || {
        let _a = A.lock();
        HELD.wait().unwrap();
        BARRIER.wait().unwrap();
    });
    start("late", || {
        HELD.wait().unwrap();
        A.acquire();
        BARRIER.wait().unwrap();
    });
    report();
}

fn join_oneself() {
    let first = Thread::new(|| {
        HELD.wait().unwrap();
        let second = tl_thread::enumerate()
            .into_iter()
            .find(|thread| &*thread.name() == "second")
            .unwrap();
        second.join().unwrap();
    });
    let first = FIRST.get_or_init(|| first.with_name("first").with_daemon(true));
    first.start().unwrap();
    start("second", || {
        HELD.wait().unwrap();
        FIRST.get().unwrap().join().unwrap();
    });
    report();
}

/// Sends itself the signal that a user would send.
#[cfg(unix)]
fn signal() {
    tl_inspect::dump_on_signal(libc::SIGQUIT).unwrap();
    assert!(tl_inspect::dump_on_signal(libc::SIGQUIT).is_err());
    take_two_locks();
    until_a_deadlock();
    // SAFETY: it sends a signal, which is caught.
    unsafe { libc::raise(libc::SIGQUIT) };
    // Until it is killed.
    std::thread::sleep(LIMIT);
}

/// Leaves `main` while a thread that is no daemon waits forever.
fn end() {
    static NEVER: Event = Event::new();
    let soon = Duration::from_millis(100);
    let look = Watch::new().every(soon).end_longer_than(2 * soon);
    let look = look.report_to(|report| {
        let Report::End { threads, .. } = report else {
            panic!("{report}");
        };
        assert_eq!(threads.len(), 1);
        println!("{report}");
        println!("{}", snapshot());
        tl_thread::exit(0);
    });
    watch(look).unwrap();
    start("daemon", || NEVER.wait());
    let stuck = Thread::new(|| NEVER.wait()).with_name("stuck");
    stuck.start().unwrap();
    // The report is to find it waiting, however late it begins.
    let is_stuck = || {
        let seen = snapshot();
        let stuck = stuck.ident().and_then(|ident| seen.thread(ident));
        stuck.is_some_and(|stuck| stuck.wait().is_some())
    };
    while !is_stuck() {
        std::thread::yield_now();
    }
}

/// Lets threads wait long, and for each other, but not forever.
fn none() {
    start("with a limit", || {
        let _a = A.lock();
        HELD.wait().unwrap();
        assert!(!B.acquire_timeout(Duration::from_millis(300)));
    });
    start("without", || {
        let _b = B.lock();
        HELD.wait().unwrap();
        A.acquire();
    });
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(200) {
        assert!(deadlocks().is_empty());
    }
    println!("none");
    tl_thread::exit(0);
}
