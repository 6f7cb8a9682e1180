//! A program that does not end, and that says why: a thread that is no daemon waits forever.
//!
//! Chapter 14: When it hangs.

use std::time::Duration;

use tl_event::Event;
use tl_inspect::{Watch, watch};
use tl_thread::{StartError, Thread, exit};

static NEWS: Event = Event::new();

fn reader() {
    NEWS.wait();
    println!("never printed");
}

fn main() -> Result<(), StartError> {
    let look = Watch::new()
        .every(Duration::from_millis(100))
        .end_longer_than(Duration::from_millis(200))
        .report_to(|report| {
            println!("{report}");
            // The program would go on to wait.
            exit(0);
        });
    watch(look)?;
    Thread::new(reader).with_name("reader").start()?;
    println!("main is over");
    Ok(())
}
