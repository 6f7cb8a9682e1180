//! What a record may bring along, and what of the writer can be chosen: pairs, escapes, capture, a
//! file that is watched.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use std::fmt;
use std::fs;
use std::path::PathBuf;
#[cfg(not(sanitize_thread))]
use std::thread;

use log::kv::{self, Key, Source, Value, VisitSource};
use log::{Level, Log, Record};
use logging_support::{LogFile, child, is_child, log, log_at, logged, run};
use tl_core::logging::{BasicConfig, LevelFilter, Logger};
#[cfg(sanitize_thread)]
use tl_core::sanitized::thread;

fn log_pairs(logger: &Logger, message: fmt::Arguments<'_>, pairs: &dyn Source) {
    logger.log(
        &Record::builder()
            .level(Level::Error)
            .target("test")
            .args(message)
            .key_values(&pairs)
            .build(),
    );
}

#[test]
fn pairs_follow_the_message() {
    let lines = logged(
        "pairs",
        BasicConfig::new().format("<%(message)s> %(levelname)s"),
        |logger| {
            log_pairs(logger, format_args!("plain"), &[] as &[(&str, u8); 0]);
            log_pairs(
                logger,
                format_args!("logged in"),
                &[("user", "ada"), ("from", "here")],
            );
            log_pairs(logger, format_args!("{} number", "a"), &[("attempts", 3)]);
            log_pairs(logger, format_args!(""), &("is", true));
        },
    );
    assert_eq!(
        lines,
        "<plain> ERROR\n<logged in user=ada from=here> ERROR\n<a number attempts=3> ERROR\n< is=true> ERROR\n"
    );
}

#[test]
fn a_pair_that_could_be_taken_for_something_else_is_quoted() {
    let lines = logged(
        "quoted_pairs",
        BasicConfig::new().format("%(message)s"),
        |logger| {
            for value in [
                "/my files",
                "",
                "a=b",
                "say \"hi\"",
                "two\nlines",
                "größer",
                "日本",
                "a:b;c,d",
            ] {
                log_pairs(logger, format_args!("m"), &("key", value));
            }
            log_pairs(logger, format_args!("m"), &("a key", "value"));
            let numbers = [1, 2];
            log_pairs(
                logger,
                format_args!("m"),
                &("numbers", Value::from_debug(&numbers)),
            );
        },
    );
    let expected = [
        "m key=\"/my files\"",
        "m key=\"\"",
        "m key=\"a=b\"",
        "m key=\"say \\\"hi\\\"\"",
        "m key=\"two\\nlines\"",
        "m key=größer",
        "m key=日本",
        "m key=a:b;c,d",
        "m \"a key\"=value",
        "m numbers=\"[1, 2]\"",
    ];
    assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
}

/// A source, and a `Display`, that fail after what they have.
struct Failing;

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half")?;
        Err(fmt::Error)
    }
}

impl Source for Failing {
    fn visit<'pairs>(&'pairs self, visitor: &mut dyn VisitSource<'pairs>) -> Result<(), kv::Error> {
        visitor.visit_pair(Key::from("value"), Value::from_display(self))?;
        Err(kv::Error::msg("no more"))
    }
}

#[test]
fn pairs_that_fail_lose_no_record() {
    let lines = logged(
        "failing_pairs",
        BasicConfig::new().format("%(message)s;"),
        |logger| {
            log_pairs(logger, format_args!("message"), &Failing);
        },
    );
    assert_eq!(lines, "message value=half;\n");
}

#[test]
fn the_macros_pairs_arrive() {
    if is_child() {
        BasicConfig::new().format("%(message)s").init().unwrap();
        let user = "ada";
        log::error!(user, attempts = 3; "logged in");
        return;
    }
    let output = run(child("the_macros_pairs_arrive"));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "logged in user=ada attempts=3\n"
    );
}

#[test]
fn control_characters_are_escaped_where_asked() {
    let format = "%(name)s|%(threadName)s|%(message)-6s|%(message)r|%(levelname)s";
    let record = |logger: &Logger| {
        let name = "a\nthread\u{85}";
        thread::scope(|scope| {
            scope.spawn(|| {
                tl_core::names::ThreadRecord::current().set_name(name);
                log_at(logger, Level::Error, "tar\tget", format_args!("x\n"));
                log_at(
                    logger,
                    Level::Error,
                    "b\\s",
                    format_args!("\x1b[31m\r{}\x7f", "é"),
                );
            });
        });
    };
    let escaped = logged(
        "escaped",
        BasicConfig::new().format(format).escape_controls(),
        record,
    );
    assert_eq!(
        escaped,
        "tar\\tget|a\\nthread\\x85|x\\n   |'x\\n'|ERROR\n\
         b\\s|a\\nthread\\x85|\\x1b[31m\\ré\\x7f|'\\x1b[31m\\ré\\x7f'|ERROR\n"
    );
    let raw = logged("raw", BasicConfig::new().format("%(message)s"), record);
    assert_eq!(raw, "x\n\n\x1b[31m\ré\x7f\n");
}

#[test]
fn what_is_logged_in_a_test_is_captured_where_asked() {
    // In the child: whether the output of a test that passes shows.
    if let Ok(is_test) = std::env::var("LOGGING_IS_TEST") {
        for config in [BasicConfig::new(), BasicConfig::new().stdout()] {
            let logger = config.is_test(is_test == "yes").build().unwrap();
            log(&logger, format_args!("from a test"));
            thread::spawn(move || log(&logger, format_args!("and its thread")))
                .join()
                .unwrap();
        }
        return;
    }
    for (is_test, shown) in [("yes", 0), ("no", 4)] {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "--exact",
                "what_is_logged_in_a_test_is_captured_where_asked",
            ])
            .env("LOGGING_IS_TEST", is_test);
        let output = run(command);
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        let lines = all.matches("from a test").count() + all.matches("and its thread").count();
        assert_eq!(lines, shown, "{is_test}: {all}");
    }
}

#[test]
fn a_logger_for_tests_writes_files_as_ever() {
    let lines = logged("is_test_file", BasicConfig::new().is_test(true), |logger| {
        log(logger, format_args!("kept"));
    });
    assert_eq!(lines, "ERROR:test:kept\n");
}

/// Returns the path beside a log file to which it is moved.
fn old(file: &LogFile) -> PathBuf {
    file.path().with_extension("old")
}

#[test]
#[cfg(unix)]
fn a_watched_file_that_is_moved_away_or_removed_is_made_anew() {
    let file = LogFile::new("watched");
    let config = BasicConfig::new().format("%(message)s");
    let logger = config.watched_file(file.path()).build().unwrap();
    log(&logger, format_args!("first"));
    log(&logger, format_args!("second"));
    fs::rename(file.path(), old(&file)).unwrap();
    log(&logger, format_args!("third"));
    assert_eq!(fs::read_to_string(old(&file)).unwrap(), "first\nsecond\n");
    assert_eq!(file.content(), "third\n");
    // Another has been put in its place.
    fs::rename(old(&file), file.path()).unwrap();
    log(&logger, format_args!("fourth"));
    assert_eq!(file.content(), "first\nsecond\nfourth\n");
    fs::remove_file(file.path()).unwrap();
    log(&logger, format_args!("fifth"));
    log(&logger, format_args!("sixth"));
    assert_eq!(file.content(), "fifth\nsixth\n");
    // Made shorter where it is: the same file.
    fs::write(file.path(), "").unwrap();
    log(&logger, format_args!("seventh"));
    assert_eq!(file.content(), "seventh\n");
}

#[test]
#[cfg(unix)]
fn a_watched_file_that_cannot_be_made_anew_is_written_to_where_it_is() {
    let file = LogFile::new("watched_in_vain");
    let folder = file.path().with_extension("folder");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("a.log");
    let config = BasicConfig::new().format("%(message)s");
    let logger = config.watched_file(&path).build().unwrap();
    log(&logger, format_args!("first"));
    let moved = file.path().with_extension("moved");
    fs::rename(&folder, &moved).unwrap();
    log(&logger, format_args!("second"));
    assert_eq!(
        fs::read_to_string(moved.join("a.log")).unwrap(),
        "first\nsecond\n"
    );
    fs::create_dir(&folder).unwrap();
    log(&logger, format_args!("third"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "third\n");
    fs::remove_dir_all(folder).unwrap();
    fs::remove_dir_all(moved).unwrap();
}

#[test]
fn a_file_that_is_not_watched_is_followed() {
    let file = LogFile::new("not_watched");
    let logger = BasicConfig::new()
        .format("%(message)s")
        .file(file.path())
        .build()
        .unwrap();
    fs::rename(file.path(), old(&file)).unwrap();
    log(&logger, format_args!("first"));
    assert!(!file.path().exists());
    assert_eq!(fs::read_to_string(old(&file)).unwrap(), "first\n");
    fs::remove_file(old(&file)).unwrap();
}

#[test]
#[cfg(unix)]
fn threads_that_log_while_the_file_is_moved_lose_nothing() {
    const THREADS: usize = 4;
    const RECORDS: usize = 500;
    let file = LogFile::new("rotated");
    let config = BasicConfig::new()
        .level(LevelFilter::Info)
        .format("%(message)s");
    let logger = config.watched_file(file.path()).build().unwrap();
    let mut lines = Vec::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let logger = &logger;
                scope.spawn(move || {
                    for number in 0..RECORDS {
                        log(logger, format_args!("{thread}.{number}"));
                    }
                })
            })
            .collect();
        while !threads.iter().all(|thread| thread.is_finished()) {
            if fs::rename(file.path(), old(&file)).is_ok() {
                // What was open when it was moved is written yet; then nobody has it any more.
                log(&logger, format_args!("a mark"));
                lines.push(fs::read_to_string(old(&file)).unwrap());
            }
        }
    });
    lines.push(file.content());
    let all = lines.concat();
    let lines: std::collections::BTreeSet<&str> =
        all.lines().filter(|line| *line != "a mark").collect();
    assert_eq!(lines.len(), THREADS * RECORDS);
    fs::remove_file(old(&file)).unwrap();
}
