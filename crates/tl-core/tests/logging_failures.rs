//! The writer when something goes wrong or is unusual: messages that log, panic, fail or are long,
//! destinations that are full or closed.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::thread;

use log::{Level, Log};
use logging_support::{LogFile, child, is_child, log, log_at, logged, run};
use tl_core::logging::BasicConfig;

/// Calls a function when it is shown.
struct Showing<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Showing<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0(f)
    }
}

#[test]
fn a_display_that_logs_writes_its_line_first() {
    let lines = logged(
        "nested",
        BasicConfig::new().format("<%(message)s>"),
        |logger| {
            for _ in 0..2 {
                let inner = Showing(|f| {
                    log(logger, format_args!("innermost"));
                    f.write_str("inner")
                });
                let outer = Showing(|f| {
                    f.write_str("outer ")?;
                    log(logger, format_args!("{inner}"));
                    f.write_str("goes on")
                });
                log(logger, format_args!("{outer}"));
            }
        },
    );
    assert_eq!(lines, "<innermost>\n<inner>\n<outer goes on>\n".repeat(2));
}

#[test]
fn a_display_that_logs_while_it_is_printed_does_not_hang() {
    if is_child() {
        BasicConfig::new().format("<%(message)s>").init().unwrap();
        let shown = Showing(|f| {
            log::error!("within");
            f.write_str("printed")
        });
        eprintln!("{shown} once");
        let stderr = io::stderr();
        let mut held = stderr.lock();
        log::error!("while this thread holds the stream");
        writeln!(held, "held").unwrap();
        return;
    }
    let output = run(child(
        "a_display_that_logs_while_it_is_printed_does_not_hang",
    ));
    let lines = "<within>\nprinted once\n<while this thread holds the stream>\nheld\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), lines);
}

#[test]
fn a_display_that_panics_loses_its_record_alone() {
    let lines = logged(
        "panics",
        BasicConfig::new().format("<%(message)s>"),
        |logger| {
            log(logger, format_args!("{}", "before".to_owned()));
            for _ in 0..3 {
                let panicking = Showing(|f| {
                    f.write_str("half of a message")?;
                    panic!("a Display that panics")
                });
                let panicked = catch_unwind(AssertUnwindSafe(|| {
                    log(logger, format_args!("{panicking}"))
                }));
                assert!(panicked.is_err(), "the panic is the caller's");
                log(logger, format_args!("{}", "after".to_owned()));
            }
            thread::scope(|scope| {
                scope
                    .spawn(|| log(logger, format_args!("elsewhere")))
                    .join()
                    .unwrap()
            });
        },
    );
    assert_eq!(lines, "<before>\n<after>\n<after>\n<after>\n<elsewhere>\n");
}

#[test]
fn a_display_that_fails_shows_what_it_wrote() {
    let lines = logged(
        "fails",
        BasicConfig::new().format("<%(message)s>"),
        |logger| {
            let failing = Showing(|f| {
                f.write_str("so far")?;
                Err(fmt::Error)
            });
            log(logger, format_args!("{failing}, no farther"));
            log(logger, format_args!("next"));
        },
    );
    assert_eq!(lines, "<so far>\n<next>\n");
}

#[test]
fn messages_of_any_size_and_with_newlines_are_whole() {
    let sizes = [0, 1, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537, 5_000_000];
    let config = BasicConfig::new().format("[%(message)s]");
    let text = logged("sizes", config, |logger| {
        for size in sizes {
            log(logger, format_args!("{}", "m\n".repeat(size / 2)));
        }
        log(logger, format_args!("{:>60000}", "wide"));
        log(logger, format_args!("\n"));
    });
    let mut expected = String::new();
    for size in sizes {
        expected.push_str(&format!("[{}]\n", "m\n".repeat(size / 2)));
    }
    expected.push_str(&format!("[{:>60000}]\n[\n]\n", "wide"));
    assert!(
        text == expected,
        "{} and {} bytes",
        text.len(),
        expected.len()
    );
}

/// What a child logs when it is ready to go on.
const STARTED: &str = "started";

/// Logs to a pipe whose reader is gone by the time that standard input ends.
fn log_to_closed_pipe(config: BasicConfig) -> ! {
    config.init().unwrap();
    log::error!("{STARTED}");
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
    for number in 0..1000 {
        log::error!("{number} {}", "x".repeat(100));
    }
    log::logger().flush();
    // Not through the test harness, which panics when it cannot print.
    std::process::exit(7);
}

/// Reads what the child logs until it has started, from whichever of its outputs `take` takes, and
/// closes that.
fn assert_no_panic<R: Read>(mut command: Command, take: impl FnOnce(&mut Child) -> Option<R>) {
    let mut running = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(take(&mut running).unwrap());
    let mut line = String::new();
    while !line.contains(STARTED) {
        line.clear();
        assert_ne!(reader.read_line(&mut line).unwrap(), 0, "the child starts");
    }
    drop(reader);
    drop(running.stdin.take());
    assert_eq!(running.wait().unwrap().code(), Some(7));
}

#[test]
fn standard_output_as_a_closed_pipe_is_no_panic() {
    if is_child() {
        log_to_closed_pipe(BasicConfig::new().stdout());
    }
    assert_no_panic(
        child("standard_output_as_a_closed_pipe_is_no_panic"),
        |running| running.stdout.take(),
    );
}

#[test]
fn standard_error_as_a_closed_pipe_is_no_panic() {
    if is_child() {
        log_to_closed_pipe(BasicConfig::new());
    }
    assert_no_panic(
        child("standard_error_as_a_closed_pipe_is_no_panic"),
        |running| running.stderr.take(),
    );
}

#[cfg_attr(windows, ignore = "Windows has handles, not numbers, for its streams")]
#[test]
fn a_closed_standard_error_is_no_panic() {
    if is_child() {
        let file = std::env::var_os("LOGGING_TEST_FILE").unwrap();
        BasicConfig::new().init().unwrap();
        // SAFETY: nothing else in this process uses standard error between here and its end.
        assert_eq!(unsafe { libc::close(2) }, 0);
        log::error!("nobody reads this");
        thread::spawn(|| log::error!("nor this")).join().unwrap();
        fs::write(file, "went on").unwrap();
        return;
    }
    let file = LogFile::new("closed_stderr");
    let mut command = child("a_closed_standard_error_is_no_panic");
    command.env("LOGGING_TEST_FILE", file.path());
    assert_eq!(String::from_utf8(run(command).stderr).unwrap(), "");
    assert_eq!(file.content(), "went on");
}

#[cfg_attr(
    not(target_os = "linux"),
    ignore = "other systems have no device that is always full"
)]
#[test]
fn a_full_device_loses_the_record_alone() {
    let logger = BasicConfig::new().file("/dev/full").build().unwrap();
    log(&logger, format_args!("there is no room for this"));
    log_at(
        &logger,
        Level::Error,
        "test",
        format_args!("nor for {}", "this"),
    );
    logger.flush();
}

// Windows has no pipes with a place among the files.
#[cfg(unix)]
#[test]
fn a_closed_pipe_loses_only_what_was_written_to_it() {
    // In a process of its own: a process that another test is just starting would hold the reader
    // open for a moment.
    if !is_child() {
        run(child("a_closed_pipe_loses_only_what_was_written_to_it"));
        return;
    }
    // A pipe whose reader comes and goes: what is written while there is none is lost, and nothing
    // else.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("fifo-{}", std::process::id()));
    let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: the name is a string that ends with its zero byte, and lives until the call returns.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    let open = || fs::File::options().read(true).open(&path).unwrap();
    let first = thread::scope(|scope| {
        let reader = scope.spawn(open);
        let logger = BasicConfig::new()
            .format("%(message)s")
            .file(&path)
            .build()
            .unwrap();
        (reader.join().unwrap(), logger)
    });
    let (mut reader, logger) = first;
    let read = |reader: &mut fs::File| {
        let mut buffer = [0; 100];
        let length = reader.read(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    };
    log(&logger, format_args!("one"));
    assert_eq!(read(&mut reader), "one\n");
    drop(reader);
    log(&logger, format_args!("two"));
    let mut reader = open();
    log(&logger, format_args!("three"));
    assert_eq!(read(&mut reader), "three\n");
    fs::remove_file(&path).unwrap();
}
