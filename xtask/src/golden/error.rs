//! What can be wrong with a golden itself.

use std::error::Error;
use std::fmt;

/// A golden that can't be used, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GoldenError {
    /// A file could not be read.
    Read {
        /// Which one.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The rules are not what is expected of them.
    Rules {
        /// The parser's message, with line and column.
        reason: String,
    },
    /// A placeholder's own name or pattern.
    Placeholder {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A numbered placeholder that is not registered.
    UnknownPlaceholder {
        /// As it stands in the golden.
        placeholder: String,
        /// The line that it stands in.
        line: String,
    },
    /// A rule that says something about lines by thread in a golden that is `listed`.
    NotByThread {
        /// The rule's key.
        key: &'static str,
    },
    /// A regular expression among the rules.
    Pattern {
        /// The rule's key.
        key: &'static str,
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of the golden that no thread rule matches.
    NoThread {
        /// The line.
        line: String,
    },
    /// A pair that names no line, or more than one.
    PairLine {
        /// The text in the pair.
        text: String,
        /// How many lines of the golden have this text.
        lines: usize,
    },
    /// A pair within one thread, whose lines keep their order anyway.
    PairWithinThread {
        /// The pair's first line.
        first: String,
        /// The pair's second line.
        then: String,
        /// The thread of both.
        thread: String,
    },
    /// The golden's own lines stand in an order that its pairs forbid.
    PairContradicted {
        /// The line that a pair says comes first.
        first: String,
        /// The line that stands before it.
        then: String,
    },
    /// A rule that applies to no line of the golden.
    Unused {
        /// The rule's key.
        key: &'static str,
        /// The rule.
        rule: String,
    },
}

impl fmt::Display for GoldenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, reason } => write!(f, "can't read {path}: {reason}"),
            Self::Rules { reason } => write!(f, "{}", reason.trim_end()),
            Self::Placeholder { name, reason } => write!(f, "placeholder `{name}`: {reason}"),
            Self::UnknownPlaceholder { placeholder, line } => write!(
                f,
                "`{placeholder}` in the line `{line}` is not registered: add its pattern under [placeholders]"
            ),
            Self::NotByThread { key } => write!(
                f,
                "`{key}` is for goldens whose order is \"by-thread\": in a \"listed\" one the lines stand as they are"
            ),
            Self::Pattern {
                key,
                pattern,
                reason,
            } => write!(f, "`{key}`: the pattern `{pattern}`: {reason}"),
            Self::NoThread { line } => write!(
                f,
                "no rule under `threads` gives the line `{line}` a thread: add one that does"
            ),
            Self::PairLine { text, lines: 0 } => {
                write!(f, "a pair names `{text}`, which is no line of the golden")
            }
            Self::PairLine { text, lines } => write!(
                f,
                "a pair names `{text}`, which stands in the golden {lines} times: a pair needs one line"
            ),
            Self::PairWithinThread {
                first,
                then,
                thread,
            } => write!(
                f,
                "the pair `{first}` before `{then}` says nothing: both are lines of {thread}, which keep their order"
            ),
            Self::PairContradicted { first, then } => write!(
                f,
                "the golden has `{then}` before `{first}`, which one of its own pairs forbids"
            ),
            Self::Unused { key, rule } => write!(
                f,
                "`{key}`: `{rule}` applies to no line of the golden: remove it"
            ),
        }
    }
}

impl Error for GoldenError {}
