//! Threads: each runs once, every joiner hears how it ended, and at the end nobody is listed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use tl_thread::{JoinError, JoinHandle, Thread};

use crate::round::{Count, Report, Round, soon, timeout};

static REPORTED: AtomicU64 = AtomicU64::new(0);

/// Returns how many panics have reached the excepthook, which prints nothing.
pub(crate) fn reported() -> u64 {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        tl_thread::set_excepthook(|_| {
            REPORTED.fetch_add(1, Ordering::Relaxed);
        });
    });
    REPORTED.load(Ordering::Relaxed)
}

pub(crate) fn run(round: &Round) -> Report {
    let (listed_before, reported_before) = (tl_thread::active_count(), reported());
    let counts = Arc::new(Counts::default());
    round.in_threads(|number, rng| {
        for turn in 0..20 {
            let panics = rng.u8(0..8) == 0;
            counts.panics.add(u64::from(panics));
            let ran = Arc::clone(&counts);
            let run = move || {
                ran.ran.one();
                if panics {
                    std::panic::resume_unwind(Box::new("on purpose"));
                }
                number
            };
            counts.started.one();
            match rng.u8(0..4) {
                0 => {
                    let handle = tl_thread::spawn(run);
                    handle.thread().set_name(format!("renamed {turn}"));
                    let ended = join_in_steps(handle, rng);
                    counts.hear(ended.is_err(), panics);
                }
                1 => tl_thread::scope(|scope| {
                    let ended = scope.spawn(run).join();
                    counts.hear(ended.is_err(), panics);
                }),
                _ => {
                    let thread = Thread::new(move || {
                        run();
                    })
                    .with_daemon(rng.bool());
                    join_from_many(round, rng, &thread, panics);
                    counts.hear(thread.join().is_err(), panics);
                    assert!(!thread.is_alive() && !tl_thread::enumerate().contains(&thread));
                }
            }
        }
    });
    // The threads of the round, which the library did not start, leave the list at their very end.
    soon(|| tl_thread::active_count() == listed_before);
    Report::new(counts.started.get())
        .even("started and ran", counts.started.get(), counts.ran.get())
        .even(
            "started and heard of",
            counts.started.get(),
            counts.heard.get(),
        )
        .even("panics that somebody got wrong", counts.wrong.get(), 0)
        .even(
            "panicked, and reported to the excepthook",
            counts.panics.get(),
            reported() - reported_before,
        )
        .even(
            "listed at the end and at the start",
            tl_thread::active_count() as u64,
            listed_before as u64,
        )
}

#[derive(Default)]
struct Counts {
    started: Count,
    ran: Count,
    panics: Count,
    heard: Count,
    wrong: Count,
}

impl Counts {
    fn hear(&self, panicked: bool, should: bool) {
        self.heard.one();
        self.wrong.add(u64::from(panicked != should));
    }
}

/// Joins again and again, for a little while each time.
fn join_in_steps<T>(mut handle: JoinHandle<T>, rng: &mut fastrand::Rng) -> std::thread::Result<T> {
    loop {
        match handle.join_timeout(timeout(rng)) {
            Ok(ended) => return ended,
            Err(waiting) => handle = waiting,
        }
    }
}

/// Starts the thread, and joins it from up to three threads, one of which begins when it may not be
/// started yet.
fn join_from_many(round: &Round, rng: &mut fastrand::Rng, thread: &Thread, panics: bool) {
    let join = || loop {
        match thread.join() {
            Ok(()) => break assert!(!panics),
            Err(JoinError::Panicked { .. }) => break assert!(panics),
            Err(JoinError::NotStarted) => std::thread::yield_now(),
            Err(other) => panic!("{other}"),
        }
    };
    std::thread::scope(|scope| {
        let early = rng.bool().then(|| scope.spawn(join));
        thread.start().expect("the system has threads left");
        assert!(thread.start().is_err());
        let late = (round.threads < 16).then(|| scope.spawn(join));
        while matches!(thread.join_timeout(timeout(rng)), Ok(false)) {}
        for joiner in early.into_iter().chain(late) {
            joiner.join().expect("the joiner hears how it ended");
        }
    });
}
