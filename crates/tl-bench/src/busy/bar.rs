//! The bars that our primitives should meet beside other work, and how they came out.

use super::case::Side;
use super::figures::Figure;
use super::run::{AtLoad, Row};
use crate::text::figure;

/// The bars: our figure divided by the best peer's may be at most this.
const BARS: [(Figure, f64); 3] = [
    (Figure::Mean, 1.1),
    (Figure::P99, 1.25),
    (Figure::Processor, 1.15),
];

/// How much greater our share of lost items may be: a smaller difference may be chance.
const MORE_LOST: f64 = 0.005;

/// One bar at one load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) figure: Figure,
    /// Our figure divided by the best peer's; for lost items, by how much our share is greater.
    /// `None` if ours failed.
    pub(crate) value: Option<f64>,
    pub(crate) limit: f64,
    pub(crate) met: bool,
    /// Whether the bar is missed, but would be met beside the worst repetition of that peer.
    pub(crate) by_chance: bool,
}

/// Returns two values of the best peer: the median of this figure, and the greatest of its
/// repetitions.
fn best(at_load: &AtLoad, figure: Figure) -> Option<(f64, f64)> {
    let peers = at_load.rows.iter().filter(|row| row.side == Side::Peer);
    peers
        .filter_map(|row| {
            let repetitions = row.repetitions.as_ref().ok()?.iter();
            let greatest = repetitions
                .filter_map(|figures| figures[figure])
                .max_by(f64::total_cmp);
            Some((row.figures()?[figure]?, greatest?))
        })
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
}

/// Returns how each bar came out. A figure that no peer has is not judged. If ours failed, every
/// bar is missed.
pub(crate) fn judge(at_load: &AtLoad) -> Vec<Verdict> {
    let ours = at_load.rows.iter().find(|row| row.side == Side::Ours);
    let ours = ours.and_then(Row::figures);
    let bars = BARS.into_iter().chain([(Figure::Lost, MORE_LOST)]);
    bars.filter_map(|(figure, limit)| {
        let (best, greatest) = best(at_load, figure)?;
        let beside = |other: f64| {
            let ours = ours?[figure]?;
            Some(match figure {
                Figure::Lost => ours - other,
                _ => ours / other,
            })
        };
        let is_met = |value: Option<f64>| value.is_some_and(|value| value <= limit);
        let met = is_met(beside(best));
        Some(Verdict {
            figure,
            value: beside(best),
            limit,
            met,
            by_chance: !met && is_met(beside(greatest)),
        })
    })
    .collect()
}

/// Returns the figures of a cell, in the order of the bars. A figure that misses its bar is in
/// bold, with a tilde where that may be chance.
pub(crate) fn text(verdicts: &[Verdict]) -> String {
    if verdicts.is_empty() {
        return "–".to_owned();
    }
    let texts = verdicts.iter().map(|verdict| {
        let text = value_text(verdict.figure.key(), verdict.value);
        figure(&text, verdict.met, verdict.by_chance)
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// The names in JSON of the figures that have bars.
pub(crate) const BAR_KEYS: [&str; 4] = ["mean_ns", "p99_ns", "processor_ns", "lost"];

/// Returns the name of a figure in the tables. A figure that is not named here keeps its key.
pub(crate) fn figure_name(key: &str) -> &str {
    match key {
        "mean_ns" => "mean",
        "p99_ns" => "p99",
        "processor_ns" => "processor",
        _ => key,
    }
}

/// Returns the text of a bar's value, given the bar's figure.
pub(crate) fn value_text(figure: &str, value: Option<f64>) -> String {
    let Some(value) = value else {
        return "failed".to_owned();
    };
    match value {
        _ if figure == Figure::Lost.key() => format!("{:+.1} %", 100.0 * value),
        _ if value < 9.95 => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::busy::figures::Figures;
    use crate::disturbance::Disturbance;

    fn row(name: &'static str, side: Side, means: &[f64], lost: f64) -> Row {
        let figures = |&mean| {
            let mut figures = Figures::default();
            figures[Figure::Mean] = Some(mean);
            figures[Figure::Lost] = Some(lost);
            figures
        };
        Row {
            name,
            side,
            repetitions: Ok(means.iter().map(figures).collect()),
        }
    }

    fn at_load(rows: Vec<Row>) -> AtLoad {
        AtLoad {
            load: 2,
            rows,
            disturbance: Disturbance::NONE,
        }
    }

    #[test]
    fn ours_is_compared_with_the_best_peer_that_counts() {
        let verdicts = judge(&at_load(vec![
            row("ours", Side::Ours, &[12.0, 12.0, 99.0], 0.1),
            row("std", Side::Peer, &[20.0], 0.0),
            row("parking_lot", Side::Peer, &[9.0, 10.0, 10.5], 0.5),
            row("hurdles", Side::Shown, &[1.0], 0.0),
        ]));
        assert_eq!(verdicts.len(), 2);
        assert!(!verdicts[0].met && !verdicts[0].by_chance && !verdicts[1].met);
        assert_eq!(text(&verdicts), "**1.20** **+10.0 %**");
    }

    #[test]
    fn a_miss_within_the_repetitions_of_the_peer_is_marked() {
        let verdicts = judge(&at_load(vec![
            row("ours", Side::Ours, &[12.0], 0.0),
            row("std", Side::Peer, &[9.0, 10.0, 13.0], 0.0),
        ]));
        assert!(!verdicts[0].met && verdicts[0].by_chance && verdicts[1].met);
        assert_eq!(text(&verdicts), "**~1.20** +0.0 %");
    }

    #[test]
    fn ours_misses_if_it_failed_and_is_not_compared_with_a_peer_that_failed() {
        let failed = |side| Row {
            name: "",
            side,
            repetitions: Err("hung".to_owned()),
        };
        let ours = row("ours", Side::Ours, &[12.0], 0.0);
        assert!(judge(&at_load(vec![ours, failed(Side::Peer)])).is_empty());
        let peer = row("std", Side::Peer, &[12.0], 0.0);
        let verdicts = judge(&at_load(vec![failed(Side::Ours), peer]));
        assert_eq!(text(&verdicts), "**failed** **failed**");
    }
}
