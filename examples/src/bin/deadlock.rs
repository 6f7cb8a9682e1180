//! Two threads take two locks in opposite order; a third says how they wait for each other.
//!
//! Chapter 14: When it hangs.

use std::thread;
use std::time::Duration;

use tl_barrier::Barrier;
use tl_inspect::deadlocks;
use tl_locks::RLock;
use tl_thread::{StartError, Thread};

static KNIFE: RLock = RLock::new();
static FORK: RLock = RLock::new();
static BOTH_HOLD_ONE: Barrier = Barrier::new(2);

fn dine(first: &RLock, second: &RLock) {
    let _first = first.lock();
    BOTH_HOLD_ONE.wait().expect("nobody aborts this barrier");
    let _second = second.lock();
    println!("never printed");
}

fn main() -> Result<(), StartError> {
    let ada = Thread::new(|| dine(&KNIFE, &FORK)).with_name("Ada");
    let ben = Thread::new(|| dine(&FORK, &KNIFE)).with_name("Ben");
    for guest in [ada, ben] {
        // Otherwise the program would not end.
        guest.with_daemon(true).start()?;
    }
    while deadlocks().is_empty() {
        thread::sleep(Duration::from_millis(10));
    }
    for deadlock in deadlocks() {
        print!("{deadlock}");
    }
    Ok(())
}
