//! Threads: each runs once, every joiner hears of it, and at the end nobody is listed.

use tl_thread::{JoinError, Thread};

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn run(round: &Round) -> Report {
    let listed_before = tl_thread::active_count();
    let (started, ran, panicked, heard) = (
        Count::default(),
        Count::default(),
        Count::default(),
        Count::default(),
    );
    let ran = std::sync::Arc::new(ran);
    round.in_threads(|_, rng| {
        for _ in 0..20 {
            let (counter, panics) = (std::sync::Arc::clone(&ran), rng.u8(0..8) == 0);
            let thread = Thread::new(move || {
                counter.one();
                if panics {
                    std::panic::resume_unwind(Box::new("on purpose"));
                }
            })
            .with_daemon(rng.bool());
            thread.start().expect("the system has threads left");
            started.one();
            let joiners = rng.usize(0..3);
            std::thread::scope(|scope| {
                for _ in 0..joiners {
                    scope.spawn(|| match thread.join() {
                        Ok(()) => assert!(!panics),
                        Err(JoinError::Panicked { .. }) => assert!(panics),
                        Err(other) => panic!("{other}"),
                    });
                }
                while matches!(thread.join_timeout(timeout(rng)), Ok(false)) {}
            });
            heard.one();
            panicked.add(u64::from(thread.join().is_err()));
            assert!(!thread.is_alive());
        }
    });
    Report::new(started.get())
        .even("started and ran", started.get(), ran.get())
        .even("started and heard of", started.get(), heard.get())
        .holds(
            "the registry is as before",
            tl_thread::active_count() <= listed_before + round.threads,
        )
}
