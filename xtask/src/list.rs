//! `cargo xtask list`: the examples, with the chapter of each and what it teaches.

use console::style;

use crate::{Outcome, examples, workspace};

/// Prints the list.
///
/// # Errors
///
/// When an example can't be read, or does not say what it teaches.
pub fn run() -> Outcome {
    let examples = examples::all(&workspace::root())?;
    let width = examples
        .iter()
        .map(|example| example.name.len())
        .max()
        .unwrap_or(0);
    let mut chapter = 0;
    for example in &examples {
        if example.chapter != chapter {
            chapter = example.chapter;
            println!(
                "{}",
                style(format_args!("{chapter:>2} {}", example.title)).bold()
            );
        }
        println!(
            "   {:width$}  {}",
            style(&example.name).cyan(),
            example.teaches
        );
    }
    Ok(true)
}
