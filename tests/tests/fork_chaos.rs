//! Children made by `fork` while other threads are at everything at once: nothing of ours is stuck
//! in any of them, whichever thread forks.
// ThreadSanitizer allows no new threads in a child.
#![cfg(all(unix, not(sanitize_thread)))]

#[path = "support/forking.rs"]
mod forking;
mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs, process, thread};

use forking::{FORKS, LIMIT, all_is_new, check, fork, fork_and_check};
use log::{Level, Log, Record};
use support::in_child;
use tl_barrier::Barrier;
use tl_condition::Monitor;
use tl_core::current_ident;
use tl_core::logging::{BasicConfig, LevelFilter, Logger};
use tl_core::names::ThreadRecord;
use tl_inspect::{deadlocks, snapshot};
use tl_local::Local;
use tl_locks::{Lock, RwLock};
use tl_semaphore::Semaphore;
use tl_thread::{Builder, Thread, active_count, enumerate, scope};
use tl_timer::Timer;

/// What the threads of the parent and of the children use.
struct Shared {
    lock: Lock,
    rwlock: RwLock<u32>,
    semaphore: Semaphore,
    monitor: Monitor<u32>,
    barrier: Barrier,
    record: Arc<ThreadRecord>,
    local: Local<Vec<u8>>,
    every: Timer,
    loggers: Vec<Logger>,
}

impl Shared {
    fn new() -> Arc<Shared> {
        let every = Timer::every(LIMIT, || ()).with_daemon(true);
        every.start().unwrap();
        Arc::new(Shared {
            lock: Lock::new(),
            rwlock: RwLock::new(0),
            semaphore: Semaphore::new(1),
            monitor: Monitor::new(0),
            barrier: Barrier::new(2).with_action(|| thread::sleep(Duration::from_micros(10))),
            record: ThreadRecord::unnamed(),
            local: Local::new(),
            every,
            loggers: loggers(),
        })
    }
}

fn log_file() -> PathBuf {
    env::temp_dir().join(format!("fork-chaos-{}.log", process::id()))
}

/// One for each kind of destination.
fn loggers() -> Vec<Logger> {
    let new = || {
        BasicConfig::new()
            .level(LevelFilter::Info)
            .format("%(asctime)s %(process)d %(threadName)s: %(message)s")
    };
    let configs = [
        new(),
        new().stdout(),
        new().file(log_file()),
        new().watched_file(log_file()),
        new().is_test(true),
        new().is_test(true).stdout(),
    ];
    configs.map(|config| config.build().unwrap()).into()
}

fn log(logger: &Logger) {
    logger.log(
        &Record::builder()
            .level(Level::Info)
            .args(format_args!("a line of {}", process::id()))
            .build(),
    );
}

/// Threads that are at all kinds of work while the process forks.
struct Chaos {
    stop: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

type Work = fn(&Shared);

const LOGGING: &[Work] = &[
    |shared| shared.loggers.iter().for_each(log),
    |shared| shared.loggers.iter().rev().for_each(log),
    |shared| log(&shared.loggers[0]),
    |_| eprintln!("what {} says otherwise", process::id()),
    |_| println!("what {} says otherwise", process::id()),
];

const LOCKS: &[Work] = &[
    |shared| shared.lock.with(thread::yield_now),
    |shared| shared.lock.with(|| ()),
    |shared| *shared.rwlock.write() += 1,
    |shared| drop(shared.rwlock.read()),
    |shared| {
        let _ = shared.semaphore.acquire_timeout(Duration::from_micros(50));
        let _ = shared.semaphore.release();
    },
    |shared| {
        let mut monitor = shared.monitor.lock();
        *monitor += 1;
        monitor.notify_all();
        let _ = monitor.wait_timeout(Duration::from_micros(50));
    },
    |shared| drop(shared.barrier.wait_timeout(Duration::from_micros(100))),
    |shared| shared.barrier.reset(),
];

const THREADS: &[Work] = &[
    |shared| {
        shared.record.set_name("renamed");
        drop((shared.record.name(), enumerate(), active_count()));
    },
    |shared| {
        let thread = tl_thread::spawn(current_ident);
        thread.thread().set_name("renamed");
        thread.join().unwrap();
        scope(|s| {
            s.spawn(|| shared.record.name());
        });
    },
    |shared| {
        scope(|s| {
            s.spawn(|| shared.local.set(vec![1]));
        });
        let local = Local::new();
        local.set(1);
        shared.local.set(vec![2]);
    },
    |_| {
        let _ = tl_core::current_name();
        tl_thread::set_excepthook(|_| ());
    },
    |_| {
        snapshot();
        deadlocks();
    },
];

const TIMERS: &[Work] = &[
    |_| {
        let timer = Timer::new(LIMIT, || ());
        timer.start().unwrap();
        timer.restart_after(LIMIT * 2);
        assert!(timer.cancel());
        timer.join().unwrap();
    },
    |_| {
        let timer = Timer::new(Duration::from_micros(50), || ());
        timer.start().unwrap();
        timer.join().unwrap();
    },
    |shared| {
        assert!(shared.every.restart_after(LIMIT));
        shared.every.interval();
    },
    |_| {
        let every = Timer::every(LIMIT, || ());
        every.start().unwrap();
        assert!(every.cancel());
        every.join().unwrap();
    },
];

impl Chaos {
    fn begin(shared: &Arc<Shared>, work: &[&[Work]]) -> Chaos {
        let stop = Arc::new(AtomicBool::new(false));
        let work = work.concat();
        // The standard library has a lock for a thread that begins, which would stay locked in a
        // child.
        let all_have_begun = Arc::new(std::sync::Barrier::new(work.len() + 1));
        let threads = work.into_iter().map(|work| {
            let (stop, shared) = (Arc::clone(&stop), Arc::clone(shared));
            let all_have_begun = Arc::clone(&all_have_begun);
            thread::spawn(move || {
                all_have_begun.wait();
                while !stop.load(Ordering::Relaxed) {
                    work(&shared);
                    // The children need a core too, on a machine with other work as well.
                    thread::sleep(Duration::from_micros(500));
                }
            })
        });
        let threads = threads.collect();
        all_have_begun.wait();
        Chaos { stop, threads }
    }

    fn end(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

/// Also if a child has failed.
impl Drop for Chaos {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What a child does with the objects of the parent, other than what waits for those that hold
/// them.
fn use_all(shared: &Shared) {
    shared.loggers.iter().for_each(log);
    shared.record.set_name("of the child");
    assert_eq!(&*shared.record.name(), "of the child");
    shared.local.set(vec![3]);
    assert_eq!(shared.local.take(), Some(vec![3]));
    assert_eq!(shared.every.interval(), LIMIT);
    assert!(!shared.every.restart() && !shared.every.cancel());
    assert!(shared.semaphore.acquire_timeout(LIMIT / 10) || shared.semaphore.release().is_ok());
    // The thread that holds these may not be there.
    let _ = shared.lock.try_acquire();
    drop(shared.rwlock.try_read());
    drop(shared.monitor.try_lock());
    assert!(shared.barrier.n_waiting() <= 2);
    shared.barrier.is_broken();
    assert!(deadlocks().is_empty());
    assert_eq!(snapshot().threads().len(), 1);
    scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                shared.loggers.iter().for_each(log);
                shared.local.set(vec![4]);
                let local = Local::new();
                local.set(5);
                assert_eq!((shared.local.take(), local.get()), (Some(vec![4]), Some(5)));
            });
        }
    });
    let calls = Arc::new(AtomicU32::new(0));
    let every = Timer::every(Duration::from_millis(1), {
        let calls = Arc::clone(&calls);
        move || {
            calls.fetch_add(1, Ordering::Relaxed);
        }
    });
    every.start().unwrap();
    while calls.load(Ordering::Relaxed) < 2 {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(every.cancel());
    every.join().unwrap();
}

#[test]
fn a_child_logs_whatever_others_were_writing_and_ends_by_itself() {
    in_child(
        "a_child_logs_whatever_others_were_writing_and_ends_by_itself",
        || {
            let shared = Shared::new();
            let chaos = Chaos::begin(&shared, &[LOGGING, &LOCKS[..2]]);
            for _ in 0..FORKS {
                fork_and_check(|| {
                    shared.loggers.iter().for_each(log);
                    let own = Arc::clone(&shared);
                    Thread::new(move || own.loggers.iter().for_each(log))
                        .start()
                        .unwrap();
                    let own = Arc::clone(&shared);
                    Timer::new(Duration::from_millis(1), move || {
                        own.loggers.iter().for_each(log);
                    })
                    .start()
                    .unwrap();
                    // SAFETY: the end of a process, with its exit hooks.
                    unsafe { libc::exit(0) }
                });
            }
            chaos.end();
            assert!(shared.every.cancel());
            // Each of those children has written its five lines to both files, which are one.
            let lines = fs::read_to_string(log_file()).unwrap();
            fs::remove_file(log_file()).unwrap();
            let own = process::id().to_string();
            let mut of_children = 0;
            for line in lines.lines() {
                let (head, message) = line.split_once(": a line of ").unwrap();
                assert_eq!(head.split(' ').nth(2), Some(message), "{line}");
                of_children += u32::from(message != own);
            }
            assert_eq!(of_children, FORKS * 3 * 2);
        },
    );
}

#[test]
fn whatever_others_are_at_nothing_is_stuck_in_the_child() {
    in_child(
        "whatever_others_are_at_nothing_is_stuck_in_the_child",
        || {
            let shared = Shared::new();
            // The scheduler stays.
            let pending = Timer::new(LIMIT * 60, || ()).with_daemon(true);
            pending.start().unwrap();
            let chaos = Chaos::begin(&shared, &[LOGGING, LOCKS, THREADS, TIMERS]);
            let forks = {
                let shared = Arc::clone(&shared);
                move || {
                    let ident = current_ident();
                    fork(|| {
                        use_all(&shared);
                        all_is_new(ident);
                    })
                }
            };
            for round in 0..FORKS / 2 {
                check(forks());
                let worker = Builder::new().daemon(round % 2 == 0).spawn(forks.clone());
                check(worker.unwrap().join().unwrap());
                let child = Arc::new(AtomicU32::new(0));
                let timer = Timer::new(Duration::ZERO, {
                    let (child, forks) = (Arc::clone(&child), forks.clone());
                    move || child.store(forks().unsigned_abs(), Ordering::Relaxed)
                });
                timer.start().unwrap();
                timer.join().unwrap();
                check(child.load(Ordering::Relaxed).cast_signed());
            }
            chaos.end();
            assert!(pending.cancel() && shared.every.cancel());
            let _ = fs::remove_file(log_file());
        },
    );
}
