//! The program waits for a daemon thread when it joins it.
//!
//! Chapter 3: Daemon threads.

use std::error::Error;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_thread::Thread;

fn daemon() {
    debug!("Starting");
    sleep(Duration::from_millis(200));
    debug!("Exiting");
}

fn non_daemon() {
    debug!("Starting");
    debug!("Exiting");
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let d = Thread::new(daemon).with_name("daemon").with_daemon(true);
    let t = Thread::new(non_daemon).with_name("non-daemon");

    d.start()?;
    t.start()?;

    d.join()?;
    t.join()?;
    Ok(())
}
