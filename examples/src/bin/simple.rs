//! A thread runs a function. The program ends when all its threads have, without a join.
//!
//! Chapter 1: Thread.

use tl_thread::{StartError, Thread};

fn worker() {
    println!("Worker");
}

fn main() -> Result<(), StartError> {
    for _ in 0..5 {
        Thread::new(worker).start()?;
    }
    Ok(())
}
