//! Threads that log and end leave no memory in use.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use std::thread;

use logging_support::{child, is_child, run};
use tl_core::logging::BasicConfig;

// The sanitizer keeps memory of its own for each thread.
#[cfg_attr(sanitize_thread, ignore)]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "Linux tells how much memory is in use"
)]
#[test]
fn ten_thousand_threads_log_and_leave_nothing_behind() {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap()
            .trim();
        line.strip_suffix(" kB").unwrap().parse::<usize>().unwrap()
    };
    if is_child() {
        let logger = BasicConfig::new().file("/dev/null").build().unwrap();
        let run = |threads| {
            for _ in 0..threads {
                // Less than what a thread gives back at once.
                let work = || logging_support::log(&logger, format_args!("{}", "x".repeat(30_000)));
                thread::scope(|scope| scope.spawn(work).join().unwrap());
            }
        };
        run(500);
        let before = resident();
        run(10_000);
        let after = resident();
        assert!(
            after < before + 10_000,
            "{before} kB before, {after} kB after"
        );
        return;
    }
    run(child("ten_thousand_threads_log_and_leave_nothing_behind"));
}
