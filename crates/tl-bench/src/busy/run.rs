//! Runs the cases: at each load the contenders take turns, A B C B C A, so that whatever disturbs
//! the machine disturbs them all.

use std::io;
use std::time::Duration;

use super::case::{Case, Side};
use super::child::{self, Loops};
use super::figures::Figures;
use super::waits::Waits;
use crate::disturbance::{Disturbance, Watch};
use crate::progress::Progress;

/// How much time a run may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) repetitions: usize,
    /// How many processes a repetition has. Whether the system puts the threads of a process on one
    /// core or on two decides how long its waits take, and does not change: with one process each,
    /// the median of the repetitions would be a toss of a coin.
    pub(crate) processes: usize,
    /// For how long each process is measured.
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
    pub(crate) const ONCE: Effort = Effort {
        repetitions: 1,
        processes: 1,
        sample: Duration::from_millis(5),
    };
}

/// How many repetitions a peer that is only shown has, at most.
const SHOWN: usize = 3;

/// What was measured of a contender at one load.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) side: Side,
    /// The figures of each repetition. If one of them failed, there is only the reason.
    pub(crate) repetitions: Result<Vec<Figures>, String>,
}

impl Row {
    /// Returns the median of each figure.
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

/// Runs all cases, at each of these loads: beside that many processes that compute.
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

/// Measures a case at one load, and once more if others disturbed it: the second time counts.
fn at_load(
    case: &Case,
    load: usize,
    effort: Effort,
    progress: &mut Progress,
) -> io::Result<AtLoad> {
    let measured = once(case, load, effort, progress)?;
    match measured.disturbance.mark() {
        None => Ok(measured),
        // A test need not be undisturbed.
        Some(_) if effort.repetitions == 1 => Ok(measured),
        Some(_) => once(case, load, effort, progress),
    }
}

fn once(case: &Case, load: usize, effort: Effort, progress: &mut Progress) -> io::Result<AtLoad> {
    let watch = Watch::begin();
    let count = case.contenders.len();
    let mut samples: Vec<Result<Vec<Waits>, String>> = (0..count).map(|_| Ok(Vec::new())).collect();
    for repetition in 0..effort.repetitions {
        // Started anew each time: on which cores the system puts them decides how long the waits
        // beside them take, and does not change for seconds.
        let loops = Loops::start(load)?;
        for process in 0..effort.processes {
            let first = repetition * effort.processes + process;
            // Each contender is first in its turn, so that none always runs after the same one.
            for place in 0..count {
                let index = (first + place) % count;
                let contender = &case.contenders[index];
                if process == 0 {
                    progress.step(&case.id, &format!("beside {load}"), contender.name);
                }
                if contender.side == Side::Shown && repetition >= SHOWN {
                    continue;
                }
                // A contender that hung once would hang again.
                let Ok(taken) = &mut samples[index] else {
                    continue;
                };
                match child::sample(&case.id, contender.name, effort.sample * case.stretch) {
                    Ok(sample) => taken.push(sample),
                    Err(reason) => samples[index] = Err(reason),
                }
            }
        }
        drop(loops);
    }
    let rows = case
        .contenders
        .iter()
        .zip(samples)
        .map(|(contender, samples)| Row {
            name: contender.name,
            side: contender.side,
            repetitions: samples.and_then(|samples| repetitions(samples, effort.processes)),
        });
    Ok(AtLoad {
        load,
        rows: rows.collect(),
        disturbance: watch.end(),
    })
}

/// Returns the figures of each repetition, which are those of `processes` samples taken together.
fn repetitions(samples: Vec<Waits>, processes: usize) -> Result<Vec<Figures>, String> {
    let mut repetitions = Vec::new();
    let mut samples = samples.into_iter();
    while let Some(mut waits) = samples.next() {
        for other in samples.by_ref().take(processes - 1) {
            waits.add(&other);
        }
        repetitions.push(waits.figures()?);
    }
    Ok(repetitions)
}
