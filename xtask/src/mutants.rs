//! `cargo xtask loom --mutants`: each protocol broken on purpose, one change at a time, and the models must notice.
//!
//! The changes stand in `xtask/mutants.toml`. Each is made in a copy of the sources, never in the work tree. A mutant that does
//! not compile proves nothing, a change whose text is no longer found in its file has to be brought up to date, and so has one whose
//! model is gone: all three fail.

use std::error::Error;
use std::fmt;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use console::style;
use serde::Deserialize;

use crate::{Outcome, loom, progress, workspace};

/// So long a model may run; each of those named takes a second or two before it fails.
const TIME_LIMIT: Duration = Duration::from_secs(120);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutants {
    mutant: Vec<Mutant>,
}

/// One change of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    /// What the change does to the protocol.
    what: String,
    /// The crate whose model must notice.
    package: String,
    /// The model that must notice, the only one that runs.
    model: String,
    /// The file that is changed.
    file: String,
    /// The text that is replaced, where it stands first.
    find: String,
    /// What stands there instead.
    replace: String,
}

/// What became of a mutant.
enum Fate {
    Caught,
    Survived,
    /// The model has not failed so far.
    TooLong,
    Invalid(String),
}

/// Runs the mutants of these crates.
///
/// # Errors
///
/// When the list can't be read, the sources can't be copied, or cargo can't be run.
pub fn run(crates: &[String]) -> Outcome {
    let list = fs::read_to_string(workspace::root().join("xtask/mutants.toml"))?;
    let mutants: Vec<Mutant> = toml::from_str::<Mutants>(&list)?
        .mutant
        .into_iter()
        .filter(|mutant| crates.contains(&mutant.package))
        .collect();
    let bar = progress::bar(mutants.len());
    let next = AtomicUsize::new(0);
    let caught = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let finished: Result<Vec<()>, String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|number| {
                let (mutants, next, caught, bar) = (&mutants, &next, &caught, &bar);
                scope.spawn(move || -> Result<(), String> {
                    let place = Place::new(number).map_err(|error| error.to_string())?;
                    while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                        bar.set_message(mutant.what.clone());
                        let fate = fate(mutant, &place).map_err(|error| error.to_string())?;
                        if let Fate::Caught = fate {
                            caught.fetch_add(1, Ordering::Relaxed);
                        }
                        bar.suspend(|| println!("{}: {}: {fate}", mutant.package, mutant.what));
                        bar.inc(1);
                    }
                    Ok(())
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker does not panic"))
            .collect()
    });
    finished?;
    bar.finish_and_clear();
    let caught = caught.into_inner();
    println!("{caught} of {} mutants caught", mutants.len());
    Ok(caught > 0 && caught == mutants.len())
}

/// Where one worker breaks the sources and builds them.
struct Place {
    tree: PathBuf,
    target: PathBuf,
}

impl Place {
    fn new(number: usize) -> Result<Place, Box<dyn Error>> {
        let folder = workspace::root().join(format!("target/mutants/{number}"));
        let place = Place {
            tree: folder.join("tree"),
            target: folder.join("target"),
        };
        copy_sources(&place.tree)?;
        Ok(place)
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Caught => f.write_str("caught"),
            Fate::Survived => write!(f, "{}", style("SURVIVED").red().bold()),
            Fate::TooLong => write!(
                f,
                "{} {} s",
                style("NOT NOTICED IN").red().bold(),
                TIME_LIMIT.as_secs()
            ),
            Fate::Invalid(why) => write!(f, "{}: {why}", style("INVALID").red().bold()),
        }
    }
}

fn fate(mutant: &Mutant, place: &Place) -> Result<Fate, Box<dyn Error>> {
    let path = place.tree.join(&mutant.file);
    let original =
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if !original.contains(&mutant.find) {
        return Ok(Fate::Invalid(format!(
            "{} has no longer the text {:?}",
            mutant.file, mutant.find
        )));
    }
    fs::write(&path, original.replacen(&mutant.find, &mutant.replace, 1))?;
    let fate = judge(mutant, place);
    fs::write(&path, original)?;
    fate
}

fn judge(mutant: &Mutant, place: &Place) -> Result<Fate, Box<dyn Error>> {
    let program = match build(mutant, place)? {
        Ok(program) => program,
        Err(why) => return Ok(Fate::Invalid(why)),
    };
    let only = ["--exact", &mutant.model];
    let listed = Command::new(&program)
        .args(only)
        .args(["--list", "--format=terse"])
        .output()?;
    if listed.stdout.is_empty() {
        let why = format!("{} has no model {}", mutant.package, mutant.model);
        return Ok(Fate::Invalid(why));
    }
    let mut model = Command::new(&program)
        .args(only)
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let start = Instant::now();
    loop {
        // An abort is a failure too: the checker panics once more when what it holds is dropped.
        match model.try_wait()? {
            Some(status) if status.success() => return Ok(Fate::Survived),
            Some(_) => return Ok(Fate::Caught),
            None if start.elapsed() < TIME_LIMIT => thread::sleep(Duration::from_millis(5)),
            None => {
                model.kill()?;
                model.wait()?;
                return Ok(Fate::TooLong);
            }
        }
    }
}

/// Builds the models of the mutant's crate. Returns the program, or what the compiler says.
fn build(mutant: &Mutant, place: &Place) -> Result<Result<PathBuf, String>, Box<dyn Error>> {
    let built = loom::cargo(&place.tree, &place.target, &mutant.package)
        .args(["--no-run", "--message-format=json-render-diagnostics"])
        .output()?;
    if !built.status.success() {
        return Ok(Err(String::from_utf8_lossy(&built.stderr).into_owned()));
    }
    let program = String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back();
    program
        .map(Ok)
        .ok_or_else(|| format!("cargo names no program for {}", mutant.package).into())
}

/// Brings the copy up to date with the work tree.
fn copy_sources(tree: &Path) -> Result<(), Box<dyn Error>> {
    let listed = Command::new("git")
        .current_dir(workspace::root())
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output()?;
    if !listed.status.success() {
        return Err(format!(
            "git can't list the sources: {}",
            String::from_utf8_lossy(&listed.stderr)
        )
        .into());
    }
    for file in String::from_utf8(listed.stdout)?.lines() {
        let Ok(content) = fs::read(workspace::root().join(file)) else {
            // Deleted and not yet committed.
            continue;
        };
        let copy = tree.join(file);
        // Unchanged files keep their times, so that cargo does not build them again.
        if fs::read(&copy).is_ok_and(|old| old == content) {
            continue;
        }
        fs::create_dir_all(copy.parent().expect("a file has a folder"))?;
        fs::write(copy, content)?;
    }
    Ok(())
}
