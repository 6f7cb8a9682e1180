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

/// Records a program like the example `semaphore`, with what that lacks.
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

/// Returns the events of a document, which must have what the format asks for.
fn events(trace: &Trace) -> Vec<Value> {
    let mut json = Vec::new();
    trace.write_chrome_to(&mut json).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    let expected = BTreeSet::from(["displayTimeUnit", "otherData", "traceEvents"]);
    assert_eq!(keys(&json), expected);
    assert_eq!(json["displayTimeUnit"], "ns");
    assert_eq!(json["otherData"]["dropped"], 0);
    assert!(json["otherData"]["startedAtMicros"].as_f64().unwrap() > 1e15);
    json["traceEvents"].as_array().unwrap().clone()
}

fn keys(object: &Value) -> BTreeSet<&str> {
    let object = object.as_object().unwrap_or_else(|| panic!("{object}"));
    object.keys().map(String::as_str).collect()
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

/// Returns a time in nanoseconds.
fn time(event: &Value, key: &str) -> u64 {
    let micros = event[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no {key} in {event}"));
    (micros * 1000.0).round() as u64
}

/// Checks that the event has all the fields that its phase asks for, and no other.
fn check_fields(event: &Value) {
    let own: &[&str] = match text(event, "ph") {
        "M" => &["args"],
        "X" if event.get("args").is_some() => &["cat", "ts", "dur", "args"],
        "X" => &["cat", "ts", "dur"],
        "i" => &["cat", "ts", "s"],
        "s" => &["cat", "ts", "id"],
        "f" => &["cat", "ts", "id", "bp"],
        _ => panic!("unknown phase: {event}"),
    };
    let all = ["ph", "pid", "tid", "name"].iter().chain(own).copied();
    assert_eq!(keys(event), all.collect::<BTreeSet<_>>(), "{event}");
    if own.contains(&"cat") {
        let known = ["wait", "hold", "wake", "thread", "timer"];
        assert!(known.contains(&text(event, "cat")), "{event}");
    }
    for argument in event["args"].as_object().into_iter().flatten() {
        let is_place = *argument.0 == "sort_index";
        assert!(argument.1.is_string() || is_place, "{event}");
    }
}

/// Returns the tracks by their names. What is said of a track must come before what is on it.
fn check_tracks(events: &[Value]) -> HashMap<u64, &str> {
    let mut names = HashMap::new();
    let mut places = HashMap::new();
    for event in events {
        let track = number(event, "tid");
        if text(event, "ph") != "M" {
            assert!(
                names.contains_key(&track),
                "a track without a name: {event}"
            );
            assert!(
                places.contains_key(&track),
                "a track without a place: {event}"
            );
            continue;
        }
        let before = match text(event, "name") {
            "thread_name" => names.insert(track, text(&event["args"], "name")).is_some(),
            "thread_sort_index" => {
                let place = number(&event["args"], "sort_index");
                places.insert(track, place).is_some()
            }
            _ => panic!("unknown metadata: {event}"),
        };
        assert!(!before, "said twice of a track: {event}");
    }
    let distinct: BTreeSet<_> = places.values().collect();
    assert_eq!((distinct.len(), places.len()), (names.len(), names.len()));
    names
}

/// Checks that on each track the events are in the order of time, and the slices nest. Returns the
/// slices.
fn check_order(events: &[Value], length: Duration) -> HashMap<u64, Vec<(u64, u64, &str)>> {
    // The mark of a wake-up is as long as it must be to be seen.
    let length = length.as_nanos() as u64 + 1_000;
    let mut last: HashMap<u64, u64> = HashMap::new();
    let mut slices: HashMap<u64, Vec<(u64, u64, &str)>> = HashMap::new();
    for event in events.iter().filter(|event| text(event, "ph") != "M") {
        let (track, at) = (number(event, "tid"), time(event, "ts"));
        let before = last.insert(track, at).unwrap_or(0);
        assert!(before <= at, "not in the order of time: {event}");
        assert!(at <= length, "after the end: {event}");
        match text(event, "ph") {
            "X" => {
                let end = at + time(event, "dur");
                assert!(end <= length, "after the end: {event}");
                let on_track = slices.entry(track).or_default();
                for (from, to, _) in on_track.iter().filter(|(_, to, _)| *to > at) {
                    assert!(*from <= at && end <= *to, "slices do not nest: {event}");
                }
                on_track.push((at, end, text(event, "name")));
            }
            "i" => assert_eq!(text(event, "s"), "t"),
            _ => {}
        }
    }
    slices
}

/// Checks what the format asks of each event, by its phase.
fn check(events: &[Value], length: Duration) {
    let processes: BTreeSet<u64> = events.iter().map(|event| number(event, "pid")).collect();
    assert_eq!(processes.len(), 1);
    events.iter().for_each(check_fields);
    let names = check_tracks(events);
    let slices = check_order(events, length);
    let mut arrows: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for event in events {
        if matches!(text(event, "ph"), "s" | "f") {
            arrows.entry(number(event, "id")).or_default().push(event);
        }
    }
    for (id, ends) in arrows {
        let end = |phase: &str| {
            let mut found = ends.iter().filter(|end| text(end, "ph") == phase);
            let end = found.next();
            assert!(found.next().is_none(), "arrow {id} has two ends {phase}");
            *end.unwrap_or_else(|| panic!("arrow {id} has no end {phase}"))
        };
        let (start, finish) = (end("s"), end("f"));
        assert_eq!(text(finish, "bp"), "e");
        for key in ["name", "cat"] {
            assert_eq!(start[key], finish[key], "arrow {id}");
        }
        let around = |event: &Value| {
            let at = time(event, "ts");
            let on_track = slices.get(&number(event, "tid")).into_iter().flatten();
            let around: Vec<&str> = on_track
                .filter(|(from, to, _)| *from <= at && at <= *to)
                .map(|(_, _, name)| *name)
                .collect();
            assert!(!around.is_empty(), "an arrow to nowhere: {event}");
            around
        };
        // It begins at what says which thread is woken, and ends in a wait of that thread.
        let woken = names[&number(finish, "tid")];
        let wakes = [format!("wakes {woken}"), format!("notifies {woken}")];
        let start_at = around(start);
        assert!(
            start_at
                .iter()
                .any(|name| wakes.contains(&(*name).to_owned())),
            "{start_at:?}: {start}"
        );
        assert!(around(finish).iter().any(|name| name.contains("::")));
        assert!(
            time(start, "ts") <= time(finish, "ts"),
            "arrow {id} goes back in time"
        );
    }
}

#[test]
fn a_recording_is_a_trace_as_the_format_has_it() {
    let _alone = alone();
    let trace = recording();
    let events = events(&trace);
    check(&events, trace.length());
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
