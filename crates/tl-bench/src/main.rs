//! The benchmarks of the threading crates, beside their peers and the limit of the machine. `README.md` says how to repeat them.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, io};

use clap::Parser;

mod bar;
mod case;
mod cases;
mod measure;
mod posix;
mod progress;
mod python;
mod report;
mod run;
mod statistics;

use progress::Progress;
use run::Effort;

/// Measures the threading crates beside their peers and the limit of the machine
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct CommandLine {
    /// The cases to run, as 1a or all that begin with 1; all when none is named
    #[arg(value_name = "CASE")]
    cases: Vec<String>,

    /// Fewer and shorter repetitions: under a minute instead of under five
    #[arg(long)]
    quick: bool,

    /// Write the figures to FILE too, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the charts of cost as work grows to DIR, as SVG
    #[arg(long, value_name = "DIR")]
    plot: Option<PathBuf>,

    /// Be the child process that case 12 measures
    #[arg(long, hide = true, num_args = 3)]
    log_child: Option<Vec<String>>,
}

fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command_line: CommandLine) -> io::Result<()> {
    if let Some(arguments) = command_line.log_child {
        return cases::logging::run_as_child(&arguments);
    }
    let effort = match command_line.quick {
        true => Effort::QUICK,
        false => Effort::FULL,
    };
    let wanted = |id: &str| {
        command_line.cases.is_empty()
            || command_line
                .cases
                .iter()
                .any(|case| id.starts_with(case.as_str()))
    };
    let cases: Vec<_> = cases::all()
        .into_iter()
        .filter(|case| wanted(case.id))
        .collect();
    let total = cases.iter().map(|case| effort.samples_of(case)).sum();
    let mut progress = Progress::new(total);
    let finished: Vec<_> = cases
        .into_iter()
        .map(|case| run::run(case, effort, &mut progress))
        .collect();
    progress.finish();
    println!("{}", report::summary(&finished));
    println!("{}", report::details(&finished));
    println!("{}", report::left_out(&finished));
    println!("{}", report::verdicts(&finished));
    if let Some(file) = command_line.json {
        fs::write(file, format!("{:#}\n", report::json(&finished)))?;
    }
    Ok(())
}
