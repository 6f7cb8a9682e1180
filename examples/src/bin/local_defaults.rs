//! A `Local` with an initialiser gives each thread a value of its own at first use.
//!
//! Chapter 13: Thread-local data.

use std::error::Error;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_local::Local;
use tl_thread::Thread;

static LOCAL_DATA: Local<u32> = Local::with_init_fn(initialize);

fn initialize() -> u32 {
    let address = (&raw const LOCAL_DATA).addr();
    debug!("Initializing <__main__.MyLocal object at 0x{address:016X}>");
    1000
}

fn show_value() {
    match LOCAL_DATA.get() {
        None => debug!("No value yet"),
        Some(value) => debug!("value={value}"),
    }
}

fn worker() {
    show_value();
    LOCAL_DATA.set(fastrand::u32(1..=100));
    show_value();
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    show_value();
    for _ in 0..2 {
        Thread::new(worker).start()?;
    }
    Ok(())
}
