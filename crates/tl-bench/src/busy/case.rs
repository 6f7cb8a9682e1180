//! What is measured beside other work: a case, and its contenders.

use std::time::Duration;

use super::waits::Waits;

/// Whose row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Ours,
    /// A peer with which the bars compare ours.
    Peer,
    /// A peer that is only shown.
    Shown,
}

/// Takes one sample, in about the time that it is given.
pub(crate) type Sampler = Box<dyn Fn(Duration) -> Waits>;

pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) side: Side,
    pub(crate) sample: Sampler,
}

/// One table: the same waits with our primitive and with each peer's.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) contenders: Vec<Contender>,
    /// How many times longer than usual a sample takes.
    pub(crate) stretch: u32,
}

impl Case {
    pub(crate) fn new(id: impl Into<String>, what: impl Into<String>) -> Case {
        Case {
            id: id.into(),
            what: what.into(),
            contenders: Vec::new(),
            stretch: 1,
        }
    }

    /// Returns whether this name means the case: its own, or the beginning of it up to a hyphen.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.id
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    fn contender(
        mut self,
        name: &'static str,
        side: Side,
        sample: impl Fn(Duration) -> Waits + 'static,
    ) -> Case {
        self.contenders.push(Contender {
            name,
            side,
            sample: Box::new(sample),
        });
        self
    }

    pub(crate) fn ours(self, sample: impl Fn(Duration) -> Waits + 'static) -> Case {
        self.contender("ours", Side::Ours, sample)
    }

    /// Adds a peer with which the bars compare ours.
    pub(crate) fn peer(
        self,
        name: &'static str,
        sample: impl Fn(Duration) -> Waits + 'static,
    ) -> Case {
        self.contender(name, Side::Peer, sample)
    }

    /// Adds a peer that is only shown.
    pub(crate) fn shown(
        self,
        name: &'static str,
        sample: impl Fn(Duration) -> Waits + 'static,
    ) -> Case {
        self.contender(name, Side::Shown, sample)
    }

    pub(crate) fn stretch(mut self, times: u32) -> Case {
        self.stretch = times;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_by_its_id_or_by_a_part_that_ends_at_a_hyphen() {
        let case = Case::new("barrier-4-20", "");
        assert!(
            ["barrier-4-20", "barrier-4", "barrier"].map(|name| case.is_named(name)) == [true; 3]
        );
        assert!(
            ["barrier-4-2", "bar", "barrier-4-20-1"].map(|name| case.is_named(name)) == [false; 3]
        );
    }
}
