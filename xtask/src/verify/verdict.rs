//! Judges one run of one example.

use std::fmt;
use std::io;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use crate::golden::{Golden, Mismatch};
use crate::run;

/// How long an example may run. The longest takes three seconds; the rest is for a machine that is
/// busy with other things.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Why a run did not pass.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The program could not be started, or its output not read.
    Start(io::Error),
    /// It was killed at the time limit.
    TimedOut {
        /// The limit.
        limit: Duration,
        /// What it had printed by then.
        output: String,
    },
    /// It ended, but not with exit status 0.
    Status {
        /// How it ended.
        status: ExitStatus,
        /// What it had printed.
        output: String,
    },
    /// It printed something other than its golden promises.
    Mismatch(Mismatch),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => writeln!(f, "could not be run: {error}"),
            Self::TimedOut { limit, output } => {
                writeln!(f, "did not end within {limit:?}; printed until then:")?;
                write_output(f, output)
            }
            Self::Status { status, output } => {
                writeln!(f, "ended with {status}, not with 0; printed:")?;
                write_output(f, output)
            }
            Self::Mismatch(mismatch) => write!(f, "{mismatch}"),
        }
    }
}

fn write_output(f: &mut fmt::Formatter<'_>, output: &str) -> fmt::Result {
    output
        .lines()
        .try_for_each(|line| writeln!(f, "    {line}"))
}

/// Runs `command` and compares what it printed with `golden`.
///
/// # Errors
///
/// Why the run did not pass.
pub fn run(golden: &Golden, command: Command, limit: Duration) -> Result<(), Failure> {
    let run = run::run(command, limit).map_err(Failure::Start)?;
    match run.status {
        None => Err(Failure::TimedOut {
            limit,
            output: run.output,
        }),
        Some(status) if !status.success() => Err(Failure::Status {
            status,
            output: run.output,
        }),
        Some(_) => golden.check(&run.output).map_err(Failure::Mismatch),
    }
}
