//! A process whose standard error is closed.
//!
//! Not for every system: closes a descriptor of Unix's.

#![cfg(unix)]

mod support;

use std::time::Duration;

use support::in_child;
use tl_thread::Thread;
use tl_timer::Timer;

#[test]
fn with_standard_error_closed_a_panic_is_still_heard_of() {
    in_child(
        "with_standard_error_closed_a_panic_is_still_heard_of",
        stderr_closed,
    );
}

fn stderr_closed() {
    // SAFETY: nothing else in this child uses the descriptor.
    assert_eq!(unsafe { libc::close(2) }, 0);
    let thread = Thread::new(|| panic!("into the void"));
    thread.start().unwrap();
    let error = thread.join().unwrap_err();
    assert!(error.to_string().contains("into the void"), "{error}");
    let timer = Timer::new(Duration::ZERO, || panic!("into the void"));
    timer.start().unwrap();
    assert!(timer.join().is_err());
    tl_core::logging::BasicConfig::new().init().unwrap();
    log::error!("into the void");
}
