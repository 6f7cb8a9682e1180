//! Each thread sees its own value of a `Local`, and none before it has set one.
//!
//! Chapter 13: Thread-local data.

use std::error::Error;
use std::sync::Arc;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_local::Local;
use tl_thread::Thread;

fn show_value(data: &Local<u32>) {
    match data.get() {
        None => debug!("No value yet"),
        Some(value) => debug!("value={value}"),
    }
}

fn worker(data: &Local<u32>) {
    show_value(data);
    data.set(fastrand::u32(1..=100));
    show_value(data);
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let local_data = Arc::new(Local::new());
    show_value(&local_data);
    local_data.set(1000);
    show_value(&local_data);

    for _ in 0..2 {
        let local_data = Arc::clone(&local_data);
        Thread::new(move || worker(&local_data)).start()?;
    }
    Ok(())
}
