//! Which thread a line belongs to.

use regex::Regex;
use serde::Deserialize;

use super::error::GoldenError;

/// A rule as it stands in a golden's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThreadRuleEntry {
    line: String,
    name: Option<String>,
}

/// A rule: how the lines of a thread look, and its name, if the lines do not contain it.
#[derive(Debug, Clone)]
pub(super) struct ThreadRule {
    pub(super) line: Regex,
    name: Option<String>,
}

/// Returns the rule that `entry` describes.
pub(super) fn thread_rule(entry: ThreadRuleEntry) -> Result<ThreadRule, GoldenError> {
    let line = compile("threads", &entry.line)?;
    let captures = line.capture_names().flatten().any(|name| name == "thread");
    let problem = match (captures, &entry.name) {
        (true, Some(_)) => "gives a name and captures one: do one of the two",
        (false, None) => "captures no thread: write (?<thread>…), or give the rule a name",
        _ => {
            return Ok(ThreadRule {
                line,
                name: entry.name,
            });
        }
    };
    Err(GoldenError::Pattern {
        key: "threads",
        pattern: entry.line,
        reason: problem.to_owned(),
    })
}

/// Returns the thread that `line` belongs to, and which of the `rules` says so.
pub(super) fn thread_of(rules: &[ThreadRule], line: &str) -> Option<(usize, String)> {
    rules.iter().enumerate().find_map(|(index, rule)| {
        let found = rule.line.captures(line)?;
        let thread = match &rule.name {
            Some(name) => name.clone(),
            None => found.name("thread")?.as_str().to_owned(),
        };
        Some((index, thread))
    })
}

/// Returns the `pattern` that stands under `key` in the rules.
pub(super) fn compile(key: &'static str, pattern: &str) -> Result<Regex, GoldenError> {
    Regex::new(pattern).map_err(|e| GoldenError::Pattern {
        key,
        pattern: pattern.to_owned(),
        reason: e.to_string(),
    })
}
