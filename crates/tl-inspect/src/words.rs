//! How places, times and threads are written for people.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

/// A place in the source of the program.
///
/// # Examples
///
/// ```
/// use tl_inspect::{Place, snapshot};
///
/// let describe = |place: Place| (place.file(), place.line(), place.column());
/// for wait in snapshot().threads().iter().filter_map(|thread| thread.wait()) {
///     println!("{:?}", describe(wait.place()));
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(&'static Location<'static>);

impl Place {
    pub(crate) fn new(location: &'static Location<'static>) -> Place {
        Place(location)
    }

    /// Returns the path of the file, as the compiler was given it.
    pub fn file(&self) -> &'static str {
        self.0.file()
    }

    /// Returns the line, from 1.
    pub fn line(&self) -> u32 {
        self.0.line()
    }

    /// Returns the column, from 1.
    pub fn column(&self) -> u32 {
        self.0.column()
    }
}

/// Writes `file:line`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file(), self.line())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Place {
    /// Serializes it as `file:line:column`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// A length of time, written with the two or so digits that matter.
pub(crate) struct Span(pub(crate) Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs();
        let micros = self.0.as_micros();
        match micros {
            0..1_000 => write!(f, "{micros} µs"),
            1_000..1_000_000 => write!(f, "{} ms", micros / 1_000),
            1_000_000..60_000_000 => {
                write!(f, "{}.{} s", secs, self.0.subsec_millis() / 100)
            }
            60_000_000..3_600_000_000 => write!(f, "{} min {} s", secs / 60, secs % 60),
            _ => write!(f, "{} h {} min", secs / 3_600, secs % 3_600 / 60),
        }
    }
}

/// A number with its noun.
pub(crate) struct Count(pub(crate) usize, pub(crate) &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count(number, noun) = self;
        let plural = if *number == 1 { "" } else { "s" };
        write!(f, "{number} {noun}{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_the_digits_that_matter() {
        for (millis, text) in [
            (0, "0 µs"),
            (999, "999 ms"),
            (3_249, "3.2 s"),
            (59_999, "59.9 s"),
            (125_000, "2 min 5 s"),
            (7_320_000, "2 h 2 min"),
        ] {
            assert_eq!(Span(Duration::from_millis(millis)).to_string(), text);
        }
        assert_eq!(Span(Duration::from_micros(45)).to_string(), "45 µs");
    }

    #[test]
    fn nouns_have_their_number() {
        assert_eq!(Count(1, "thread").to_string(), "1 thread");
        assert_eq!(Count(0, "thread").to_string(), "0 threads");
    }
}
