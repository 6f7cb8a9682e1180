//! The key-value pairs of a record, as text.

use std::fmt::Write;

use log::kv::{Error, Key, Source, Value, VisitSource};

/// Appends ` key=value` for each pair.
pub(super) fn push(line: &mut String, pairs: &dyn Source) {
    // Only a source that reports an error fails here: the pairs that it gave before that are shown.
    let _ = pairs.visit(&mut Pairs(line));
}

struct Pairs<'a>(&'a mut String);

impl<'pairs> VisitSource<'pairs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'pairs>, value: Value<'pairs>) -> Result<(), Error> {
        let line = &mut *self.0;
        line.push(' ');
        let start = line.len();
        line.push_str(key.as_str());
        quote_if_needed(line, start);
        line.push('=');
        let start = line.len();
        // Only a `Display` that reports an error fails here: what it wrote before that is the
        // value.
        let _ = write!(line, "{value}");
        quote_if_needed(line, start);
        Ok(())
    }
}

/// Quotes the text from `start` on if it could be taken for something else: for nothing, or for
/// more pairs than one.
fn quote_if_needed(line: &mut String, start: usize) {
    let text = &line[start..];
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '"' && c != '=';
    if text.is_empty() || !text.chars().all(is_plain) {
        let text = line.split_off(start);
        write!(line, "{text:?}").expect("a String takes every write");
    }
}
