//! What CPython's `%` operator makes of values, by their type. `facts.py` writes the other files of
//! this folder.

mod float;
mod integer;
mod text;

use super::Value;

/// A value, a format, and what the format makes of it, or `None` where CPython raises.
pub(super) type Fact = (Value, &'static str, Option<&'static str>);

pub(super) const FACTS: [&[Fact]; 3] = [text::FACTS, integer::FACTS, float::FACTS];
