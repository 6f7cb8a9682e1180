//! Which bars were met in most of the runs.

use serde_json::Value;

use super::run::{Run, over_runs};
use crate::busy;
use crate::report::table;
use crate::statistics::Summary;

fn is_met(bar: &Value) -> bool {
    bar["met"] == true
}

fn met_mostly(bars: &[&Value]) -> bool {
    2 * bars.iter().filter(|bar| is_met(bar)).count() > bars.len()
}

/// How many were met, by each run and in most of them.
fn counts(runs: &[Run]) -> String {
    let first = runs.first().map_or(&[][..], |run| &run.bars);
    let mostly = first
        .iter()
        .filter(|bar| met_mostly(&over_runs(runs, bar)))
        .count();
    let each: Vec<String> = runs.iter().map(|run| run.met().to_string()).collect();
    format!(
        "Of {} bars {} were met, {mostly} in most of the runs.",
        first.len(),
        each.join(", ")
    )
}

/// Each bar of the idle bench that was missed in any run.
pub(crate) fn idle(runs: &[Run]) -> String {
    let mut rows = Vec::new();
    for bar in runs.first().map_or(&[][..], |run| &run.bars) {
        let over = over_runs(runs, bar);
        if over.iter().all(|bar| is_met(bar)) {
            continue;
        }
        let text = |key: &str| bar[key].as_str().unwrap_or_default().to_owned();
        let mut row = vec![text("case"), text("name"), text("bar")];
        row.extend(over.iter().map(|bar| {
            let measured = bar["measured"].as_str().unwrap_or("–");
            match is_met(bar) {
                true => measured.to_owned(),
                false => format!("**{measured}**"),
            }
        }));
        row.push(
            if met_mostly(&over) {
                "met in most"
            } else {
                "missed"
            }
            .to_owned(),
        );
        rows.push(row);
    }
    let numbers: Vec<String> = (1..=runs.len())
        .map(|number| format!("run {number}"))
        .collect();
    let mut head = vec!["case", "what", "bar"];
    head.extend(numbers.iter().map(String::as_str));
    head.push("");
    format!(
        "{} Those that were missed in any, in bold where they were:\n\n{}",
        counts(runs),
        table(&head, &[1, 2, head.len() - 1], &rows)
    )
}

/// The middle of the runs for each bar of the busy bench: a row a case, a column a load.
pub(crate) fn busy(runs: &[Run]) -> String {
    let bars = runs.first().map_or(&[][..], |run| &run.bars);
    let mut loads: Vec<u64> = bars
        .iter()
        .filter_map(|bar| bar["beside"].as_u64())
        .collect();
    loads.sort_unstable();
    loads.dedup();
    let mut cases: Vec<&str> = bars.iter().filter_map(|bar| bar["case"].as_str()).collect();
    cases.dedup();
    let cell = |case: &str, load: u64| {
        let of_cell = bars
            .iter()
            .filter(|bar| bar["case"] == case && bar["beside"] == load);
        let texts = of_cell.map(|bar| {
            let over = over_runs(runs, bar);
            let values = over.iter().filter_map(|bar| bar["value"].as_f64());
            let value = Summary::of(values).map(|summary| summary.median);
            let text = busy::value_text(bar["bar"].as_str().unwrap_or_default(), value);
            let by_chance = over.iter().any(|bar| bar["by_chance"] == true);
            match (met_mostly(&over), by_chance) {
                (true, _) => text,
                (false, true) => format!("**~{text}**"),
                (false, false) => format!("**{text}**"),
            }
        });
        texts.collect::<Vec<_>>().join(" ")
    };
    let rows: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let cells = loads.iter().map(|&load| cell(case, load));
            [(*case).to_owned()].into_iter().chain(cells).collect()
        })
        .collect();
    let heads: Vec<String> = loads.iter().map(|load| format!("beside {load}")).collect();
    let mut head = vec!["case"];
    head.extend(heads.iter().map(String::as_str));
    format!(
        "{}\n{}\nThe middle of the runs; in bold what was missed in most of them, with a tilde where \
         it lies within\nwhat the repetitions of the peer differ by in one of them.\n\n{}",
        counts(runs),
        busy::BARS_EXPLAINED,
        table(&head, &[], &rows)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(value: f64) -> Run {
        let bar = json!({
            "case": "monitor-5", "beside": 2, "bar": "mean_ns", "value": value,
            "met": value <= 1.1, "by_chance": false,
        });
        Run {
            bars: vec![bar],
            rows: Vec::new(),
            text: String::new(),
        }
    }

    #[test]
    fn two_of_three_decide() {
        let text = busy(&[run(1.0), run(1.5), run(1.05)]);
        assert!(text.contains("| monitor-5 | 1.05 |"), "{text}");
        assert!(
            text.contains("Of 1 bars 1, 0, 1 were met, 1 in most"),
            "{text}"
        );
        let text = busy(&[run(1.0), run(1.5), run(1.25)]);
        assert!(text.contains("| monitor-5 | **1.25** |"), "{text}");
    }
}
