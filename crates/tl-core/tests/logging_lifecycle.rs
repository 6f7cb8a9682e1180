//! Where and when: one logger for good, names that change, dying threads, the end of the process.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use std::cell::RefCell;
#[cfg(not(sanitize_thread))]
use std::thread;

use log::LevelFilter;
use logging_support::{child, is_child, run};
use tl_core::logging::{self, BasicConfig, InitError};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

fn stderr(test: &str) -> String {
    String::from_utf8(run(child(test)).stderr).unwrap()
}

#[test]
fn a_second_init_is_an_error_and_changes_nothing() {
    if is_child() {
        assert_eq!(
            BasicConfig::new()
                .level(LevelFilter::Info)
                .format("first %(message)s")
                .init(),
            Ok(())
        );
        let second = BasicConfig::new()
            .level(LevelFilter::Trace)
            .format("second %(message)s");
        assert_eq!(second.init(), Err(InitError::AlreadyInitialized));
        assert_eq!(logging::simple(), Err(InitError::AlreadyInitialized));
        assert_eq!(log::max_level(), LevelFilter::Info);
        log::info!("logger");
        return;
    }
    assert_eq!(
        stderr("a_second_init_is_an_error_and_changes_nothing"),
        "first logger\n"
    );
}

#[test]
fn a_wrong_configuration_leaves_the_process_without_a_logger() {
    if is_child() {
        assert!(
            BasicConfig::new()
                .level(LevelFilter::Trace)
                .format("%(nope)s")
                .init()
                .is_err()
        );
        assert_eq!(log::max_level(), LevelFilter::Off);
        assert_eq!(BasicConfig::new().init(), Ok(()));
        return;
    }
    run(child(
        "a_wrong_configuration_leaves_the_process_without_a_logger",
    ));
}

#[test]
fn simple_shows_our_names_in_the_look_of_simple_logger() {
    if is_child() {
        logging::simple().unwrap();
        assert_eq!(log::max_level(), LevelFilter::Trace);
        thread::Builder::new()
            .name("worker".into())
            .spawn(|| log::trace!(target: "net", "starting {}", 1))
            .unwrap()
            .join()
            .unwrap();
        return;
    }
    let mut command = child("simple_shows_our_names_in_the_look_of_simple_logger");
    command.env("NO_COLOR", "1");
    let stdout = String::from_utf8(run(command).stdout).unwrap();
    assert!(
        stdout.contains("TRACE [net@worker] starting 1\n"),
        "{stdout}"
    );
}

#[test]
fn simple_obeys_a_level_in_the_environment() {
    if is_child() {
        logging::simple().unwrap();
        assert_eq!(log::max_level(), LevelFilter::Warn);
        log::info!("quiet");
        log::warn!("loud");
        return;
    }
    let mut command = child("simple_obeys_a_level_in_the_environment");
    command.env("RUST_LOG", "warn");
    let stdout = String::from_utf8(run(command).stdout).unwrap();
    assert!(
        stdout.contains("loud") && !stdout.contains("quiet"),
        "{stdout}"
    );
}

/// Logs when its thread ends.
struct LogsAtTheEnd(&'static str);

impl Drop for LogsAtTheEnd {
    fn drop(&mut self) {
        log::error!("{} of {}", self.0, "a thread");
    }
}

thread_local! {
    static BEFORE: RefCell<Option<LogsAtTheEnd>> = const { RefCell::new(None) };
    static AFTER: RefCell<Option<LogsAtTheEnd>> = const { RefCell::new(None) };
}

#[test]
fn the_destructors_of_thread_locals_log() {
    if is_child() {
        BasicConfig::new()
            .format("%(asctime)s (%(threadName)s) %(message)s")
            .datefmt("at")
            .init()
            .unwrap();
        let work = || {
            // The logger's own thread-local comes into being between the two, so that one of them
            // outlives it.
            BEFORE.set(Some(LogsAtTheEnd("set before the first record")));
            log::error!("the first record");
            AFTER.set(Some(LogsAtTheEnd("set after the first record")));
        };
        thread::Builder::new()
            .name("worker".into())
            .spawn(work)
            .unwrap()
            .join()
            .unwrap();
        return;
    }
    let mut lines: Vec<_> = stderr("the_destructors_of_thread_locals_log")
        .lines()
        .map(str::to_owned)
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "at (worker) set after the first record of a thread",
            "at (worker) set before the first record of a thread",
            "at (worker) the first record",
        ]
    );
}
