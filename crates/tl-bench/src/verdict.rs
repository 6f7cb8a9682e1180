//! How the bars of a case came out.

use crate::bar::{Against, Bar};
use crate::case::Who;
use crate::finished::Finished;
use crate::statistics::Summary;

/// How one bar came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) bar: Bar,
    /// `None` if ours or the other side was not measured.
    pub(crate) measured: Option<Measured>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    pub(crate) value: f64,
    pub(crate) met: bool,
    /// Whether the bar is missed, and would be met beside the greatest repetition of the other
    /// side.
    pub(crate) by_chance: bool,
}

/// Returns all bars of a case, in their order.
pub(crate) fn verdicts_of(case: &Finished) -> Vec<Verdict> {
    let judged = case.bars.iter().map(|&bar| Verdict {
        bar,
        measured: judge(bar, case),
    });
    judged.collect()
}

fn judge(bar: Bar, case: &Finished) -> Option<Measured> {
    let ours = case.row(Who::Ours)?;
    match bar {
        Bar::Median(against, times) => {
            Some(beside(ours.nanos.median, other(case, against)?, times))
        }
        Bar::Second(against, times) => {
            let ours = ours.second?.median;
            Some(beside(ours, second_of_other(case, against)?, times))
        }
        Bar::SecondAtLeast(least) => Some(alone(ours.second?.median, |ours| ours >= least)),
        Bar::SecondAtMost(most) => Some(alone(ours.second?.median, |ours| ours <= most)),
    }
}

/// Returns the figures with which our median is compared.
fn other(case: &Finished, against: Against) -> Option<Summary> {
    let best_peer = || case.best_peer().map(|peer| peer.nanos);
    let limit = || case.row(Who::Limit).map(|limit| limit.nanos);
    match against {
        Against::Limit => limit(),
        Against::BestPeer => best_peer(),
        Against::LimitOrPeer => lesser(limit().into_iter().chain(best_peer())),
        Against::Row(name) => case.named(name).map(|row| row.nanos),
        Against::Python => case.row(Who::Python).map(|row| row.nanos),
        Against::Nanos(nanos) => Summary::of([nanos]),
    }
}

fn second_of_other(case: &Finished, against: Against) -> Option<Summary> {
    match against {
        Against::BestPeer => lesser(case.peers().filter_map(|peer| peer.second)),
        Against::Row(name) => case.named(name)?.second,
        _ => None,
    }
}

fn lesser(summaries: impl Iterator<Item = Summary>) -> Option<Summary> {
    summaries.min_by(|a, b| a.median.total_cmp(&b.median))
}

fn beside(ours: f64, other: Summary, times: f64) -> Measured {
    let is_met = |other: f64| ours / other <= times;
    let met = is_met(other.median);
    Measured {
        value: ours / other.median,
        met,
        by_chance: !met && is_met(other.max),
    }
}

fn alone(value: f64, is_met: impl Fn(f64) -> bool) -> Measured {
    Measured {
        value,
        met: is_met(value),
        by_chance: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Second;
    use crate::disturbance::Disturbance;
    use crate::finished::Row;

    fn row(who: Who, samples: [f64; 3], second: f64) -> Row {
        Row {
            who,
            nanos: Summary::of(samples).unwrap(),
            second: Summary::of([second]),
            failed: false,
        }
    }

    fn case(rows: Vec<Row>) -> Finished {
        Finished {
            id: "1a",
            name: "made up".to_owned(),
            second: Some(Second::Percentile99),
            rows,
            left_out: Vec::new(),
            bars: Vec::new(),
            disturbance: Disturbance::NONE,
        }
    }

    fn measured(value: f64, met: bool, by_chance: bool) -> Option<Measured> {
        Some(Measured {
            value,
            met,
            by_chance,
        })
    }

    #[test]
    fn ours_is_held_against_what_the_bar_names() {
        let case = case(vec![
            row(Who::Ours, [11.0, 12.0, 99.0], 6.0),
            row(Who::Limit, [8.0, 8.0, 16.0], 1.0),
            row(Who::Peer("std"), [10.0, 10.0, 10.0], 3.0),
            row(Who::Peer("slow"), [20.0, 24.0, 30.0], 2.0),
            row(Who::Spinner("hurdles"), [1.0, 1.0, 1.0], 1.0),
        ]);
        assert_eq!(judge(Bar::limit(1.5), &case), measured(1.5, true, false));
        assert_eq!(judge(Bar::limit(1.4), &case), measured(1.5, false, true));
        assert_eq!(judge(Bar::best(1.1), &case), measured(1.2, false, false));
        assert_eq!(
            judge(Bar::row("slow", 0.5), &case),
            measured(0.5, true, false)
        );
        assert_eq!(
            judge(Bar::row("hurdles", 2.5), &case),
            measured(12.0, false, false)
        );
        assert_eq!(judge(Bar::nanos(6.0), &case), measured(2.0, false, false));
        let p99 = Bar::Second(Against::BestPeer, 2.0);
        assert_eq!(judge(p99, &case), measured(3.0, false, false));
        assert_eq!(
            judge(Bar::SecondAtMost(6.0), &case),
            measured(6.0, true, false)
        );
        assert_eq!(
            judge(Bar::SecondAtLeast(7.0), &case),
            measured(6.0, false, false)
        );
    }

    #[test]
    fn what_was_not_measured_is_not_judged_and_what_failed_is_not_the_best() {
        let mut peer = row(Who::Peer("std"), [1.0; 3], 1.0);
        peer.failed = true;
        let case = case(vec![row(Who::Ours, [2.0; 3], 1.0), peer]);
        assert_eq!(judge(Bar::limit(1.0), &case), None);
        assert_eq!(judge(Bar::best(1.0), &case), None);
        assert_eq!(judge(Bar::python(5.0), &case), None);
    }
}
