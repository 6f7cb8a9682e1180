//! `cargo xtask loom`: the models of every protocol, explored by the model checker; with
//! `--mutants`, the same models against protocols that are broken on purpose.
//!
//! A model that is listed but prints nothing has not run, which is a failure. Each model runs in a
//! process of its own, which has a time limit and shares no memory with others.

use std::time::{Duration, Instant};

use crate::flags::Loom;
use crate::models::{self, Explored};
use crate::progress::failed;
use crate::{BoxedError, Outcome, built, mutants, parallel, progress, workspace};

/// How long a model may run. The longest takes some ten seconds.
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
    let programs = match built::build(models::cargo(
        &workspace::root(),
        &models::target(),
        &crates,
    ))? {
        Ok(programs) => programs,
        Err(why) => {
            println!("{} the models do not build:\n{why}", failed());
            return Ok(false);
        }
    };
    let mut found = Vec::new();
    for program in &programs {
        found.extend(
            models::list(program)?
                .into_iter()
                .map(|model| (program, model)),
        );
    }
    let without = crates
        .iter()
        .find(|name| !found.iter().any(|(of, _)| of.package == **name));
    if let Some(name) = without {
        println!("{} {name} lists no model", failed());
        return Ok(false);
    }
    let name = |(_, model): &(_, String)| model.clone();
    let explored = progress::each(
        &found,
        parallel::workers(),
        name,
        |step, (program, model)| {
            let run = models::explore(program.command(), model, TIME_LIMIT)?;
            let explored = models::verdict(&run, model);
            match &explored {
                Ok(Explored { executions, bound }) => step.say(format_args!(
                    "{}: {model}: {executions} executions, {bound}",
                    program.package
                )),
                Err(why) => step.say(format_args!(
                    "{} {}: {model}: {why}",
                    failed(),
                    program.package
                )),
            }
            Ok(explored.ok())
        },
    )?;
    let well: Vec<_> = explored.iter().flatten().collect();
    println!(
        "{} of {} models in {} crates, {} executions explored in {} s",
        well.len(),
        found.len(),
        crates.len(),
        well.iter().map(|model| model.executions).sum::<u64>(),
        start.elapsed().as_secs()
    );
    Ok(well.len() == found.len())
}

/// Returns the crates that have models: all, or those that are named.
fn chosen(names: &[String]) -> Result<Vec<String>, BoxedError> {
    let with_models = models::crates()?;
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
