//! The page that the runs make.

use super::outcome::{Outcome, counts, over_runs};
use super::reasons::Reasons;
use super::run::Run;
use super::{bars, contended, missed, side_by_side};
use crate::text::wrapped;
use crate::{busy, growth};

/// The sections of a run that the page leaves out: the bars have tables of all runs, and the other
/// figures are in the JSON.
const LEFT_OUT: [&str; 2] = ["Bars", "All contenders"];

const MARKS: &str = "\
A figure in bold misses its bar. With ~ it would meet the bar beside the greatest repetition of that
peer, so that the miss may be chance; with † others disturbed the machine, twice in a row.";

const CONTENDED: &str = "\
The median of the runs. A lock that lets threads barge goes to the same thread again and again while
the others sleep. That thread finds it free nearly each time, and the mean and p99 of an acquisition
are those of the lucky one. How much all threads got done, the share of the slowest, and the longest
wait say what that costs.";

pub(crate) fn page(idle: &[Run], busy: &[Run], reasons: &Reasons) -> String {
    let (idle_bars, busy_bars) = (over_runs(idle), over_runs(busy));
    let idle_list = |outcome| missed::list(&idle_bars, outcome, &reasons.idle);
    let busy_list = |outcome| missed::list(&busy_bars, outcome, &reasons.busy);
    let sections = [
        ("## Idle and busy", speed(idle, busy, "charts")),
        ("## Bars, idle", format!("{}\n\n{MARKS}", counts(idle))),
        (
            "### Missed by more than the scatter, idle",
            idle_list(Outcome::Missed),
        ),
        (
            "### Missed within the scatter, idle",
            idle_list(Outcome::WithinScatter),
        ),
        ("### Every bar, idle", bars::idle(idle)),
        ("## Bars, busy", format!("{}\n\n{MARKS}", counts(busy))),
        (
            "### Missed by more than the scatter, busy",
            busy_list(Outcome::Missed),
        ),
        (
            "### Missed within the scatter, busy",
            busy_list(Outcome::WithinScatter),
        ),
        (
            "### At a glance, busy",
            format!(
                "{} The median of the runs.\n\n{}",
                busy::BARS_EXPLAINED,
                bars::overview(busy)
            ),
        ),
        (
            "### Every bar, busy",
            format!(
                "The figure of each run, and in brackets in how many of them it met the bar.\n\n{}",
                bars::busy(busy)
            ),
        ),
        (
            "## Locks and semaphores that several threads want",
            format!("{CONTENDED}\n\n{}", contended::table_of(busy)),
        ),
        ("## Charts of cost as work grows", growth_charts()),
        ("## The first run, idle", text_of(idle, "idle")),
        ("## The first run, busy", text_of(busy, "busy")),
    ];
    let texts = sections.map(|(title, text)| format!("{title}\n\n{}\n", text.trim_end()));
    wrapped(&texts.join("\n"))
}

fn growth_charts() -> String {
    growth::all()
        .iter()
        .map(|growth| format!("- [{}](charts/{}.svg)\n", growth.name, growth.id))
        .collect()
}

fn text_of(runs: &[Run], bench: &str) -> String {
    runs.first()
        .map_or(String::new(), |run| sections(&run.text, bench))
}

/// Returns the table and the charts that the project's README shows; `charts` is their folder.
pub(crate) fn speed(idle: &[Run], busy: &[Run], charts: &str) -> String {
    let links = busy::CHARTS.map(|(_, name, what)| {
        format!("![{what}: p99 of a wait against load]({charts}/{name}.svg)\n")
    });
    let runs = match idle.len() {
        1 => "One run".to_owned(),
        runs => format!("The median of {runs} runs"),
    };
    format!(
        "The time of the best peer divided by ours; above 1, ours is faster. In the columns \
         *busy*, the\nnumber of other programs that compute meanwhile. {runs}.\n\n{}\n{}",
        side_by_side::table_of(idle, busy),
        links.join("\n")
    )
}

/// Returns the text without the sections that are left out, under titles that say which bench it is
/// of.
fn sections(text: &str, bench: &str) -> String {
    let mut is_kept = true;
    let mut kept = String::new();
    for line in text.lines() {
        let title = line.strip_prefix("## ");
        if let Some(title) = title {
            is_kept = !LEFT_OUT.contains(&title);
        }
        if is_kept {
            kept += &title.map_or(line.to_owned(), |title| format!("### {title}, {bench}"));
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let text = "head\n## Bars\n1\n## Cases\n2\n## All contenders\n3\n";
        assert_eq!(sections(text, "idle"), "head\n### Cases, idle\n2\n");
    }
}
