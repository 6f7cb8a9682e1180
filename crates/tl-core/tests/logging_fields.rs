//! Every field, in the records of this process.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use log::{Level, Log, Record};
use logging_support::{child, is_child, log, log_at, logged, run};
use tl_core::logging::{BasicConfig, LevelFilter};
use tl_core::names::ThreadRecord;

fn seconds_since_epoch() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

#[test]
fn where_the_record_was_made() {
    let config =
        BasicConfig::new().format("%(pathname)s %(filename)s %(module)s %(lineno)d %(name)s");
    let lines = logged("place", config, |logger| {
        for (file, line) in [
            (Some("src/net/http.rs"), Some(42)),
            (Some("main.rs"), Some(u32::MAX)),
            (Some("a.b/.hidden"), Some(1)),
            (Some("/x/two.dots.rs"), Some(0)),
            (Some("dir.d/noext"), Some(7)),
            (None, None),
        ] {
            let mut record = Record::builder();
            record
                .level(Level::Error)
                .target("net::http")
                .file(file)
                .line(line)
                .args(format_args!(""));
            logger.log(&record.build());
        }
    });
    assert_eq!(
        lines,
        "src/net/http.rs http.rs http 42 net::http\n\
         main.rs main.rs main 4294967295 net::http\n\
         a.b/.hidden .hidden .hidden 1 net::http\n\
         /x/two.dots.rs two.dots.rs two.dots 0 net::http\n\
         dir.d/noext noext noext 7 net::http\n\
         (unknown file) (unknown file) (unknown file) 0 net::http\n"
    );
}

#[test]
fn the_levels_have_pythons_names_and_numbers() {
    let config = BasicConfig::new()
        .level(LevelFilter::Trace)
        .format("%(levelname)-8s|%(levelno)05d|%(levelno)s");
    let lines = logged("levels", config, |logger| {
        for level in Level::iter() {
            log_at(logger, level, "test", format_args!(""));
        }
    });
    assert_eq!(
        lines,
        "ERROR   |00040|40\nWARNING |00030|30\nINFO    |00020|20\nDEBUG   |00010|10\nTRACE   |00005|5\n"
    );
}

#[test]
fn thread_and_process() {
    let format = "%(threadName)-8s|%(thread)d|%(process)d";
    let (lines, ident) = thread::Builder::new()
        .name("worker".into())
        .spawn(move || {
            let lines = logged("thread", BasicConfig::new().format(format), |logger| {
                log(logger, format_args!(""))
            });
            (lines, tl_core::current_ident())
        })
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(lines, format!("worker  |{ident}|{}\n", std::process::id()));
}

#[test]
fn a_new_name_of_a_thread_shows_in_its_next_record() {
    let lines = logged(
        "rename",
        BasicConfig::new().format("%(threadName)s %(message)s"),
        |logger| {
            let (renamed, next) = mpsc::channel();
            thread::scope(|scope| {
                let (ready, record) = mpsc::channel();
                let worker = scope.spawn(move || {
                    let record = ThreadRecord::current();
                    record.set_name("first");
                    log(logger, format_args!("1"));
                    record.set_name("second");
                    log(logger, format_args!("2"));
                    ready.send(record).unwrap();
                    next.recv().unwrap();
                    log(logger, format_args!("3"));
                    log(logger, format_args!("4"));
                });
                record.recv().unwrap().set_name("third, by another");
                renamed.send(()).unwrap();
                worker.join().unwrap();
            });
        },
    );
    assert_eq!(
        lines,
        "first 1\nsecond 2\nthird, by another 3\nthird, by another 4\n"
    );
}

#[test]
fn a_message_that_renames_its_thread_is_logged() {
    struct Renames;
    impl std::fmt::Display for Renames {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            ThreadRecord::current().set_name("new");
            f.write_str("renames")
        }
    }
    let format = "%(threadName)s %(message)s %(threadName)s";
    let line = logged(
        "renames_itself",
        BasicConfig::new().format(format),
        |logger| {
            thread::scope(|scope| {
                let builder = thread::Builder::new().name("old".into());
                builder
                    .spawn_scoped(scope, || log(logger, format_args!("{Renames}")))
                    .unwrap()
                    .join()
                    .unwrap();
            });
        },
    );
    assert_eq!(line, "old renames new\n");
}

#[test]
fn created_and_msecs_tell_the_same_moment() {
    let before = seconds_since_epoch();
    let config =
        BasicConfig::new().format("%(created).9f %(created)d %(msecs)s %(msecs)03d %(msecs)f");
    let lines = logged("created", config, |logger| {
        for _ in 0..100 {
            log(logger, format_args!(""));
        }
    });
    let after = seconds_since_epoch();
    for line in lines.lines() {
        let [created, whole, plain, padded, decimals] = line.split(' ').collect::<Vec<_>>()[..]
        else {
            panic!("five fields in {line:?}");
        };
        assert_eq!(created.split_once('.').unwrap().0, whole);
        assert_eq!(plain, format!("{}.0", padded.parse::<u32>().unwrap()));
        assert_eq!(decimals, format!("{plain}00000"));
        assert_eq!(padded.len(), 3);
        // A float of these seconds is right to a quarter of a microsecond; the milliseconds come
        // from the clock itself.
        let created: f64 = created.parse().unwrap();
        assert!(
            (before - 1e-6..=after + 1e-6).contains(&created),
            "{before} {created} {after}"
        );
        let milliseconds: f64 = padded.parse().unwrap();
        assert!(
            (-1e-3..1.001).contains(&(created.fract() * 1e3 - milliseconds)),
            "{line}"
        );
    }
    assert_eq!(lines.lines().count(), 100);
}

#[test]
fn relative_created_counts_from_the_logger_and_never_back() {
    let config = BasicConfig::new().format("%(relativeCreated)f");
    let lines = logged("relative", config, |logger| {
        for _ in 0..100 {
            log(logger, format_args!(""));
        }
    });
    let times: Vec<f64> = lines.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(times.len(), 100);
    assert!(
        times.is_sorted() && times[0] >= 0.0 && times[0] < times[99],
        "{times:?}"
    );
}

#[test]
fn asctime_is_local_time_with_milliseconds() {
    if is_child() {
        BasicConfig::new()
            .format("%(created)d %(msecs)03d %(asctime)s")
            .init()
            .unwrap();
        log::error!("");
        return;
    }
    // A zone with an odd offset, written so that no file of zones is needed: 5 hours 45 minutes
    // east.
    let mut command = child("asctime_is_local_time_with_milliseconds");
    command.env("TZ", "<+0545>-5:45");
    let line = String::from_utf8(run(command).stderr).unwrap();
    let (created, rest) = line.split_once(' ').unwrap();
    let (milliseconds, asctime) = rest.trim_end().split_once(' ').unwrap();
    let local = created.parse::<u64>().unwrap() + (5 * 60 + 45) * 60;
    let (days, second) = (local / 86_400, local % 86_400);
    let (year, month, day) = civil(days);
    let time = format!(
        "{:02}:{:02}:{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    );
    assert_eq!(
        asctime,
        format!("{year}-{month:02}-{day:02} {time},{milliseconds}")
    );
}

/// Counts out the year, month and day of a day after 1970-01-01.
fn civil(mut days: u64) -> (u64, usize, u64) {
    let mut year = 1970;
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [
            31,
            if leap { 29 } else { 28 },
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ];
        for (month, length) in lengths.into_iter().enumerate() {
            if days < length {
                return (year, month + 1, days + 1);
            }
            days -= length;
        }
        year += 1;
    }
}

#[test]
fn a_date_that_is_kept_for_its_second_is_never_an_old_one() {
    let config = BasicConfig::new()
        .format("%(created)d %(asctime)s")
        .datefmt("%s");
    let lines = logged("date_cache", config, |logger| {
        // Over the border of a second at least once.
        for _ in 0..11 {
            log(logger, format_args!(""));
            log(logger, format_args!(""));
            thread::sleep(Duration::from_millis(100));
        }
    });
    for line in lines.lines() {
        let (created, date) = line.split_once(' ').unwrap();
        assert_eq!(created, date);
    }
}

#[test]
fn the_directives_of_a_locale_are_those_of_c() {
    for (directive, meaning) in [
        ("%c", "%a %b %e %H:%M:%S %Y"),
        ("%x", "%m/%d/%y"),
        ("%X", "%H:%M:%S"),
        ("%r", "%I:%M:%S %p"),
    ] {
        let config = BasicConfig::new()
            .format("%(asctime)s")
            .datefmt(format!("{directive}|{meaning}"));
        let line = logged("date_locale", config, |logger| {
            log(logger, format_args!(""));
        });
        let (date, meant) = line.trim_end().split_once('|').unwrap();
        assert_eq!(date, meant, "{directive}");
    }
}

#[test]
fn a_date_with_a_fraction_is_not_kept() {
    let config = BasicConfig::new()
        .format("%(msecs)03d %(asctime)s")
        .datefmt("%3f");
    let lines = logged("date_fraction", config, |logger| {
        for _ in 0..10 {
            log(logger, format_args!(""));
            thread::sleep(Duration::from_millis(1));
        }
    });
    let mut seen: Vec<&str> = Vec::new();
    for line in lines.lines() {
        let (milliseconds, date) = line.split_once(' ').unwrap();
        assert_eq!(milliseconds, date);
        seen.push(date);
    }
    seen.dedup();
    assert!(seen.len() > 1, "{seen:?}");
}

#[test]
fn two_loggers_of_one_thread_keep_their_own_dates() {
    let slashes = logging_support::LogFile::new("date_slashes");
    let dashes = logging_support::LogFile::new("date_dashes");
    let logger = |file: &logging_support::LogFile, datefmt: &str| {
        BasicConfig::new()
            .format("%(asctime)s")
            .datefmt(datefmt)
            .file(file.path())
            .build()
            .unwrap()
    };
    let (first, second) = (logger(&slashes, "%Y/"), logger(&dashes, "%Y-"));
    for _ in 0..3 {
        log(&first, format_args!(""));
        log(&second, format_args!(""));
    }
    assert!(
        slashes.content().lines().all(|line| line.ends_with('/')),
        "{}",
        slashes.content()
    );
    assert!(
        dashes.content().lines().all(|line| line.ends_with('-')),
        "{}",
        dashes.content()
    );
}

#[test]
fn a_date_can_be_cut_and_padded() {
    let config = BasicConfig::new().format("[%(asctime)-30s|%(asctime).4s|%(asctime)r]");
    let line = logged("date_width", config, |logger| log(logger, format_args!("")));
    let date = &line[1..24];
    assert_eq!(line, format!("[{date}       |{}|'{date}']\n", &date[..4]));
}
