//! A case that was run.

use crate::bar::Bar;
use crate::case::{Second, Who};
use crate::disturbance::Disturbance;
use crate::statistics::Summary;

/// A case that was run.
pub(crate) struct Finished {
    pub(crate) id: &'static str,
    pub(crate) name: String,
    pub(crate) second: Option<Second>,
    pub(crate) rows: Vec<Row>,
    pub(crate) left_out: Vec<(&'static str, String)>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) disturbance: Disturbance,
}

/// What was measured of one contender.
#[derive(Debug, Clone, Copy)]
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

    /// Returns the peers that did all that was asked of them.
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
