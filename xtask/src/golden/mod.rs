//! Goldens: what an example prints, `NAME.txt`, and how far a run may depart from it, `NAME.toml`.
//!
//! `NAME.txt` is the output of one run, with placeholders for what differs from run to run
//! (`placeholder.rs`). `NAME.toml` says whether the lines stand in exactly this order or only those
//! of each thread do, and what holds between threads (its keys are in `rules.rs`).

mod bless;
mod check;
mod error;
mod lanes;
mod mismatch;
mod placeholder;
mod rules;
mod template;
mod threads;

use std::fs;
use std::path::Path;

use placeholder::Placeholders;
use rules::{Order, Rules};
use template::Template;

pub use error::GoldenError;
pub use lanes::Lanes;
pub use mismatch::{DiffLine, Mismatch, Problem};
pub use template::Rebound;

/// What one example prints, ready to be compared with an output.
#[derive(Debug, Clone)]
pub struct Golden {
    lines: Vec<Template>,
    order: Order,
    lanes: Lanes,
}

impl Golden {
    /// Reads `NAME.txt` and `NAME.toml` in `directory`.
    ///
    /// # Errors
    ///
    /// A file that can't be read, or a golden that is broken: [`GoldenError`] says where.
    pub fn read(directory: &Path, name: &str) -> Result<Self, GoldenError> {
        let read = |extension: &str| {
            let path = directory.join(name).with_extension(extension);
            fs::read_to_string(&path).map_err(|e| GoldenError::Read {
                path: path.display().to_string(),
                reason: e.to_string(),
            })
        };
        Self::parse(&read("txt")?, &read("toml")?)
    }

    /// Makes a golden of the texts of its two files.
    ///
    /// # Errors
    ///
    /// What is wrong with them.
    pub fn parse(text: &str, rules: &str) -> Result<Self, GoldenError> {
        let rules = Rules::parse(rules)?;
        let lines = templates(text, &rules.placeholders)?;
        let lanes = rules.lanes(&lines)?;
        let order = rules.order(&lines)?;
        Ok(Self {
            lines,
            order,
            lanes,
        })
    }

    /// Returns how a run is drawn.
    #[must_use]
    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }
}

fn templates(text: &str, placeholders: &Placeholders) -> Result<Vec<Template>, GoldenError> {
    text.lines()
        .map(|line| Template::parse(line, placeholders))
        .collect()
}

/// Returns a new text for a golden, made of a run that printed `output`: the run's lines in their
/// order, with the placeholders that the golden's `text` has in them. The `rules` need not fit the
/// lines yet.
///
/// # Errors
///
/// Placeholders or rules that can't be read.
pub fn blessed(text: &str, rules: &str, output: &str) -> Result<String, GoldenError> {
    let placeholders = Rules::parse(rules)?.placeholders;
    let known = templates(text, &placeholders)?;
    Ok(bless::blessed(&known, &placeholders, output))
}

/// Returns the text and the rules of a first golden, made of a run that printed `output`.
#[must_use]
pub fn first(output: &str) -> (String, String) {
    (
        bless::blessed(&[], &Placeholders::common(), output),
        "order = \"listed\"\n".to_owned(),
    )
}
