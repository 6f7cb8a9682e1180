//! Watches for a round that hangs, which is what a lost wake-up looks like from outside.

use std::process;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::round::repeat_with;

/// The round that runs: its scenario, its seed, and since when.
static ROUND: Mutex<Option<(&'static str, u64, Instant)>> = Mutex::new(None);

/// Ends the process when a round takes longer than `limit`.
pub(crate) fn start(limit: Duration) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(100));
            let round = *ROUND.lock().expect("nobody panics with it");
            if let Some((name, seed, since)) = round
                && since.elapsed() > limit
            {
                println!("{name}: a round has not ended after {limit:?}");
                println!("{}", repeat_with(name, seed));
                process::exit(1);
            }
        }
    });
}

pub(crate) fn round_begins(name: &'static str, seed: u64) {
    *ROUND.lock().expect("nobody panics with it") = Some((name, seed, Instant::now()));
}

pub(crate) fn round_ends() {
    *ROUND.lock().expect("nobody panics with it") = None;
}
