//! One measurement of one contender, or why there is none.

/// One measurement of one contender: what an operation costs, and a second figure where the case
/// has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) nanos: f64,
    pub(crate) second: Option<f64>,
}

/// A sample, or why there is none: a peer that hung, say.
pub(crate) type Outcome = Result<Sample, String>;
