//! What a summary and a picture say of a recording.

mod trace_support;

use std::time::Duration;

use tl_event::Event;
use tl_inspect::trace::{self, Row, Summary, Trace};
use tl_locks::RLock;
use tl_thread::Thread;
use trace_support::{alone, until_all_wait};

const WAITERS: usize = 3;

/// Records three threads that wait for a lock that this one holds, each the longer the later its
/// turn, and one wait that runs out.
fn recording() -> Trace {
    static LOCK: RLock = RLock::new();
    static NEVER: Event = Event::new();

    let recording = trace::start().unwrap();
    let held = LOCK.lock();
    let threads: Vec<_> = (0..WAITERS)
        .map(|number| {
            let work = || {
                let _held = LOCK.lock();
                std::thread::sleep(Duration::from_millis(2));
            };
            let thread = Thread::new(work).with_name(format!("<waiter> & {number}"));
            thread.start().unwrap();
            thread
        })
        .collect();
    until_all_wait(&threads);
    assert!(!NEVER.wait_timeout(Duration::from_millis(5)));
    drop(held);
    threads.iter().for_each(|thread| thread.join().unwrap());
    recording.stop()
}

fn row<'s>(summary: &'s Summary, operation: &str) -> &'s Row {
    let mut rows = summary.rows().iter();
    rows.find(|row| row.operation() == operation).unwrap()
}

#[test]
fn a_summary_has_a_row_for_each_place_with_its_times_and_its_holders() {
    let _alone = alone();
    let trace = recording();
    let summary = trace.summary();
    let waits = trace.threads().iter().flat_map(|thread| thread.waits());
    let mut lengths: Vec<_> = waits
        .filter(|wait| wait.operation() == "lock")
        .map(|wait| wait.duration())
        .collect();
    lengths.sort();
    let locks = row(&summary, "lock");
    assert_eq!((locks.primitive(), locks.waits()), ("RLock", WAITERS));
    assert_eq!(locks.place().file(), file!());
    assert_eq!(locks.total(), lengths.iter().sum::<Duration>());
    assert_eq!((locks.p50(), locks.p99()), (lengths[1], lengths[2]));
    assert_eq!(locks.longest(), lengths[2]);
    assert_eq!(locks.timeouts(), 0);
    // They all began to wait while this thread had it.
    let holder = &locks.holders()[0];
    assert_eq!((locks.holders().len(), holder.threads().len()), (1, 1));
    assert_eq!(holder.threads()[0].ident(), Some(tl_core::current_ident()));
    assert_eq!((holder.waits(), holder.total()), (WAITERS, locks.total()));
    let event = row(&summary, "wait_timeout");
    assert_eq!((event.waits(), event.timeouts()), (1, 1));
    assert!(event.holders().is_empty());
    let totals = summary.rows().iter().map(Row::total);
    assert!(totals.rev().is_sorted(), "the worst place comes first");

    let text = summary.to_string();
    assert!(
        text.contains(&format!("RLock::lock at {}", locks.place())),
        "{text}"
    );
    let held = format!("held by {:?}", holder.threads()[0].name());
    assert!(text.contains(&held), "{text}");
    assert_eq!(trace::start().unwrap().stop().summary().rows().len(), 0);
}

#[test]
fn what_was_dropped_is_said() {
    let _alone = alone();
    let recording = trace::start_with_room_for(0).unwrap();
    let thread = Thread::new(|| ());
    thread.start().unwrap();
    thread.join().unwrap();
    let summary = recording.stop().summary();
    let text = summary.to_string();
    assert!(text.contains("There was no room for "), "{text}");
}

#[test]
fn a_picture_has_a_lane_for_each_thread_and_a_line_for_each_wait() {
    let _alone = alone();
    let trace = recording();
    let picture = trace.to_svg();
    let count = |what: &str| picture.matches(what).count();
    assert_eq!(count("<text class=\"name "), trace.threads().len());
    assert!(count("&lt;waiter&gt; &amp; 1</text>") == 1);
    assert!(!picture.contains("<waiter>"));
    let waits: usize = trace
        .threads()
        .iter()
        .map(|thread| thread.waits().len())
        .sum();
    assert_eq!(count("<line class=\"wait "), waits);
    let wakers = trace.threads().iter().flat_map(|thread| thread.waits());
    let wakers = wakers.filter(|wait| wait.woken_by().is_some()).count();
    assert_eq!(count("<path class=\"arrow\""), wakers);
    // Each element that is opened is closed.
    for element in ["svg", "text", "line", "path", "rect", "title", "style"] {
        let (open, closed) = (format!("<{element} "), format!("</{element}>"));
        let bare = format!("<{element}>");
        assert_eq!(count(&open) + count(&bare), count(&closed), "{element}");
    }
    let path = std::env::temp_dir().join(format!("trace-{}.svg", std::process::id()));
    trace.write_svg(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), picture);
    std::fs::remove_file(path).unwrap();
}
