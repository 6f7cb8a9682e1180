//! What is seen of the threads, and how it reads.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tl_barrier::Barrier;
use tl_condition::{Condition, Condvar, CondvarExt, Monitor};
use tl_event::{AutoResetEvent, Event};
use tl_inspect::{State, ThreadInfo, Wait, snapshot};
use tl_locks::{
    Lock, Mutex, MutexExt, MutexGuard, RLock, RwLock, RwLockExt, RwLockUpgradableReadGuard,
};
use tl_semaphore::{BoundedSemaphore, ClosableSemaphore, Semaphore};
use tl_thread::Thread;
use tl_timer::Timer;

const LIMIT: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(3_600);

fn start(name: &str, f: impl FnOnce() + Send + 'static) -> Thread {
    let thread = Thread::new(f).with_name(name).with_daemon(true);
    thread.start().unwrap();
    thread
}

/// Returns the thread, once it is seen and `is_so`.
fn seen(thread: &Thread, is_so: impl Fn(&ThreadInfo) -> bool) -> ThreadInfo {
    let begin = Instant::now();
    loop {
        let snapshot = snapshot();
        if let Some(info) = thread.ident().and_then(|ident| snapshot.thread(ident)) {
            if is_so(info) {
                return info.clone();
            }
        }
        assert!(begin.elapsed() < LIMIT, "{snapshot}");
        std::thread::yield_now();
    }
}

fn asleep(thread: &Thread) -> Wait {
    let info = seen(thread, |info| {
        info.wait().is_some_and(|wait| wait.waited_for().is_some())
    });
    info.wait().unwrap().clone()
}

/// Starts a thread for each expression, and holds what is seen of it against its name, whether it
/// has a limit, and the line on which it stands. They wait forever, with all that they use, until
/// the process ends.
macro_rules! assert_seen {
    ($($primitive:literal $operation:literal $limit:literal: $wait:expr;)*) => {$(
        let line = line!();
        let thread = start($operation, move || {
            let _result = $wait;
        });
        let wait = asleep(&thread);
        assert_eq!((wait.primitive(), wait.operation()), ($primitive, $operation));
        assert_eq!(wait.gives_up_in().is_some(), $limit, "{wait}");
        assert!(wait.gives_up_in().is_none_or(|left| left <= LONG && left > LONG / 2));
        assert_eq!(wait.place().file(), file!());
        assert_eq!(wait.place().line(), line, "{wait}");
        assert!(!wait.takes_lock_back());
    )*};
}

fn late() -> Instant {
    Instant::now() + LONG
}

// One line each, since the line is part of what is seen.
#[rustfmt::skip]
#[test]
fn each_operation_that_waits_is_seen_with_its_name_its_limit_and_the_place_that_called_it() {
    static LOCK: Lock = Lock::new();
    static RLOCK: RLock = RLock::new();
    static MUTEX: Mutex<()> = Mutex::new(());
    static EVENT: Event = Event::new();
    static SEMAPHORE: Semaphore = Semaphore::new(0);
    static BOUNDED: BoundedSemaphore = BoundedSemaphore::with_bound(0, 1);
    static CLOSABLE: ClosableSemaphore = ClosableSemaphore::new(0);
    static BELL: AutoResetEvent = AutoResetEvent::new();
    static CONDITION: Condition = Condition::new();
    static MONITOR: Monitor<()> = Monitor::new(());
    static CHANGED: Condvar = Condvar::new();
    static CONDVAR: Condvar = Condvar::new();
    static FREE: Mutex<()> = Mutex::new(());
    static RWLOCK: RwLock<()> = RwLock::new(());
    static BARRIER: Barrier = Barrier::new(99);
    static READ: [RwLock<()>; 3] = [const { RwLock::new(()) }; 3];
    static PASSED_ON: Mutex<()> = Mutex::new(());
    static GIVEN_UP: RLock = RLock::new();
    READ.iter().for_each(|lock| std::mem::forget(lock.read()));
    std::mem::forget(RWLOCK.write());
    LOCK.acquire();
    RLOCK.acquire();
    std::mem::forget(MUTEX.lock());
    let owned: &'static Arc<Semaphore> = Box::leak(Box::new(Arc::new(Semaphore::new(0))));
    let bounded = Arc::new(BoundedSemaphore::with_bound(0, 1));
    let bounded: &'static Arc<BoundedSemaphore> = Box::leak(Box::new(bounded));
    let closable = Arc::new(ClosableSemaphore::new(0));
    let closable: &'static Arc<ClosableSemaphore> = Box::leak(Box::new(closable));
    let endless = start("endless", || EVENT.wait());
    let endless: &'static Thread = Box::leak(Box::new(endless));
    let alarm = Timer::new(LONG, || ()).with_daemon(true);
    alarm.start().unwrap();
    let alarm: &'static Thread = Box::leak(Box::new(alarm.thread().clone()));
    let handle = || {
        let builder = tl_thread::Builder::new().daemon(true);
        builder.spawn(|| EVENT.wait()).unwrap()
    };
    assert_seen! { "Lock" "acquire" false: LOCK.acquire(); }
    assert_seen! { "Lock" "acquire_timeout" true: LOCK.acquire_timeout(LONG); }
    assert_seen! { "Lock" "acquire_deadline" true: LOCK.acquire_deadline(late()); }
    assert_seen! { "Lock" "lock" false: LOCK.lock(); }
    assert_seen! { "Lock" "lock_timeout" true: LOCK.lock_timeout(LONG); }
    assert_seen! { "Lock" "lock_deadline" true: LOCK.lock_deadline(late()); }
    assert_seen! { "Lock" "lock" false: LOCK.with(|| ()); }
    assert_seen! { "RLock" "acquire" false: RLOCK.acquire(); }
    assert_seen! { "RLock" "acquire_timeout" true: RLOCK.acquire_timeout(LONG); }
    assert_seen! { "RLock" "acquire_deadline" true: RLOCK.acquire_deadline(late()); }
    assert_seen! { "RLock" "lock" false: RLOCK.lock(); }
    assert_seen! { "RLock" "lock_timeout" true: RLOCK.lock_timeout(LONG); }
    assert_seen! { "RLock" "lock_deadline" true: RLOCK.lock_deadline(late()); }
    assert_seen! { "RLock" "lock" false: RLOCK.with(|| ()); }
    assert_seen! { "Mutex" "lock" false: MUTEX.lock(); }
    assert_seen! { "Mutex" "try_lock_for" true: MUTEX.try_lock_for(LONG); }
    assert_seen! { "Mutex" "try_lock_until" true: MUTEX.try_lock_until(late()); }
    assert_seen! { "Event" "wait" false: EVENT.wait(); }
    assert_seen! { "Event" "wait_timeout" true: EVENT.wait_timeout(LONG); }
    assert_seen! { "Event" "wait_deadline" true: EVENT.wait_deadline(late()); }
    assert_seen! { "Semaphore" "acquire" false: SEMAPHORE.acquire(); }
    assert_seen! { "Semaphore" "acquire_timeout" true: SEMAPHORE.acquire_timeout(LONG); }
    assert_seen! { "Semaphore" "acquire_deadline" true: SEMAPHORE.acquire_deadline(late()); }
    assert_seen! { "Semaphore" "acquire_many" false: SEMAPHORE.acquire_many(3); }
    assert_seen! { "Semaphore" "acquire_many_timeout" true: SEMAPHORE.acquire_many_timeout(3, LONG); }
    assert_seen! { "Semaphore" "acquire_many_deadline" true: SEMAPHORE.acquire_many_deadline(3, late()); }
    assert_seen! { "Semaphore" "permit" false: SEMAPHORE.permit(); }
    assert_seen! { "Semaphore" "permit_timeout" true: SEMAPHORE.permit_timeout(LONG); }
    assert_seen! { "Semaphore" "permit_deadline" true: SEMAPHORE.permit_deadline(late()); }
    assert_seen! { "Semaphore" "permit_many" false: SEMAPHORE.permit_many(3); }
    assert_seen! { "Semaphore" "permit_many_timeout" true: SEMAPHORE.permit_many_timeout(3, LONG); }
    assert_seen! { "Semaphore" "permit_many_deadline" true: SEMAPHORE.permit_many_deadline(3, late()); }
    assert_seen! { "Semaphore" "permit_owned" false: owned.permit_owned(); }
    assert_seen! { "Semaphore" "permit_owned_timeout" true: owned.permit_owned_timeout(LONG); }
    assert_seen! { "Semaphore" "permit_owned_deadline" true: owned.permit_owned_deadline(late()); }
    assert_seen! { "Semaphore" "permit" false: SEMAPHORE.with(|| ()); }
    assert_seen! { "Semaphore" "permit_many_owned" false: owned.permit_many_owned(3); }
    assert_seen! { "Semaphore" "permit_many_owned_timeout" true: owned.permit_many_owned_timeout(3, LONG); }
    assert_seen! { "Semaphore" "permit_many_owned_deadline" true: owned.permit_many_owned_deadline(3, late()); }
    assert_seen! { "Semaphore" "acquire" false: BOUNDED.acquire(); }
    assert_seen! { "BoundedSemaphore" "permit_owned" false: bounded.permit_owned(); }
    assert_seen! { "BoundedSemaphore" "permit_many_owned" false: bounded.permit_many_owned(1); }
    assert_seen! { "BoundedSemaphore" "permit_many_owned_timeout" true: bounded.permit_many_owned_timeout(1, LONG); }
    assert_seen! { "BoundedSemaphore" "permit_many_owned_deadline" true: bounded.permit_many_owned_deadline(1, late()); }
    assert_seen! { "ClosableSemaphore" "acquire" false: CLOSABLE.acquire(); }
    assert_seen! { "ClosableSemaphore" "acquire_timeout" true: CLOSABLE.acquire_timeout(LONG); }
    assert_seen! { "ClosableSemaphore" "acquire_many_deadline" true: CLOSABLE.acquire_many_deadline(3, late()); }
    assert_seen! { "ClosableSemaphore" "permit" false: CLOSABLE.permit(); }
    assert_seen! { "ClosableSemaphore" "permit_many_timeout" true: CLOSABLE.permit_many_timeout(3, LONG); }
    assert_seen! { "ClosableSemaphore" "permit_owned_deadline" true: closable.permit_owned_deadline(late()); }
    assert_seen! { "ClosableSemaphore" "permit" false: CLOSABLE.with(|| ()); }
    assert_seen! { "AutoResetEvent" "wait" false: BELL.wait(); }
    assert_seen! { "AutoResetEvent" "wait_timeout" true: BELL.wait_timeout(LONG); }
    assert_seen! { "AutoResetEvent" "wait_deadline" true: BELL.wait_deadline(late()); }
    assert_seen! { "Condition" "wait" false: CONDITION.lock().wait(); }
    assert_seen! { "Condition" "wait_timeout" true: CONDITION.lock().wait_timeout(LONG); }
    assert_seen! { "Condition" "wait_deadline" true: CONDITION.lock().wait_deadline(late()); }
    assert_seen! { "Condition" "wait_for" false: CONDITION.lock().wait_for(|| false); }
    assert_seen! { "Condition" "wait_for_timeout" true: CONDITION.lock().wait_for_timeout(|| false, LONG); }
    assert_seen! { "Condition" "wait_for_deadline" true: CONDITION.lock().wait_for_deadline(|| false, late()); }
    assert_seen! { "Monitor" "wait" false: MONITOR.lock().wait(); }
    assert_seen! { "Monitor" "wait_timeout" true: MONITOR.lock().wait_timeout(LONG); }
    assert_seen! { "Monitor" "wait_deadline" true: MONITOR.lock().wait_deadline(late()); }
    assert_seen! { "Monitor" "wait_while" false: MONITOR.lock().wait_while(|_| true); }
    assert_seen! { "Monitor" "wait_while_timeout" true: MONITOR.lock().wait_while_timeout(|_| true, LONG); }
    assert_seen! { "Monitor" "wait_while_deadline" true: MONITOR.lock().wait_while_deadline(|_| true, late()); }
    assert_seen! { "Monitor" "on(…).wait" false: MONITOR.lock().on(&CHANGED).wait(); }
    assert_seen! { "Monitor" "on(…).wait_timeout" true: MONITOR.lock().on(&CHANGED).wait_timeout(LONG); }
    assert_seen! { "Monitor" "on(…).wait_deadline" true: MONITOR.lock().on(&CHANGED).wait_deadline(late()); }
    assert_seen! { "Monitor" "on(…).wait_while" false: MONITOR.lock().on(&CHANGED).wait_while(|_| true); }
    assert_seen! { "Monitor" "on(…).wait_while_timeout" true: MONITOR.lock().on(&CHANGED).wait_while_timeout(|_| true, LONG); }
    assert_seen! { "Monitor" "on(…).wait_while_deadline" true: MONITOR.lock().on(&CHANGED).wait_while_deadline(|_| true, late()); }
    assert_seen! { "Condvar" "wait_timeout" true: CONDVAR.wait_timeout(&mut FREE.lock(), LONG); }
    assert_seen! { "Condvar" "wait_deadline" true: CONDVAR.wait_deadline(&mut FREE.lock(), late()); }
    assert_seen! { "Condvar" "wait_while_timeout" true: CONDVAR.wait_while_timeout(&mut FREE.lock(), |_| true, LONG); }
    assert_seen! { "Mutex" "try_lock_for" true: MUTEX.lock_timeout(LONG); }
    assert_seen! { "Condvar" "wait_while_deadline" true: CONDVAR.wait_while_deadline(&mut FREE.lock(), |_| true, late()); }
    assert_seen! { "MutexGuard" "bump" false: { let mut held = PASSED_ON.lock(); asleep(&start("next", || std::mem::forget(PASSED_ON.lock()))); MutexGuard::bump(&mut held) }; }
    assert_seen! { "RLock" "unlocked" false: { GIVEN_UP.acquire(); GIVEN_UP.unlocked(|| { start("next", || GIVEN_UP.acquire()); while !GIVEN_UP.locked() {} }) }; }
    assert_seen! { "RwLock" "read" false: RWLOCK.read(); }
    assert_seen! { "RwLock" "try_read_for" true: RWLOCK.read_timeout(LONG); }
    assert_seen! { "RwLock" "read_recursive" false: RWLOCK.read_recursive(); }
    assert_seen! { "RwLock" "upgradable_read" false: RWLOCK.upgradable_read(); }
    assert_seen! { "RwLock" "try_read_until" true: RWLOCK.read_deadline(late()); }
    assert_seen! { "RwLock" "read_recursive_timeout" true: RWLOCK.read_recursive_timeout(LONG); }
    assert_seen! { "RwLock" "read_recursive_deadline" true: RWLOCK.read_recursive_deadline(late()); }
    assert_seen! { "RwLock" "try_upgradable_read_for" true: RWLOCK.upgradable_read_timeout(LONG); }
    assert_seen! { "RwLock" "try_upgradable_read_until" true: RWLOCK.upgradable_read_deadline(late()); }
    assert_seen! { "RwLockUpgradableReadGuard" "upgrade" false: RwLockUpgradableReadGuard::upgrade(READ[0].upgradable_read()); }
    assert_seen! { "RwLockUpgradableReadGuard" "try_upgrade_for" true: RwLockUpgradableReadGuard::try_upgrade_for(READ[1].upgradable_read(), LONG).is_ok(); }
    assert_seen! { "RwLockUpgradableReadGuard" "try_upgrade_until" true: RwLockUpgradableReadGuard::try_upgrade_until(READ[2].upgradable_read(), late()).is_ok(); }
    assert_seen! { "RwLock" "write" false: RWLOCK.write(); }
    assert_seen! { "RwLock" "try_write_for" true: RWLOCK.write_timeout(LONG); }
    assert_seen! { "RwLock" "try_write_until" true: RWLOCK.write_deadline(late()); }
    assert_seen! { "Barrier" "wait" false: BARRIER.wait(); }
    assert_seen! { "Barrier" "wait_timeout" true: BARRIER.wait_timeout(LONG); }
    assert_seen! { "Barrier" "wait_deadline" true: BARRIER.wait_deadline(late()); }
    assert_seen! { "Thread" "join" false: endless.join(); }
    assert_seen! { "Thread" "join" false: endless.join(); }
    assert_seen! { "Thread" "join_timeout" true: endless.join_timeout(LONG); }
    assert_seen! { "Thread" "join_deadline" true: endless.join_deadline(late()); }
    assert_seen! { "Thread" "wait_begun" false: alarm.wait_begun(); }
    assert_seen! { "Thread" "wait_begun_timeout" true: alarm.wait_begun_timeout(LONG); }
    assert_seen! { "Thread" "wait_begun_deadline" true: alarm.wait_begun_deadline(late()); }
    assert_seen! { "tl_thread" "park" false: tl_thread::park(); }
    assert_seen! { "tl_thread" "park_timeout" true: tl_thread::park_timeout(LONG); }
    assert_seen! { "tl_thread" "park_deadline" true: tl_thread::park_deadline(late()); }
    assert_seen! { "JoinHandle" "join" false: handle().join(); }
    assert_seen! { "JoinHandle" "join_timeout" true: handle().join_timeout(LONG); }
    assert_seen! { "JoinHandle" "join_deadline" true: handle().join_deadline(late()); }
    assert_seen! { "tl_thread" "scope" false: tl_thread::scope(|s| { s.spawn(|| EVENT.wait()); }); }
    assert_seen! { "ScopedJoinHandle" "join" false: tl_thread::scope(|s| s.spawn(|| EVENT.wait()).join()); }
    assert_seen! { "ScopedJoinHandle" "join_timeout" true: tl_thread::scope(|s| s.spawn(|| EVENT.wait()).join_timeout(LONG).is_ok()); }
    assert_seen! { "ScopedJoinHandle" "join_deadline" true: tl_thread::scope(|s| s.spawn(|| EVENT.wait()).join_deadline(late()).is_ok()); }
    // By `lock_api`'s own names, which do not pass the place on.
    let waiter = start("waiter", || CONDVAR.wait(&mut FREE.lock()));
    let wait = asleep(&waiter);
    assert_eq!((wait.primitive(), wait.operation()), ("Condvar", "wait"));
}

#[test]
fn who_holds_it_is_said_where_it_is_known() {
    static RLOCK: RLock = RLock::new();
    static EVENT: Event = Event::new();
    static IS_HELD: Event = Event::new();
    let owner = start("owner", || {
        let _guard = RLOCK.lock();
        IS_HELD.set();
        EVENT.wait();
    });
    IS_HELD.wait();
    let waiter = start("waiter", || RLOCK.acquire());
    let joined = owner.clone();
    let joiner = start("joiner", move || joined.join().unwrap());
    for thread in [&waiter, &joiner] {
        let wait = asleep(thread);
        let holder = wait.holder().unwrap();
        assert_eq!(holder.thread().ident(), owner.ident());
        assert_eq!(holder.thread().name(), "owner");
        assert!(holder.thread().is_listed());
    }
    assert_eq!(asleep(&owner).holder(), None);
    EVENT.set();
    waiter.join().unwrap();
    joiner.join().unwrap();
}

/// With the feature `owners` of `tl-locks` it is known: see `tests/tests/held.rs`.
#[test]
fn of_a_lock_that_keeps_no_owner_the_holder_is_unknown() {
    static LOCK: Lock = Lock::new();
    let guard = LOCK.lock();
    let waiter = start("waiter", || LOCK.acquire());
    assert_eq!(asleep(&waiter).holder(), None);
    let text = seen(&waiter, |_| true).to_string();
    let address = (&raw const LOCK).addr();
    let expected = format!("\n    holder unknown; Lock at {address:#x}");
    assert!(text.ends_with(&expected), "{text}");
    drop(guard);
    waiter.join().unwrap();
}

#[test]
fn a_barrier_says_which_threads_have_arrived() {
    static BARRIER: Barrier = Barrier::new(3);
    let parties = ["one", "two"].map(|name| {
        let party = start(name, || {
            BARRIER.wait().unwrap();
        });
        asleep(&party);
        party
    });
    for party in &parties {
        let wait = asleep(party);
        let arrived: Vec<_> = wait.arrived().iter().map(|who| who.ident()).collect();
        assert_eq!(arrived, parties.each_ref().map(|party| party.ident()));
        assert_eq!(wait.parties(), Some(3));
        assert!(wait.to_string().contains("2 of 3 have arrived"), "{wait}");
    }
    BARRIER.wait().unwrap();
}

#[test]
fn a_timer_is_pending_until_it_is_due() {
    let timers = [
        Timer::new(LONG, || ()),
        Timer::every(LONG, || ()),
        Timer::repeat(LONG, || ControlFlow::Break(())),
    ];
    for timer in timers {
        timer.start().unwrap();
        // The thread of one that repeats runs before it waits.
        let info = seen(timer.thread(), |info| {
            matches!(info.state(), State::Pending { .. })
        });
        let due_in = match *info.state() {
            State::Pending { due_in } => due_in.unwrap(),
            ref other => panic!("{other:?}"),
        };
        assert!(due_in > LONG - LIMIT && due_in <= LONG, "{due_in:?}");
        assert!(info.wait().is_none());
        let text = info.to_string();
        assert!(text.contains("is a timer, due in 59 min"), "{text}");
        assert!(timer.cancel());
        timer.join().unwrap();
    }
    let never = Timer::every(Duration::MAX, || ());
    never.start().unwrap();
    let text = seen(never.thread(), |info| {
        matches!(info.state(), State::Pending { due_in: None })
    });
    let text = text.to_string();
    assert!(text.contains("is a timer that never comes due"), "{text}");
    assert!(never.cancel());
}

#[test]
fn a_thread_of_the_standard_library_is_seen_while_it_waits() {
    static EVENT: Event = Event::new();
    let ident = Arc::new(OnceLock::new());
    let own = Arc::clone(&ident);
    let stranger = std::thread::spawn(move || {
        own.set(tl_core::current_ident()).unwrap();
        EVENT.wait();
    });
    let begin = Instant::now();
    loop {
        let snapshot = snapshot();
        let info = ident.get().and_then(|ident| snapshot.thread(*ident));
        if let Some(info) = info {
            assert!(!info.is_listed() && info.is_daemon());
            assert_eq!(info.wait().unwrap().primitive(), "Event");
            break;
        }
        assert!(begin.elapsed() < LIMIT, "{snapshot}");
    }
    EVENT.set();
    stranger.join().unwrap();
    let ident = *ident.get().unwrap();
    assert!(snapshot().thread(ident).is_none());
}

#[test]
fn a_crowd_that_waits_for_the_same_is_one_entry() {
    static EVENT: Event = Event::new();
    let crowd: Vec<_> = (0..12)
        .map(|n| start(&format!("crowd-{n}"), || EVENT.wait()))
        .collect();
    crowd.iter().for_each(|thread| drop(asleep(thread)));
    let text = snapshot().to_string();
    let line = text
        .lines()
        .find(|line| line.contains("\"crowd-1\""))
        .unwrap();
    assert!(
        line.starts_with("    and so do 11 more: \"crowd-1\", "),
        "{text}"
    );
    assert!(line.ends_with("\"crowd-8\", …"), "{text}");
    EVENT.set();
}

#[test]
fn a_report_reads_well() {
    static SEMAPHORE: Semaphore = Semaphore::new(1);
    let waiter = start("poor", || SEMAPHORE.acquire_many(3));
    asleep(&waiter);
    let text = seen(&waiter, |_| true).to_string();
    let lines: Vec<_> = text.lines().collect();
    let ident = waiter.ident().unwrap();
    let native = waiter.native_id().unwrap();
    let begin = format!("\"poor\" #{ident}, native id {native}, daemon, alive for ");
    assert!(lines[0].starts_with(&begin), "{text}");
    let line = source_line("SEMAPHORE.acquire_many(3));");
    let begin = format!(
        "    waits in Semaphore::acquire_many(3) at {}:{line}, for ",
        file!()
    );
    assert!(lines[1].starts_with(&begin), "{text}");
    assert!(lines[1].ends_with(", without a limit"), "{text}");
    let address = (&raw const SEMAPHORE).addr();
    assert_eq!(lines[2], format!("    Semaphore at {address:#x}"));
    SEMAPHORE.release_many(3).unwrap();
}

/// Returns the line of this file that has this text, the last one if there are several.
fn source_line(text: &str) -> usize {
    let lines = include_str!("snapshot.rs").lines();
    let numbered = lines.enumerate().filter(|(_, line)| line.contains(text));
    numbered
        .filter(|(_, line)| !line.contains("source_line"))
        .last()
        .unwrap()
        .0
        + 1
}
