//! Monitor: tokens move from hand to hand, and none is lost.

use tl_condition::Monitor;

use crate::round::{Count, Report, Round, timeout};

pub(crate) fn run(round: &Round) -> Report {
    let monitor = Monitor::new(0u64);
    let (put, taken) = (Count::default(), Count::default());
    let producers = round.threads.div_ceil(2);
    round.in_threads(|number, rng| {
        if number < producers {
            for _ in 0..200 {
                let mut tokens = monitor.lock();
                *tokens += 1;
                put.one();
                tokens.notify_one();
            }
        } else {
            for _ in 0..100 {
                let mut tokens = monitor.lock();
                let some = match rng.u8(0..3) {
                    0 => tokens.wait_while_timeout(|tokens| *tokens == 0, timeout(rng)),
                    _ => {
                        // There are at least as many tokens as consumers take, so this ends.
                        tokens.wait_while(|tokens| *tokens == 0);
                        true
                    }
                };
                if some {
                    *tokens -= 1;
                    taken.one();
                    if *tokens > 0 {
                        tokens.notify_one();
                    }
                }
            }
        }
    });
    let left = *monitor.lock();
    Report::new(put.get() + taken.get()).even(
        "put, and taken or left",
        put.get(),
        taken.get() + left,
    )
}
