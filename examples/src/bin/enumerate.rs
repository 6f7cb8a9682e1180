//! `enumerate` lists the threads that are alive, so that nobody has to keep their handles
//! in order to join them.
//!
//! Chapter 4: Enumerating all threads.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_event::Event;
use tl_thread::{Thread, enumerate, main_thread};

fn worker(listed: &Event) {
    let pause = f64::from(fastrand::u32(1..=5)) / 10.0;
    debug!("sleeping {pause:.2}");
    sleep(Duration::from_secs_f64(pause));
    // A thread that has ended is not in the list: let this one be seen.
    listed.wait();
    debug!("ending");
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let listed = Arc::new(Event::new());
    for _ in 0..3 {
        let listed = Arc::clone(&listed);
        Thread::new(move || worker(&listed))
            .with_daemon(true)
            .start()?;
    }

    let threads = enumerate();
    listed.set();
    for thread in threads {
        if thread == main_thread() {
            continue;
        }
        debug!("joining {}", thread.name());
        thread.join()?;
    }
    Ok(())
}
