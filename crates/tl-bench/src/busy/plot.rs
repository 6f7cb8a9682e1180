//! The charts of p99 against load, as SVG.

use std::error::Error;
use std::path::Path;

use super::case::Side;
use super::figures::Figure;
use super::run::Measured;
use crate::plot::{Chart, Line};

/// The cases that have a chart, and its name.
pub(crate) const CHARTS: [(&str, &str); 4] = [
    ("monitor-5", "busy-monitor"),
    ("barrier-4-20", "busy-barrier"),
    ("semaphore-5", "busy-semaphore"),
    ("lock-4-5-20", "busy-lock"),
];

/// Writes a chart of each of these that was measured.
pub(crate) fn write(measured: &[Measured], directory: &Path) -> Result<(), Box<dyn Error>> {
    for (id, name) in CHARTS {
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
            title: &format!("{}: p99", case.what),
            x: "processes that compute beside it",
            y: "p99 of a wait",
            lines: lines.collect(),
            is_x_logarithmic: false,
        }
        .write(directory, name)?;
    }
    Ok(())
}
