//! The benchmarks of the threading crates, beside their peers and the limit of the machine. `README.md` says how to repeat them.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

mod allocator;
mod bar;
mod case;
mod cases;
mod footprint;
mod growth;
mod measure;
mod memory;
mod patience;
mod plot;
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

    /// Be a child process that measures what something takes
    #[arg(long, hide = true)]
    footprint_child: Option<usize>,

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

fn run(command_line: CommandLine) -> Result<(), Box<dyn Error>> {
    if let Some(arguments) = command_line.log_child {
        return Ok(cases::logging::run_as_child(&arguments)?);
    }
    if let Some(index) = command_line.footprint_child {
        return footprint::run_as_child(index);
    }
    let effort = match command_line.quick {
        true => Effort::QUICK,
        false => Effort::FULL,
    };
    let is_wanted = |id: &str| {
        command_line.cases.is_empty()
            || command_line
                .cases
                .iter()
                .any(|case| id.starts_with(case.as_str()))
    };
    let cases: Vec<_> = cases::all()
        .into_iter()
        .filter(|case| is_wanted(case.id))
        .collect();
    let growths: Vec<_> = growth::all()
        .into_iter()
        .filter(|growth| is_wanted(growth.id))
        .collect();
    let steps = cases
        .iter()
        .map(|case| effort.samples_of(case))
        .sum::<usize>()
        + growths
            .iter()
            .map(|growth| growth.steps(effort))
            .sum::<usize>();
    if steps == 0 && !is_wanted(patience::ID) && !is_wanted(memory::ID) {
        return Err(format!("no case begins with {}", command_line.cases.join(" or ")).into());
    }

    let mut progress = Progress::new(steps);
    let mut finished: Vec<_> = cases
        .into_iter()
        .map(|case| run::run(case, effort, &mut progress))
        .collect();
    if is_wanted(patience::ID) {
        finished.extend(patience::run(effort, &mut progress));
    }
    let grown: Vec<_> = growths
        .into_iter()
        .map(|growth| growth.run(effort, &mut progress))
        .collect();
    let memory = is_wanted(memory::ID).then(memory::tables);
    progress.finish();

    print!("{}", report::all(&finished, &grown, memory.as_deref()));
    if let Some(file) = command_line.json {
        fs::write(file, format!("{:#}\n", report::json(&finished, &grown)))?;
    }
    if let Some(directory) = command_line.plot {
        plot::write(&grown, &directory)?;
    }
    Ok(())
}
