//! A guard releases its lock by itself; what is acquired by hand must be released by hand.
//!
//! Chapter 10: Locks as context managers.

use std::error::Error;
use std::sync::Arc;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_locks::{Lock, ReleaseError};
use tl_thread::Thread;

fn worker_with(lock: &Lock) {
    let _guard = lock.lock();
    debug!("Lock acquired via with");
}

fn worker_no_with(lock: &Lock) -> Result<(), ReleaseError> {
    lock.acquire();
    debug!("Lock acquired directly");
    lock.release()
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    let lock = Arc::new(Lock::new());
    let shared = Arc::clone(&lock);
    let with = Thread::new(move || worker_with(&shared));
    let no_with = Thread::new(move || worker_no_with(&lock).expect("this thread holds the lock"));

    with.start()?;
    no_with.start()?;
    Ok(())
}
