//! `cargo xtask verify`: runs the examples and compares what each prints with its golden.

pub mod bless;
pub mod verdict;

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use console::style;

use crate::examples::{self, GOLDENS};
use crate::flags::Verify;
use crate::golden::Golden;
use crate::progress::failed;
use crate::{BoxedError, Outcome, parallel, progress, workspace};
use verdict::{Failure, TIME_LIMIT};

/// Runs the task.
///
/// # Errors
///
/// When the examples can't be found or built, or an option names what does not exist. A run that
/// fails is no error: then all is not well.
pub fn run(options: &Verify) -> Outcome {
    let root = workspace::root();
    if let Some(recorded) = &options.output {
        let [file, name] = &recorded[..] else {
            return Err("--output takes a file and a name".into());
        };
        return recorded_output(&root, file, &name.to_string_lossy());
    }
    let names = examples::select(&root, &options.names)?;
    if options.bless {
        return bless::run(&root, &names);
    }
    let mut report = Report {
        failures: gaps(&root)?,
        ..Report::default()
    };
    if !options.names.is_empty() {
        report.failures.retain(|name, _| names.contains(name));
    }
    let mut goldens = BTreeMap::new();
    for name in names {
        if report.failures.contains_key(&name) {
            continue;
        }
        match Golden::read(&root.join(GOLDENS), &name) {
            Ok(golden) => {
                goldens.insert(name, golden);
            }
            Err(error) => report.fail(&name, &error.to_string()),
        }
    }
    run_all(&goldens, options, &mut report)?;
    Ok(report.print())
}

/// Returns the examples without a golden and the goldens without an example, in the workspace at
/// `root`, each with what is wrong.
///
/// # Errors
///
/// When a folder can't be read.
pub fn gaps(root: &Path) -> Result<BTreeMap<String, String>, BoxedError> {
    let examples = examples::names(root)?;
    let mut gaps = BTreeMap::new();
    for extension in ["txt", "toml"] {
        let goldens = examples::names_in(&root.join(GOLDENS), extension)?;
        for name in examples.iter().filter(|name| !goldens.contains(name)) {
            let missing = format!(
                "the example has no {GOLDENS}/{name}.{extension}: `--bless {name}` writes a first one"
            );
            gaps.insert(name.clone(), missing);
        }
        for name in goldens.iter().filter(|name| !examples.contains(name)) {
            gaps.insert(
                name.clone(),
                format!("{GOLDENS}/{name}.{extension} has no example: remove it"),
            );
        }
    }
    Ok(gaps)
}

fn recorded_output(root: &Path, file: &Path, name: &str) -> Outcome {
    let golden = Golden::read(&root.join(GOLDENS), name)?;
    let bytes = fs::read(file).map_err(|e| format!("can't read {}: {e}", file.display()))?;
    let mut report = Report::default();
    match golden.check(&String::from_utf8_lossy(&bytes)) {
        Ok(()) => report.passed += 1,
        Err(mismatch) => report.fail(name, &mismatch.to_string()),
    }
    Ok(report.print())
}

/// Builds the examples that have a golden and runs each as often as asked, several at a time.
fn run_all(
    goldens: &BTreeMap<String, Golden>,
    options: &Verify,
    report: &mut Report,
) -> Result<(), BoxedError> {
    if goldens.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = goldens.keys().cloned().collect();
    let programs = examples::build(&names)?;
    let rounds = options.repeat.get();
    let runs = names.len() * rounds;
    let jobs = options
        .jobs
        .map_or_else(parallel::workers, NonZeroUsize::get);
    let numbers: Vec<usize> = (0..runs).collect();
    let name = |number: &usize| names[number % names.len()].clone();
    let failures = progress::each(&numbers, jobs, name, |_, number| {
        let (name, round) = (name(number), number / names.len() + 1);
        let run = verdict::run(&goldens[&name], Command::new(&programs[&name]), TIME_LIMIT);
        Ok(run.err().map(|failure| (name, round, failure)))
    })?;
    let mut failures: Vec<(String, usize, Failure)> = failures.into_iter().flatten().collect();
    failures.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _, _) in &failures {
        *counts.entry(name.clone()).or_default() += 1;
    }
    for (name, round, failure) in &failures {
        // The first failure of each is shown; the others are counted.
        if rounds == 1 {
            report.fail(name, &failure.to_string());
        } else if !report.failures.contains_key(name) {
            let count = counts[name];
            report.fail(
                name,
                &format!("{count} of {rounds} runs failed; run {round}:\n{failure}"),
            );
        }
    }
    report.passed += names.len() - counts.len();
    report.rounds = rounds;
    Ok(())
}

/// How it went, example by example.
#[derive(Debug, Default)]
struct Report {
    passed: usize,
    rounds: usize,
    failures: BTreeMap<String, String>,
}

impl Report {
    fn fail(&mut self, name: &str, why: &str) {
        self.failures.insert(name.to_owned(), why.to_owned());
    }

    /// Prints the failures and the count; true when nothing failed.
    fn print(&self) -> bool {
        for (name, why) in &self.failures {
            println!("{} {}", failed(), style(name).bold());
            for line in why.lines() {
                println!("    {line}");
            }
            println!();
        }
        if self.rounds > 1 {
            println!("{} runs of each", self.rounds);
        }
        if self.failures.is_empty() {
            println!("{}", style(format_args!("{} passed", self.passed)).green());
            return true;
        }
        let names: Vec<&str> = self.failures.keys().map(String::as_str).collect();
        println!(
            "{} passed, {}: {}",
            self.passed,
            style(format_args!("{} failed", names.len())).red(),
            names.join(", ")
        );
        false
    }
}
