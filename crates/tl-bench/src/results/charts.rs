//! The charts of p99 against load: the median of the runs.

use std::io;
use std::path::Path;

use super::run::{Run, median};
use crate::busy;
use crate::chart::{Chart, Horizontal, Line};

/// Writes a chart of each of the cases that have one.
pub(crate) fn write(runs: &[Run], directory: &Path) -> io::Result<()> {
    let rows = runs.first().map_or(&[][..], |run| &run.rows);
    for (case, name, _) in busy::CHARTS {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for row in rows.iter().filter(|row| row["case"] == case) {
            let load = row["beside"].as_f64().unwrap_or_default();
            let point = median(runs, row, "p99_ns").map(|p99| (load, p99));
            let who = row["who"].as_str().unwrap_or_default();
            match lines.iter_mut().find(|line| line.name == who) {
                Some(line) => line.points.extend(point),
                None => lines.push(Line {
                    name: who,
                    is_ours: row["role"] == "ours",
                    points: point.into_iter().collect(),
                }),
            }
        }
        let what = rows.iter().find(|row| row["case"] == case);
        Chart {
            title: what.map_or(case, |row| row["name"].as_str().unwrap_or(case)),
            x: busy::CHART_X,
            y: busy::CHART_Y,
            lines,
            horizontal: Horizontal::Steps,
        }
        .write(directory, name)?;
    }
    Ok(())
}
