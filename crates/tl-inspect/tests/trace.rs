//! Recordings: what is in them, and what becomes of them.

mod trace_support;

use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tl_condition::Condition;
use tl_core::door::{self, WaitQueue};
use tl_event::Event;
use tl_inspect::trace::{self, AlreadyRecording, End, Trace, TracedThread, TracedWait};
use tl_locks::{Lock, Mutex, RLock};
use tl_semaphore::Semaphore;
use tl_thread::Thread;
use tl_timer::Timer;
use trace_support::{alone, until_all_wait};

fn thread_of<'t>(trace: &'t Trace, name: &str) -> &'t TracedThread {
    let mut found = trace
        .threads()
        .iter()
        .filter(|thread| thread.name() == name);
    let thread = found
        .next()
        .unwrap_or_else(|| panic!("{name} is not in the trace"));
    assert!(found.next().is_none(), "{name} is there twice");
    thread
}

fn the_wait(thread: &TracedThread) -> &TracedWait {
    assert_eq!(thread.waits().len(), 1, "{:?}", thread.waits());
    &thread.waits()[0]
}

fn start(name: &str, function: impl FnOnce() + Send + 'static) -> Thread {
    let thread = Thread::new(function).with_name(name);
    thread.start().unwrap();
    thread
}

#[test]
fn a_wait_has_its_operation_its_place_its_end_and_the_thread_that_woke_it() {
    static NEWS: Event = Event::new();
    let _alone = alone();
    let recording = trace::start().unwrap();
    let line = line!() + 1;
    let reader = start("reader", || NEWS.wait());
    until_all_wait(std::slice::from_ref(&reader));
    let writer = start("writer", || NEWS.set());
    writer.join().unwrap();
    reader.join().unwrap();
    let trace = recording.stop();
    assert_eq!(trace.dropped(), 0);
    let reader = thread_of(&trace, "reader");
    let wait = the_wait(reader);
    assert_eq!((wait.primitive(), wait.operation()), ("Event", "wait"));
    assert_eq!((wait.place().file(), wait.place().line()), (file!(), line));
    assert_eq!(wait.address(), (&raw const NEWS).addr());
    assert_eq!((wait.end(), wait.amount()), (End::Woken, None));
    let woken = wait.woken_by().unwrap();
    assert_eq!(woken.thread().name(), "writer");
    assert_eq!(woken.thread().ident(), thread_of(&trace, "writer").ident());
    // All of it in order, in the life of the thread, in the recording.
    let times = [
        reader.began_at().unwrap(),
        wait.began_at(),
        woken.at(),
        wait.ended_at(),
        reader.ended_at().unwrap(),
        trace.length(),
    ];
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(wait.duration(), wait.ended_at() - wait.began_at());
}

#[test]
fn a_wait_that_runs_out_and_one_that_is_still_going_on_are_told_apart() {
    static NEVER: Event = Event::new();
    static OPEN: Event = Event::new();
    let _alone = alone();
    let waits = start("waits on", || OPEN.wait());
    until_all_wait(std::slice::from_ref(&waits));
    let recording = trace::start().unwrap();
    let gives_up = start("gives up", || {
        assert!(!NEVER.wait_timeout(Duration::from_millis(5)));
    });
    gives_up.join().unwrap();
    let trace = recording.stop();
    OPEN.set();
    waits.join().unwrap();
    let wait = the_wait(thread_of(&trace, "gives up"));
    assert_eq!(
        (wait.end(), wait.operation()),
        (End::TimedOut, "wait_timeout")
    );
    assert!(wait.woken_by().is_none());
    assert!(wait.duration() >= Duration::from_millis(5));
    // It waits since before the recording, and to its end.
    let wait = the_wait(thread_of(&trace, "waits on"));
    assert_eq!((wait.end(), wait.began_at()), (End::Open, Duration::ZERO));
    assert!(wait.ended_at() <= trace.length() && wait.duration() >= Duration::from_millis(5));
}

#[test]
fn what_is_held_says_which_threads_wait_for_it() {
    static LOCK: RLock = RLock::new();
    let _alone = alone();
    let recording = trace::start().unwrap();
    let held = LOCK.lock();
    let waiter = start("waiter", || drop(LOCK.lock()));
    until_all_wait(std::slice::from_ref(&waiter));
    drop(held);
    waiter.join().unwrap();
    let trace = recording.stop();
    let wait = the_wait(thread_of(&trace, "waiter"));
    let own = tl_core::current_ident();
    assert_eq!(wait.holder().unwrap().thread().ident(), Some(own));
    assert_eq!(wait.woken_by().unwrap().thread().ident(), Some(own));
}

#[test]
fn a_waiter_of_a_condition_is_notified_and_takes_the_lock_back_in_one_wait() {
    static CONDITION: Condition<RLock> = Condition::with_lock(RLock::new());
    let _alone = alone();
    let recording = trace::start().unwrap();
    let waiter = start("waiter", || {
        let held = CONDITION.lock();
        held.wait();
    });
    until_all_wait(std::slice::from_ref(&waiter));
    let notifier = start("notifier", || {
        let held = CONDITION.lock();
        held.notify_one();
        // The other takes the lock back only then.
        thread::sleep(Duration::from_millis(10));
    });
    notifier.join().unwrap();
    waiter.join().unwrap();
    let trace = recording.stop();
    let wait = the_wait(thread_of(&trace, "waiter"));
    assert_eq!((wait.primitive(), wait.end()), ("Condition", End::Woken));
    let notified = wait.notified_by().unwrap();
    assert_eq!(notified.thread().name(), "notifier");
    assert_eq!(wait.takes_lock_back_at(), Some(notified.at()));
    let woken = wait.woken_by().unwrap();
    assert_eq!(woken.thread().name(), "notifier");
    assert!(woken.at() - notified.at() >= Duration::from_millis(10));
}

/// Records how this thread holds the lock of a condition, for which a waiter of the condition waits
/// whose time ran out; and another thread, if it is to. Returns what kind of lock that is said to
/// be.
fn kind_of_a_condition_s_lock(is_wanted_by_another: bool) -> Option<&'static str> {
    static CONDITION: Condition<RLock> = Condition::with_lock(RLock::new());
    static HAS_LOCKED: AtomicBool = AtomicBool::new(false);
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    HAS_LOCKED.store(false, Ordering::Relaxed);
    IS_OVER.store(false, Ordering::Relaxed);
    let recording = trace::start().unwrap();
    let another = Thread::new(|| drop(CONDITION.lock())).with_name("another");
    let waiter = start("waiter", || {
        let held = CONDITION.lock();
        HAS_LOCKED.store(true, Ordering::Relaxed);
        while !IS_OVER.load(Ordering::Relaxed) {
            let _ = held.wait_timeout(Duration::from_millis(1));
        }
    });
    // A try, since a wait of this thread would say what the lock is.
    while !HAS_LOCKED.load(Ordering::Relaxed) || !CONDITION.try_acquire() {
        thread::yield_now();
    }
    let takes_back = |wait: &door::Wait| wait.has_moved_on && wait.holder.is_some();
    let queue = loop {
        match door::waits().into_iter().find(takes_back) {
            Some(wait) => break wait.queue,
            None => thread::yield_now(),
        }
    };
    if is_wanted_by_another {
        another.start().unwrap();
        until_all_wait(std::slice::from_ref(&another));
    }
    // As the lock notes it with the feature `owners`.
    door::note_held(queue, Location::caller());
    door::note_released(queue);
    IS_OVER.store(true, Ordering::Relaxed);
    CONDITION.release().unwrap();
    waiter.join().unwrap();
    if is_wanted_by_another {
        another.join().unwrap();
    }
    let trace = recording.stop();
    let took_back = |wait: &TracedWait| wait.takes_lock_back_at().is_some();
    assert!(thread_of(&trace, "waiter").waits().iter().any(took_back));
    let mut holds = trace.threads().iter().flat_map(|thread| thread.holds());
    let hold = holds.find(|hold| hold.address() == queue.address());
    hold.unwrap().primitive()
}

#[test]
fn a_waiter_that_takes_its_lock_back_does_not_say_what_kind_of_lock_it_is() {
    let _alone = alone();
    assert_eq!(kind_of_a_condition_s_lock(false), None);
    assert_eq!(kind_of_a_condition_s_lock(true), Some("RLock"));
}

#[test]
fn timers_are_recorded_when_they_fire() {
    let _alone = alone();
    let recording = trace::start().unwrap();
    let timer = Timer::new(Duration::from_millis(5), || ()).with_name("alarm");
    timer.start().unwrap();
    timer.join().unwrap();
    let trace = recording.stop();
    let timers = thread_of(&trace, "alarm").timers();
    assert_eq!(timers.len(), 1);
    assert!(timers[0].due_at() >= Duration::from_millis(5));
    assert!(timers[0].due_at() <= timers[0].fired_at());
}

#[test]
fn there_is_one_recording_at_a_time_and_the_next_one_knows_nothing_of_the_last() {
    let _alone = alone();
    let first = trace::start().unwrap();
    let _: AlreadyRecording = trace::start().unwrap_err();
    start("of the first", || ()).join().unwrap();
    let first = first.stop();
    let second = trace::start().unwrap();
    start("of the second", || ()).join().unwrap();
    let second = second.stop();
    drop(trace::start().unwrap());
    let third = trace::start().unwrap().stop();
    let has = |trace: &Trace, name| trace.threads().iter().any(|thread| thread.name() == name);
    assert!(has(&first, "of the first") && !has(&first, "of the second"));
    assert!(!has(&second, "of the first") && has(&second, "of the second"));
    assert!(!has(&third, "of the first") && !has(&third, "of the second"));
}

#[test]
fn while_nobody_records_nothing_is_kept() {
    static NEVER: Event = Event::new();
    let _alone = alone();
    start("before", || {
        let _ = NEVER.wait_timeout(Duration::from_millis(1));
    })
    .join()
    .unwrap();
    let trace = trace::start().unwrap().stop();
    assert!(
        trace
            .threads()
            .iter()
            .all(|thread| thread.name() != "before")
    );
}

#[test]
fn a_full_buffer_drops_and_counts_and_the_next_thread_has_all_of_it() {
    static NEVER: Event = Event::new();
    const ROOM: usize = 10;
    const WAITS: usize = 25;
    let _alone = alone();
    let recording = trace::start_with_room_for(ROOM).unwrap();
    for _ in 0..3 {
        start("busy", || {
            for _ in 0..WAITS {
                let _ = NEVER.wait_timeout(Duration::from_micros(200));
            }
        })
        .join()
        .unwrap();
    }
    let trace = recording.stop();
    let busy = trace
        .threads()
        .iter()
        .filter(|thread| thread.name() == "busy");
    let mut kept = 0;
    for thread in busy {
        // One event is its beginning.
        assert!(thread.waits().len() < ROOM, "{}", thread.waits().len());
        assert!(thread.began_at().is_some());
        kept += thread.waits().len();
    }
    assert!(
        kept > ROOM,
        "the buffer of a thread that has ended is not used again"
    );
    assert!(trace.dropped() > 0 && trace.dropped() <= (3 * WAITS - kept) as u64 + 3);
}

#[test]
fn who_shares_buffers_goes_on_to_the_next_when_one_is_full() {
    static WORD: AtomicU32 = AtomicU32::new(0);
    const ROOM: usize = 10;
    const ALL_ROOM: usize = 64 * ROOM;
    const LOCKED: usize = ALL_ROOM + 5;
    let _alone = alone();
    let recording = trace::start_with_room_for(ROOM).unwrap();
    let lock = WaitQueue::of(&WORD).id();
    // A thread of the standard library has no buffer of its own.
    let work = || {
        for _ in 0..LOCKED {
            door::note_held(lock, Location::caller());
            door::note_released(lock);
        }
    };
    thread::scope(|scope| drop(scope.spawn(work)));
    let trace = recording.stop();
    let holds = trace.threads().iter().flat_map(|thread| thread.holds());
    let count = holds
        .filter(|hold| hold.address() == lock.address())
        .count();
    // Other threads may have ended meanwhile, and that takes room, too.
    assert!(count > ALL_ROOM / 2 && count <= ALL_ROOM, "{count}");
    assert!(trace.dropped() as usize + count >= LOCKED);
}

#[test]
fn room_for_nothing_and_for_more_than_there_is_drops_all() {
    let _alone = alone();
    for room in [0, usize::MAX] {
        let recording = trace::start_with_room_for(room).unwrap();
        start("unseen", || ()).join().unwrap();
        let trace = recording.stop();
        assert!(trace.dropped() > 0);
    }
}

#[test]
fn a_thousand_threads_are_recorded() {
    static GATE: Event = Event::new();
    const THREADS: usize = 1_000;
    let _alone = alone();
    GATE.clear();
    let recording = trace::start().unwrap();
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let thread = Thread::new(|| GATE.wait()).with_name(format!("crowd {number}"));
            let thread = thread.with_stack_size(64 * 1024);
            thread.start().unwrap();
            thread
        })
        .collect();
    until_all_wait(&threads);
    GATE.set();
    threads.iter().for_each(|thread| thread.join().unwrap());
    let trace = recording.stop();
    assert_eq!(trace.dropped(), 0);
    let crowd: Vec<_> = trace
        .threads()
        .iter()
        .filter(|thread| thread.name().starts_with("crowd"))
        .collect();
    assert_eq!(crowd.len(), THREADS);
    for thread in crowd {
        let wait = the_wait(thread);
        assert_eq!(wait.end(), End::Woken);
        assert!(thread.began_at().is_some() && thread.ended_at().is_some());
    }
}

#[test]
fn threads_that_the_library_did_not_start_and_the_end_of_threads_are_recorded() {
    static NEVER: Event = Event::new();
    // A thread whose time is over before it sleeps has not waited.
    const LONG_ENOUGH: Duration = Duration::from_millis(100);
    struct WaitsAtEnd;
    impl Drop for WaitsAtEnd {
        fn drop(&mut self) {
            let _ = NEVER.wait_timeout(LONG_ENOUGH);
        }
    }
    thread_local!(static AT_END: WaitsAtEnd = const { WaitsAtEnd });

    let _alone = alone();
    let recording = trace::start().unwrap();
    let ident = AtomicU64::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = NEVER.wait_timeout(LONG_ENOUGH);
            ident.store(tl_core::current_ident().as_u64().get(), Ordering::Relaxed);
        });
    });
    start("ends", || AT_END.with(|_| ())).join().unwrap();
    let trace = recording.stop();
    let ident = ident.load(Ordering::Relaxed);
    let is_foreign =
        |thread: &&TracedThread| thread.ident().map(|ident| ident.as_u64().get()) == Some(ident);
    let thread = trace.threads().iter().find(is_foreign).unwrap();
    assert_eq!(the_wait(thread).end(), End::TimedOut);
    let ends = thread_of(&trace, "ends");
    assert_eq!(the_wait(ends).end(), End::TimedOut);
    assert!(the_wait(ends).ended_at() <= ends.ended_at().unwrap());
}

#[test]
fn a_recording_can_stop_while_others_wait_and_wake() {
    static TURN: Lock = Lock::new();
    static PLACES: Semaphore = Semaphore::new(2);
    static ITEMS: Mutex<u32> = Mutex::new(0);
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    let _alone = alone();
    IS_OVER.store(false, Ordering::Relaxed);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            start("busy", || {
                while !IS_OVER.load(Ordering::Relaxed) {
                    drop(TURN.lock());
                    PLACES.with(|| *ITEMS.lock() += 1);
                }
            })
        })
        .collect();
    for _ in 0..50 {
        let recording = trace::start_with_room_for(64).unwrap();
        thread::yield_now();
        let trace = recording.stop();
        for thread in trace.threads() {
            let mut last = Duration::ZERO;
            for wait in thread.waits() {
                assert!(wait.began_at() >= last, "{:?}", thread.waits());
                last = wait.ended_at();
            }
            assert!(last <= trace.length());
        }
    }
    IS_OVER.store(true, Ordering::Relaxed);
    threads.iter().for_each(|thread| thread.join().unwrap());
}
