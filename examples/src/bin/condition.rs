//! Consumers wait on a condition until the producer has made a resource available and
//! notifies them.
//!
//! Chapter 11: Condition and Barrier. A notify that nobody waits for is not remembered, so a
//! consumer waits for what it needs, not for the notify: it asks first, and again after each
//! wake-up.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_condition::Condition;
use tl_core::logging::BasicConfig;
use tl_thread::Thread;

#[derive(Default)]
struct Resource {
    condition: Condition,
    // Read and written under the condition's lock, which orders it.
    available: AtomicBool,
}

fn consumer(resource: &Resource) {
    debug!("Starting consumer thread");
    let guard = resource.condition.lock();
    guard.wait_for(|| resource.available.load(Ordering::Relaxed));
    debug!("Resource is available to consumer");
}

fn producer(resource: &Resource) {
    debug!("Starting producer thread");
    let guard = resource.condition.lock();
    debug!("Making resource available");
    resource.available.store(true, Ordering::Relaxed);
    guard.notify_all();
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("%(asctime)s (%(threadName)-2s) %(message)s")
        .init()?;

    let resource = Arc::new(Resource::default());
    for name in ["c1", "c2"] {
        let resource = Arc::clone(&resource);
        Thread::new(move || consumer(&resource))
            .with_name(name)
            .start()?;
        sleep(Duration::from_millis(200));
    }
    Thread::new(move || producer(&resource))
        .with_name("p")
        .start()?;
    Ok(())
}
