//! A wait at a barrier that is aborted returns an error instead of lasting forever.
//!
//! Chapter 11: Condition and Barrier. The barrier waits for one thread more than there are.

use std::error::Error;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use tl_barrier::Barrier;
use tl_thread::{Thread, current_thread};

const NUM_THREADS: usize = 3;

fn worker(barrier: &Barrier) {
    let name = current_thread().name();
    println!(
        "{name} waiting for barrier with {} others",
        barrier.n_waiting()
    );
    match barrier.wait() {
        Ok(result) => println!("{name} after barrier {}", result.index()),
        Err(_) => println!("{name} aborting"),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let barrier = Arc::new(Barrier::new(NUM_THREADS + 1));
    let mut threads = Vec::new();
    for number in 0..NUM_THREADS {
        let shared = Arc::clone(&barrier);
        let thread = Thread::new(move || worker(&shared)).with_name(format!("worker-{number}"));
        println!("{} starting", thread.name());
        thread.start()?;
        // The next one starts when this one has come to the barrier.
        while barrier.n_waiting() == number {
            sleep(Duration::from_millis(10));
        }
        threads.push(thread);
    }
    barrier.abort();
    for thread in threads {
        thread.join()?;
    }
    Ok(())
}
