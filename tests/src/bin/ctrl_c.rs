//! Workers, an event that stops them, and Ctrl-C, which ends the program in good order. For Unix.
#![cfg_attr(not(unix), allow(unused))]

use std::error::Error;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
#[cfg(unix)]
use signal_hook::iterator::Signals;
use tl_event::Event;
use tl_thread::Thread;

/// Set when the program is to end.
static STOP: Event = Event::new();

fn work(number: usize) {
    // The wait takes the place of a sleep, and ends early when it is time to stop.
    while !STOP.wait_timeout(Duration::from_millis(50)) {
        // Work.
    }
    println!("worker {number} has tidied up");
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() -> Result<(), Box<dyn Error>> {
    // From here on these signals do not end the process.
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    // A thread hears of them, and may do what the handler of a signal may not. It is a daemon: the
    // program need not wait for a signal to end.
    let listener = move || signals.forever().for_each(|_signal| STOP.set());
    Thread::new(listener)
        .with_name("signals")
        .with_daemon(true)
        .start()?;

    let workers = [1, 2, 3].map(|number| Thread::new(move || work(number)));
    for worker in &workers {
        worker.start()?;
    }
    println!("at work, until Ctrl-C");
    for worker in &workers {
        worker.join()?;
    }
    println!("all is in order");
    Ok(())
}
