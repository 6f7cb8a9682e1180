//! `cargo xtask verify --bless`: writes goldens from a run.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use console::style;

use super::golden_files;
use super::verdict::TIME_LIMIT;
use crate::examples::{self, GOLDENS};
use crate::golden::{self, Golden};
use crate::{Outcome, run};

/// Runs each of `names` once and writes the goldens that don't accept what it printed.
pub(super) fn run(root: &Path, names: &[String]) -> Outcome {
    let programs = examples::build(names)?;
    let mut all_well = true;
    for name in names {
        match bless(root, name, &programs[name]) {
            Ok(what) => println!("{name}: {what}"),
            Err(why) => {
                all_well = false;
                println!("{} {name}: {why}", style("not blessed").red());
            }
        }
    }
    Ok(all_well)
}

fn bless(root: &Path, name: &str, path: &Path) -> Result<&'static str, Box<dyn Error>> {
    let run = run::run(Command::new(path), TIME_LIMIT)?;
    match run.status {
        None => return Err(format!("did not end within {TIME_LIMIT:?}").into()),
        Some(status) if !status.success() => {
            return Err(format!("ended with {status}, not with 0").into());
        }
        Some(_) => {}
    }
    let [text, rules] = golden_files(root, name);
    if !text.exists() && !rules.exists() {
        let (first_text, first_rules) = golden::first(&run.output);
        fs::write(&text, first_text)?;
        fs::write(&rules, first_rules)?;
        return Ok("a first golden; say in its rules how lines may move");
    }
    let golden = Golden::read(&root.join(GOLDENS), name)?;
    if golden.check(&run.output).is_ok() {
        return Ok("accepts the run as it is");
    }
    fs::write(&text, golden.blessed(&run.output))?;
    let accepted = Golden::read(&root.join(GOLDENS), name)
        .map_err(|e| e.to_string())
        .and_then(|golden| golden.check(&run.output).map_err(|e| e.to_string()));
    match accepted {
        Ok(()) => Ok("written"),
        Err(why) => Err(format!("written, but its rules don't fit the new lines:\n{why}").into()),
    }
}
