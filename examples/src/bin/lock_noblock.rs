//! A thread that tries a lock goes on at once, whether it got it or not.
//!
//! Chapter 8: Lock. Both threads keep to one clock: the holder takes the lock on every second and gives it back half a
//! second later, the worker tries a quarter of a second after each of the two.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_locks::Lock;
use tl_thread::Thread;

const HALF: Duration = Duration::from_millis(500);
const QUARTER: Duration = Duration::from_millis(250);

fn sleep_until(time: Instant) {
    sleep(time.saturating_duration_since(Instant::now()));
}

fn lock_holder(lock: &Lock, start: Instant) {
    debug!("Starting");
    for beat in (0..).step_by(2) {
        sleep_until(start + HALF * beat);
        let _guard = lock.lock();
        debug!("Holding");
        sleep_until(start + HALF * (beat + 1));
        debug!("Not holding");
    }
}

fn worker(lock: &Lock, start: Instant) {
    debug!("Starting");
    let mut num_tries = 0;
    let mut num_acquires = 0;
    while num_acquires < 3 {
        num_tries += 1;
        sleep_until(start + HALF * num_tries + QUARTER);
        debug!("Trying to acquire");
        if let Some(_guard) = lock.try_lock() {
            debug!("Iteration {num_tries}: Acquired");
            num_acquires += 1;
        } else {
            debug!("Iteration {num_tries}: Not acquired");
        }
    }
    debug!("Done after {num_tries} iterations");
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let lock = Arc::new(Lock::new());
    let start = Instant::now();

    let held = Arc::clone(&lock);
    Thread::new(move || lock_holder(&held, start))
        .with_name("LockHolder")
        .with_daemon(true)
        .start()?;
    sleep_until(start + QUARTER);
    Thread::new(move || worker(&lock, start))
        .with_name("Worker")
        .start()?;
    Ok(())
}
