//! `bench busy`: waits on a machine that has other work. Each case is measured beside a number of
//! processes that compute (the load), which the bench starts and ends; the threads run where the
//! system puts them.

mod bar;
mod case;
mod cases;
mod child;
mod figures;
mod plot;
mod report;
mod run;
mod team;
mod waits;

use std::error::Error;
use std::fs;
use std::time::Instant;

use crate::command_line::BusyCommandLine;
use crate::disturbance::Surroundings;
use run::Effort;

pub(crate) use bar::{BAR_KEYS, figure_name, value_text};
pub(crate) use child::{run_as_loop, run_as_sample};
pub(crate) use plot::{CHART_X, CHART_Y, CHARTS};
pub(crate) use report::BARS_EXPLAINED;

/// Runs what the command line asks for, and prints it.
pub(crate) fn run(command_line: &BusyCommandLine) -> Result<(), Box<dyn Error>> {
    let mut cases = cases::all();
    if let Some(name) = command_line
        .cases
        .iter()
        .find(|name| !cases.iter().any(|case| case.is_named(name)))
    {
        let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        return Err(format!("there is no case {name}, only {}", ids.join(", ")).into());
    }
    cases.retain(|case| {
        command_line.cases.is_empty() || command_line.cases.iter().any(|name| case.is_named(name))
    });
    let extent = command_line.extent;
    let effort = extent.choose(Effort::FULL, Effort::QUICK, Effort::ONCE);
    println!("{}", Surroundings::before(extent));
    let start = Instant::now();
    let loads = if extent.once {
        &[1]
    } else {
        command_line.loads.as_slice()
    };
    let measured = run::all(&cases, loads, effort)?;
    let head = format!(
        "{} repetitions of {} × {} ms; {:.0} s in all.",
        effort.repetitions,
        effort.processes,
        effort.sample.as_millis(),
        start.elapsed().as_secs_f64()
    );
    print!("{}", report::all(&head, &measured));
    if let Some(file) = &command_line.json {
        fs::write(file, format!("{:#}\n", report::json(&measured)))?;
    }
    if let Some(directory) = &command_line.plot {
        plot::write(&measured, directory)?;
    }
    Ok(())
}

/// Returns whether a case has this name, or begins with it up to a hyphen.
#[cfg(test)]
pub(crate) fn is_case(name: &str) -> bool {
    cases::all().iter().any(|case| case.is_named(name))
}
