//! A lock lets one thread at a time change what several share; in Rust the lock holds the
//! value that it guards.
//!
//! Chapter 8: Lock.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_locks::Mutex;
use tl_thread::{Thread, enumerate, main_thread};

struct Counter {
    value: Mutex<u32>,
}

impl Counter {
    fn increment(&self) {
        debug!("Waiting for lock");
        let mut value = self.value.lock();
        debug!("Acquired lock");
        *value += 1;
    }
}

fn worker(counter: &Counter) {
    for _ in 0..2 {
        let pause = fastrand::f64();
        debug!("Sleeping {pause:.2}");
        sleep(Duration::from_secs_f64(pause));
        counter.increment();
    }
    debug!("Done");
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let counter = Arc::new(Counter {
        value: Mutex::new(0),
    });
    for _ in 0..2 {
        let counter = Arc::clone(&counter);
        Thread::new(move || worker(&counter)).start()?;
    }

    debug!("Waiting for worker threads");
    for thread in enumerate() {
        if thread != main_thread() {
            thread.join()?;
        }
    }
    debug!("Counter: {}", counter.value.lock());
    Ok(())
}
