//! What Python does with a subclass of `Thread`, a type does here that is `Runnable`.
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
