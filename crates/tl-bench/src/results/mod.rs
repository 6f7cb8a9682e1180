//! `bench results`: whole runs of both benches, one after the other, and a page of what came out.

mod bars;
mod charts;
mod contended;
mod missed;
mod outcome;
mod page;
mod reasons;
mod run;
mod side_by_side;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::{env, io};

use crate::command_line::ResultsCommandLine;
use reasons::Reasons;
use run::Run;

/// Makes the runs that are not in the folder yet, and then the page of all runs.
pub(crate) fn run(command_line: &ResultsCommandLine) -> Result<(), Box<dyn Error>> {
    let folder = &command_line.folder;
    fs::create_dir_all(folder)?;
    let (mut idle, mut busy) = (Vec::new(), Vec::new());
    for number in 1..=command_line.runs {
        for (name, task, runs) in [("idle", None, &mut idle), ("busy", Some("busy"), &mut busy)] {
            // The charts of the busy bench are made of all runs, below.
            let charts = (number == 1 && task.is_none()).then(|| folder.join("charts"));
            let file = folder.join(format!("{name}-{number}"));
            if !file.with_extension("json").exists() {
                eprintln!("{name}, run {number} of {}", command_line.runs);
                measure(task, &file, charts.as_deref(), command_line)?;
            }
            runs.push(Run::read(&file)?);
        }
    }
    charts::write(&busy, &folder.join("charts"))?;
    let file = folder.join("RESULTS.md");
    fs::write(&file, page::page(&idle, &busy, &Reasons::ours()))?;
    println!("{}", file.display());
    let file = folder.join("SPEED.md");
    fs::write(&file, page::speed(&idle, &busy, "crates/tl-bench/charts"))?;
    println!("{}", file.display());
    Ok(())
}

/// Runs one of the two benches, as a process of its own.
fn measure(
    task: Option<&str>,
    file: &Path,
    charts: Option<&Path>,
    command_line: &ResultsCommandLine,
) -> io::Result<()> {
    let mut command = Command::new(env::current_exe()?);
    command.args(task);
    // The file is complete or does not exist, so that a run that was stopped half way is made
    // again.
    let json = file.with_extension("json.part");
    command.arg("--json").arg(&json);
    if let Some(charts) = charts {
        command.arg("--plot").arg(charts);
    }
    for (flag, is_given) in [
        ("--quick", command_line.extent.quick),
        ("--once", command_line.extent.once),
    ] {
        if is_given {
            command.arg(flag);
        }
    }
    let status = command
        .stdout(fs::File::create(file.with_extension("md"))?)
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!("a run ended with {status}")));
    }
    fs::rename(json, file.with_extension("json"))
}
