//! A format, taken apart once, so that a record only walks over its parts.
//!
//! The grammar is that of Python's `%` operator with named fields
//! (<https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting>): `%`,
//! `(name)`, flags, width, `.precision`, a length letter that has no effect, conversion.

use super::error::{FormatError, FormatErrorKind};
use super::field::{self, Field};

/// The largest width, and the largest precision of a number: more is a slip of the finger. (The
/// standard library's limit, which `%g` must not pass with the zeros after its decimal point, is
/// 65,535.)
const MAX_WIDTH: usize = 10_000;

/// How a field becomes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conversion {
    /// `s`
    Plain,
    /// `r`
    Quoted,
    /// `a`
    QuotedAscii,
    /// `c`
    Character,
    /// `d i u`
    Decimal,
    /// `o`
    Octal,
    /// `x X`
    Hexadecimal { upper: bool },
    /// `e E`
    Exponent { upper: bool },
    /// `f F`
    Fixed,
    /// `g G`
    General { upper: bool },
}

impl Conversion {
    fn from_letter(letter: char) -> Option<Conversion> {
        Some(match letter {
            's' => Conversion::Plain,
            'r' => Conversion::Quoted,
            'a' => Conversion::QuotedAscii,
            'c' => Conversion::Character,
            'd' | 'i' | 'u' => Conversion::Decimal,
            'o' => Conversion::Octal,
            'x' | 'X' => Conversion::Hexadecimal {
                upper: letter == 'X',
            },
            'e' | 'E' => Conversion::Exponent {
                upper: letter == 'E',
            },
            'f' | 'F' => Conversion::Fixed,
            'g' | 'G' => Conversion::General {
                upper: letter == 'G',
            },
            _ => return None,
        })
    }

    fn is_textual(self) -> bool {
        matches!(
            self,
            Conversion::Plain | Conversion::Quoted | Conversion::QuotedAscii
        )
    }
}

/// Everything between the field's name and the end of its conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spec {
    /// `-`: on the left of its width.
    pub(super) left: bool,
    /// `0`: zeros fill the width, before the digits of a number.
    pub(super) zero: bool,
    /// `+`: a plus sign before a number.
    pub(super) plus: bool,
    /// A space: a space in the place of the sign.
    pub(super) space: bool,
    /// `#`: the alternate form, with its prefix or its decimal point.
    pub(super) alternate: bool,
    pub(super) width: usize,
    pub(super) precision: Option<usize>,
    pub(super) conversion: Conversion,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(Box<str>),
    Field(Field, Spec),
}

/// A format that was found to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    parts: Box<[Part]>,
    uses_clock: bool,
}

impl Format {
    pub(super) fn parse(format: &str) -> Result<Format, FormatError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = format;
        while let Some(percent) = rest.find('%') {
            literal.push_str(&rest[..percent]);
            let offset = format.len() - rest.len() + percent;
            let error = |kind| FormatError::new(format, offset, kind);
            rest = &rest[percent + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                literal.push('%');
                rest = after;
                continue;
            }
            let (part, after) = parse_field(rest).map_err(error)?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal).into()));
            }
            parts.push(part);
            rest = after;
        }
        if parts.is_empty() {
            return Err(FormatError::new(format, 0, FormatErrorKind::NoField));
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.into()));
        }
        let uses_clock = parts
            .iter()
            .any(|part| matches!(part, Part::Field(field, _) if field.uses_clock()));
        Ok(Format {
            parts: parts.into(),
            uses_clock,
        })
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) fn uses_clock(&self) -> bool {
        self.uses_clock
    }
}

/// Parses what follows a `%`, and gives back what follows the field.
fn parse_field(text: &str) -> Result<(Part, &str), FormatErrorKind> {
    if text.is_empty() {
        return Err(FormatErrorKind::Incomplete);
    }
    let text = text.strip_prefix('(').ok_or(FormatErrorKind::MissingName)?;
    let (name, text) = split_name(text).ok_or(FormatErrorKind::UnclosedName)?;
    let (spec, letter, text) = parse_spec(text)?;
    let (name, field) =
        field::find(name).ok_or_else(|| FormatErrorKind::UnknownField { name: name.into() })?;
    let allowed = field.conversions();
    if !allowed.contains(letter) {
        return Err(FormatErrorKind::WrongConversion {
            field: name,
            conversion: letter,
            allowed,
        });
    }
    Ok((Part::Field(field, spec), text))
}

/// Splits after the parenthesis that closes the name. A name may have balanced parentheses in it,
/// as Python's keys may: then the message about the unknown field shows the whole of it.
fn split_name(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some((&text[..index], &text[index + 1..]));
        }
    }
    None
}

/// Parses flags, width, precision and conversion, and gives back the letter of the conversion and
/// what follows it.
fn parse_spec(text: &str) -> Result<(Spec, char, &str), FormatErrorKind> {
    let flags = text.len() - text.trim_start_matches(['-', '+', ' ', '#', '0']).len();
    let (flags, text) = text.split_at(flags);
    let (width, text) = parse_number(text)?;
    let (precision, text) = match text.strip_prefix('.') {
        Some(text) => {
            let (precision, text) = parse_number(text)?;
            (Some(precision.unwrap_or(0)), text)
        }
        None => (None, text),
    };
    let text = text.strip_prefix(['h', 'l', 'L']).unwrap_or(text);
    let letter = text.chars().next().ok_or(FormatErrorKind::Incomplete)?;
    let conversion = Conversion::from_letter(letter)
        .ok_or(FormatErrorKind::UnknownConversion { conversion: letter })?;
    let width = width.unwrap_or(0);
    if width > MAX_WIDTH
        || (!conversion.is_textual() && precision.is_some_and(|precision| precision > MAX_WIDTH))
    {
        return Err(FormatErrorKind::TooLarge { limit: MAX_WIDTH });
    }
    let spec = Spec {
        left: flags.contains('-'),
        zero: flags.contains('0'),
        plus: flags.contains('+'),
        space: flags.contains(' '),
        alternate: flags.contains('#'),
        width,
        precision,
        conversion,
    };
    Ok((spec, letter, &text[letter.len_utf8()..]))
}

/// Parses the digits at the start of the text, if there are any. A number beyond `usize` is the
/// largest `usize`.
fn parse_number(text: &str) -> Result<(Option<usize>, &str), FormatErrorKind> {
    if text.starts_with('*') {
        return Err(FormatErrorKind::Star);
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, text) = text.split_at(digits);
    if digits.is_empty() {
        Ok((None, text))
    } else {
        Ok((Some(digits.parse().unwrap_or(usize::MAX)), text))
    }
}
