//! A thread is given its arguments by a closure that owns them.
//!
//! Chapter 1: Thread. The five run side by side, so their lines come in any order.

use tl_thread::{StartError, Thread};

fn worker(number: u32) {
    println!("Worker: {number}");
}

fn main() -> Result<(), StartError> {
    for number in 0..5 {
        Thread::new(move || worker(number)).start()?;
    }
    Ok(())
}
