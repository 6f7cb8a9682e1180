//! A timer calls a function after some time, unless it is cancelled before.
//!
//! Chapter 6: Timer.

use std::error::Error;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_timer::Timer;

fn delayed() {
    debug!("worker running");
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let t1 = Timer::new(Duration::from_millis(300), delayed);
    t1.set_name("t1");
    // Far enough away to be cancelled in time, however busy the machine is.
    let t2 = Timer::new(Duration::from_secs(10), delayed);
    t2.set_name("t2");

    debug!("starting timers");
    t1.start()?;
    t2.start()?;

    debug!("waiting before canceling {}", t2.name());
    sleep(Duration::from_millis(200));
    debug!("canceling {}", t2.name());
    t2.cancel();
    debug!("done");
    Ok(())
}
