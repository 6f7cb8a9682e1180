//! The page that the runs make.

use super::run::Run;
use super::{bars, side_by_side};

/// What of the tables of a run is not on the page: the bars have a table of all runs, and the rest
/// is in the JSON.
const LEFT_OUT: [&str; 2] = ["Bars", "Everybody"];

pub(crate) fn page(idle: &[Run], busy: &[Run]) -> String {
    let charts = ["monitor", "barrier", "semaphore", "lock"]
        .map(|name| format!("![p99 of {name} against load](charts/busy-{name}.svg)\n"));
    format!(
        "## Idle and busy\n\n\
         How many times as long as ours the best of the peers took; the middle of the runs ({}).\n\
         Idle is `bench`, with the threads of the round trips and of the barrier of 2 pinned to two\n\
         cores; the others are `bench busy`, the mean beside so many processes that compute.\n\n\
         {}\n\
         {}\n\
         ## Bars, idle\n\n{}\n\
         ## Bars, busy\n\n{}\n\
         # The first run, idle\n\n{}\n\
         # The first run, busy\n\n{}",
        idle.len(),
        side_by_side::table_of(idle, busy),
        charts.join("\n"),
        bars::idle(idle),
        bars::busy(busy),
        idle.first()
            .map_or(String::new(), |run| sections(&run.text)),
        busy.first()
            .map_or(String::new(), |run| sections(&run.text)),
    )
}

/// The text without the sections that are left out.
fn sections(text: &str) -> String {
    let mut is_kept = true;
    let mut kept = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            is_kept = !LEFT_OUT.contains(&title);
        }
        if is_kept {
            kept += line;
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
        let text = "head\n## Bars\n1\n## Cases\n2\n## Everybody\n3\n";
        assert_eq!(sections(text), "head\n## Cases\n2\n");
    }
}
