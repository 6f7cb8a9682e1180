//! Placeholders: names in a golden for the parts of a line that differ from run to run.
//!
//! Only a registered name in brackets is a placeholder, `[SECONDS]`; everything else in brackets,
//! `[DEBUG]` or `['0', '1']`, is plain text. A numbered one, `[ADDRESS:1]`, stands for the same
//! text wherever it occurs in a golden.

use std::collections::BTreeMap;

use regex::Regex;

use super::error::GoldenError;

/// What every golden may use: each name with its pattern. A golden's own rules may narrow a pattern
/// or add a name.
const COMMON: [(&str, &str); 4] = [
    ("ADDRESS", "0x[0-9A-F]{16}"),
    ("INTEGER", "0|-?[1-9][0-9]*"),
    ("SECONDS", r"(?:0|[1-9][0-9]*)\.[0-9]{2}"),
    (
        "TIMESTAMP",
        r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9],[0-9]{3}",
    ),
];

/// Those whose text is recognised wherever it stands, so that blessing a run can put them in by
/// itself.
const UNMISTAKABLE: [&str; 2] = ["ADDRESS", "TIMESTAMP"];

/// The placeholders that one golden may use, each with its pattern.
#[derive(Debug, Clone)]
pub(super) struct Placeholders {
    patterns: BTreeMap<String, String>,
}

impl Placeholders {
    /// Returns those that every golden may use.
    pub(super) fn common() -> Self {
        let owned = |&(name, pattern): &(&str, &str)| (name.to_owned(), pattern.to_owned());
        Self {
            patterns: COMMON.iter().map(owned).collect(),
        }
    }

    /// Returns the common placeholders, with a golden's own ones added, or put in the place of the
    /// common ones of the same name.
    ///
    /// # Errors
    ///
    /// A name that is not in capital letters, or a pattern that is no regular expression or
    /// captures groups.
    pub(super) fn with_own(own: &BTreeMap<String, String>) -> Result<Self, GoldenError> {
        let Self { mut patterns } = Self::common();
        for (name, pattern) in own {
            let broken = |reason: String| GoldenError::Placeholder {
                name: name.clone(),
                reason,
            };
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
                return Err(broken(
                    "a name is capital letters and underscores".to_owned(),
                ));
            }
            let compiled = Regex::new(pattern).map_err(|e| broken(e.to_string()))?;
            if compiled.captures_len() > 1 {
                return Err(broken(
                    "a pattern may not capture: write (?:…) for (…)".to_owned(),
                ));
            }
            patterns.insert(name.clone(), pattern.clone());
        }
        Ok(Self { patterns })
    }

    /// Returns the pattern registered for `name`.
    pub(super) fn pattern(&self, name: &str) -> Option<&str> {
        self.patterns.get(name).map(String::as_str)
    }

    /// Returns `line` with placeholders in place of what they match: those that can't be mistaken
    /// for anything else.
    pub(super) fn put_into(&self, line: &str) -> String {
        UNMISTAKABLE.iter().fold(line.to_owned(), |line, name| {
            let pattern = self
                .pattern(name)
                .expect("a common placeholder is never removed");
            Regex::new(pattern)
                .expect("checked when it was registered")
                .replace_all(&line, format!("[{name}]"))
                .into_owned()
        })
    }
}
