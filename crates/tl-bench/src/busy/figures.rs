//! The figures of a sample, and their medians.

use std::ops::{Index, IndexMut};

use serde_json::{Map, Value};

use crate::statistics::Summary;

/// A figure of a sample. Times are in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    Mean,
    P50,
    P99,
    P999,
    Greatest,
    /// The processor time of one operation.
    Processor,
    /// How many waits there were.
    Waits,
    /// The share of the items that were overwritten before they were consumed.
    Lost,
    /// The operations of the slowest thread divided by those of the fastest.
    Fairness,
}

impl Figure {
    pub(crate) const ALL: [Figure; 9] = [
        Figure::Mean,
        Figure::P50,
        Figure::P99,
        Figure::P999,
        Figure::Greatest,
        Figure::Processor,
        Figure::Waits,
        Figure::Lost,
        Figure::Fairness,
    ];

    /// Returns its name in JSON.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Figure::Mean => "mean_ns",
            Figure::P50 => "p50_ns",
            Figure::P99 => "p99_ns",
            Figure::P999 => "p99.9_ns",
            Figure::Greatest => "greatest_ns",
            Figure::Processor => "processor_ns",
            Figure::Waits => "waits",
            Figure::Lost => "lost",
            Figure::Fairness => "fairness",
        }
    }
}

/// The value of each figure, if the case has it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Figures([Option<f64>; Figure::ALL.len()]);

impl Index<Figure> for Figures {
    type Output = Option<f64>;

    fn index(&self, figure: Figure) -> &Option<f64> {
        &self.0[figure as usize]
    }
}

impl IndexMut<Figure> for Figures {
    fn index_mut(&mut self, figure: Figure) -> &mut Option<f64> {
        &mut self.0[figure as usize]
    }
}

impl Figures {
    /// Returns the median of each figure.
    pub(crate) fn median(samples: &[Figures]) -> Figures {
        let mut figures = Figures::default();
        for figure in Figure::ALL {
            let values = samples.iter().filter_map(|sample| sample[figure]);
            figures[figure] = Summary::of(values).map(|summary| summary.median);
        }
        figures
    }

    pub(crate) fn to_json(self) -> Map<String, Value> {
        let known = Figure::ALL
            .into_iter()
            .filter_map(|figure| Some((figure.key().to_owned(), Value::from(self[figure]?))));
        known.collect()
    }
}
