//! Signals that are heard: a thread wakes others for each of ten thousand a second. What it gives
//! is taken, and nobody is left asleep.

use std::time::{Duration, Instant};

use signal_hook::consts::SIGUSR2;
use signal_hook::iterator::Signals;
use tl_event::{AutoResetEvent, Event};
use tl_semaphore::Semaphore;

use crate::round::{Count, Report, Round, soon, timeout};

pub(crate) fn run(round: &Round) -> Report {
    const SENT: u32 = 1000;
    const APART: Duration = Duration::from_micros(100);
    let mut signals = Signals::new([SIGUSR2]).expect("the signal can be listened to");
    let listener = signals.handle();
    let (permits, bell, over) = (Semaphore::new(0), AutoResetEvent::new(), Event::new());
    let (heard, given, taken) = (Count::default(), Count::default(), Count::default());
    let (rung, operations) = (Count::default(), Count::default());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _signal in signals.forever() {
                heard.one();
                given.one();
                permits.release().expect("no overflow");
                bell.set();
            }
            over.set();
        });
        scope.spawn(|| {
            let start = Instant::now();
            for number in 1..=SENT {
                while start.elapsed() < APART * number {
                    std::thread::yield_now();
                }
                // SAFETY: a plain system call. The process has a handler for this signal.
                let sent = unsafe { libc::kill(libc::getpid(), SIGUSR2) };
                assert_eq!(sent, 0);
            }
            // On a busy machine the listener may not have run yet, and once it is closed it no
            // longer hears what was sent before. If it hears nothing, the report says so.
            soon(|| heard.get() > 0);
            listener.close();
        });
        // All of them wait for the same things, so that a signal often comes while a thread is
        // being woken.
        round.in_threads(|_, rng| {
            while !over.wait_timeout(Duration::ZERO) {
                operations.one();
                match rng.u8(0..4) {
                    0 => {
                        given.one();
                        permits.release().expect("no overflow");
                    }
                    1 => rung.add(u64::from(bell.wait_timeout(timeout(rng)))),
                    2 => drop(over.wait_timeout(timeout(rng))),
                    _ => taken.add(u64::from(permits.acquire_timeout(timeout(rng)))),
                }
            }
        });
    });
    taken.add(permits.drain() as u64);
    Report::new(operations.get())
        .even("permits given and taken", given.get(), taken.get())
        .holds(
            "some signals are heard, and none that was not sent",
            (1..=u64::from(SENT)).contains(&heard.get()),
        )
        .holds(
            "the bell rings for signals alone",
            rung.get() <= heard.get(),
        )
}
