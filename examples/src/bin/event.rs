//! Threads wait for an event, forever or for a time, until another thread sets it.
//!
//! Chapter 7: Event.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_event::Event;
use tl_examples::python;
use tl_thread::Thread;

fn wait_for_event(event: &Event) {
    debug!("wait_for_event starting");
    event.wait();
    debug!("event set: {}", python::boolean(event.is_set()));
}

fn wait_for_event_timeout(event: &Event, timeout: Duration) {
    loop {
        debug!("wait_for_event_timeout starting");
        let is_set = event.wait_timeout(timeout);
        debug!("event set: {}", python::boolean(is_set));
        if is_set {
            debug!("processing event");
            break;
        }
        debug!("doing other work");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let event = Arc::new(Event::new());
    let blocking = Arc::clone(&event);
    Thread::new(move || wait_for_event(&blocking))
        .with_name("block")
        .start()?;
    let timed = Arc::clone(&event);
    Thread::new(move || wait_for_event_timeout(&timed, Duration::from_secs(10)))
        .with_name("nonblock")
        .start()?;

    debug!("Waiting before calling Event.set()");
    sleep(Duration::from_millis(300));
    event.set();
    debug!("Event is set");
    Ok(())
}
