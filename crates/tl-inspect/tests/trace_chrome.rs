//! A recording in the Trace Event Format: every event has what its kind must have, tracks are in
//! order, slices nest, arrows have both ends.

mod trace_support;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use tl_condition::Condition;
use tl_event::Event;
use tl_inspect::trace::{self, Trace};
use tl_locks::{Lock, Mutex};
use tl_semaphore::Semaphore;
use tl_thread::{Thread, current_thread};
use tl_timer::Timer;
use trace_support::alone;

/// A kind of program as the example `semaphore`, and what that lacks.
fn recording() -> Trace {
    static CONDITION: Condition<Lock> = Condition::with_lock(Lock::new());
    static NEWS: Event = Event::new();

    let recording = trace::start().unwrap();
    let shared = Arc::new((
        Semaphore::new(2),
        Mutex::new(Vec::new()),
        AtomicBool::new(false),
    ));
    let mut threads: Vec<_> = (0..4)
        .map(|number| {
            let shared = Arc::clone(&shared);
            let work = move || {
                let _permit = shared.0.permit();
                shared.1.lock().push(current_thread().name());
                // The first two have their permits until the others wait.
                while !shared.2.load(Ordering::Relaxed) && shared.0.n_waiting() < 2 {
                    sleep(Duration::from_millis(1));
                }
                shared.2.store(true, Ordering::Relaxed);
                shared.1.lock().pop();
            };
            Thread::new(work).with_name(format!("worker \"{number}\"\\\n"))
        })
        .collect();
    for _ in 0..3 {
        threads.push(Thread::new(|| {
            let held = CONDITION.lock();
            assert!(held.wait_timeout(Duration::from_secs(60)));
        }));
    }
    threads.push(Thread::new(|| {
        while CONDITION.n_waiting() < 3 {
            sleep(Duration::from_millis(1));
        }
        CONDITION.lock().notify_all();
    }));
    for thread in &threads {
        thread.start().unwrap();
    }
    let open = Thread::new(|| NEWS.wait());
    open.start().unwrap();
    let timer = Timer::new(Duration::from_millis(5), || ());
    timer.start().unwrap();
    timer.join().unwrap();
    threads.iter().for_each(|thread| thread.join().unwrap());
    trace_support::until_all_wait(std::slice::from_ref(&open));
    let trace = recording.stop();
    NEWS.set();
    open.join().unwrap();
    trace
}

fn events(trace: &Trace) -> Vec<Value> {
    let mut json = Vec::new();
    trace.write_chrome_to(&mut json).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["otherData"]["dropped"], 0);
    assert!(json["otherData"]["startedAtMicros"].as_f64().unwrap() > 1e15);
    json["traceEvents"].as_array().unwrap().clone()
}

fn text<'e>(event: &'e Value, key: &str) -> &'e str {
    event[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {event}"))
}

fn number(event: &Value, key: &str) -> u64 {
    event[key]
        .as_u64()
        .unwrap_or_else(|| panic!("no {key} in {event}"))
}

/// In nanoseconds.
fn time(event: &Value, key: &str) -> u64 {
    let micros = event[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no {key} in {event}"));
    (micros * 1000.0).round() as u64
}

/// What the format asks of each event, by its phase.
fn check(events: &[Value]) {
    let mut last: HashMap<u64, u64> = HashMap::new();
    let mut open: HashMap<u64, Vec<(u64, u64)>> = HashMap::new();
    let mut named = BTreeSet::new();
    let mut arrows: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    let processes: BTreeSet<u64> = events.iter().map(|event| number(event, "pid")).collect();
    assert_eq!(processes.len(), 1);
    for event in events {
        let (phase, track) = (text(event, "ph"), number(event, "tid"));
        let name = text(event, "name");
        if phase == "M" {
            match name {
                "thread_name" => {
                    text(&event["args"], "name");
                    assert!(named.insert(track), "a track has two names: {event}");
                }
                "thread_sort_index" => drop(number(&event["args"], "sort_index")),
                _ => panic!("unknown metadata: {event}"),
            }
            continue;
        }
        assert!(named.contains(&track), "a track without a name: {event}");
        text(event, "cat");
        let at = time(event, "ts");
        let before = last.insert(track, at).unwrap_or(0);
        assert!(before <= at, "not in the order of time: {event}");
        let slices = open.entry(track).or_default();
        slices.retain(|(_, end)| *end > at);
        match phase {
            "X" => {
                let end = at + time(event, "dur");
                for (from, to) in &*slices {
                    assert!(*from <= at && end <= *to, "slices do not nest: {event}");
                }
                slices.push((at, end));
            }
            "i" => assert_eq!(text(event, "s"), "t"),
            "s" | "f" => arrows.entry(number(event, "id")).or_default().push(event),
            _ => panic!("unknown phase: {event}"),
        }
        if phase == "f" {
            assert_eq!(text(event, "bp"), "e");
            assert!(!slices.is_empty(), "an arrow to nowhere: {event}");
        }
    }
    for (id, ends) in arrows {
        let phases: BTreeSet<&str> = ends.iter().map(|end| text(end, "ph")).collect();
        assert_eq!(
            (ends.len(), phases.len()),
            (2, 2),
            "arrow {id} has not both ends"
        );
        for key in ["name", "cat"] {
            assert_eq!(ends[0][key], ends[1][key], "arrow {id}");
        }
        let at = |phase| {
            time(
                ends.iter().find(|end| text(end, "ph") == phase).unwrap(),
                "ts",
            )
        };
        assert!(at("s") <= at("f"), "arrow {id} goes back in time");
    }
}

#[test]
fn a_recording_is_a_trace_as_the_format_has_it() {
    let _alone = alone();
    let events = events(&recording());
    check(&events);
    let count = |phase: &str, name: &str| {
        let is_it = |event: &&Value| text(event, "ph") == phase && text(event, "name") == name;
        events.iter().filter(is_it).count()
    };
    // Two of four had to wait; which other waits there were is up to the system.
    assert!(count("X", "Semaphore::permit") >= 2);
    assert_eq!(count("X", "Event::wait"), 1);
    assert!(count("X", "Condition::wait_timeout") == 3);
    assert!(count("s", "wake-up") >= 5);
    assert_eq!(count("i", "timer fires"), 1);
    assert!(count("i", "begins") >= 10 && count("i", "ends") >= 9);
    let names = events
        .iter()
        .filter(|event| text(event, "name") == "thread_name");
    let names: Vec<&str> = names.map(|event| text(&event["args"], "name")).collect();
    assert!(names.contains(&"worker \"0\"\\\n"), "{names:?}");
}

#[test]
fn it_is_written_to_a_file() {
    let _alone = alone();
    let path = std::env::temp_dir().join(format!("trace-{}.json", std::process::id()));
    let trace = trace::start().unwrap().stop();
    trace.write_chrome(&path).unwrap();
    let written = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut expected = Vec::new();
    trace.write_chrome_to(&mut expected).unwrap();
    assert_eq!(written, expected);
    assert!(trace.write_chrome(path.join("no folder")).is_err());
}
