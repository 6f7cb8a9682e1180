//! The bars that were not met in most of the runs, each with its reason.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::outcome::{Outcome, OverRuns};
use super::reasons;
use crate::busy;

/// Returns an item for each case and reason, which lists every bar of the case with this outcome,
/// and the figures of the bar.
pub(crate) fn list(
    bars: &[OverRuns<'_>],
    outcome: Outcome,
    reasons: &BTreeMap<String, String>,
) -> String {
    let mut items: Vec<(&str, &str, Option<&str>, String)> = Vec::new();
    for bar in bars.iter().filter(|bar| bar.outcome() == outcome) {
        let case = bar.text("case");
        let figure = busy::figure_name(bar.text("bar"));
        let reason = reasons::find(reasons, case, figure);
        let beside = bar
            .beside()
            .map_or(String::new(), |load| format!(" beside {load}"));
        let figures = format!("{figure}{beside}: {}", bar.figures().join(", "));
        match items.iter_mut().find(|(other, name, why, _)| {
            *other == case && *name == bar.text("name") && *why == reason
        }) {
            Some((.., text)) => {
                let _ = write!(text, "; {figures}");
            }
            None => items.push((case, bar.text("name"), reason, figures)),
        }
    }
    if items.is_empty() {
        return "None.\n".to_owned();
    }
    let mut text = String::new();
    for (case, name, reason, figures) in items {
        let _ = write!(text, "- `{case}` {name}: {figures}.");
        let _ = match (reason, outcome) {
            (Some(reason), _) => writeln!(text, " *{reason}*"),
            (None, Outcome::Missed) => writeln!(text, " **Not yet explained.**"),
            (None, _) => writeln!(text),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn bar(case: &str, beside: u64, value: f64, by_chance: bool) -> Value {
        json!({
            "case": case, "name": "waits", "beside": beside, "bar": "p99_ns", "value": value,
            "met": false, "by_chance": by_chance, "disturbed": false,
        })
    }

    #[test]
    fn a_miss_has_its_reason_or_says_that_it_has_none() {
        let values = [
            bar("lock-2", 0, 2.0, false),
            bar("lock-2", 4, 3.0, false),
            bar("timer", 0, 4.0, false),
            bar("start", 0, 5.0, true),
        ];
        let bars: Vec<OverRuns<'_>> = values
            .iter()
            .map(|value| OverRuns { each: vec![value] })
            .collect();
        let reasons = BTreeMap::from([("lock".to_owned(), "It hands over.".to_owned())]);
        assert_eq!(
            list(&bars, Outcome::Missed, &reasons),
            "- `lock-2` waits: p99 beside 0: **2.00**; p99 beside 4: **3.00**. *It hands over.*\n\
             - `timer` waits: p99 beside 0: **4.00**. **Not yet explained.**\n"
        );
        assert_eq!(
            list(&bars, Outcome::WithinScatter, &reasons),
            "- `start` waits: p99 beside 0: **~5.00**.\n"
        );
        assert_eq!(list(&bars, Outcome::Met, &reasons), "None.\n");
    }
}
