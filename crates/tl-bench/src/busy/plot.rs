//! The charts of p99 against load, as SVG.

use std::io;
use std::path::Path;

use super::case::Side;
use super::figures::Figure;
use super::run::Measured;
use crate::chart::{Chart, Horizontal, Line};

/// The cases that have a chart, each with the name of the chart and of the primitive.
pub(crate) const CHARTS: [(&str, &str, &str); 4] = [
    ("monitor-5", "busy-monitor", "Monitor"),
    ("barrier-4-20", "busy-barrier", "Barrier"),
    ("semaphore-5", "busy-semaphore", "Semaphore"),
    ("lock-4-5-20", "busy-lock", "Lock"),
];

pub(crate) const CHART_X: &str = "processes that compute beside it";
pub(crate) const CHART_Y: &str = "99 of 100 waits are shorter than";

/// Writes a chart of each case of [`CHARTS`] that was measured.
pub(crate) fn write(measured: &[Measured], directory: &Path) -> io::Result<()> {
    for (id, name, _) in CHARTS {
        let Some(case) = measured.iter().find(|case| case.id == id) else {
            continue;
        };
        let contenders = case.loads.first().map_or(0, |at_load| at_load.rows.len());
        let lines = (0..contenders).map(|index| {
            let row = &case.loads[0].rows[index];
            let point = |at_load: &super::run::AtLoad| {
                let p99 = at_load.rows[index].figures()?[Figure::P99]?;
                Some((at_load.load as f64, p99))
            };
            Line {
                name: row.name,
                is_ours: row.side == Side::Ours,
                points: case.loads.iter().filter_map(point).collect(),
            }
        });
        Chart {
            title: &case.what,
            x: CHART_X,
            y: CHART_Y,
            lines: lines.collect(),
            horizontal: Horizontal::Steps,
        }
        .write(directory, name)?;
    }
    Ok(())
}
