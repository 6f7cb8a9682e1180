//! A wait that panics after it was woken has lost what it was given: the process says so, and ends.

use std::env;
use std::process::Command;
use std::sync::atomic::AtomicU32;
use std::thread;

use tl_core::door::{Deadline, WaitQueue};

/// Set in the process that is to end.
const HERE: &str = "TL_DOOR_ABORT_HERE";

#[test]
fn a_wait_that_panics_after_it_was_woken_ends_the_process() {
    if env::var_os(HERE).is_some() {
        panic_once_woken();
        return;
    }
    let name = thread::current().name().unwrap().to_owned();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture"])
        .env(HERE, "1")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{error}");
    // It is not the panic that ends it, which a test reports by this code.
    assert_ne!(output.status.code(), Some(101), "{error}");
    assert!(error.contains("what it was given is lost"), "{error}");
}

fn panic_once_woken() {
    let word = AtomicU32::new(0);
    let queue = WaitQueue::of(&word);
    let _ = queue
        .lock()
        .wait_as(0, &mut queue.backoff(), Deadline::NEVER, || {
            thread::scope(|scope| {
                scope.spawn(|| assert!(queue.lock().wake_one(1)));
            });
            panic!("on purpose");
        });
}
