//! With the feature `owners`: the locks that a thread held are in a recording, in its summary and
//! in its pictures.
#![cfg(feature = "owners")]

use std::time::{Duration, Instant};

use tl_event::Event;
use tl_inspect::snapshot;
use tl_inspect::trace::{self, TracedThread};
use tl_locks::{Lock, Mutex, RLock, RwLock};
use tl_thread::Thread;

const LIMIT: Duration = Duration::from_secs(60);

static LOCK: Lock = Lock::new();
static MUTEX: Mutex<u32> = Mutex::new(0);
static RLOCK: RLock = RLock::new();
static RWLOCK: RwLock<u32> = RwLock::new(0);
static ARE_HELD: Event = Event::new();
static ENOUGH: Event = Event::new();

/// Returns once the thread sleeps in one of the primitives.
fn until_it_waits(thread: &Thread) {
    let begin = Instant::now();
    let ident = thread.ident().unwrap();
    let sleeps = || {
        let seen = snapshot();
        let wait = seen.thread(ident).and_then(|thread| thread.wait());
        wait.is_some_and(|wait| wait.waited_for().is_some())
    };
    while !sleeps() {
        assert!(begin.elapsed() < LIMIT);
        std::thread::yield_now();
    }
}

#[test]
fn the_locks_that_a_thread_held_are_in_its_recording() {
    let recording = trace::start().unwrap();
    let first = line!() + 2;
    let holder = Thread::new(|| {
        let _lock = LOCK.lock();
        let _mutex = MUTEX.lock();
        let _rlock = RLOCK.lock();
        let _value = RWLOCK.read();
        ARE_HELD.set();
        ENOUGH.wait();
    });
    let holder = holder.with_name("holder");
    holder.start().unwrap();
    ARE_HELD.wait();
    // The kind of a lock is known from a thread that waits for it.
    let waiter = Thread::new(|| drop(LOCK.lock())).with_name("waiter");
    waiter.start().unwrap();
    until_it_waits(&waiter);
    ENOUGH.set();
    holder.join().unwrap();
    waiter.join().unwrap();
    let open = MUTEX.lock();
    let trace = recording.stop();
    drop(open);

    let thread = |name: &str| -> &TracedThread {
        let mut threads = trace.threads().iter();
        threads.find(|thread| thread.name() == name).unwrap()
    };
    let holds = thread("holder").holds();
    assert_eq!(holds.len(), 4, "{holds:?}");
    for (hold, line) in holds.iter().zip(first..) {
        assert_eq!((hold.place().file(), hold.place().line()), (file!(), line));
        assert!(!hold.is_open() && hold.began_at() <= hold.ended_at());
    }
    let kinds: Vec<_> = holds.iter().map(|hold| hold.primitive()).collect();
    assert_eq!(kinds, [Some("Lock"), None, None, None]);
    let mut threads = trace.threads().iter();
    let this = threads.find(|thread| thread.ident() == Some(tl_core::current_ident()));
    let [own] = this.unwrap().holds() else {
        panic!("{this:?}");
    };
    assert!(own.is_open() && own.ended_at() == trace.length());
    assert_eq!(own.address(), holds[1].address());
    // The waiter got the lock when the holder let go of it.
    let [got] = thread("waiter").holds() else {
        panic!("{:?}", thread("waiter").holds());
    };
    assert_eq!(got.address(), holds[0].address());
    let wait = &thread("waiter").waits()[0];
    let by = wait.holder().unwrap();
    assert_eq!(by.thread().name(), "holder");
    assert_eq!(by.place(), Some(holds[0].place()));

    let summary = trace.summary();
    let mut rows = summary.rows().iter();
    let row = rows.find(|row| row.primitive() == "Lock").unwrap();
    assert_eq!(row.holders()[0].place(), Some(holds[0].place()));
    let text = summary.to_string();
    let held = format!("held since {} by \"holder\"", holds[0].place());
    assert!(text.contains(&held), "{text}");

    let all: usize = trace.threads().iter().map(|one| one.holds().len()).sum();
    let mut json = Vec::new();
    trace.write_chrome_to(&mut json).unwrap();
    let json = String::from_utf8(json).unwrap();
    assert_eq!(json.matches(r#""cat":"hold""#).count(), all, "{json}");
    assert!(
        json.contains(r#""args":{"name":"holder: holds"}"#),
        "{json}"
    );
    let acquired = format!(r#""acquired at":"{}""#, holds[0].place());
    assert!(json.contains(&acquired), "{json}");
    let picture = trace.to_svg();
    assert_eq!(picture.matches(r#"<line class="hold "#).count(), all);
}
