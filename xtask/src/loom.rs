//! `cargo xtask loom`: the models of every protocol, explored by the model checker; with
//! `--mutants`, the same models against protocols that are broken on purpose.
//!
//! A model is a test in a crate's `tests/loom.rs` that calls `tl_core::model::explore`, which
//! prints what it explored. A model that is listed and did not print has not run, and that is a
//! failure. Each runs in a process of its own, where it has a time limit and does not wait for the
//! memory of another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use console::style;
use regex::Regex;

use crate::built::{self, Program};
use crate::flags::Loom;
use crate::run::{self, Run};
use crate::{BoxedError, Outcome, mutants, parallel, progress, workspace};

/// So long a model may run. The longest takes some ten seconds.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// Runs the models, or the mutants.
///
/// # Errors
///
/// When cargo can't be run, or a crate that is named has no models.
pub fn run(options: &Loom) -> Outcome {
    let crates = chosen(&options.names)?;
    if options.mutants {
        return mutants::run(&crates);
    }
    let start = Instant::now();
    let programs = match built::build(cargo(&workspace::root(), &target(), &crates))? {
        Ok(programs) => programs,
        Err(why) => {
            println!("{} the models do not build:\n{why}", failed());
            return Ok(false);
        }
    };
    let mut models = Vec::new();
    for program in &programs {
        models.extend(list(program)?.into_iter().map(|model| (program, model)));
    }
    let without = crates
        .iter()
        .find(|name| !models.iter().any(|(of, _)| of.package == **name));
    if let Some(name) = without {
        println!("{} {name} lists no model", failed());
        return Ok(false);
    }
    let bar = progress::bar(models.len());
    let explored = parallel::each(&models, parallel::workers(), |_, (program, model)| {
        bar.set_message(model.clone());
        let explored = verdict(&explore(program.command(), model, TIME_LIMIT)?, model);
        bar.suspend(|| match &explored {
            Ok(Explored { executions, bound }) => {
                println!(
                    "{}: {model}: {executions} executions, {bound}",
                    program.package
                );
            }
            Err(why) => println!("{} {}: {model}: {why}", failed(), program.package),
        });
        bar.inc(1);
        Ok(explored.ok())
    })?;
    bar.finish_and_clear();
    let well: Vec<_> = explored.iter().flatten().collect();
    println!(
        "{} of {} models in {} crates, {} executions explored in {} s",
        well.len(),
        models.len(),
        crates.len(),
        well.iter().map(|model| model.executions).sum::<u64>(),
        start.elapsed().as_secs()
    );
    Ok(well.len() == models.len())
}

fn failed() -> console::StyledObject<&'static str> {
    style("FAILED").red().bold()
}

/// The crates that have models, sorted.
///
/// # Errors
///
/// When their folder can't be read.
pub fn crates() -> Result<Vec<String>, BoxedError> {
    let mut with_models = Vec::new();
    for entry in fs::read_dir(workspace::root().join("crates"))? {
        let path = entry?.path();
        if path.join("tests/loom.rs").exists() {
            with_models.extend(
                path.file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    with_models.sort();
    Ok(with_models)
}

/// The crates that have models: all, or those that are named.
fn chosen(names: &[String]) -> Result<Vec<String>, BoxedError> {
    let with_models = crates()?;
    match names.iter().find(|name| !with_models.contains(name)) {
        Some(name) => Err(format!(
            "{name} has no models; these have: {}",
            with_models.join(", ")
        )
        .into()),
        None if names.is_empty() => Ok(with_models),
        None => Ok(names.to_vec()),
    }
}

/// Where the models are built.
#[must_use]
pub fn target() -> PathBuf {
    workspace::root().join("target/loom")
}

/// The command that builds the models of `crates` in the checkout at `root`.
pub(crate) fn cargo(root: &Path, target: &Path, crates: &[String]) -> Command {
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(root)
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", target)
        .args([
            "test",
            "--no-run",
            "--profile=models",
            "--no-default-features",
            "--test",
            "loom",
        ]);
    for name in crates {
        cargo.args(["--package", name]);
    }
    cargo
}

fn list(program: &Program) -> Result<Vec<String>, BoxedError> {
    let output = program
        .command()
        .args(["--list", "--format=terse"])
        .output()?;
    if !output.status.success() {
        return Err(format!("{} does not list its models", program.path.display()).into());
    }
    Ok(String::from_utf8(output.stdout)?
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}

/// Runs one model with `program`, the tests of its crate.
///
/// # Errors
///
/// When the program can't be run.
pub fn explore(mut program: Command, model: &str, limit: Duration) -> io::Result<Run> {
    program.args(["--exact", model, "--nocapture"]);
    run::run(program, limit)
}

/// What a model explored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explored {
    /// How many executions.
    pub executions: u64,
    /// How far they were bounded.
    pub bound: String,
}

/// What `model` explored in this run, if it ended well.
///
/// # Errors
///
/// Why it did not: it fails, it does not end, or it did not run at all.
pub fn verdict(run: &Run, model: &str) -> Result<Explored, String> {
    match run.status {
        Some(status) if status.success() => {
            explored(run, model).ok_or_else(|| format!("did not run\n{}", run.output))
        }
        _ => Err(format!("{}\n{}", run.ending(), run.output)),
    }
}

/// What `tl_core::model::explore` printed for `model`.
pub(crate) fn explored(run: &Run, model: &str) -> Option<Explored> {
    let line = Regex::new(r"model (\S+): (\d+) executions, (.+)").expect("the pattern is right");
    let found = line
        .captures_iter(&run.output)
        .find(|found| &found[1] == model)?;
    Some(Explored {
        executions: found[2].parse().ok()?,
        bound: found[3].to_owned(),
    })
}
