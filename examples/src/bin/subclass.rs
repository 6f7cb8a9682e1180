//! A type that is `Runnable` takes the place of a subclass of `Thread`.
//!
//! Chapter 5: Subclassing Thread.

use std::error::Error;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_thread::{Runnable, Thread};

struct MyThread;

impl Runnable for MyThread {
    fn run(&mut self) {
        debug!("running");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    for _ in 0..5 {
        Thread::from_runnable(MyThread).start()?;
    }
    Ok(())
}
