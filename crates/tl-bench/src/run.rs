//! Runs a case: its contenders take turns, A B C A B C, so that whatever disturbs the machine
//! disturbs them all.

use std::time::Duration;

use crate::case::{Case, Who};
use crate::disturbance::Watch;
use crate::finished::{Finished, Row};
use crate::progress::Progress;
use crate::statistics::Summary;

/// How much time a run may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) repetitions: usize,
    /// The least number of repetitions of a case whose samples take longer than usual.
    pub(crate) least: usize,
    pub(crate) sample: Duration,
    pub(crate) sizes: Sizes,
}

/// Which sizes of a growth are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sizes {
    All,
    Quick,
    Least,
}

impl Effort {
    pub(crate) const FULL: Effort = Effort {
        repetitions: 11,
        least: 3,
        sample: Duration::from_millis(25),
        sizes: Sizes::All,
    };
    pub(crate) const QUICK: Effort = Effort {
        repetitions: 5,
        least: 3,
        sample: Duration::from_millis(10),
        sizes: Sizes::Quick,
    };
    pub(crate) const ONCE: Effort = Effort {
        repetitions: 1,
        least: 1,
        sample: Duration::from_millis(1),
        sizes: Sizes::Least,
    };

    /// Returns how often a case with this stretch is repeated.
    fn repetitions_of(self, case: &Case) -> usize {
        (self.repetitions / case.stretch.isqrt() as usize).max(self.least)
    }

    /// Returns how many samples a run of this case takes, for the progress line.
    pub(crate) fn samples_of(self, case: &Case) -> usize {
        self.repetitions_of(case) * case.contenders.len()
    }
}

/// Runs one case, and once more if others disturbed it: the second time counts.
pub(crate) fn run(mut case: Case, effort: Effort, progress: &mut Progress) -> Finished {
    let finished = once(&mut case, effort, progress);
    match finished.disturbance.mark() {
        None => finished,
        // A test need not be undisturbed.
        Some(_) if effort.repetitions == 1 => finished,
        Some(_) => once(&mut case, effort, progress),
    }
}

fn once(case: &mut Case, effort: Effort, progress: &mut Progress) -> Finished {
    let repetitions = effort.repetitions_of(case);
    let budget = effort.sample * case.stretch;
    let watch = Watch::begin();
    let mut samples = vec![Vec::new(); case.contenders.len()];
    let mut failures = vec![None; case.contenders.len()];
    for repetition in 0..repetitions {
        for (index, contender) in case.contenders.iter_mut().enumerate() {
            progress.step(case.id, &case.name, contender.who.label());
            // Each sample of CPython is a process of its own, and far from every bar: three of them
            // are enough.
            let rarely = contender.who == Who::Python && repetition % repetitions.div_ceil(3) != 0;
            if rarely {
                continue;
            }
            match (contender.sample)(budget) {
                Ok(sample) => samples[index].push(sample),
                Err(reason) => failures[index] = Some(reason),
            }
        }
    }
    let disturbance = watch.end();
    let mut rows = Vec::new();
    let mut left_out: Vec<(&'static str, String)> = case
        .left_out
        .iter()
        .map(|&(peer, reason)| (peer, reason.to_owned()))
        .collect();
    for ((contender, samples), failure) in case.contenders.iter().zip(&samples).zip(failures) {
        let failed = failure.is_some();
        if let Some(reason) = failure {
            left_out.push((contender.who.label(), reason));
        }
        if let Some(nanos) = Summary::of(samples.iter().map(|sample| sample.nanos)) {
            rows.push(Row {
                who: contender.who,
                nanos,
                second: Summary::of(samples.iter().filter_map(|sample| sample.second)),
                failed,
            });
        }
    }
    Finished {
        id: case.id,
        name: case.name.clone(),
        second: case.second,
        rows,
        left_out,
        bars: case.bars.clone(),
        disturbance,
    }
}
