//! Runs a case: its contenders take turns, A B C A B C, so that whatever disturbs the machine
//! disturbs them all.

use std::time::Duration;

use crate::bar::Verdict;
use crate::case::{Case, Second, Who};
use crate::disturbance::{Disturbance, Watch};
use crate::progress::Progress;
use crate::statistics::Summary;

/// How much time a run may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) repetitions: usize,
    pub(crate) sample: Duration,
    pub(crate) quick: bool,
}

impl Effort {
    pub(crate) const FULL: Effort = Effort {
        repetitions: 11,
        sample: Duration::from_millis(25),
        quick: false,
    };
    pub(crate) const QUICK: Effort = Effort {
        repetitions: 5,
        sample: Duration::from_millis(10),
        quick: true,
    };

    /// How often a case with this stretch is repeated: at least three times.
    fn repetitions_of(self, case: &Case) -> usize {
        (self.repetitions / case.stretch.isqrt() as usize).max(3)
    }

    /// How many samples a run of this case takes, for the progress line.
    pub(crate) fn samples_of(self, case: &Case) -> usize {
        self.repetitions_of(case) * case.contenders.len()
    }
}

/// A case that was run.
pub(crate) struct Finished {
    pub(crate) id: &'static str,
    pub(crate) name: String,
    pub(crate) second: Option<Second>,
    pub(crate) rows: Vec<Row>,
    pub(crate) left_out: Vec<(&'static str, String)>,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) disturbance: Disturbance,
}

/// What was measured of one contender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) who: Who,
    pub(crate) nanos: Summary,
    pub(crate) second: Option<Summary>,
    /// Whether a sample of it failed. Such a peer is shown, and is never the best one.
    pub(crate) failed: bool,
}

impl Finished {
    pub(crate) fn row(&self, who: Who) -> Option<&Row> {
        self.rows.iter().find(|row| row.who == who)
    }

    pub(crate) fn named(&self, label: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.who.label() == label)
    }

    pub(crate) fn median(&self, who: Who) -> Option<f64> {
        Some(self.row(who)?.nanos.median)
    }

    /// The peers that did all that was asked of them.
    pub(crate) fn peers(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| matches!(row.who, Who::Peer(_)) && !row.failed)
    }

    pub(crate) fn best_peer(&self) -> Option<&Row> {
        self.peers()
            .min_by(|a, b| a.nanos.median.total_cmp(&b.nanos.median))
    }
}

/// Runs one case.
pub(crate) fn run(mut case: Case, effort: Effort, progress: &mut Progress) -> Finished {
    let repetitions = effort.repetitions_of(&case);
    let budget = effort.sample * case.stretch;
    let watch = Watch::begin();
    let mut samples = vec![Vec::new(); case.contenders.len()];
    let mut failures = vec![None; case.contenders.len()];
    for repetition in 0..repetitions {
        for (index, contender) in case.contenders.iter_mut().enumerate() {
            progress.step(case.id, &case.name, contender.who.label());
            // A process of its own each time, and far from every bar: three times are enough.
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
    let mut finished = Finished {
        id: case.id,
        name: case.name.clone(),
        second: case.second,
        rows,
        left_out,
        verdicts: Vec::new(),
        disturbance,
    };
    finished.verdicts = case.bars.iter().map(|bar| bar.judge(&finished)).collect();
    finished
}
