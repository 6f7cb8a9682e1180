//! The benchmarks of the threading crates, beside their peers and the limit of the machine.
//! `README.md` says how to repeat them.

mod allocator;
mod bar;
mod busy;
mod case;
mod cases;
mod chart;
mod command_line;
mod disturbance;
mod finished;
mod footprint;
mod growth;
mod live_threads;
mod measure;
mod memory;
mod plot;
mod posix;
mod progress;
mod python;
mod report;
mod results;
mod run;
mod sample;
mod statistics;
mod text;
mod verdict;

use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use command_line::{CommandLine, Task, Wanted};
use disturbance::Surroundings;
use progress::Progress;
use run::Effort;

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
    if let Some(parent) = command_line.loop_child {
        busy::run_as_loop(parent);
    }
    if let Some(arguments) = command_line.sample_child {
        return busy::run_as_sample(&arguments);
    }
    match command_line.task {
        Some(Task::Busy(command_line)) => return busy::run(&command_line),
        Some(Task::Results(command_line)) => return results::run(&command_line),
        None => {}
    }
    let extent = command_line.extent;
    let effort = extent.choose(Effort::FULL, Effort::QUICK, Effort::ONCE);
    let (mut cases, mut growths) = (cases::all(), growth::all());
    let ids = cases
        .iter()
        .map(|case| case.id)
        .chain(growths.iter().map(|growth| growth.id))
        .chain([memory::ID]);
    let wanted = Wanted::new(ids.collect(), &command_line.cases)?;
    cases.retain(|case| wanted.contains(case.id));
    growths.retain(|growth| wanted.contains(growth.id));

    let steps = cases
        .iter()
        .map(|case| effort.samples_of(case))
        .sum::<usize>()
        + growths
            .iter()
            .map(|growth| growth.steps(effort))
            .sum::<usize>();
    let surroundings = Surroundings::before(extent);
    println!("{surroundings}\n");
    let start = Instant::now();
    let mut progress = Progress::new(steps);
    let finished: Vec<_> = cases
        .into_iter()
        .map(|case| run::run(case, effort, &mut progress))
        .collect();
    let grown: Vec<_> = growths
        .into_iter()
        .map(|growth| growth.run(effort, &mut progress))
        .collect();
    let wants_memory = wanted.contains(memory::ID) && !extent.once;
    let memory = wants_memory.then(memory::tables);
    progress.finish();
    println!("{:.0} s in all.\n", start.elapsed().as_secs_f64());

    print!("{}", report::all(&finished, &grown, memory.as_deref()));
    if let Some(file) = command_line.json {
        fs::write(file, format!("{:#}\n", report::json(&finished, &grown)))?;
    }
    if let Some(directory) = command_line.plot {
        plot::write(&grown, &directory)?;
    }
    Ok(())
}
