//! `cargo xtask loom --mutants`: each protocol broken on purpose, one change at a time, and the models must notice.
//!
//! The changes stand in `xtask/mutants.toml`. Each is made in a copy of the sources, never in the work tree. A mutant that does
//! not compile proves nothing, and a change whose text is no longer found in its file has to be brought up to date: both fail.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use console::style;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use crate::{Outcome, loom, workspace};

/// A mutant that makes the checker run longer than this has not been noticed.
const TIME_LIMIT: Duration = Duration::from_secs(180);

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
    /// The crate whose models must notice.
    package: String,
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
    let tree = workspace::root().join("target/mutants/tree");
    copy_sources(&tree)?;
    let bar = ProgressBar::new(mutants.len() as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")?);
    let (mut caught, mut wrong) = (0, 0);
    for mutant in &mutants {
        bar.set_message(mutant.what.clone());
        let line = match fate(mutant, &tree)? {
            Fate::Caught => {
                caught += 1;
                format!("caught: {}: {}", mutant.package, mutant.what)
            }
            Fate::Survived => {
                wrong += 1;
                format!(
                    "{} {}: {}",
                    style("SURVIVED").red().bold(),
                    mutant.package,
                    mutant.what
                )
            }
            Fate::Invalid(why) => {
                wrong += 1;
                format!(
                    "{} {}: {}: {why}",
                    style("INVALID").red().bold(),
                    mutant.package,
                    mutant.what
                )
            }
        };
        bar.suspend(|| println!("{line}"));
        bar.inc(1);
    }
    bar.finish_and_clear();
    println!("{caught} of {} mutants caught", mutants.len());
    Ok(caught > 0 && wrong == 0)
}

fn fate(mutant: &Mutant, tree: &Path) -> Result<Fate, Box<dyn Error>> {
    let path = tree.join(&mutant.file);
    let original =
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if !original.contains(&mutant.find) {
        return Ok(Fate::Invalid(format!(
            "{} has no longer the text {:?}",
            mutant.file, mutant.find
        )));
    }
    fs::write(&path, original.replacen(&mutant.find, &mutant.replace, 1))?;
    let fate = judge(mutant, tree);
    fs::write(&path, original)?;
    fate
}

fn judge(mutant: &Mutant, tree: &Path) -> Result<Fate, Box<dyn Error>> {
    let target = workspace::root().join("target/mutants/target");
    let built = loom::cargo(tree, &target, &mutant.package)
        .arg("--no-run")
        .output()?;
    if !built.status.success() {
        return Ok(Fate::Invalid(
            String::from_utf8_lossy(&built.stderr).into_owned(),
        ));
    }
    let mut models = loom::cargo(tree, &target, &mutant.package)
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let start = Instant::now();
    loop {
        if let Some(status) = models.try_wait()? {
            return Ok(if status.success() {
                Fate::Survived
            } else {
                Fate::Caught
            });
        }
        if start.elapsed() > TIME_LIMIT {
            models.kill()?;
            models.wait()?;
            return Ok(Fate::Survived);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
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
