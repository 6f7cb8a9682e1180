//! What a run prints: Markdown tables for a reader, JSON for a program.

use std::fmt::Write;

use serde_json::{Value, json};

use super::bar::{self, Verdict};
use super::case::Side;
use super::figures::Figure;
use super::run::{AtLoad, Measured, Row};
use crate::text::table;

/// Returns everything that was measured, as Markdown.
pub(crate) fn all(head: &str, measured: &[Measured]) -> String {
    let tables: Vec<String> = measured.iter().map(case_table).collect();
    format!(
        "{head}\n\n## Bars\n\n{}\n## Cases\n\nMean (processor time an operation) · p50 / p99 / p99.9 \
         / greatest, in µs.\n\n{}",
        bars(measured),
        tables.join("\n")
    )
}

fn head(first: &str, loads: &[AtLoad]) -> Vec<String> {
    let beside = loads
        .iter()
        .map(|at_load| format!("beside {}", at_load.load));
    [first.to_owned()].into_iter().chain(beside).collect()
}

/// Returns a row for each contender, a column for each load.
fn case_table(case: &Measured) -> String {
    let contenders = case.loads.first().map_or(0, |at_load| at_load.rows.len());
    let rows: Vec<Vec<String>> = (0..contenders)
        .map(|index| {
            let name = case.loads[0].rows[index].name.to_owned();
            let cells = case.loads.iter().map(|at_load| cell(&at_load.rows[index]));
            [name].into_iter().chain(cells).collect()
        })
        .collect();
    let head = head("", &case.loads);
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut text = format!("**{}** {}\n\n", case.id, case.what);
    text += &table(&head, &(1..head.len()).collect::<Vec<_>>(), &rows);
    for at_load in &case.loads {
        if let Some(mark) = at_load.disturbance.mark() {
            let _ = writeln!(text, "\nDisturbed beside {}: {mark}.", at_load.load);
        }
        for row in &at_load.rows {
            if let Err(reason) = &row.repetitions {
                let _ = writeln!(text, "\nBeside {}, {}: {reason}.", at_load.load, row.name);
            }
        }
    }
    text
}

fn cell(row: &Row) -> String {
    let Some(figures) = row.figures() else {
        return "failed".to_owned();
    };
    let time = |figure| figures[figure].map_or("–".to_owned(), micros);
    let mut text = format!(
        "{} ({}) · {} / {} / {} / {}",
        time(Figure::Mean),
        time(Figure::Processor),
        time(Figure::P50),
        time(Figure::P99),
        time(Figure::P999),
        time(Figure::Greatest)
    );
    if let Some(lost) = figures[Figure::Lost] {
        let _ = write!(text, " · {:.1} % lost", 100.0 * lost);
    }
    if let Some(fairness) = figures[Figure::Fairness] {
        let _ = write!(text, " · fair {fairness:.2}");
    }
    text
}

/// Returns microseconds to two digits, or as a whole number from ten on.
fn micros(nanos: f64) -> String {
    let micros = nanos / 1e3;
    match micros {
        _ if micros < 0.995 => format!("{micros:.2}"),
        _ if micros < 9.95 => format!("{micros:.1}"),
        _ => format!("{micros:.0}"),
    }
}

/// Returns a row for each case, with the ratios at each load.
fn bars(measured: &[Measured]) -> String {
    let mut all: Vec<Verdict> = Vec::new();
    let mut rows = Vec::new();
    for case in measured {
        let mut row = vec![case.id.clone()];
        for at_load in &case.loads {
            let verdicts = bar::judge(at_load);
            let mark = at_load.disturbance.mark().map_or("", |_| " (disturbed)");
            row.push(format!("{}{mark}", bar::text(&verdicts)));
            all.extend(verdicts);
        }
        rows.push(row);
    }
    let head = head("case", measured.first().map_or(&[], |case| &case.loads));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let missed: Vec<&Verdict> = all.iter().filter(|verdict| !verdict.met).collect();
    format!(
        "{} met, {} missed, {} of these (with ~) within what the repetitions of the peer differ \
         by.\n{BARS_EXPLAINED}\n\n{}",
        all.len() - missed.len(),
        missed.len(),
        missed.iter().filter(|verdict| verdict.by_chance).count(),
        table(&head, &[], &rows)
    )
}

pub(crate) const BARS_EXPLAINED: &str = "\
Each cell: our mean (≤ 1.10), p99 (≤ 1.25) and processor time (≤ 1.15), each divided by the best
peer's; and for items, by how much our share of lost ones is greater.";

/// Returns the bars, and an object for each contender of each case at each load.
pub(crate) fn json(measured: &[Measured]) -> Value {
    let at_loads = || {
        let each = |case| move |at_load| (case, at_load);
        measured
            .iter()
            .flat_map(move |case: &Measured| case.loads.iter().map(each(case)))
    };
    let rows: Vec<Value> = at_loads()
        .flat_map(|(case, at_load)| {
            at_load
                .rows
                .iter()
                .map(move |row| json_row(case, at_load, row))
        })
        .collect();
    let bars: Vec<Value> = at_loads()
        .flat_map(|(case, at_load)| {
            bar::judge(at_load).into_iter().map(move |verdict| {
                json!({
                    "case": case.id,
                    "name": case.what,
                    "beside": at_load.load,
                    "bar": verdict.figure.key(),
                    "value": verdict.value,
                    "limit": verdict.limit,
                    "met": verdict.met,
                    "by_chance": verdict.by_chance,
                    "disturbed": at_load.disturbance.mark().is_some(),
                })
            })
        })
        .collect();
    json!({ "bars": bars, "rows": rows })
}

fn json_row(case: &Measured, at_load: &AtLoad, row: &Row) -> Value {
    let mut object = match row.figures() {
        Some(figures) => Value::Object(figures.to_json()),
        None => json!({}),
    };
    match &row.repetitions {
        Ok(each) => {
            let each = each.iter().map(|figures| figures.to_json());
            object["repetitions"] = each.collect();
        }
        Err(reason) => object["error"] = json!(reason),
    }
    object["case"] = json!(case.id);
    object["name"] = json!(case.what);
    object["who"] = json!(row.name);
    object["role"] = json!(match row.side {
        Side::Ours => "ours",
        Side::Peer => "peer",
        Side::Shown => "shown",
    });
    object["beside"] = json!(at_load.load);
    if let Some(mark) = at_load.disturbance.mark() {
        object["disturbed"] = json!(mark);
    }
    object
}
