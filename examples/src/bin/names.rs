//! Every thread has a name: one that it was given, or `Thread-1`, `Thread-2`, … in order.
//!
//! Chapter 2: The current thread and its name.

use std::thread::sleep;
use std::time::Duration;

use tl_thread::{StartError, Thread, current_thread};

fn worker() {
    println!("{} Starting", current_thread().name());
    sleep(Duration::from_millis(200));
    println!("{} Exiting", current_thread().name());
}

fn my_service() {
    println!("{} Starting", current_thread().name());
    sleep(Duration::from_millis(300));
    println!("{} Exiting", current_thread().name());
}

fn main() -> Result<(), StartError> {
    let service = Thread::new(my_service).with_name("my_service");
    let named = Thread::new(worker).with_name("worker");
    let unnamed = Thread::new(worker);

    named.start()?;
    unnamed.start()?;
    service.start()
}
