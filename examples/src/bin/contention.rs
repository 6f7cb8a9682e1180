//! Three threads want a lock that a fourth one holds for long, and the summary of a recording
//! says where the time went.
//!
//! Chapter 14: When it hangs.

use std::error::Error;
use std::thread::sleep;
use std::time::Duration;

use tl_inspect::{snapshot, trace};
use tl_locks::RLock;
use tl_thread::scope;

static TILL: RLock = RLock::new();

fn serve() {
    let _till = TILL.lock();
    sleep(Duration::from_millis(20));
}

fn waiting() -> usize {
    let seen = snapshot();
    seen.threads()
        .iter()
        .filter(|thread| thread.wait().is_some())
        .count()
}

fn main() -> Result<(), Box<dyn Error>> {
    let recording = trace::start()?;
    scope(|scope| {
        let _till = TILL.lock();
        for _ in 0..3 {
            scope.spawn(serve);
        }
        while waiting() < 3 {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(200));
    });
    println!("{}", recording.stop().summary());
    Ok(())
}
