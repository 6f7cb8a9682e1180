//! What is asked of ours, as data beside each case.

use crate::case::Who;
use crate::run::Finished;

/// What our median is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Against {
    Limit,
    /// The best peer that sleeps when the wait is long.
    BestPeer,
    /// The better of the limit and the best peer.
    LimitOrPeer,
    /// The row of this name.
    Row(&'static str),
    Python,
    Nanos(f64),
}

/// One bar. A run meets it or misses it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bar {
    /// Our median is at most so many times this.
    Median(Against, f64),
    /// Our second figure is at most so many times this.
    Second(Against, f64),
    /// Our second figure is at least this.
    SecondAtLeast(f64),
    /// Our second figure is at most this.
    SecondAtMost(f64),
}

/// How a bar came out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) bar: Bar,
    /// What was measured, and whether that meets the bar. Nothing, if the other side was not
    /// measured.
    pub(crate) measured: Option<(f64, bool)>,
}

impl Bar {
    /// `ours ≤ times × limit`
    pub(crate) fn limit(times: f64) -> Bar {
        Bar::Median(Against::Limit, times)
    }

    /// `ours ≤ times × the best peer`
    pub(crate) fn best(times: f64) -> Bar {
        Bar::Median(Against::BestPeer, times)
    }

    /// `ours ≤ times × the better of the limit and the best peer`
    pub(crate) fn limit_or_peer(times: f64) -> Bar {
        Bar::Median(Against::LimitOrPeer, times)
    }

    /// `ours ≤ times × the row of this name`
    pub(crate) fn row(name: &'static str, times: f64) -> Bar {
        Bar::Median(Against::Row(name), times)
    }

    /// `ours ≤ nanos`
    pub(crate) fn nanos(nanos: f64) -> Bar {
        Bar::Median(Against::Nanos(nanos), 1.0)
    }

    /// At least so many times faster than CPython.
    pub(crate) fn python(times: f64) -> Bar {
        Bar::Median(Against::Python, 1.0 / times)
    }

    pub(crate) fn judge(self, case: &Finished) -> Verdict {
        let best_peer = || case.best_peer().map(|peer| peer.nanos.median);
        let limit = case.median(Who::Limit);
        let median = |against| match against {
            Against::Limit => limit,
            Against::BestPeer => best_peer(),
            Against::LimitOrPeer => limit.into_iter().chain(best_peer()).min_by(f64::total_cmp),
            Against::Row(name) => case.named(name).map(|row| row.nanos.median),
            Against::Python => case.median(Who::Python),
            Against::Nanos(nanos) => Some(nanos),
        };
        let second = |against| match against {
            Against::BestPeer => case
                .peers()
                .filter_map(|peer| Some(peer.second?.median))
                .min_by(f64::total_cmp),
            Against::Row(name) => Some(case.named(name)?.second?.median),
            _ => None,
        };
        let ours = case.row(Who::Ours);
        let our_second = || Some(ours?.second?.median);
        let measured = match self {
            Bar::Median(against, times) => ours
                .zip(median(against))
                .map(|(ours, other)| ours.nanos.median / other)
                .map(|ratio| (ratio, ratio <= times)),
            Bar::Second(against, times) => our_second()
                .zip(second(against))
                .map(|(ours, other)| ours / other)
                .map(|ratio| (ratio, ratio <= times)),
            Bar::SecondAtLeast(least) => our_second().map(|ours| (ours, ours >= least)),
            Bar::SecondAtMost(most) => our_second().map(|ours| (ours, ours <= most)),
        };
        Verdict {
            bar: self,
            measured,
        }
    }
}
