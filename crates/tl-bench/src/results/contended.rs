//! What the percentiles of a wait hide where several threads want the same lock. An unfair lock has
//! few long waits, and many acquisitions that found it free, since the same thread takes it again
//! and again.

use serde_json::Value;

use super::run::{Run, median};
use crate::text::{duration, table};

/// The cases of the table.
const CASES: [&str; 4] = ["lock-", "rwlock-", "semaphore-4-2", "semaphore-8-2"];

/// Returns a row for each case and load: acquisitions, fairness and the longest wait, ours beside
/// each peer that it is compared with, the median of the runs.
pub(crate) fn table_of(runs: &[Run]) -> String {
    let first = runs.first().map_or(&[][..], |run| &run.rows);
    let rows: Vec<Vec<String>> = first
        .iter()
        .filter(|row| row["role"] == "ours")
        .filter(|row| {
            let case = row["case"].as_str().unwrap_or_default();
            CASES.iter().any(|name| case.starts_with(name))
        })
        .map(|ours| row_of(runs, first, ours))
        .collect();
    let head = [
        "case",
        "beside",
        "acquisitions / ours",
        "slowest / fastest thread",
        "longest wait",
    ];
    table(&head, &[2, 3, 4], &rows)
}

fn row_of(runs: &[Run], first: &[Value], ours: &Value) -> Vec<String> {
    let is_same = |row: &Value, key: &str| row[key] == ours[key];
    let peers: Vec<&Value> = first
        .iter()
        .filter(|row| row["role"] == "peer" && is_same(row, "case") && is_same(row, "beside"))
        .collect();
    let all = |text: &dyn Fn(&Value) -> Option<String>| {
        let texts = [ours].into_iter().chain(peers.iter().copied()).map(|row| {
            let who = row["who"].as_str().unwrap_or_default();
            format!("{who} {}", text(row).unwrap_or_else(|| "–".to_owned()))
        });
        texts.collect::<Vec<_>>().join(", ")
    };
    let of_ours = median(runs, ours, "waits");
    vec![
        ours["case"].as_str().unwrap_or_default().to_owned(),
        ours["beside"].to_string(),
        all(&|row| Some(format!("{:.2}", median(runs, row, "waits")? / of_ours?))),
        all(&|row| Some(format!("{:.2}", median(runs, row, "fairness")?))),
        all(&|row| Some(duration(median(runs, row, "greatest_ns")?))),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(waits: f64) -> Run {
        let row = |case: &str, who: &str, role: &str, waits: f64| {
            json!({
                "case": case, "beside": 2, "who": who, "role": role, "waits": waits,
                "fairness": 0.5, "greatest_ns": 4e6,
            })
        };
        Run {
            bars: Vec::new(),
            rows: vec![
                row("lock-2-1-1", "ours", "ours", waits),
                row("lock-2-1-1", "std", "peer", 150.0),
                row("lock-2-1-1", "usync", "shown", 150.0),
                row("monitor-5", "ours", "ours", waits),
            ],
            text: String::new(),
        }
    }

    #[test]
    fn a_row_has_ours_and_the_peers_that_it_is_compared_with() {
        let text = table_of(&[run(100.0), run(900.0), run(90.0)]);
        let row = "| lock-2-1-1 | 2 | ours 1.00, std 1.50 | ours 0.50, std 0.50 \
                   | ours 4.00 ms, std 4.00 ms |\n";
        assert!(text.ends_with(row), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
