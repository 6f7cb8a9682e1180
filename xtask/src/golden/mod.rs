//! Goldens: what an example prints, `NAME.txt`, and how far a run may depart from it, `NAME.toml`.
//!
//! `NAME.txt` is the output of one run, with placeholders for what differs from run to run (`placeholder.rs`). `NAME.toml`
//! says whether the lines stand in exactly this order or only those of each thread do, and what holds between threads (its
//! keys are in `rules.rs`).

mod bless;
mod check;
mod error;
mod mismatch;
mod placeholder;
mod rules;
mod template;

use std::fs;
use std::path::Path;

pub use error::GoldenError;
pub use mismatch::{DiffLine, Mismatch, Problem};
use placeholder::Placeholders;
use rules::Order;
pub use template::Rebound;
use template::Template;

/// What one example prints, ready to be held against an output.
#[derive(Debug, Clone)]
pub struct Golden {
    lines: Vec<Template>,
    placeholders: Placeholders,
    order: Order,
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
        let (lines, placeholders, order) = rules::read(text, rules)?;
        Ok(Self {
            lines,
            placeholders,
            order,
        })
    }

    /// Holds what a program printed against the golden.
    ///
    /// # Errors
    ///
    /// Every way in which the output is not what the golden promises.
    pub fn check(&self, output: &str) -> Result<(), Mismatch> {
        check::check(self, output)
    }

    /// The golden's text for a run that printed `output`: its lines in their order, with this golden's placeholders where
    /// a line of it says so.
    #[must_use]
    pub fn blessed(&self, output: &str) -> String {
        bless::blessed(&self.lines, &self.placeholders, output)
    }
}

/// The text and the rules of a first golden for a program that printed `output`.
#[must_use]
pub fn first(output: &str) -> (String, String) {
    let placeholders = Placeholders::common();
    (
        bless::blessed(&[], &placeholders, output),
        "order = \"listed\"\n".to_owned(),
    )
}
