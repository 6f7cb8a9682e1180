//! A join with a timeout gives up when the time has run out; `is_alive` says whether the
//! thread has ended.
//!
//! Chapter 3: Daemon threads.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_event::Event;
use tl_examples::python;
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
    started.wait();
    t.start()?;

    t.join()?;
    d.join_timeout(Duration::from_millis(100))?;
    println!("d.is_alive() {}", python::boolean(d.is_alive()));
    Ok(())
}
