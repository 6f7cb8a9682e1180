//! Tables of every bar, with the figure of each run.

use super::outcome::{OverRuns, over_runs};
use super::run::Run;
use crate::busy;
use crate::statistics::Summary;
use crate::text::table;

/// Returns the table of the idle bench: a row for each bar, a column for each run.
pub(crate) fn idle(runs: &[Run]) -> String {
    let rows: Vec<Vec<String>> = over_runs(runs)
        .iter()
        .map(|bar| {
            let what = ["case", "name", "bar"].map(|key| bar.text(key).to_owned());
            let mut figures = bar.figures();
            figures.resize(runs.len(), "–".to_owned());
            what.into_iter()
                .chain(figures)
                .chain([met_in(bar)])
                .collect()
        })
        .collect();
    let numbers: Vec<String> = (1..=runs.len())
        .map(|number| format!("run {number}"))
        .collect();
    let mut head = vec!["case", "what", "bar"];
    head.extend(numbers.iter().map(String::as_str));
    head.push("met in");
    table(&head, &[1, 2], &rows)
}

fn met_in(bar: &OverRuns<'_>) -> String {
    bar.outcome().marked(&bar.met().to_string())
}

/// Returns the bars of the busy bench by case and load, in their order.
fn cells<'a, 'b>(bars: &'a [OverRuns<'b>]) -> Vec<((&'a str, u64), Vec<&'a OverRuns<'b>>)> {
    let mut cells: Vec<((&str, u64), Vec<&OverRuns<'_>>)> = Vec::new();
    for bar in bars {
        let key = (bar.text("case"), bar.beside().unwrap_or_default());
        match cells.last_mut() {
            Some((last, cell)) if *last == key => cell.push(bar),
            _ => cells.push((key, vec![bar])),
        }
    }
    cells
}

/// Returns the table of the busy bench: a row for each case and load, a column for each figure. A
/// cell has the figure of each run, and in brackets in how many of them it met the bar.
pub(crate) fn busy(runs: &[Run]) -> String {
    let bars = over_runs(runs);
    let rows: Vec<Vec<String>> = cells(&bars)
        .into_iter()
        .map(|((case, load), cell)| {
            let of = |key: &&str| {
                let bar = cell.iter().find(|bar| bar.text("bar") == *key);
                bar.map_or("–".to_owned(), |bar| {
                    format!("{} ({})", bar.figures().join(" "), met_in(bar))
                })
            };
            [case.to_owned(), load.to_string()]
                .into_iter()
                .chain(busy::BAR_KEYS.iter().map(of))
                .collect()
        })
        .collect();
    let names = busy::BAR_KEYS.map(busy::figure_name);
    let head: Vec<&str> = ["case", "beside"].into_iter().chain(names).collect();
    table(&head, &[], &rows)
}

/// Returns a short table of the busy bench, with the median of the runs: a row for each case, a
/// column for each load.
pub(crate) fn overview(runs: &[Run]) -> String {
    let bars = over_runs(runs);
    let cells = cells(&bars);
    let mut loads: Vec<u64> = cells.iter().map(|((_, load), _)| *load).collect();
    loads.sort_unstable();
    loads.dedup();
    let mut cases: Vec<&str> = cells.iter().map(|((case, _), _)| *case).collect();
    cases.dedup();
    let rows: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let cell = |load: &u64| {
                let cell = cells.iter().find(|(key, _)| *key == (*case, *load));
                let texts = cell.map(|(_, bars)| bars.iter().map(|bar| median(bar)));
                texts.map_or("–".to_owned(), |texts| {
                    texts.collect::<Vec<_>>().join(" ")
                })
            };
            [(*case).to_owned()]
                .into_iter()
                .chain(loads.iter().map(cell))
                .collect()
        })
        .collect();
    let heads: Vec<String> = loads.iter().map(|load| format!("beside {load}")).collect();
    let mut head = vec!["case"];
    head.extend(heads.iter().map(String::as_str));
    table(&head, &[], &rows)
}

fn median(bar: &OverRuns<'_>) -> String {
    let values = bar.each.iter().filter_map(|bar| bar["value"].as_f64());
    let value = Summary::of(values).map(|summary| summary.median);
    bar.outcome()
        .marked(&busy::value_text(bar.text("bar"), value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(mean: f64, p99: f64) -> Run {
        let bar = |key, value: f64, limit| {
            json!({
                "case": "monitor-5", "name": "waits", "beside": 2, "bar": key, "value": value,
                "met": value <= limit, "by_chance": false, "disturbed": false,
            })
        };
        Run {
            bars: vec![bar("mean_ns", mean, 1.1), bar("p99_ns", p99, 1.25)],
            rows: Vec::new(),
            text: String::new(),
        }
    }

    #[test]
    fn a_bar_has_the_figures_of_all_runs_and_in_how_many_it_was_met() {
        let text = busy(&[run(1.0, 1.5), run(1.5, 2.5), run(1.05, 1.0)]);
        let row =
            "| monitor-5 | 2 | 1.00 **1.50** 1.05 (2) | **1.50** **2.50** 1.00 (**1**) | – | – |";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn the_overview_has_the_median_of_the_runs() {
        let text = overview(&[run(1.0, 1.5), run(1.5, 2.5), run(1.05, 1.0)]);
        assert!(text.contains("| monitor-5 | 1.05 **1.50** |"), "{text}");
    }

    #[test]
    fn an_idle_bar_has_a_column_for_each_run() {
        let idle_run = |measured: &str, met| Run {
            bars: vec![json!({
                "case": "3a", "name": "Lock", "bar": "≤ 1", "measured": measured, "met": met,
                "by_chance": true,
            })],
            rows: Vec::new(),
            text: String::new(),
        };
        let text = idle(&[
            idle_run("0.9", true),
            idle_run("1.2", false),
            idle_run("1.1", false),
        ]);
        let row = "| 3a | Lock | ≤ 1 | 0.9 | **~1.2** | **~1.1** | **~1** |";
        assert!(text.contains(row), "{text}");
    }
}
