//! Runs the cases: at each load the contenders take turns, A B C A B C, so that whatever disturbs
//! the machine disturbs them all.

use std::io;
use std::time::Duration;

use super::case::{Case, Side};
use super::child::{self, Loops};
use super::figures::Figures;
use crate::disturbance::{Disturbance, Watch};
use crate::progress::Progress;

/// How much time a run may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) repetitions: usize,
    /// How many processes a repetition is. Where the system puts the threads of a process, on one
    /// core or on two, decides what its waits take, and lasts: with one process each, the median
    /// of the repetitions would be a throw of a coin.
    pub(crate) processes: usize,
    /// How long each of them is measured.
    pub(crate) sample: Duration,
}

impl Effort {
    pub(crate) const FULL: Effort = Effort {
        repetitions: 5,
        processes: 2,
        sample: Duration::from_millis(50),
    };
    pub(crate) const QUICK: Effort = Effort {
        repetitions: 3,
        processes: 1,
        sample: Duration::from_millis(30),
    };
}

/// What a contender did, at one load.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) side: Side,
    /// Each repetition. A contender of which one failed has only the reason.
    pub(crate) repetitions: Result<Vec<Figures>, String>,
}

impl Row {
    /// The median of each figure.
    pub(crate) fn figures(&self) -> Option<Figures> {
        Some(Figures::median(self.repetitions.as_ref().ok()?))
    }
}

/// A case at one load.
pub(crate) struct AtLoad {
    pub(crate) load: usize,
    pub(crate) rows: Vec<Row>,
    pub(crate) disturbance: Disturbance,
}

pub(crate) struct Measured {
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) loads: Vec<AtLoad>,
}

/// Runs all, with so many other processes.
pub(crate) fn all(cases: &[Case], loads: &[usize], effort: Effort) -> io::Result<Vec<Measured>> {
    let contenders: usize = cases.iter().map(|case| case.contenders.len()).sum();
    let mut progress = Progress::new(contenders * loads.len() * effort.repetitions);
    let mut measured = Vec::new();
    for case in cases {
        let mut at_loads = Vec::new();
        for &load in loads {
            at_loads.push(at_load(case, load, effort, &mut progress)?);
        }
        measured.push(Measured {
            id: case.id.clone(),
            what: case.what.clone(),
            loads: at_loads,
        });
    }
    progress.finish();
    Ok(measured)
}

fn at_load(
    case: &Case,
    load: usize,
    effort: Effort,
    progress: &mut Progress,
) -> io::Result<AtLoad> {
    let watch = Watch::begin();
    let loops = Loops::start(load)?;
    let mut samples = vec![Ok(Vec::new()); case.contenders.len()];
    for _ in 0..effort.repetitions {
        for (contender, samples) in case.contenders.iter().zip(&mut samples) {
            progress.step(&case.id, &format!("beside {load}"), contender.name);
            // One that hung once would hang again.
            let Ok(taken) = samples else { continue };
            match repetition(case, contender.name, effort) {
                Ok(figures) => taken.push(figures),
                Err(reason) => *samples = Err(reason),
            }
        }
    }
    drop(loops);
    let rows = case
        .contenders
        .iter()
        .zip(samples)
        .map(|(contender, samples)| Row {
            name: contender.name,
            side: contender.side,
            repetitions: samples,
        });
    Ok(AtLoad {
        load,
        rows: rows.collect(),
        disturbance: watch.end(),
    })
}

fn repetition(case: &Case, contender: &str, effort: Effort) -> Result<Figures, String> {
    let sample = || child::sample(&case.id, contender, effort.sample * case.stretch);
    let mut waits = sample()?;
    for _ in 1..effort.processes {
        waits.add(&sample()?);
    }
    waits.figures()
}
