//! Idle and busy side by side: how many times as long as ours the best of the peers took.

use serde_json::Value;

use super::run::Run;
use crate::statistics::Summary;
use crate::text::table;

/// What it is called, the case of the idle bench, and that of the busy one.
const ROWS: [(&str, Option<&str>, &str); 14] = [
    ("`Condition`: there and back", Some("4a"), "condition-0"),
    (
        "the same by `Monitor`, 5 µs of work on each side",
        None,
        "monitor-5",
    ),
    ("`Event`: there and back", Some("5c"), "event-0"),
    ("the same, 5 µs of work on each side", None, "event-5"),
    (
        "`Monitor` of one place: an item every 100 µs",
        None,
        "item-100",
    ),
    (
        "`Condition`: `notify_all`, until 8 waiters run",
        Some("4c"),
        "notify-8",
    ),
    (
        "`Barrier` of 2: a round (busy: 5 µs of work)",
        Some("6a"),
        "barrier-2-5",
    ),
    (
        "`Barrier` of 4: a round, 20 µs of work",
        None,
        "barrier-4-20",
    ),
    (
        "`Semaphore`: there and back, 5 µs of work on each side",
        None,
        "semaphore-5",
    ),
    (
        "`Semaphore`: 4 threads over 2 permits, 20 µs in, 20 out",
        None,
        "semaphore-4-2",
    ),
    (
        "`Lock`: 2 threads (busy: 1 µs in, 1 out)",
        Some("3a"),
        "lock-2-1-1",
    ),
    (
        "`Lock`: 8 threads (busy: 1 µs in, 1 out)",
        Some("3c"),
        "lock-8-1-1",
    ),
    ("start and join a thread", Some("8a"), "start"),
    ("how late a timer is", Some("9b"), "timer"),
];

/// The best peer's time by ours.
fn factor(rows: &[Value], of_case: impl Fn(&Value) -> bool, time: &str) -> Option<f64> {
    let rows = || {
        rows.iter()
            .filter(|row| of_case(row) && row["failed"] != true)
    };
    let ours = rows().find(|row| row["role"] == "ours")?[time].as_f64()?;
    let peers = rows().filter(|row| row["role"] == "peer");
    let best = peers
        .filter_map(|row| row[time].as_f64())
        .min_by(f64::total_cmp)?;
    Some(best / ours)
}

fn middle(factors: impl Iterator<Item = Option<f64>>) -> String {
    Summary::of(factors.flatten()).map_or("–".to_owned(), |factor| match factor.median {
        factor if factor < 9.95 => format!("{factor:.2}"),
        factor => format!("{factor:.0}"),
    })
}

pub(crate) fn table_of(idle: &[Run], busy: &[Run]) -> String {
    const LOADS: [u64; 4] = [0, 1, 2, 4];
    let rows: Vec<Vec<String>> = ROWS
        .iter()
        .map(|&(name, of_idle, of_busy)| {
            let alone = of_idle.map_or("–".to_owned(), |id| {
                middle(idle.iter().map(|run| {
                    factor(
                        &run.rows,
                        |row| row["case"] == id && row["size"].is_null(),
                        "median_ns",
                    )
                }))
            });
            let beside = LOADS.iter().map(|&load| {
                middle(busy.iter().map(|run| {
                    let is_it = |row: &Value| row["case"] == of_busy && row["beside"] == load;
                    factor(&run.rows, is_it, "mean_ns")
                }))
            });
            [name.to_owned(), alone].into_iter().chain(beside).collect()
        })
        .collect();
    let head = ["", "idle", "beside 0", "beside 1", "beside 2", "beside 4"];
    table(&head, &[], &rows)
}
