//! Case 12: a line of the log. A process has one logger, so each contender runs in a child process.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, io, process, thread};

use log::LevelFilter;

use crate::bar::Bar;
use crate::case::{Case, Outcome, Sample, Second};
use crate::measure::per_call;
use crate::posix;

/// What the child process is asked to do: `MODE LOGGER FILE`.
pub(crate) type ChildArguments = [String];

/// Takes a sample in a child process: the time of a line that goes to `/dev/null`, and how many
/// writes a line takes.
fn child(logger: &'static str) -> impl FnMut(Duration) -> Outcome {
    let mut writes = None;
    move |budget| {
        if writes.is_none() {
            writes = Some(count_writes(logger).map_err(|error| error.to_string())?);
        }
        let nanos = time_line(logger, budget).map_err(|error| error.to_string())?;
        Ok(Sample {
            nanos,
            second: writes,
        })
    }
}

fn run_child(
    mode: &str,
    logger: &str,
    result: &str,
    out: impl Into<Stdio>,
    error: impl Into<Stdio>,
) -> io::Result<()> {
    let status = Command::new(env::current_exe()?)
        .args(["--log-child", mode, logger, result])
        .stdout(out)
        .stderr(error)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("the child process: {status}")))
    }
}

fn time_line(logger: &str, budget: Duration) -> io::Result<f64> {
    // Standard output and error are where the lines go, so the result comes by a file.
    let file = env::temp_dir().join(format!("tl-bench-{}", process::id()));
    let nanos = run_child(
        &budget.as_nanos().to_string(),
        logger,
        &file.to_string_lossy(),
        Stdio::null(),
        Stdio::null(),
    )
    .and_then(|()| fs::read_to_string(&file));
    let _ = fs::remove_file(&file);
    nanos?.parse().map_err(io::Error::other)
}

/// Returns how many writes a line takes, counted as packets of a pipe that keeps them apart.
fn count_writes(logger: &str) -> io::Result<f64> {
    let (mut reader, writer) = posix::packet_pipe()?;
    run_child("once", logger, "", writer.try_clone()?, writer)?;
    let mut packets = 0;
    let mut packet = [0; 4096];
    while reader.read(&mut packet).is_ok_and(|length| length > 0) {
        packets += 1;
    }
    Ok(f64::from(packets))
}

/// Runs as the child process.
pub(crate) fn run_as_child(arguments: &ChildArguments) -> io::Result<()> {
    let [mode, logger, file] = arguments else {
        return Err(io::Error::other("--log-child takes MODE LOGGER FILE"));
    };
    // In a named thread, so that all have the same to print.
    let line: fn() = match logger.as_str() {
        "limit" => || posix::write_stderr(b"(worker    ) a line of the log, number 7\n"),
        _ => || log::debug!("a line of the log, number {}", std::hint::black_box(7)),
    };
    match logger.as_str() {
        "limit" => {}
        "ours" => tl_core::logging::BasicConfig::new()
            .level(LevelFilter::Debug)
            .format("(%(threadName)-10s) %(message)s")
            .init()
            .map_err(io::Error::other)?,
        "env_logger" => env_logger(),
        "simple_logger" => simple_logger(),
        other => return Err(io::Error::other(format!("no logger is called {other}"))),
    }
    let mode = mode.clone();
    let nanos = thread::Builder::new()
        .name("worker".to_owned())
        .spawn(move || match mode.parse() {
            Ok(nanos) => per_call(Duration::from_nanos(nanos), line).map(|sample| sample.nanos),
            Err(_) => {
                line();
                Ok(0.0)
            }
        })?
        .join()
        .map_err(|_| io::Error::other("the thread that logs panicked"))?
        .map_err(io::Error::other)?;
    if file.is_empty() {
        return Ok(());
    }
    fs::write(file, nanos.to_string())
}

fn env_logger() {
    env_logger::Builder::new()
        .filter_level(LevelFilter::Debug)
        .format(|buffer, record| {
            let thread = thread::current();
            let name = thread.name().unwrap_or_default();
            writeln!(buffer, "({name:<10}) {}", record.args())
        })
        .init();
}

/// Uses the nearest that it has to our format: its own, with the thread and without the time.
fn simple_logger() {
    simple_logger::SimpleLogger::new()
        .with_level(LevelFilter::Debug)
        .with_threads(true)
        .without_timestamps()
        .with_colors(false)
        .init()
        .expect("no other logger is there");
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("12", "Logging: a line, (%(threadName)-10s) %(message)s")
            .second(Second::WritesPerLine)
            .limit(child("limit"))
            .ours(child("ours"))
            .peer("env_logger", child("env_logger"))
            .peer("simple_logger", child("simple_logger"))
            .python("12", 5.0)
            .bar(Bar::row("env_logger", 0.9))
            .bar(Bar::SecondAtMost(1.0)),
    ]
}
