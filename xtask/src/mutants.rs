//! `cargo xtask loom --mutants`: breaks each protocol on purpose, one change at a time. The models
//! must notice.
//!
//! The changes stand in `xtask/mutants.toml`. Each is made in a copy of the sources, never in the
//! work tree. A mutant that does not compile proves nothing, and neither does one whose model ends
//! without a panic or a segmentation fault, for want of memory, say. A change whose text is no
//! longer found in its file has to be brought up to date, and so has one whose model is gone. All
//! of these fail. `cargo xtask loom` shows that the same models pass when nothing is broken.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use console::style;
use serde::Deserialize;

use crate::{BoxedError, Outcome, built, models, parallel, progress, workspace};

/// How long a model may run. Each that the list names fails after a second or two.
const TIME_LIMIT: Duration = Duration::from_secs(120);
/// The signal for an access to memory that is not there.
const SEGMENTATION_FAULT: i32 = 11;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutants {
    mutant: Vec<Mutant>,
}

/// One change of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// What the change does to the protocol.
    pub what: String,
    /// The crate whose model must notice.
    pub package: String,
    /// The model that must notice, the only one that runs.
    pub model: String,
    /// The file that is changed.
    pub file: String,
    /// The text that is replaced, where it occurs first.
    pub find: String,
    /// What stands there instead.
    pub replace: String,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The model fails.
    Caught,
    /// The model passes.
    Survived,
    /// The model had not failed at the time limit.
    TooLong,
    /// The mutant proves nothing, for this reason.
    Invalid(String),
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

/// Returns the mutants, as they are listed.
///
/// # Errors
///
/// When the list can't be read, or names a crate without models.
pub fn list() -> Result<Vec<Mutant>, BoxedError> {
    let list = fs::read_to_string(workspace::root().join("xtask/mutants.toml"))?;
    let mutants = toml::from_str::<Mutants>(&list)?.mutant;
    let with_models = models::crates()?;
    match mutants
        .iter()
        .find(|mutant| !with_models.contains(&mutant.package))
    {
        Some(Mutant { what, package, .. }) => {
            Err(format!("{what}: {package} has no models").into())
        }
        None => Ok(mutants),
    }
}

/// Runs the mutants of these crates.
///
/// # Errors
///
/// When the list can't be read, the sources can't be copied, or cargo can't be run.
pub fn run(crates: &[String]) -> Outcome {
    let mut mutants = list()?;
    mutants.retain(|mutant| crates.contains(&mutant.package));
    let places = (0..parallel::workers())
        .map(Place::new)
        .collect::<Result<Vec<_>, _>>()?;
    let name = |mutant: &Mutant| mutant.what.clone();
    let fates = progress::each(&mutants, places.len(), name, |step, mutant| {
        let fate = fate(mutant, &places[step.worker])?;
        step.say(format_args!("{}: {}: {fate}", mutant.package, mutant.what));
        Ok(fate)
    })?;
    let caught = fates.iter().filter(|fate| **fate == Fate::Caught).count();
    println!("{caught} of {} mutants caught", mutants.len());
    Ok(caught > 0 && caught == mutants.len())
}

/// Where one worker breaks the sources and builds them.
struct Place {
    tree: PathBuf,
    target: PathBuf,
}

impl Place {
    fn new(number: usize) -> Result<Place, BoxedError> {
        let folder = workspace::root().join(format!("target/mutants/{number}"));
        let place = Place {
            tree: folder.join("tree"),
            target: folder.join("target"),
        };
        copy_sources(&place.tree)?;
        copy_dependencies(&place.target)?;
        Ok(place)
    }
}

fn fate(mutant: &Mutant, place: &Place) -> Result<Fate, BoxedError> {
    let path = place.tree.join(&mutant.file);
    let original =
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if !original.contains(&mutant.find) {
        return Ok(Fate::Invalid(format!(
            "{} no longer has the text {:?}",
            mutant.file, mutant.find
        )));
    }
    fs::write(&path, original.replacen(&mutant.find, &mutant.replace, 1))?;
    let fate = build_and_judge(mutant, place);
    fs::write(&path, original)?;
    fate
}

fn build_and_judge(mutant: &Mutant, place: &Place) -> Result<Fate, BoxedError> {
    let cargo = models::cargo(
        &place.tree,
        &place.target,
        std::slice::from_ref(&mutant.package),
    );
    Ok(match built::build(cargo)? {
        Err(why) => Fate::Invalid(why),
        Ok(programs) => match &programs[..] {
            [program] => judge(program.command(), &mutant.model, TIME_LIMIT)?,
            _ => {
                return Err(
                    format!("cargo did not build exactly one program: {programs:?}").into(),
                );
            }
        },
    })
}

/// Runs the model with `program`, the tests of its crate, and says whether it notices.
///
/// # Errors
///
/// When the program can't be run.
pub fn judge(mut program: Command, model: &str, limit: Duration) -> io::Result<Fate> {
    program.env("RUST_BACKTRACE", "0");
    let run = models::explore(program, model, limit)?;
    Ok(match run.status {
        None => Fate::TooLong,
        Some(status) if status.success() => match models::explored(&run, model) {
            Some(_) => Fate::Survived,
            None => Fate::Invalid(format!("there is no model {model}")),
        },
        // The checker often panics once more when what it holds is dropped, which aborts: so the
        // status does not tell.
        Some(_) if run.output.contains("panicked at") => Fate::Caught,
        // A broken list leads to memory that is not there.
        Some(status) if status.signal() == Some(SEGMENTATION_FAULT) => Fate::Caught,
        Some(status) => Fate::Invalid(format!("{model}: {status}\n{}", run.output)),
    })
}

/// Makes the copy equal to the work tree, but for what is not under version control.
fn copy_sources(tree: &Path) -> Result<(), BoxedError> {
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
    if tree.exists() {
        // What was deleted since, and a mutant that was interrupted, must not stay.
        fs::remove_dir_all(tree)?;
    }
    for file in String::from_utf8(listed.stdout)?.lines() {
        let Ok(content) = fs::read(workspace::root().join(file)) else {
            // Deleted and not yet committed.
            continue;
        };
        let copy = tree.join(file);
        fs::create_dir_all(copy.parent().expect("a file has a folder"))?;
        fs::write(copy, content)?;
    }
    Ok(())
}

/// Copies what the models were built from, if they have been built: the checker takes longer to
/// build than a mutant.
fn copy_dependencies(target: &Path) -> Result<(), BoxedError> {
    let built = models::target();
    if target.exists() || !built.exists() {
        return Ok(());
    }
    // With the times of the files, by which cargo knows what is up to date.
    let copied = Command::new("cp")
        .arg("--archive")
        .args([&built, target])
        .status()?;
    if copied.success() {
        Ok(())
    } else {
        Err(format!("cp can't copy {}", built.display()).into())
    }
}
