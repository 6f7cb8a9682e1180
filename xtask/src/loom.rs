//! `cargo xtask loom`: the models of every protocol, explored by the model checker; with `--mutants`, the same models against
//! protocols that are broken on purpose.
//!
//! A model is a test in a crate's `tests/loom.rs` that calls `tl_core::model::explore`, which prints what it explored. A model that
//! is listed and did not print has not run, and that is a failure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use console::style;
use regex::Regex;

use crate::flags::Loom;
use crate::{Outcome, mutants, progress, workspace};

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
    let (mut models, mut executions) = (0, 0);
    let bar = progress::bar(crates.len());
    for name in &crates {
        bar.set_message(name.clone());
        let listed = list(name)?;
        let output = cargo(
            &workspace::root(),
            &workspace::root().join("target/loom"),
            name,
        )
        .args(["--", "--nocapture"])
        .output()?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let explored = explored(&printed);
        bar.suspend(|| {
            for (model, count, bound) in &explored {
                println!("{name}: {model}: {count} executions, {bound}");
            }
        });
        executions += explored.iter().map(|(_, count, _)| count).sum::<u64>();
        models += explored.len();
        if !output.status.success() {
            bar.finish_and_clear();
            print!("{printed}{}", String::from_utf8_lossy(&output.stderr));
            println!("{} {name}: a model fails", style("FAILED").red().bold());
            return Ok(false);
        }
        let silent: Vec<_> = listed
            .iter()
            .filter(|test| !explored.iter().any(|(model, ..)| model == *test))
            .collect();
        if listed.is_empty() || !silent.is_empty() {
            bar.finish_and_clear();
            println!(
                "{} {name}: models that did not run: {silent:?} of {}",
                style("FAILED").red().bold(),
                listed.len()
            );
            return Ok(false);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    println!(
        "{models} models in {} crates, {executions} executions explored in {} s",
        crates.len(),
        start.elapsed().as_secs()
    );
    Ok(models > 0)
}

/// The crates that have models: all, or those that are named.
fn chosen(names: &[String]) -> Result<Vec<String>, Box<dyn std::error::Error>> {
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

/// `cargo test` for the models of the crate `name` in the checkout at `root`.
pub fn cargo(root: &Path, target: &PathBuf, name: &str) -> Command {
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(root)
        .env("RUSTFLAGS", "--cfg loom")
        // It would take as long to write as the rest of the build.
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .env("CARGO_TARGET_DIR", target)
        .args([
            "test",
            "--release",
            "--no-default-features",
            "--package",
            name,
            "--test",
            "loom",
        ]);
    cargo
}

fn list(name: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let output = cargo(
        &workspace::root(),
        &workspace::root().join("target/loom"),
        name,
    )
    .args(["--", "--list", "--format=terse"])
    .output()?;
    if !output.status.success() {
        return Err(format!(
            "the models of {name} don't build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}

/// The models that a run printed: name, executions, how far it was bounded.
fn explored(printed: &str) -> Vec<(String, u64, String)> {
    let line = Regex::new(r"model (\S+): (\d+) executions, (.+)").expect("the pattern is right");
    line.captures_iter(printed)
        .filter_map(|found| {
            Some((
                found[1].to_owned(),
                found[2].parse().ok()?,
                found[3].to_owned(),
            ))
        })
        .collect()
}
