//! What a run prints: Markdown tables for a reader, JSON for a program.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::bar::{Against, Bar};
use crate::case::{Second, Who};
use crate::finished::{Finished, Row};
use crate::growth::Grown;
use crate::text::{duration, table};
use crate::verdict::{Measured, Verdict, verdicts_of};

/// Returns the second figure, in its own unit.
fn second(kind: Second, value: f64) -> String {
    match kind {
        Second::Percentile99 | Second::WriterWait => duration(value),
        Second::Fairness | Second::WritesPerLine => format!("{value:.2}"),
        Second::ProcessorShare => format!("{:.1} %", 100.0 * value),
    }
}

/// Returns everything that was measured, as Markdown.
pub(crate) fn all(cases: &[Finished], grown: &[Grown], memory: Option<&str>) -> String {
    let grown_tables: Vec<String> = grown.iter().map(Grown::table).collect();
    let sections = [
        ("Bars", verdicts(cases, grown)),
        ("Cases", summary(cases)),
        ("Cost as work grows", grown_tables.join("\n")),
        ("Memory", memory.unwrap_or_default().to_owned()),
        ("Disturbed", disturbed(cases, grown)),
        ("Left out", left_out(cases)),
        ("All contenders", details(cases)),
    ];
    sections
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(title, text)| format!("## {title}\n\n{text}\n"))
        .collect()
}

/// Returns one row for each case: ours beside the limit and the best peer, and how the bars came
/// out.
fn summary(cases: &[Finished]) -> String {
    if cases.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = cases.iter().map(summary_row).collect();
    let head = [
        "case",
        "what",
        "ours",
        "limit",
        "best peer",
        "ours / limit",
        "ours / best",
        "bars",
        "CPython",
    ];
    table(&head, &[1, 4, 7], &rows)
}

fn summary_row(case: &Finished) -> Vec<String> {
    let ours = case.median(Who::Ours);
    let best = case.best_peer();
    let time = |nanos: Option<f64>| nanos.map_or("–".to_owned(), duration);
    let ratio = |other: Option<f64>| {
        ours.zip(other).map_or("–".to_owned(), |(ours, other)| {
            format!("{:.2}", ours / other)
        })
    };
    let limit = case.median(Who::Limit);
    let mark = case.disturbance.mark().map_or("", |_| " (disturbed)");
    vec![
        format!("{}{mark}", case.id),
        case.name.clone(),
        case.row(Who::Ours).map_or("–".to_owned(), with_spread),
        time(limit),
        best.map_or("–".to_owned(), |peer| {
            format!("{} {}", peer.who.label(), duration(peer.nanos.median))
        }),
        ratio(limit),
        ratio(best.map(|peer| peer.nanos.median)),
        verdicts_of(case)
            .iter()
            .map(|verdict| verdict_text(verdict, case.second))
            .collect::<Vec<_>>()
            .join("; "),
        time(case.median(Who::Python)),
    ]
}

fn with_spread(row: &Row) -> String {
    format!(
        "{} ({}–{})",
        duration(row.nanos.median),
        three_digits_of(row.nanos.min, row.nanos.median),
        duration(row.nanos.max),
    )
}

/// Returns the lower end of a range, without its unit if that is the unit of the median too.
fn three_digits_of(value: f64, like: f64) -> String {
    let (value_text, like_text) = (duration(value), duration(like));
    match (value_text.split_once(' '), like_text.split_once(' ')) {
        (Some((digits, unit)), Some((_, same))) if unit == same => digits.to_owned(),
        _ => value_text,
    }
}

fn verdict_text(verdict: &Verdict, kind: Option<Second>) -> String {
    let bar = bar_text(verdict.bar, kind);
    match verdict.measured {
        None => format!("{bar}: not measured"),
        Some(Measured {
            value,
            met,
            by_chance,
        }) => {
            let value = measured_text(verdict.bar, kind, value);
            match (met, by_chance) {
                (true, _) => format!("{bar}: {value} met"),
                (false, true) => format!("**{bar}: ~{value} missed**"),
                (false, false) => format!("**{bar}: {value} missed**"),
            }
        }
    }
}

fn bar_text(bar: Bar, kind: Option<Second>) -> String {
    let against = |against| match against {
        Against::Limit => "limit".to_owned(),
        Against::BestPeer => "best peer".to_owned(),
        Against::LimitOrPeer => "the better of limit and best peer".to_owned(),
        Against::Row(name) => name.to_owned(),
        Against::Python => "CPython".to_owned(),
        Against::Nanos(nanos) => duration(nanos),
    };
    let label = kind.map_or("second figure", Second::label);
    match bar {
        Bar::Median(other @ Against::Nanos(_), _) => format!("≤ {}", against(other)),
        Bar::Median(other, times) => format!("≤ {times:.2} × {}", against(other)),
        Bar::Second(other, times) => format!("{label} ≤ {times:.2} × {}", against(other)),
        Bar::SecondAtLeast(value) => {
            format!(
                "{label} ≥ {}",
                kind.map_or(value.to_string(), |kind| second(kind, value))
            )
        }
        Bar::SecondAtMost(value) => {
            format!(
                "{label} ≤ {}",
                kind.map_or(value.to_string(), |kind| second(kind, value))
            )
        }
    }
}

fn measured_text(bar: Bar, kind: Option<Second>, value: f64) -> String {
    match (bar, kind) {
        (Bar::Median(Against::Nanos(nanos), _), _) => duration(value * nanos),
        (Bar::SecondAtLeast(_) | Bar::SecondAtMost(_), Some(kind)) => second(kind, value),
        _ if value < 0.095 => format!("{value:.3}"),
        _ => format!("{value:.2}"),
    }
}

/// Returns every contender of every case.
fn details(cases: &[Finished]) -> String {
    if cases.is_empty() {
        return String::new();
    }
    let mut rows = Vec::new();
    for case in cases {
        let limit = case.median(Who::Limit);
        let best = case.best_peer().map(|peer| peer.nanos.median);
        for row in &case.rows {
            let ratio = |other: Option<f64>| {
                other.map_or("–".to_owned(), |other| {
                    format!("{:.2}", row.nanos.median / other)
                })
            };
            let figure = match (case.second, row.second) {
                (Some(kind), Some(summary)) => {
                    format!("{} {}", kind.label(), second(kind, summary.median))
                }
                _ => String::new(),
            };
            rows.push(vec![
                case.id.to_owned(),
                case.name.clone(),
                row.who.label().to_owned(),
                duration(row.nanos.median),
                duration(row.nanos.min),
                duration(row.nanos.max),
                ratio(limit),
                ratio(best),
                figure,
            ]);
        }
    }
    let head = [
        "case",
        "what",
        "who",
        "median",
        "least",
        "greatest",
        "/ limit",
        "/ best peer",
        "besides",
    ];
    table(&head, &[1, 2, 8], &rows)
}

/// Returns the cases during which something else ran.
fn disturbed(cases: &[Finished], grown: &[Grown]) -> String {
    let mut text = String::new();
    for case in cases {
        if let Some(mark) = case.disturbance.mark() {
            let _ = writeln!(text, "- {} {}: {mark}", case.id, case.name);
        }
    }
    for grown in grown {
        for (size, case) in &grown.sizes {
            if let Some(mark) = case.disturbance.mark() {
                let _ = writeln!(text, "- {}, {size} {}: {mark}", case.name, grown.growth.of);
            }
        }
    }
    text
}

/// Returns the peers that did not take part, or failed.
fn left_out(cases: &[Finished]) -> String {
    let mut text = String::new();
    for case in cases {
        for (peer, reason) in &case.left_out {
            let _ = writeln!(text, "- {} {}: {peer}: {reason}", case.id, case.name);
        }
    }
    text
}

/// Returns how many bars were met, and which were not.
fn verdicts(cases: &[Finished], grown: &[Grown]) -> String {
    let all: Vec<(&Finished, Verdict)> = cases
        .iter()
        .flat_map(|case| verdicts_of(case).into_iter().map(move |each| (case, each)))
        .collect();
    let count = |wanted: fn(Option<Measured>) -> bool| {
        all.iter()
            .filter(|(_, verdict)| wanted(verdict.measured))
            .count()
    };
    let mut text = format!(
        "Bars: {} met, {} missed, {} of these (with ~) within what the repetitions of the other \
         side differ by, {} not measured.\n",
        count(|measured| measured.is_some_and(|measured| measured.met)),
        count(|measured| measured.is_some_and(|measured| !measured.met)),
        count(|measured| measured.is_some_and(|measured| measured.by_chance)),
        count(|measured| measured.is_none()),
    );
    for (case, verdict) in &all {
        if verdict.measured.is_some_and(|measured| !measured.met) {
            let _ = writeln!(
                text,
                "- {} {}: {}",
                case.id,
                case.name,
                verdict_text(verdict, case.second)
            );
        }
    }
    for grown in grown {
        if let Some((ours, peer, theirs, false)) = grown.verdict() {
            let _ = writeln!(
                text,
                "- {}, as {} grow: **ours × {ours:.2}, {} × {theirs:.2}**",
                grown.growth.name,
                grown.growth.of,
                peer.label()
            );
        }
    }
    text
}

/// Returns the bars, and an object for each contender of each case, and of each size of a growth.
pub(crate) fn json(cases: &[Finished], grown: &[Grown]) -> Value {
    let of_cases = cases.iter().flat_map(|case| {
        verdicts_of(case).into_iter().filter_map(|verdict| {
            let measured = verdict.measured?;
            Some(json!({
                "case": case.id,
                "name": case.name,
                "bar": bar_text(verdict.bar, case.second),
                "value": measured.value,
                "measured": measured_text(verdict.bar, case.second, measured.value),
                "met": measured.met,
                "by_chance": measured.by_chance,
                "disturbed": case.disturbance.mark().is_some(),
            }))
        })
    });
    let of_growths = grown.iter().filter_map(|grown| {
        let (ours, peer, theirs, met) = grown.verdict()?;
        Some(json!({
            "case": grown.growth.id,
            "name": grown.growth.name,
            "bar": "grows no more than the best peer",
            "value": ours / theirs,
            "measured": format!("× {ours:.2}, {} × {theirs:.2}", peer.label()),
            "met": met,
            "by_chance": false,
            "disturbed": grown.sizes.iter().any(|(_, case)| case.disturbance.mark().is_some()),
        }))
    });
    let sized = grown.iter().flat_map(|grown| {
        let sizes = grown.sizes.iter();
        sizes.map(|(size, case)| (Some(*size), case))
    });
    let rows = cases.iter().map(|case| (None, case)).chain(sized);
    let rows: Vec<Value> = rows
        .flat_map(|(size, case)| case.rows.iter().map(move |row| json_row(case, size, row)))
        .collect();
    json!({ "bars": of_cases.chain(of_growths).collect::<Vec<_>>(), "rows": rows })
}

fn json_row(case: &Finished, size: Option<usize>, row: &Row) -> Value {
    let mut object = json!({
        "case": case.id,
        "name": case.name,
        "who": row.who.label(),
        "role": match row.who {
            Who::Limit => "limit",
            Who::Ours => "ours",
            Who::Variant(_) | Who::Spinner(_) => "shown",
            Who::Peer(_) => "peer",
            Who::Python => "CPython",
        },
        "median_ns": row.nanos.median,
        "min_ns": row.nanos.min,
        "max_ns": row.nanos.max,
    });
    if row.failed {
        object["failed"] = json!(true);
    }
    if let (Some(kind), Some(summary)) = (case.second, row.second) {
        object[kind.label()] = json!(summary.median);
    }
    if let Some(mark) = case.disturbance.mark() {
        object["disturbed"] = json!(mark);
    }
    if let Some(size) = size {
        object["size"] = json!(size);
    }
    object
}
