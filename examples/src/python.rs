//! Values as Python prints them, since the examples print what the tutorial's programs print.

use std::fmt::Debug;

/// Returns a truth value as Python prints it.
///
/// # Examples
///
/// ```
/// assert_eq!(tl_examples::python::boolean(true), "True");
/// ```
#[must_use]
pub fn boolean(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Returns a list, tuple or dictionary as Python prints it: as Rust does, but with single quotes.
///
/// # Examples
///
/// ```
/// use tl_examples::python::collection;
///
/// assert_eq!(collection(&["0", "1"]), "['0', '1']");
/// assert_eq!(collection(&(0,)), "(0,)");
/// ```
#[must_use]
pub fn collection(value: &impl Debug) -> String {
    format!("{value:?}").replace('"', "'")
}
