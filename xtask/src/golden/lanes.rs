//! How `cargo xtask timeline` reads a run: which thread printed a line, and whether it sleeps then.

use regex::Regex;

use super::threads::{ThreadRule, thread_of};

/// What a golden's rules say about drawing a run.
#[derive(Debug, Clone)]
pub struct Lanes {
    threads: Vec<ThreadRule>,
    sleeps: Vec<Regex>,
}

impl Lanes {
    pub(super) fn new(threads: Vec<ThreadRule>, sleeps: Vec<Regex>) -> Self {
        Self { threads, sleeps }
    }

    /// Returns the thread that printed `line`, if the rules say it.
    #[must_use]
    pub fn thread_of(&self, line: &str) -> Option<String> {
        thread_of(&self.threads, line).map(|(_, thread)| thread)
    }

    /// Returns what `line` says besides the name of its thread, which stands before it.
    #[must_use]
    pub fn message<'a>(&self, line: &'a str) -> &'a str {
        let named = thread_of(&self.threads, line)
            .and_then(|(rule, _)| self.threads[rule].line.captures(line))
            .filter(|found| found.name("thread").is_some());
        let message = named.map_or(line, |found| {
            &line[found.get(0).expect("group 0 is the match").end()..]
        });
        if message.is_empty() { line } else { message }
    }

    /// Returns whether the thread that printed `line` then sleeps, until it prints its next.
    #[must_use]
    pub fn sleeps_after(&self, line: &str) -> bool {
        self.sleeps.iter().any(|pattern| pattern.is_match(line))
    }
}
