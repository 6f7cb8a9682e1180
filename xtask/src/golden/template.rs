//! One line of a golden: plain text and placeholders.

use std::collections::BTreeMap;

use regex::Regex;

use super::error::GoldenError;
use super::placeholder::Placeholders;

/// A line of a golden, ready to be compared with a line of output.
#[derive(Debug, Clone)]
pub(super) struct Template {
    text: String,
    regex: Regex,
    /// For each placeholder in the line, in order: its label, such as `ADDRESS:1`, if it is
    /// numbered.
    labels: Vec<Option<String>>,
    /// The names of the placeholders that the line uses.
    names: Vec<String>,
}

/// What each numbered placeholder has stood for so far.
pub(super) type Bindings = BTreeMap<String, String>;

/// A numbered placeholder that stands for two different texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebound {
    /// The placeholder with its number, such as `ADDRESS:1`.
    pub label: String,
    /// What it stood for the first time.
    pub first: String,
    /// What stands in its place now.
    pub now: String,
}

impl Template {
    /// Reads a line of a golden.
    ///
    /// # Errors
    ///
    /// A numbered placeholder whose name is not registered.
    pub(super) fn parse(text: &str, placeholders: &Placeholders) -> Result<Self, GoldenError> {
        let bracketed = Regex::new(r"\[([A-Z_]+)(?::([0-9]+))?\]").expect("a constant pattern");
        let mut pattern = String::from(r"\A");
        let mut labels = Vec::new();
        let mut names = Vec::new();
        let mut plain_from = 0;
        for found in bracketed.captures_iter(text) {
            let whole = found.get(0).expect("group 0 is the match");
            let name = &found[1];
            let Some(registered) = placeholders.pattern(name) else {
                if found.get(2).is_some() {
                    return Err(GoldenError::UnknownPlaceholder {
                        placeholder: whole.as_str().to_owned(),
                        line: text.to_owned(),
                    });
                }
                continue;
            };
            pattern.push_str(&regex::escape(&text[plain_from..whole.start()]));
            pattern.push_str(&format!("({registered})"));
            labels.push(
                found
                    .get(2)
                    .map(|number| format!("{name}:{}", number.as_str())),
            );
            names.push(name.to_owned());
            plain_from = whole.end();
        }
        pattern.push_str(&regex::escape(&text[plain_from..]));
        pattern.push_str(r"\z");
        Ok(Self {
            text: text.to_owned(),
            regex: Regex::new(&pattern).expect("escaped text and checked patterns"),
            labels,
            names,
        })
    }

    /// Returns the line as the golden has it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether the line uses the placeholder `name`.
    pub(super) fn uses(&self, name: &str) -> bool {
        self.names.iter().any(|used| used == name)
    }

    /// Returns whether `line` is this line, whatever its numbered placeholders stood for elsewhere.
    pub(super) fn matches(&self, line: &str) -> bool {
        self.regex.is_match(line)
    }

    /// Notes what the numbered placeholders stand for in `line`, which must match.
    ///
    /// # Errors
    ///
    /// A placeholder that stood for something else before.
    pub(super) fn bind(&self, line: &str, bindings: &mut Bindings) -> Result<(), Rebound> {
        let found = self
            .regex
            .captures(line)
            .expect("bind is called on a line that matches");
        for (group, label) in self.labels.iter().enumerate() {
            let Some(label) = label else { continue };
            let now = &found[group + 1];
            match bindings.get(label) {
                Some(first) if first != now => {
                    return Err(Rebound {
                        label: label.clone(),
                        first: first.clone(),
                        now: now.to_owned(),
                    });
                }
                Some(_) => {}
                None => {
                    bindings.insert(label.clone(), now.to_owned());
                }
            }
        }
        Ok(())
    }
}
