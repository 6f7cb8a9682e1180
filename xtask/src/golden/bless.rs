//! Makes a golden's text from a run.

use super::placeholder::Placeholders;
use super::template::Template;

/// Returns `output` as a golden. Each line becomes the first of `known` that matches it and is not
/// used yet; a line that matches none gets only the placeholders that can't be mistaken.
pub(super) fn blessed(known: &[Template], placeholders: &Placeholders, output: &str) -> String {
    let mut free: Vec<&Template> = known.iter().collect();
    let mut text = String::new();
    for line in output.lines() {
        match free.iter().position(|template| template.matches(line)) {
            Some(place) => text.push_str(free.remove(place).text()),
            None => text.push_str(&placeholders.put_into(line)),
        }
        text.push('\n');
    }
    text
}
