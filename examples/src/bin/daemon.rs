//! The program does not wait for a daemon thread: it ends amid the daemon's work.
//!
//! Chapter 3: Daemon threads.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_event::Event;
use tl_thread::Thread;

fn daemon(started: &Event) {
    debug!("Starting");
    started.set();
    sleep(Duration::from_secs(10));
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

    let started = Arc::new(Event::new());
    let daemon_started = Arc::clone(&started);
    let d = Thread::new(move || daemon(&daemon_started))
        .with_name("daemon")
        .with_daemon(true);
    let t = Thread::new(non_daemon).with_name("non-daemon");

    d.start()?;
    // The program may end before a daemon has so much as begun: let it begin.
    started.wait();
    t.start()?;
    Ok(())
}
