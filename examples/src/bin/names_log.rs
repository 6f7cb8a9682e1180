//! The logger puts the thread's name into each line, so that no thread has to print it.
//!
//! Chapter 2: The current thread and its name.

use std::error::Error;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_thread::Thread;

fn worker() {
    debug!("Starting");
    sleep(Duration::from_millis(200));
    debug!("Exiting");
}

fn my_service() {
    debug!("Starting");
    sleep(Duration::from_millis(300));
    debug!("Exiting");
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("[%(levelname)s] (%(threadName)-10s) %(message)s")
        .init()?;

    let service = Thread::new(my_service).with_name("my_service");
    let named = Thread::new(worker).with_name("worker");
    let unnamed = Thread::new(worker);

    named.start()?;
    unnamed.start()?;
    service.start()?;
    Ok(())
}
