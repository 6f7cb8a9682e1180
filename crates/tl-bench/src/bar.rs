//! The bars that our primitives should meet. Each case lists its own.

/// The other side of a bar: what one of our figures is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bar {
    /// Our median is at most this number of times that of the other side.
    Median(Against, f64),
    /// Our second figure is at most this number of times that of the other side.
    Second(Against, f64),
    /// Our second figure is at least this.
    SecondAtLeast(f64),
    /// Our second figure is at most this.
    SecondAtMost(f64),
}

impl Bar {
    /// Returns the bar `ours ≤ times × limit`.
    pub(crate) fn limit(times: f64) -> Bar {
        Bar::Median(Against::Limit, times)
    }

    /// Returns the bar `ours ≤ times × the best peer`.
    pub(crate) fn best(times: f64) -> Bar {
        Bar::Median(Against::BestPeer, times)
    }

    /// Returns the bar `ours ≤ times × the better of the limit and the best peer`.
    pub(crate) fn limit_or_peer(times: f64) -> Bar {
        Bar::Median(Against::LimitOrPeer, times)
    }

    /// Returns the bar `ours ≤ times × the row of this name`.
    pub(crate) fn row(name: &'static str, times: f64) -> Bar {
        Bar::Median(Against::Row(name), times)
    }

    /// Returns the bar `ours ≤ nanos`.
    pub(crate) fn nanos(nanos: f64) -> Bar {
        Bar::Median(Against::Nanos(nanos), 1.0)
    }

    /// Returns the bar `ours ≤ CPython ÷ times`.
    pub(crate) fn python(times: f64) -> Bar {
        Bar::Median(Against::Python, 1.0 / times)
    }
}
