//! A semaphore lets a given number of threads in at a time; others wait until one leaves.
//!
//! Chapter 12: Semaphore.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_examples::python;
use tl_locks::Mutex;
use tl_semaphore::Semaphore;
use tl_thread::{Thread, current_thread};

#[derive(Default)]
struct ActivePool {
    active: Mutex<Vec<Arc<str>>>,
}

impl ActivePool {
    fn make_active(&self, name: &Arc<str>) {
        let mut active = self.active.lock();
        active.push(Arc::clone(name));
        debug!("Running: {}", python::collection(&*active));
    }

    fn make_inactive(&self, name: &Arc<str>) {
        let mut active = self.active.lock();
        active.retain(|other| other != name);
        debug!("Running: {}", python::collection(&*active));
    }
}

fn worker(semaphore: &Semaphore, pool: &ActivePool) {
    debug!("Waiting to join the pool");
    let _permit = semaphore.permit();
    let name = current_thread().name();
    pool.make_active(&name);
    sleep(Duration::from_millis(100));
    pool.make_inactive(&name);
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("%(asctime)s (%(threadName)-2s) %(message)s")
        .init()?;

    let shared = Arc::new((Semaphore::new(2), ActivePool::default()));
    for number in 0..4 {
        let shared = Arc::clone(&shared);
        Thread::new(move || worker(&shared.0, &shared.1))
            .with_name(number.to_string())
            .start()?;
    }
    Ok(())
}
