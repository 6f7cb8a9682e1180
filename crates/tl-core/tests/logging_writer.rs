//! The writer: one write a record, lines that never mix, messages of every kind, destinations that
//! fail.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use std::fs;
use std::io;
#[cfg(unix)]
use std::os::{fd::OwnedFd, unix::net::UnixDatagram};
#[cfg(unix)]
use std::process::Command;
use std::process::Stdio;
use std::sync::Barrier;
use std::thread;
#[cfg(unix)]
use std::time::Duration;

use log::{LevelFilter, Log};
use logging_support::{LogFile, child, is_child, log, logged, run};
use tl_core::logging::{BasicConfig, InitError};

/// The last line of a child.
const END: &str = "that was all";

/// Runs the child with a stream on which every `write` arrives as a message of its own, and returns
/// them.
#[cfg(unix)]
fn writes(mut command: Command, connect: impl FnOnce(&mut Command, Stdio)) -> Vec<String> {
    let (parent, stream) = UnixDatagram::pair().unwrap();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    connect(&mut command, OwnedFd::from(stream).into());
    let mut running = command.spawn().unwrap();
    drop(command);
    parent
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut writes = Vec::new();
    let mut buffer = vec![0; 1 << 20];
    while writes
        .last()
        .is_none_or(|last: &String| last.trim_end() != END)
    {
        let length = parent
            .recv(&mut buffer)
            .expect("the child writes its last line");
        writes.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    // The child's test harness may still write; it must not wait for a reader.
    drop(parent);
    running.wait().unwrap();
    writes
}

fn one_write_a_record() {
    log::error!("plain");
    log::error!("{} {} {}", "with", 3, "arguments");
    log::error!("two\nlines\n");
    log::error!("{}", "long ".repeat(20_000));
    log::error!("");
    log::error!("{END}");
}

#[cfg(unix)]
fn one_write_a_record_expected() -> Vec<String> {
    vec![
        "plain\n".into(),
        "with 3 arguments\n".into(),
        "two\nlines\n\n".into(),
        format!("{}\n", "long ".repeat(20_000)),
        "\n".into(),
        format!("{END}\n"),
    ]
}

#[cfg_attr(windows, ignore = "Windows has no datagrams to see single writes with")]
#[test]
fn a_record_is_one_write_to_standard_error() {
    if is_child() {
        BasicConfig::new().format("%(message)s").init().unwrap();
        one_write_a_record();
        return;
    }
    #[cfg(unix)]
    assert_eq!(
        writes(
            child("a_record_is_one_write_to_standard_error"),
            |command, stream| {
                command.stderr(stream);
            },
        ),
        one_write_a_record_expected()
    );
}

#[cfg_attr(windows, ignore = "Windows has no datagrams to see single writes with")]
#[test]
fn a_record_is_one_write_to_standard_output() {
    if is_child() {
        BasicConfig::new()
            .format("%(message)s")
            .stdout()
            .init()
            .unwrap();
        one_write_a_record();
        log::logger().flush();
        return;
    }
    #[cfg(unix)]
    {
        let writes = writes(
            child("a_record_is_one_write_to_standard_output"),
            |command, stream| {
                command.stdout(stream);
            },
        );
        // Before the records comes what the test harness says.
        let start = writes
            .iter()
            .position(|write| write.ends_with("plain\n"))
            .unwrap();
        assert_eq!(writes[start..], one_write_a_record_expected());
    }
}

#[cfg_attr(
    not(target_os = "linux"),
    ignore = "Linux alone counts a thread's writes"
)]
#[test]
fn a_record_is_one_write_to_a_file() {
    let written = || {
        let counters =
            fs::read_to_string("/proc/thread-self/io").expect("Linux counts a thread's writes");
        let count = counters
            .lines()
            .find_map(|line| line.strip_prefix("syscw: "))
            .expect("the count of writes");
        count.parse::<u32>().unwrap()
    };
    logged("one_write", BasicConfig::new(), |logger| {
        let before = written();
        for number in 0..100 {
            log(
                logger,
                format_args!("{number}\n{}", "x".repeat(number * 1000)),
            );
        }
        assert_eq!(written() - before, 100);
    });
}

#[test]
fn what_a_program_prints_stays_before_the_record() {
    if is_child() {
        BasicConfig::new()
            .format("%(message)s")
            .stdout()
            .init()
            .unwrap();
        print!("the start of a line, ");
        log::error!("and its end");
        println!("{END}");
        return;
    }
    let output = run(child("what_a_program_prints_stays_before_the_record"));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        stdout.contains(&format!("the start of a line, and its end\n{END}\n")),
        "{stdout}"
    );
}

#[test]
fn flush_brings_out_what_standard_output_keeps_back() {
    if is_child() {
        let logger = BasicConfig::new().stdout().build().unwrap();
        print!("kept back {END}");
        logger.flush();
        // SAFETY: the process ends here, without the flush that comes at its end otherwise.
        unsafe { libc::_exit(7) };
    }
    let mut command = child("flush_brings_out_what_standard_output_keeps_back");
    let output = command.stderr(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&output.stdout).ends_with(END));
}

#[test]
fn a_file_is_appended_to() {
    let file = LogFile::new("append");
    for message in ["first", "second"] {
        let logger = BasicConfig::new()
            .format("%(message)s")
            .file(file.path())
            .build()
            .unwrap();
        log(&logger, format_args!("{message}"));
    }
    assert_eq!(file.content(), "first\nsecond\n");
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error() {
    let path = "/nonexistent/directory/app.log";
    let error = BasicConfig::new().file(path).build().unwrap_err();
    let InitError::File {
        path: shown,
        kind: io::ErrorKind::NotFound,
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(shown.as_os_str(), path);
    assert!(error.to_string().contains(path), "{error}");
}

const THREADS: usize = 16;
const RECORDS: usize = 400;

/// Returns a record's payload. Every eighth record is longer than what a pipe takes in one piece.
fn payload(thread: usize, number: usize) -> String {
    let length = if number % 8 == 0 {
        9_000 + thread
    } else {
        number % 50
    };
    char::from(b'a' + thread as u8).to_string().repeat(length)
}

fn log_from_many_threads() {
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        let start = &start;
        let threads: [_; THREADS] = std::array::from_fn(|thread| {
            let builder = thread::Builder::new().name(format!("T{thread}"));
            builder
                .spawn_scoped(scope, move || {
                    start.wait();
                    for number in 0..RECORDS {
                        log::error!("{thread} {number} {} end", payload(thread, number));
                    }
                })
                .unwrap()
        });
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

fn assert_that_no_lines_mixed(output: &str) {
    let mut next = [0; THREADS];
    for line in output.lines().filter(|line| line.starts_with('T')) {
        let thread: usize = line[1..].split(' ').next().unwrap().parse().unwrap();
        let number = next[thread];
        assert_eq!(
            line,
            format!(
                "T{thread} {thread} {number} {} end",
                payload(thread, number)
            )
        );
        next[thread] += 1;
    }
    assert_eq!(next, [RECORDS; THREADS]);
}

#[test]
fn lines_of_many_threads_do_not_mix_in_a_file() {
    if is_child() {
        let path = std::env::var_os("LOGGING_TEST_FILE").unwrap();
        BasicConfig::new()
            .format("%(threadName)s %(message)s")
            .file(path)
            .init()
            .unwrap();
        return log_from_many_threads();
    }
    let file = LogFile::new("many_threads");
    let mut command = child("lines_of_many_threads_do_not_mix_in_a_file");
    command.env("LOGGING_TEST_FILE", file.path());
    run(command);
    assert_that_no_lines_mixed(&file.content());
}

#[test]
fn lines_of_many_threads_do_not_mix_in_a_pipe() {
    if is_child() {
        BasicConfig::new()
            .format("%(threadName)s %(message)s")
            .init()
            .unwrap();
        return log_from_many_threads();
    }
    let output = run(child("lines_of_many_threads_do_not_mix_in_a_pipe"));
    assert_that_no_lines_mixed(&String::from_utf8(output.stderr).unwrap());
}

#[cfg_attr(windows, ignore = "Windows has no file that is standard error")]
#[test]
fn lines_of_many_threads_do_not_mix_in_a_pipe_that_is_opened_as_a_file() {
    if is_child() {
        BasicConfig::new()
            .format("%(threadName)s %(message)s")
            .file("/dev/stderr")
            .init()
            .unwrap();
        return log_from_many_threads();
    }
    let output = run(child(
        "lines_of_many_threads_do_not_mix_in_a_pipe_that_is_opened_as_a_file",
    ));
    assert_that_no_lines_mixed(&String::from_utf8(output.stderr).unwrap());
}

#[test]
fn lines_do_not_mix_with_what_the_program_prints() {
    if is_child() {
        BasicConfig::new()
            .format("%(threadName)s %(message)s")
            .init()
            .unwrap();
        thread::scope(|scope| {
            let printer = scope.spawn(|| {
                for number in 0..RECORDS {
                    eprintln!("printed {number} in {} pieces {}", 5, "p".repeat(9_000));
                }
            });
            log_from_many_threads();
            printer.join().unwrap();
        });
        return;
    }
    let output =
        String::from_utf8(run(child("lines_do_not_mix_with_what_the_program_prints")).stderr)
            .unwrap();
    assert_that_no_lines_mixed(&output);
    let printed = output.lines().filter(|line| !line.starts_with('T'));
    assert!(
        printed
            .clone()
            .all(|line| line.ends_with(&"p".repeat(9_000)) && line.len() < 9_050)
    );
    assert_eq!(printed.count(), RECORDS);
}

#[test]
fn a_logger_says_what_it_is_without_waiting() {
    let logger = BasicConfig::new()
        .level(LevelFilter::Info)
        .stdout()
        .build()
        .unwrap();
    assert_eq!(
        format!("{logger:?}"),
        "Logger { max_level: Info, sink: Stream(Output), .. }"
    );
}
