//! A thread with little room on its stack can log, in a debug build too.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use std::sync::Arc;
use std::thread;

use logging_support::{LogFile, log};
use tl_core::logging::BasicConfig;

/// The smallest stack that the crates give a thread, in KiB. The standard library takes a third of
/// it.
const SMALLEST: usize = 32;

/// Logs a record with these fields in a thread that has used that many KiB of its stack.
fn logged_with(test: &str, taken: usize, format: &str, datefmt: Option<&str>) -> String {
    let file = LogFile::new(test);
    let mut config = BasicConfig::new().file(file.path()).format(format);
    if let Some(datefmt) = datefmt {
        config = config.datefmt(datefmt);
    }
    let logger = Arc::new(config.build().unwrap());
    let call = move || log(&logger, format_args!("message {}", 7));
    let small = thread::Builder::new().stack_size(SMALLEST * 1024);
    let logging = small.spawn(move || with_taken(taken, &call)).unwrap();
    logging.join().unwrap();
    file.content()
}

fn with_taken(kib: usize, call: &dyn Fn()) {
    let taken = [0_u8; 1024];
    std::hint::black_box(&taken);
    match kib {
        0 => call(),
        _ => with_taken(kib - 1, call),
    }
    std::hint::black_box(&taken);
}

// An overflow ends the whole test program.
#[test]
fn a_record_with_all_fields_fits_the_smallest_stack() {
    let all = "%(asctime)s %(created)f %(filename)s %(levelname)s %(levelno)d %(lineno)d %(message)r %(module)s \
        %(msecs)g %(name)s %(pathname)s %(process)d %(relativeCreated)e %(thread)d %(threadName)s";
    assert!(logged_with("all_fields", 16, all, None).contains("message 7"));
}

#[test]
fn a_date_of_any_format_fits_the_smallest_stack() {
    let datefmt = "%A, %d. %B %Y %H:%M:%S.%6f %z %Z %c %x";
    let line = logged_with("any_date", 2, "%(asctime)s %(message)s", Some(datefmt));
    assert!(line.contains("message 7"), "{line}");
}
