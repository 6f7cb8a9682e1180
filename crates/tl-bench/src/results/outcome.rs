//! One bar over all runs.

use serde_json::Value;

use super::run::Run;
use crate::busy;
use crate::text::figure;

/// How a bar came out in most of the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Met,
    /// Missed, but mostly by no more than what the repetitions of the peer differ by.
    WithinScatter,
    Missed,
}

impl Outcome {
    /// Returns the text of a figure, marked as one with this outcome.
    pub(crate) fn marked(self, text: &str) -> String {
        figure(text, self == Outcome::Met, self == Outcome::WithinScatter)
    }
}

/// One bar, as each of the runs has it.
pub(crate) struct OverRuns<'a> {
    pub(crate) each: Vec<&'a Value>,
}

/// Returns every bar of the first run, in its order.
pub(crate) fn over_runs(runs: &[Run]) -> Vec<OverRuns<'_>> {
    let bars = runs.first().map_or(&[][..], |run| &run.bars);
    let over = |bar| OverRuns {
        each: runs.iter().filter_map(|run| run.same_bar(bar)).collect(),
    };
    bars.iter().map(over).collect()
}

impl OverRuns<'_> {
    /// Returns the text under this key, which is the same in all runs.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.each[0][key].as_str().unwrap_or_default()
    }

    pub(crate) fn beside(&self) -> Option<u64> {
        self.each[0]["beside"].as_u64()
    }

    /// Returns in how many of the runs the bar was met.
    pub(crate) fn met(&self) -> usize {
        self.each.iter().filter(|bar| bar["met"] == true).count()
    }

    pub(crate) fn outcome(&self) -> Outcome {
        let is_most = |count: usize| 2 * count > self.each.len();
        let beyond = |bar: &&&Value| bar["met"] != true && bar["by_chance"] != true;
        match () {
            () if is_most(self.met()) => Outcome::Met,
            () if is_most(self.each.iter().filter(beyond).count()) => Outcome::Missed,
            () => Outcome::WithinScatter,
        }
    }

    /// Returns the figure of each run: in bold where it misses the bar, with ~ where that may be
    /// chance, with † where others disturbed it.
    pub(crate) fn figures(&self) -> Vec<String> {
        let of_run = |bar: &&Value| {
            let text = match bar["measured"].as_str() {
                Some(text) => text.to_owned(),
                None => busy::value_text(
                    bar["bar"].as_str().unwrap_or_default(),
                    bar["value"].as_f64(),
                ),
            };
            let mark = if bar["disturbed"] == true { "†" } else { "" };
            figure(&text, bar["met"] == true, bar["by_chance"] == true) + mark
        };
        self.each.iter().map(of_run).collect()
    }
}

/// Returns how many bars each run met, and how many were met in most of the runs.
pub(crate) fn counts(runs: &[Run]) -> String {
    let bars = over_runs(runs);
    let count = |outcome| bars.iter().filter(|bar| bar.outcome() == outcome).count();
    let each: Vec<String> = runs.iter().map(|run| run.met().to_string()).collect();
    format!(
        "Of {} bars the runs met {}. In most of the runs {} were met, {} were missed by no more \
         than the repetitions of the peer differ by, and {} by more.",
        bars.len(),
        each.join(", "),
        count(Outcome::Met),
        count(Outcome::WithinScatter),
        count(Outcome::Missed),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Runs with one bar of one case: the values, and whether each that misses may be chance.
    fn runs(values: &[(f64, bool)]) -> Vec<Run> {
        let run = |&(value, by_chance): &(f64, bool)| Run {
            bars: vec![json!({
                "case": "monitor-5", "beside": 2, "bar": "mean_ns", "value": value,
                "met": value <= 1.1, "by_chance": value > 1.1 && by_chance,
                "disturbed": value > 9.0,
            })],
            rows: Vec::new(),
            text: String::new(),
        };
        values.iter().map(run).collect()
    }

    fn outcome(values: &[(f64, bool)]) -> Outcome {
        over_runs(&runs(values))[0].outcome()
    }

    #[test]
    fn two_of_three_decide() {
        let (met, missed, chance) = ((1.0, false), (1.5, false), (1.5, true));
        assert_eq!(outcome(&[met, missed, met]), Outcome::Met);
        assert_eq!(outcome(&[met, missed, missed]), Outcome::Missed);
        assert_eq!(outcome(&[met, missed, chance]), Outcome::WithinScatter);
        assert_eq!(outcome(&[missed, chance, missed]), Outcome::Missed);
        assert_eq!(outcome(&[chance, chance, missed]), Outcome::WithinScatter);
        assert_eq!(outcome(&[met]), Outcome::Met);
        assert_eq!(outcome(&[missed]), Outcome::Missed);
    }

    #[test]
    fn each_figure_says_how_it_came_out() {
        let runs = runs(&[(1.0, false), (1.25, true), (99.0, false)]);
        let over = &over_runs(&runs)[0];
        assert_eq!(over.figures(), ["1.00", "**~1.25**", "**99**†"]);
        assert_eq!((over.met(), over.beside()), (1, Some(2)));
        let counts = counts(&runs);
        assert!(
            counts.contains("Of 1 bars the runs met 1, 0, 0."),
            "{counts}"
        );
        assert!(counts.contains("0 were met, 1 were missed"), "{counts}");
    }
}
