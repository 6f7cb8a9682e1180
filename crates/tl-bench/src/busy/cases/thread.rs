//! Threads that are started and joined. A wait lasts from the start until the join is over.

use std::thread;
use std::time::Duration;

use crate::busy::case::Case;
use crate::busy::team::alone;
use crate::busy::waits::Waits;
use crate::measure::work_of;

fn ours(work: impl Fn() + Send + 'static) {
    let thread = tl_thread::Thread::new(work).with_name("worker");
    thread.start().unwrap();
    thread.join().unwrap();
}

fn std(work: impl Fn() + Send + 'static) {
    let thread = thread::Builder::new().name("worker".to_owned());
    thread.spawn(work).unwrap().join().unwrap();
}

fn std_spawn(work: impl Fn() + Send + 'static) {
    thread::spawn(work).join().unwrap();
}

pub(crate) fn cases() -> Vec<Case> {
    let case = |id, what, nanos: f64| {
        Case::new(id, what)
            .ours(move |budget: Duration| -> Waits {
                let work = work_of(nanos);
                alone(budget, || ours(work))
            })
            .peer("std named Builder", move |budget| {
                let work = work_of(nanos);
                alone(budget, || std(work))
            })
            .shown("std", move |budget| {
                let work = work_of(nanos);
                alone(budget, || std_spawn(work))
            })
    };
    vec![
        case("start", "Thread: start and join", 0.0),
        case(
            "join-50",
            "Thread: start and join one that works for 50 µs",
            50_000.0,
        ),
    ]
}
