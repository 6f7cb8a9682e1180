//! The rules beside a golden, `NAME.toml`: how far a run may depart from the golden's own order.
//!
//! ```toml
//! # "listed": exactly in the golden's order. "by-thread": the lines of each thread keep their order.
//! order = "by-thread"
//!
//! # Which thread a line belongs to; the first rule that matches decides. The pattern must match the
//! # golden's line with its placeholders, and the line that was printed. It captures the name, or the
//! # rule gives it.
//! threads = [
//!     { line = '^\S+ starting$', name = "MainThread" },
//!     { line = '^(?<thread>\S+) ' },
//! ]
//!
//! # A line of one thread that comes before a line of another.
//! pairs = [["worker-0 starting", "worker-0 waiting"]]
//!
//! # Lines that list the threads inside, as Python prints a list: the one group. The line's thread
//! # comes in, at the end of the list, with its first such line, and goes out with its second.
//! roster = 'Running: (\[.*\])$'
//!
//! # Placeholders of this golden's own, or narrower than the common ones.
//! [placeholders]
//! SECONDS = '0\.[1-5]0'
//!
//! # How `cargo xtask timeline` draws a run; it changes nothing about what is accepted (`lanes.rs`).
//! [timeline]
//! # The lines after which their thread sleeps, until its next. (Waits are recorded.)
//! sleeps = ['Sleeping ']
//! # As above, in a golden that is "listed".
//! threads = [{ line = '^\((?<thread>\S+) *\) ' }]
//! ```

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::error::GoldenError;
use super::lanes::Lanes;
use super::placeholder::Placeholders;
use super::template::Template;
use super::threads::{ThreadRule, ThreadRuleEntry, compile, thread_of, thread_rule};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RulesFile {
    order: OrderName,
    #[serde(default)]
    threads: Vec<ThreadRuleEntry>,
    #[serde(default)]
    pairs: Vec<(String, String)>,
    roster: Option<String>,
    #[serde(default)]
    placeholders: BTreeMap<String, String>,
    #[serde(default)]
    timeline: TimelineEntry,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimelineEntry {
    #[serde(default)]
    threads: Vec<ThreadRuleEntry>,
    #[serde(default)]
    sleeps: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OrderName {
    Listed,
    ByThread,
}

/// How the lines of a golden may move.
#[derive(Debug, Clone)]
pub(super) enum Order {
    /// Not at all.
    Listed,
    /// Across threads, but not within one.
    ByThread(ByThread),
}

#[derive(Debug, Clone)]
pub(super) struct ByThread {
    rules: Vec<ThreadRule>,
    /// The thread of each line of the golden.
    pub(super) threads: Vec<String>,
    /// Lines by their places in the golden: the first comes before the second.
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) roster: Option<Regex>,
}

impl ByThread {
    /// Returns the thread that `line` belongs to.
    pub(super) fn thread_of(&self, line: &str) -> Option<String> {
        thread_of(&self.rules, line).map(|(_, thread)| thread)
    }
}

/// The rules as they stand, before they are compared with the golden's lines.
pub(super) struct Rules {
    file: RulesFile,
    pub(super) placeholders: Placeholders,
}

impl Rules {
    pub(super) fn parse(rules: &str) -> Result<Rules, GoldenError> {
        let file: RulesFile = toml::from_str(rules).map_err(|e| GoldenError::Rules {
            reason: e.to_string(),
        })?;
        let placeholders = Placeholders::with_own(&file.placeholders)?;
        Ok(Rules { file, placeholders })
    }

    /// Returns how a run is drawn.
    pub(super) fn lanes(&self, lines: &[Template]) -> Result<Lanes, GoldenError> {
        let timeline = &self.file.timeline;
        let entries = if timeline.threads.is_empty() {
            &self.file.threads
        } else {
            &timeline.threads
        };
        let threads = entries
            .iter()
            .cloned()
            .map(thread_rule)
            .collect::<Result<_, _>>()?;
        let sleeps = timeline
            .sleeps
            .iter()
            .map(|pattern| pattern_used("sleeps", pattern, lines))
            .collect::<Result<_, _>>()?;
        Ok(Lanes::new(threads, sleeps))
    }

    /// Returns how `lines`, the golden's, may move. Every rule must apply to at least one of them.
    pub(super) fn order(self, lines: &[Template]) -> Result<Order, GoldenError> {
        let file = self.file;
        if let Some(unused) = file
            .placeholders
            .keys()
            .find(|name| !lines.iter().any(|line| line.uses(name)))
        {
            return Err(GoldenError::Unused {
                key: "placeholders",
                rule: unused.clone(),
            });
        }
        match file.order {
            OrderName::Listed => listed(&file),
            OrderName::ByThread => by_thread(file, lines).map(Order::ByThread),
        }
    }
}

fn listed(file: &RulesFile) -> Result<Order, GoldenError> {
    let key = if !file.threads.is_empty() {
        "threads"
    } else if !file.pairs.is_empty() {
        "pairs"
    } else if file.roster.is_some() {
        "roster"
    } else {
        return Ok(Order::Listed);
    };
    Err(GoldenError::NotByThread { key })
}

fn by_thread(file: RulesFile, lines: &[Template]) -> Result<ByThread, GoldenError> {
    let rules = file
        .threads
        .into_iter()
        .map(thread_rule)
        .collect::<Result<Vec<_>, _>>()?;
    let mut used = vec![false; rules.len()];
    let mut threads = Vec::with_capacity(lines.len());
    for line in lines {
        let (rule, thread) =
            thread_of(&rules, line.text()).ok_or_else(|| GoldenError::NoThread {
                line: line.text().to_owned(),
            })?;
        used[rule] = true;
        threads.push(thread);
    }
    if let Some(unused) = used.iter().position(|used| !used) {
        return Err(GoldenError::Unused {
            key: "threads",
            rule: rules[unused].line.to_string(),
        });
    }
    let pairs = file
        .pairs
        .iter()
        .map(|pair| resolve_pair(pair, lines, &threads))
        .collect::<Result<Vec<_>, _>>()?;
    let roster = file
        .roster
        .map(|pattern| roster(pattern, lines))
        .transpose()?;
    Ok(ByThread {
        rules,
        threads,
        pairs,
        roster,
    })
}

fn resolve_pair(
    (first, then): &(String, String),
    lines: &[Template],
    threads: &[String],
) -> Result<(usize, usize), GoldenError> {
    let place = |text: &String| {
        let places: Vec<usize> = (0..lines.len())
            .filter(|&i| lines[i].text() == text)
            .collect();
        match places[..] {
            [place] => Ok(place),
            _ => Err(GoldenError::PairLine {
                text: text.clone(),
                lines: places.len(),
            }),
        }
    };
    let (first_place, then_place) = (place(first)?, place(then)?);
    if threads[first_place] == threads[then_place] {
        return Err(GoldenError::PairWithinThread {
            first: first.clone(),
            then: then.clone(),
            thread: threads[first_place].clone(),
        });
    }
    if then_place < first_place {
        return Err(GoldenError::PairContradicted {
            first: first.clone(),
            then: then.clone(),
        });
    }
    Ok((first_place, then_place))
}

fn roster(pattern: String, lines: &[Template]) -> Result<Regex, GoldenError> {
    let compiled = compile("roster", &pattern)?;
    if compiled.captures_len() != 2 {
        return Err(GoldenError::Pattern {
            key: "roster",
            pattern,
            reason: "must capture one group: the list".to_owned(),
        });
    }
    if !lines.iter().any(|line| compiled.is_match(line.text())) {
        return Err(GoldenError::Unused {
            key: "roster",
            rule: pattern,
        });
    }
    Ok(compiled)
}

fn pattern_used(
    key: &'static str,
    pattern: &str,
    lines: &[Template],
) -> Result<Regex, GoldenError> {
    let compiled = compile(key, pattern)?;
    if lines.iter().any(|line| compiled.is_match(line.text())) {
        Ok(compiled)
    } else {
        Err(GoldenError::Unused {
            key,
            rule: pattern.to_owned(),
        })
    }
}
