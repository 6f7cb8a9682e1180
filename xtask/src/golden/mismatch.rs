//! How an output differs from its golden, for a reader.

use std::error::Error;
use std::fmt;

use console::style;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::template::{Rebound, Template};

/// Everything in which an output is not what its golden promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// In the order in which they were found; never empty.
    pub problems: Vec<Problem>,
}

/// One way in which an output differs from its golden. Line numbers count from 1, in the output.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The lines are not those of the golden in its order.
    Listed {
        /// The golden against the output.
        diff: Vec<DiffLine>,
    },
    /// A line that belongs to no thread.
    NoThread {
        /// Its number.
        number: usize,
        /// The line.
        line: String,
    },
    /// The lines of one thread are not those of the golden in its order.
    Thread {
        /// The thread's name.
        thread: String,
        /// The golden's lines of this thread against the output's.
        diff: Vec<DiffLine>,
    },
    /// Lines of two threads the wrong way round.
    Pair {
        /// The line that must come first, with its number.
        first: (usize, String),
        /// The line that came before it, with its number.
        then: (usize, String),
    },
    /// A numbered placeholder that stands for two texts.
    Numbered {
        /// The line's number.
        number: usize,
        /// What was bound, and what stands there.
        rebound: Rebound,
    },
    /// A list of the threads inside that does not follow from the lines before it.
    Roster {
        /// The line's number.
        number: usize,
        /// The list that follows from the lines before.
        expected: String,
        /// The list in the line.
        found: String,
    },
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiffLine {
    /// In both, as it was printed.
    Same(String),
    /// In the golden only.
    Missing(String),
    /// In the output only.
    Extra(String),
}

/// Returns the difference between `templates` and `lines`, a line at a time.
pub(super) fn diff(templates: &[&Template], lines: &[&str]) -> Vec<DiffLine> {
    let golden: Vec<&str> = templates.iter().map(|template| template.text()).collect();
    // Each line under the text of the template that it matches, so that equal texts are equal
    // lines.
    let printed: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(place, &line)| {
            let here = templates
                .get(place)
                .filter(|template| template.matches(line));
            here.or_else(|| templates.iter().find(|template| template.matches(line)))
                .map_or(line, |template| template.text())
        })
        .collect();
    let mut diff = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &golden, &printed) {
        let (tag, old, new) = operation.as_tag_tuple();
        if tag == DiffTag::Equal {
            diff.extend(new.map(|place| DiffLine::Same(lines[place].to_owned())));
        } else {
            diff.extend(old.map(|place| DiffLine::Missing(golden[place].to_owned())));
            diff.extend(new.map(|place| DiffLine::Extra(lines[place].to_owned())));
        }
    }
    diff
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let diffs = self
            .problems
            .iter()
            .any(|problem| matches!(problem, Problem::Listed { .. } | Problem::Thread { .. }));
        if diffs {
            let (missing, extra) = (style("- golden").red(), style("+ printed").green());
            writeln!(f, "{missing}, {extra}")?;
        }
        for problem in &self.problems {
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl Error for Mismatch {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed { diff } => write_diff(f, diff),
            Self::NoThread { number, line } => {
                writeln!(
                    f,
                    "line {number} belongs to no thread of the golden: {}",
                    style(line).green()
                )
            }
            Self::Thread { thread, diff } => {
                writeln!(f, "lines of {}:", style(thread).bold())?;
                write_diff(f, diff)
            }
            Self::Pair { first, then } => {
                writeln!(f, "out of order:")?;
                writeln!(
                    f,
                    "  line {} came first: {}",
                    then.0,
                    style(&then.1).green()
                )?;
                writeln!(
                    f,
                    "  line {} must precede: {}",
                    first.0,
                    style(&first.1).red()
                )
            }
            Self::Numbered { number, rebound } => writeln!(
                f,
                "line {number}: [{}] stood for `{}` before, and for `{}` here",
                rebound.label, rebound.first, rebound.now
            ),
            Self::Roster {
                number,
                expected,
                found,
            } => writeln!(
                f,
                "line {number} lists {}, but the lines before it leave {}",
                style(found).green(),
                style(expected).red()
            ),
        }
    }
}

fn write_diff(f: &mut fmt::Formatter<'_>, diff: &[DiffLine]) -> fmt::Result {
    for line in diff {
        match line {
            DiffLine::Same(text) => writeln!(f, "    {text}")?,
            DiffLine::Missing(text) => writeln!(f, "  {}", style(format_args!("- {text}")).red())?,
            DiffLine::Extra(text) => writeln!(f, "  {}", style(format_args!("+ {text}")).green())?,
        }
    }
    Ok(())
}
