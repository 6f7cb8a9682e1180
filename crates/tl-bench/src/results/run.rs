//! The files of a run.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::statistics::Summary;

/// One whole run of one of the benches.
pub(crate) struct Run {
    /// Each bar, as `--json` has it.
    pub(crate) bars: Vec<Value>,
    /// Each contender of each case.
    pub(crate) rows: Vec<Value>,
    /// What the run printed.
    pub(crate) text: String,
}

impl Run {
    /// Reads the two files of a run.
    pub(crate) fn read(file: &Path) -> Result<Run, Box<dyn Error>> {
        let value: Value = serde_json::from_str(&fs::read_to_string(file.with_extension("json"))?)?;
        let array = |key: &str| {
            let array = value[key].as_array().cloned();
            array.ok_or_else(|| format!("{}.json has no {key}", file.display()))
        };
        Ok(Run {
            bars: array("bars")?,
            rows: array("rows")?,
            text: fs::read_to_string(file.with_extension("md"))?,
        })
    }

    pub(crate) fn met(&self) -> usize {
        self.bars.iter().filter(|bar| bar["met"] == true).count()
    }

    /// Returns the bar of this run that is the same as one of another.
    pub(crate) fn same_bar(&self, other: &Value) -> Option<&Value> {
        let key = |bar: &Value| ["case", "name", "beside", "bar"].map(|part| bar[part].clone());
        self.bars.iter().find(|bar| key(bar) == key(other))
    }
}

/// Returns the median of the runs for this figure of a row.
pub(crate) fn median(runs: &[Run], like: &Value, figure: &str) -> Option<f64> {
    let key = |row: &Value| ["case", "beside", "who"].map(|part| row[part].clone());
    let rows = runs
        .iter()
        .filter_map(|run| run.rows.iter().find(|row| key(row) == key(like)));
    let values = rows.filter_map(|row| row[figure].as_f64());
    Summary::of(values).map(|summary| summary.median)
}
