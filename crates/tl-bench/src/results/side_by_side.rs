//! Idle and busy side by side: how many times as long as ours the best of the peers took.

use serde_json::Value;

use super::run::Run;
use crate::statistics::Summary;
use crate::text::table;

/// A row of the table.
struct Operation {
    name: &'static str,
    /// The case of the idle bench.
    idle: Option<&'static str>,
    /// The case of the busy bench.
    busy: Option<&'static str>,
}

const fn of_both(name: &'static str, idle: &'static str, busy: &'static str) -> Operation {
    Operation {
        name,
        idle: Some(idle),
        busy: Some(busy),
    }
}

const fn of_idle(name: &'static str, idle: &'static str) -> Operation {
    Operation {
        name,
        idle: Some(idle),
        busy: None,
    }
}

const fn of_busy(name: &'static str, busy: &'static str) -> Operation {
    Operation {
        name,
        idle: None,
        busy: Some(busy),
    }
}

const OPERATIONS: [Operation; 22] = [
    of_idle("acquire and release a `Lock` that nobody else wants", "1a"),
    of_both(
        "`Lock`: 2 threads (busy: 1 µs in, 1 out)",
        "3a",
        "lock-2-1-1",
    ),
    of_both(
        "`Lock`: 8 threads (busy: 1 µs in, 1 out)",
        "3c",
        "lock-8-1-1",
    ),
    of_both(
        "`RwLock`: 8 read and one writes (busy: the readers)",
        "14c",
        "rwlock-read",
    ),
    of_both("`Condition`: there and back", "4a", "condition-0"),
    of_busy(
        "`Monitor`: there and back, 5 µs of work on each side",
        "monitor-5",
    ),
    of_busy("`Monitor` of one place: an item every 100 µs", "item-100"),
    of_both(
        "`Condition`: `notify_all`, until 8 waiters run",
        "4c",
        "notify-8",
    ),
    of_both("`Event`: there and back", "5c", "event-0"),
    of_busy(
        "`Event`: there and back, 5 µs of work on each side",
        "event-5",
    ),
    of_both(
        "`Barrier` of 2: a round (busy: 5 µs of work)",
        "6a",
        "barrier-2-5",
    ),
    of_busy("`Barrier` of 4: a round, 20 µs of work", "barrier-4-20"),
    of_idle("`Barrier` of 8: a round", "6c"),
    of_busy(
        "`Semaphore`: there and back, 5 µs of work on each side",
        "semaphore-5",
    ),
    of_both(
        "`Semaphore` of 2 permits, 8 threads (busy: 20 µs in, 20 out)",
        "7b",
        "semaphore-8-2",
    ),
    of_both("start and join a thread", "8a", "start"),
    of_idle("start and join 64 threads", "8b"),
    of_idle("start and cancel a timer, 10,000 pending", "9a"),
    of_both("how late a timer is", "9b", "timer"),
    of_busy(
        "`Monitor`: waits of 0.5 ms beside 12 threads at work",
        "timeout-12",
    ),
    of_idle("read a `Local`", "10"),
    of_idle("write a log line", "12"),
];

/// Returns the least time in this role divided by ours. If the case was measured under several
/// names, only the first counts.
fn factor(rows: &[Value], of_case: impl Fn(&Value) -> bool, role: &str, time: &str) -> Option<f64> {
    let ours = rows
        .iter()
        .find(|row| of_case(row) && row["role"] == "ours")?;
    let others = rows.iter().filter(|row| {
        of_case(row) && row["name"] == ours["name"] && row["role"] == role && row["failed"] != true
    });
    let best = others
        .filter_map(|row| row[time].as_f64())
        .min_by(f64::total_cmp)?;
    Some(best / ours[time].as_f64()?)
}

fn median(factors: impl Iterator<Item = Option<f64>>) -> String {
    Summary::of(factors.flatten()).map_or("–".to_owned(), |factor| match factor.median {
        factor if factor < 9.95 => format!("{factor:.2}"),
        factor => format!("{factor:.0}"),
    })
}

/// Returns the loads that were measured in the first of the runs.
fn loads(busy: &[Run]) -> Vec<u64> {
    let rows = busy.first().map_or(&[][..], |run| &run.rows);
    let mut loads: Vec<u64> = rows
        .iter()
        .filter_map(|row| row["beside"].as_u64())
        .collect();
    loads.sort_unstable();
    loads.dedup();
    loads
}

/// Returns a row for each operation, with columns for the idle bench, for each load of the busy
/// one, and for CPython in the idle one.
pub(crate) fn table_of(idle: &[Run], busy: &[Run]) -> String {
    let loads = loads(busy);
    let row = |operation: &Operation| {
        let alone = |role: &str| {
            let factors = idle.iter().map(|run| {
                let id = operation.idle?;
                let is_it = |row: &Value| row["case"] == id && row["size"].is_null();
                factor(&run.rows, is_it, role, "median_ns")
            });
            median(factors)
        };
        let beside = loads.iter().map(|&load| {
            let factors = busy.iter().map(|run| {
                let id = operation.busy?;
                let is_it = |row: &Value| row["case"] == id && row["beside"] == load;
                factor(&run.rows, is_it, "peer", "mean_ns")
            });
            median(factors)
        });
        [operation.name.to_owned(), alone("peer")]
            .into_iter()
            .chain(beside)
            .chain([alone("CPython")])
            .collect()
    };
    let rows: Vec<Vec<String>> = OPERATIONS.iter().map(row).collect();
    let beside: Vec<String> = loads.iter().map(|load| format!("busy, {load}")).collect();
    let mut head = vec!["", "idle"];
    head.extend(beside.iter().map(String::as_str));
    head.push("CPython, idle");
    table(&head, &[], &rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(rows: Vec<Value>) -> Run {
        Run {
            bars: Vec::new(),
            rows,
            text: String::new(),
        }
    }

    #[test]
    fn a_row_has_the_best_peer_idle_and_at_each_load() {
        let idle = |who: &str, role: &str, nanos: f64| {
            json!({ "case": "4a", "name": "Condition", "who": who, "role": role,
                    "median_ns": nanos, "failed": who == "broken" })
        };
        let busy = |role: &str, beside: u64, nanos: f64| {
            json!({ "case": "condition-0", "name": "Condition", "role": role, "beside": beside,
                    "mean_ns": nanos })
        };
        let text = table_of(
            &[run(vec![
                idle("ours", "ours", 2.0),
                idle("std", "peer", 6.0),
                idle("parking_lot", "peer", 5.0),
                idle("broken", "peer", 1.0),
                idle("CPython", "CPython", 80.0),
            ])],
            &[run(vec![
                busy("ours", 0, 4.0),
                busy("peer", 0, 3.0),
                busy("ours", 4, 4.0),
                busy("peer", 4, 400.0),
            ])],
        );
        let row = "| `Condition`: there and back | 2.50 | 0.75 | 100 | 40 |";
        assert!(
            text.contains("busy, 0 | busy, 4 |") && text.contains(row),
            "{text}"
        );
    }
}
