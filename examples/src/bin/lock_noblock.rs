//! A thread that tries a lock goes on at once, whether it got it or not.
//!
//! Chapter 8: Lock. Both threads follow one clock with four beats a second. The holder takes
//! the lock on the first and gives it back on the third, the worker tries on the other two.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use log::{LevelFilter, debug};
use tl_barrier::Barrier;
use tl_core::logging::BasicConfig;
use tl_locks::Lock;
use tl_thread::Thread;

struct Clock {
    both: Barrier,
}

impl Clock {
    /// Waits for the next beat. It comes when both wait for it, so that neither runs ahead.
    fn beat(&self) {
        sleep(Duration::from_millis(250));
        self.both.wait().expect("nobody breaks the barrier");
    }
}

fn lock_holder(lock: &Lock, clock: &Clock) {
    debug!("Starting");
    loop {
        let guard = lock.lock();
        debug!("Holding");
        clock.beat();
        clock.beat();
        debug!("Not holding");
        drop(guard);
        clock.beat();
        clock.beat();
    }
}

fn worker(lock: &Lock, clock: &Clock) {
    clock.beat();
    debug!("Starting");
    let mut num_tries = 0;
    let mut num_acquires = 0;
    while num_acquires < 3 {
        clock.beat();
        clock.beat();
        debug!("Trying to acquire");
        num_tries += 1;
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

    let both = Barrier::new(2);
    let shared = Arc::new((Lock::new(), Clock { both }));
    let held = Arc::clone(&shared);
    Thread::new(move || lock_holder(&held.0, &held.1))
        .with_name("LockHolder")
        .with_daemon(true)
        .start()?;
    Thread::new(move || worker(&shared.0, &shared.1))
        .with_name("Worker")
        .start()?;
    Ok(())
}
