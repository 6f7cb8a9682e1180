//! What a run prints: Markdown tables for a reader, JSON for a program.

use std::fmt::Write;

use serde_json::{Value, json};

use super::case::Side;
use super::figures::Figure;
use super::run::{AtLoad, Measured, Row};
use crate::report::table;

/// What ours may be, beside the best of the peers that it is held against.
const BARS: [(Figure, f64); 3] = [
    (Figure::Mean, 1.1),
    (Figure::P99, 1.25),
    (Figure::Processor, 1.15),
];

/// How much greater the share of lost items may be: what two samples of a peer differ by.
const MORE_LOST: f64 = 0.005;

/// One bar at one load: the ratio, or for lost items the difference of the shares, and whether
/// that meets it.
struct Verdict {
    value: f64,
    met: bool,
}

/// What ours is held against: the best of these figures of the peers.
fn best(at_load: &AtLoad, figure: Figure) -> Option<f64> {
    let peers = at_load.rows.iter().filter(|row| row.side == Side::Held);
    peers
        .filter_map(|row| row.figures.as_ref().ok()?[figure])
        .min_by(f64::total_cmp)
}

fn verdicts(at_load: &AtLoad) -> Vec<Verdict> {
    let ours = at_load.rows.iter().find(|row| row.side == Side::Ours);
    let Some(Ok(ours)) = ours.map(|row| &row.figures) else {
        return Vec::new();
    };
    let ratios = BARS.iter().filter_map(|&(figure, bar)| {
        let value = ours[figure]? / best(at_load, figure)?;
        Some(Verdict {
            value,
            met: value <= bar,
        })
    });
    let lost = ours[Figure::Lost]
        .zip(best(at_load, Figure::Lost))
        .map(|(ours, best)| {
            let value = ours - best;
            Verdict {
                value,
                met: value <= MORE_LOST,
            }
        });
    ratios.chain(lost).collect()
}

/// Everything that was measured, as Markdown.
pub(crate) fn all(head: &str, measured: &[Measured]) -> String {
    let tables: Vec<String> = measured.iter().map(case_table).collect();
    format!(
        "{head}\n\n{}\n## Bars\n\n{}",
        tables.join("\n"),
        bars(measured)
    )
}

fn loads_of(measured: &[Measured]) -> Vec<usize> {
    let first = measured.first();
    first.map_or(Vec::new(), |case| {
        case.loads.iter().map(|at_load| at_load.load).collect()
    })
}

fn head(first: &str, loads: impl IntoIterator<Item = usize>) -> Vec<String> {
    let beside = loads.into_iter().map(|load| format!("beside {load}"));
    [first.to_owned()].into_iter().chain(beside).collect()
}

/// A row for each contender, a column for each load.
fn case_table(case: &Measured) -> String {
    let head = head("", case.loads.iter().map(|at_load| at_load.load));
    let contenders = case.loads.first().map_or(0, |at_load| at_load.rows.len());
    let rows: Vec<Vec<String>> = (0..contenders)
        .map(|index| {
            let name = case.loads[0].rows[index].name.to_owned();
            let cells = case.loads.iter().map(|at_load| cell(&at_load.rows[index]));
            [name].into_iter().chain(cells).collect()
        })
        .collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut text = format!("**{}** {}\n\n", case.id, case.what);
    text += &table(&head, &(1..head.len()).collect::<Vec<_>>(), &rows);
    for at_load in &case.loads {
        if let Some(mark) = at_load.disturbance.mark() {
            let _ = writeln!(text, "\nDisturbed beside {}: {mark}.", at_load.load);
        }
        for row in &at_load.rows {
            if let Err(reason) = &row.figures {
                let _ = writeln!(text, "\nBeside {}, {}: {reason}.", at_load.load, row.name);
            }
        }
    }
    text
}

fn cell(row: &Row) -> String {
    let Ok(figures) = &row.figures else {
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

/// Microseconds, to two digits or to the whole.
fn micros(nanos: f64) -> String {
    let micros = nanos / 1e3;
    match micros {
        _ if micros < 0.995 => format!("{micros:.2}"),
        _ if micros < 9.95 => format!("{micros:.1}"),
        _ => format!("{micros:.0}"),
    }
}

/// A row for each case, with the ratios at each load; what is missed is set in bold.
fn bars(measured: &[Measured]) -> String {
    let (mut met, mut missed) = (0, 0);
    let mut rows = Vec::new();
    for case in measured {
        let mut row = vec![case.id.clone()];
        for at_load in &case.loads {
            let verdicts = verdicts(at_load);
            met += verdicts.iter().filter(|verdict| verdict.met).count();
            missed += verdicts.iter().filter(|verdict| !verdict.met).count();
            let mark = at_load.disturbance.mark().map_or("", |_| " (disturbed)");
            row.push(format!("{}{mark}", verdicts_text(&verdicts)));
        }
        rows.push(row);
    }
    let head = head("case", loads_of(measured));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    format!(
        "{met} met, {missed} missed. Each cell: the mean (≤ 1.10), p99 (≤ 1.25), and processor time \
         (≤ 1.15) of ours\nby the best of the peers that it is held against, and for items how many \
         more are lost.\n\n{}",
        table(&head, &[], &rows)
    )
}

fn verdicts_text(verdicts: &[Verdict]) -> String {
    if verdicts.is_empty() {
        return "–".to_owned();
    }
    let texts = verdicts.iter().enumerate().map(|(index, verdict)| {
        let text = match index < BARS.len() {
            true if verdict.value < 9.95 => format!("{:.2}", verdict.value),
            true => format!("{:.0}", verdict.value),
            false => format!("{:+.1} %", 100.0 * verdict.value),
        };
        if verdict.met {
            text
        } else {
            format!("**{text}**")
        }
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// An array of objects, one for each contender of each case at each load.
pub(crate) fn json(measured: &[Measured]) -> Value {
    let at_loads = measured
        .iter()
        .flat_map(|case| case.loads.iter().map(move |at_load| (case, at_load)));
    at_loads
        .flat_map(|(case, at_load)| {
            at_load.rows.iter().map(move |row| {
                let mut object = match &row.figures {
                    Ok(figures) => Value::Object(figures.to_json()),
                    Err(reason) => json!({ "error": reason }),
                };
                object["case"] = json!(case.id);
                object["who"] = json!(row.name);
                object["beside"] = json!(at_load.load);
                if let Some(mark) = at_load.disturbance.mark() {
                    object["disturbed"] = json!(mark);
                }
                object
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::busy::figures::Figures;
    use crate::disturbance::Disturbance;

    fn row(name: &'static str, side: Side, mean: f64, lost: f64) -> Row {
        let mut figures = Figures::default();
        figures[Figure::Mean] = Some(mean);
        figures[Figure::Lost] = Some(lost);
        Row {
            name,
            side,
            figures: Ok(figures),
        }
    }

    fn at_load(rows: Vec<Row>) -> AtLoad {
        AtLoad {
            load: 2,
            rows,
            disturbance: Disturbance {
                others: 0.0,
                stolen: 0.0,
                check: 0.0,
            },
        }
    }

    #[test]
    fn ours_is_held_against_the_best_that_counts() {
        let rows = vec![
            row("ours", Side::Ours, 12.0, 0.1),
            row("std", Side::Held, 20.0, 0.0),
            row("parking_lot", Side::Held, 10.0, 0.5),
            row("hurdles", Side::Shown, 1.0, 0.0),
        ];
        let at_load = at_load(rows);
        let verdicts = verdicts(&at_load);
        assert_eq!(verdicts.len(), 2);
        assert!((verdicts[0].value - 1.2).abs() < 1e-9 && !verdicts[0].met);
        assert!((verdicts[1].value - 0.1).abs() < 1e-9 && !verdicts[1].met);
    }

    #[test]
    fn what_failed_is_not_held_against_ours() {
        let failed = Row {
            name: "std",
            side: Side::Held,
            figures: Err("hung".to_owned()),
        };
        let at_load = at_load(vec![row("ours", Side::Ours, 12.0, 0.0), failed]);
        assert!(verdicts(&at_load).is_empty());
    }
}
