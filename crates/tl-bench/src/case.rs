//! What is measured: a case, and its contenders.

use std::time::Duration;

use crate::bar::Bar;
use crate::python;
pub(crate) use crate::sample::{Outcome, Sample};

/// Takes one sample, in about the time that it is given.
pub(crate) type Sampler = Box<dyn FnMut(Duration) -> Outcome>;

/// Which contender of a case it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// A bare version of the least work that the operation needs.
    Limit,
    Ours,
    /// Another way to do the same: one more of ours, or one that shows what the machine can do. It
    /// has no part in a bar, unless the bar names it.
    Variant(&'static str),
    Peer(&'static str),
    /// A peer that never sleeps, however long it waits. It is shown, and is never the best one.
    Spinner(&'static str),
    Python,
}

impl Who {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Who::Limit => "limit",
            Who::Ours => "ours",
            Who::Variant(label) | Who::Peer(label) | Who::Spinner(label) => label,
            Who::Python => "CPython",
        }
    }
}

pub(crate) struct Contender {
    pub(crate) who: Who,
    pub(crate) sample: Sampler,
}

/// What the second figure of a case says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Second {
    /// How many operations the slowest thread got for each of the fastest.
    Fairness,
    /// Nanoseconds that 99 of 100 do not exceed.
    Percentile99,
    /// Writes to the file descriptor for each line.
    WritesPerLine,
    /// Nanoseconds that the writer waits, on average.
    WriterWait,
    /// Processor time for each second of a long wait.
    ProcessorShare,
}

impl Second {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Second::Fairness => "slowest / fastest thread",
            Second::Percentile99 => "99th percentile",
            Second::WritesPerLine => "writes a line",
            Second::WriterWait => "the writer waits",
            Second::ProcessorShare => "processor time of a long wait",
        }
    }
}

/// One row of the table: the same work with ours, with each peer, and with the limit.
pub(crate) struct Case {
    pub(crate) id: &'static str,
    pub(crate) name: String,
    pub(crate) contenders: Vec<Contender>,
    pub(crate) left_out: Vec<(&'static str, &'static str)>,
    pub(crate) second: Option<Second>,
    pub(crate) bars: Vec<Bar>,
    /// How many times longer than usual a sample takes. Such a case is repeated less often.
    pub(crate) stretch: u32,
}

impl Case {
    pub(crate) fn new(id: &'static str, name: impl Into<String>) -> Case {
        Case {
            id,
            name: name.into(),
            contenders: Vec::new(),
            left_out: Vec::new(),
            second: None,
            bars: Vec::new(),
            stretch: 1,
        }
    }

    fn contender(mut self, who: Who, sample: impl FnMut(Duration) -> Outcome + 'static) -> Case {
        self.contenders.push(Contender {
            who,
            sample: Box::new(sample),
        });
        self
    }

    pub(crate) fn limit(self, sample: impl FnMut(Duration) -> Outcome + 'static) -> Case {
        self.contender(Who::Limit, sample)
    }

    pub(crate) fn ours(self, sample: impl FnMut(Duration) -> Outcome + 'static) -> Case {
        self.contender(Who::Ours, sample)
    }

    pub(crate) fn variant(
        self,
        label: &'static str,
        sample: impl FnMut(Duration) -> Outcome + 'static,
    ) -> Case {
        self.contender(Who::Variant(label), sample)
    }

    pub(crate) fn peer(
        self,
        name: &'static str,
        sample: impl FnMut(Duration) -> Outcome + 'static,
    ) -> Case {
        self.contender(Who::Peer(name), sample)
    }

    pub(crate) fn spinner(
        self,
        name: &'static str,
        sample: impl FnMut(Duration) -> Outcome + 'static,
    ) -> Case {
        self.contender(Who::Spinner(name), sample)
    }

    /// Adds CPython, with the case of this name in `python.py`, if there is an interpreter; and the
    /// bar that ours is at least `faster` times as fast.
    pub(crate) fn python(self, case: &'static str, faster: f64) -> Case {
        if python::interpreter().is_none() {
            return self;
        }
        self.contender(Who::Python, move |budget| python::sample(case, budget))
            .bar(Bar::python(faster))
    }

    /// Names a peer that cannot take part, and why.
    pub(crate) fn leave_out(mut self, peer: &'static str, reason: &'static str) -> Case {
        self.left_out.push((peer, reason));
        self
    }

    pub(crate) fn second(mut self, second: Second) -> Case {
        self.second = Some(second);
        self
    }

    pub(crate) fn stretch(mut self, times: u32) -> Case {
        self.stretch = times;
        self
    }

    pub(crate) fn bar(mut self, bar: Bar) -> Case {
        self.bars.push(bar);
        self
    }
}
