//! Chooses the task; see the library for what each does.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use console::style;
use xtask::flags::{CommandLine, Task};
use xtask::{
    Outcome, bench, ci, docs, list, loom, msrv, package, platforms, standalone, stress, timeline,
    tsan, verify,
};

fn main() -> ExitCode {
    match run(CommandLine::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{} {error}", style("error:").for_stderr().red().bold());
            ExitCode::FAILURE
        }
    }
}

fn run(command_line: CommandLine) -> Outcome {
    match command_line.task {
        None => {
            CommandLine::command().print_help()?;
            Ok(true)
        }
        Some(Task::Verify(options)) => verify::run(&options),
        Some(Task::List) => list::run(),
        Some(Task::Standalone) => standalone::run(),
        Some(Task::Package) => package::run(),
        Some(Task::Loom(options)) => loom::run(&options),
        Some(Task::Tsan) => tsan::run(),
        Some(Task::Stress(options)) => stress::run(&options),
        Some(Task::Bench(options)) => bench::run(&options),
        Some(Task::Timeline(options)) => timeline::run(&options),
        Some(Task::Docs) => docs::run(),
        Some(Task::Msrv(options)) => msrv::run(&options),
        Some(Task::Platforms(options)) => platforms::run(&options),
        Some(Task::Ci) => ci::run(),
    }
}
