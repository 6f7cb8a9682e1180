//! `cargo xtask verify --bless`: writes goldens from a run.

use std::fs;
use std::path::Path;
use std::process::Command;

use console::style;

use super::verdict::TIME_LIMIT;
use crate::examples::{self, GOLDENS};
use crate::golden::{self, Golden};
use crate::{BoxedError, Outcome, run};

/// Runs each of `names` once and writes the goldens that don't accept what it printed.
pub(super) fn run(root: &Path, names: &[String]) -> Outcome {
    let programs = examples::build(names)?;
    let mut all_well = true;
    for name in names {
        match bless(root, name, Command::new(&programs[name])) {
            Ok(what) => println!("{name}: {what}"),
            Err(why) => {
                all_well = false;
                println!("{} {name}: {why}", style("not blessed").red());
            }
        }
    }
    Ok(all_well)
}

/// Runs `program` and writes the golden of `name` in the workspace at `root` if it does not accept
/// what was printed. Returns what was done.
///
/// # Errors
///
/// When the program fails, and then nothing is written; or when the golden's rules don't fit what
/// was written.
pub fn bless(root: &Path, name: &str, program: Command) -> Result<&'static str, BoxedError> {
    let run = run::run(program, TIME_LIMIT)?;
    match run.status {
        None => return Err(format!("did not end within {TIME_LIMIT:?}").into()),
        Some(status) if !status.success() => {
            return Err(format!("ended with {status}, not with 0").into());
        }
        Some(_) => {}
    }
    let text = root.join(GOLDENS).join(name).with_extension("txt");
    let rules = text.with_extension("toml");
    if !text.exists() && !rules.exists() {
        let (first_text, first_rules) = golden::first(&run.output);
        fs::write(&text, first_text)?;
        fs::write(&rules, first_rules)?;
        return Ok("a first golden; say in its rules how lines may move");
    }
    let golden = || Golden::read(&root.join(GOLDENS), name);
    if golden().is_ok_and(|golden| golden.check(&run.output).is_ok()) {
        return Ok("accepts the run as it is");
    }
    let (old_text, old_rules) = (fs::read_to_string(&text)?, fs::read_to_string(&rules)?);
    fs::write(&text, golden::blessed(&old_text, &old_rules, &run.output)?)?;
    let accepted = golden().map_err(|e| e.to_string()).and_then(|golden| {
        golden
            .check(&run.output)
            .map_err(|mismatch| mismatch.to_string())
    });
    match accepted {
        Ok(()) => Ok("written"),
        Err(why) => Err(format!("written, but its rules don't fit the new lines:\n{why}").into()),
    }
}
