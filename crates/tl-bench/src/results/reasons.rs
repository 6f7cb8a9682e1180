//! Why bars are missed: the reasons in `reasons.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reasons {
    #[serde(default)]
    pub(crate) idle: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) busy: BTreeMap<String, String>,
}

impl Reasons {
    /// Returns the reasons of the project.
    pub(crate) fn ours() -> Reasons {
        Reasons::of(include_str!("../../reasons.toml"))
    }

    fn of(text: &str) -> Reasons {
        toml::from_str(text).expect("reasons.toml is well formed, as a test checks")
    }
}

/// Returns the reason for this figure of a case: the one under the longest name that covers it.
pub(crate) fn find<'a>(
    reasons: &'a BTreeMap<String, String>,
    case: &str,
    figure: &str,
) -> Option<&'a str> {
    let mut names = vec![format!("{case} {figure}"), case.to_owned()];
    let mut rest = case;
    while let Some((shorter, _)) = rest.rsplit_once('-') {
        names.push(format!("{shorter} {figure}"));
        names.push(shorter.to_owned());
        rest = shorter;
    }
    // An idle case is a number and a letter.
    names.push(case.trim_end_matches(char::is_alphabetic).to_owned());
    names
        .iter()
        .find_map(|name| reasons.get(name))
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{busy, cases, growth};

    #[test]
    fn each_reason_is_for_a_case_that_there_is() {
        let reasons = Reasons::ours();
        let of_busy = |name: &str| name.split(' ').next().is_some_and(busy::is_case);
        let ids: Vec<&str> = cases::all()
            .iter()
            .map(|case| case.id)
            .chain(growth::all().iter().map(|growth| growth.id))
            .collect();
        let of_idle = |name: &str| {
            ids.iter()
                .any(|id| *id == name || id.trim_end_matches(char::is_alphabetic) == name)
        };
        let unknown: Vec<&String> = reasons
            .busy
            .keys()
            .filter(|name| !of_busy(name))
            .chain(reasons.idle.keys().filter(|name| !of_idle(name)))
            .collect();
        assert!(unknown.is_empty(), "there is no case {unknown:?}");
    }

    #[test]
    fn the_longest_name_counts() {
        let reasons = Reasons::of(
            "[busy]\n\"lock\" = \"a\"\n\"lock-8\" = \"b\"\n\"lock-8 p99\" = \"c\"\n\
             \"lock-8-1-1\" = \"d\"\n[idle]\n\"13\" = \"e\"",
        );
        let busy = |case, figure| find(&reasons.busy, case, figure);
        assert_eq!(busy("lock-2-1-1", "p99"), Some("a"));
        assert_eq!(busy("lock-8-5-20", "mean"), Some("b"));
        assert_eq!(busy("lock-8-5-20", "p99"), Some("c"));
        assert_eq!(busy("lock-8-1-1", "p99"), Some("d"));
        assert_eq!(busy("locked-1", "p99"), None);
        assert_eq!(find(&reasons.idle, "13a", ""), Some("e"));
        assert_eq!(find(&reasons.idle, "3a", ""), None);
    }
}
