//! Values to text, as Python's `%` operator does it.
//!
//! Every function appends to the line, then works on what it appended in place: no other buffer is
//! needed. All numbers of a record are zero or positive, so a sign is only ever asked for by a
//! flag.

use std::fmt::Write;

use super::format::{Conversion, Spec};

/// What [`String`] does with every write.
const NEVER_FAILS: &str = "a String takes every write";

/// Converts the text that the line has from `start` on.
#[inline]
pub(super) fn finish_text(line: &mut String, start: usize, spec: &Spec) {
    if spec.width == 0 && spec.precision.is_none() && spec.conversion == Conversion::Plain {
        return;
    }
    if spec.conversion != Conversion::Plain {
        let text = line.split_off(start);
        quote(line, &text, spec.conversion == Conversion::QuotedAscii);
    }
    cut_and_pad(line, start, spec);
}

/// Makes escapes of the control characters that the line has from `start` on, unless they are to be
/// quoted anyway.
#[cold]
pub(super) fn escape_controls(line: &mut String, start: usize, spec: &Spec) {
    if spec.conversion != Conversion::Plain || !line[start..].contains(char::is_control) {
        return;
    }
    for character in line.split_off(start).chars() {
        match character {
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            _ if character.is_control() => {
                write!(line, "\\x{:02x}", u32::from(character)).expect(NEVER_FAILS)
            }
            _ => line.push(character),
        }
    }
}

pub(super) fn integer(line: &mut String, value: u64, spec: &Spec) {
    let start = line.len();
    let prefix = match spec.conversion {
        Conversion::Plain | Conversion::Quoted | Conversion::QuotedAscii => {
            write!(line, "{value}").expect(NEVER_FAILS);
            return cut_and_pad(line, start, spec);
        }
        Conversion::Character => {
            let character = u32::try_from(value).ok().and_then(char::from_u32);
            line.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
            return pad(line, start, spec);
        }
        Conversion::Exponent { .. } | Conversion::Fixed | Conversion::General { .. } => {
            return float(line, value as f64, spec);
        }
        Conversion::Decimal => {
            write!(line, "{value}").expect(NEVER_FAILS);
            ""
        }
        Conversion::Octal => {
            write!(line, "{value:o}").expect(NEVER_FAILS);
            "0o"
        }
        Conversion::Hexadecimal { upper: false } => {
            write!(line, "{value:x}").expect(NEVER_FAILS);
            "0x"
        }
        Conversion::Hexadecimal { upper: true } => {
            write!(line, "{value:X}").expect(NEVER_FAILS);
            "0X"
        }
    };
    let prefix = if spec.alternate { prefix } else { "" };
    finish_number(line, start, prefix, spec.precision.unwrap_or(0), spec);
}

pub(super) fn float(line: &mut String, value: f64, spec: &Spec) {
    let start = line.len();
    let precision = spec.precision.unwrap_or(6);
    match spec.conversion {
        Conversion::Decimal => return integer(line, value as u64, spec),
        Conversion::Exponent { upper } => {
            write!(line, "{value:.precision$e}").expect(NEVER_FAILS);
            finish_exponent(line, start, spec.alternate, upper);
        }
        Conversion::Fixed => {
            write!(line, "{value:.precision$}").expect(NEVER_FAILS);
            if precision == 0 && spec.alternate {
                line.push('.');
            }
        }
        Conversion::General { upper } => {
            general(line, value, precision.max(1), spec.alternate, upper)
        }
        // The types of the fields leave octal, hexadecimal and character to integers.
        _ => {
            shortest(line, value);
            return cut_and_pad(line, start, spec);
        }
    }
    finish_number(line, start, "", 0, spec);
}

/// Appends the fewest digits that read back as the same number, like Python's `repr`.
fn shortest(line: &mut String, value: f64) {
    let start = line.len();
    if value == 0.0 || (1e-4..1e16).contains(&value) {
        write!(line, "{value:?}").expect(NEVER_FAILS);
    } else {
        write!(line, "{value:e}").expect(NEVER_FAILS);
        finish_exponent(line, start, false, false);
    }
}

/// Appends `%g`: `digits` significant digits, with an exponent if that is shorter, without zeros at
/// the end.
fn general(line: &mut String, value: f64, digits: usize, alternate: bool, upper: bool) {
    let start = line.len();
    let decimals = digits - 1;
    write!(line, "{value:.decimals$e}").expect(NEVER_FAILS);
    let exponent = split_exponent(line, start);
    let has_exponent = exponent < -4 || exponent >= digits as i32;
    if !has_exponent {
        line.truncate(start);
        let decimals = (decimals as i32 - exponent) as usize;
        write!(line, "{value:.decimals$}").expect(NEVER_FAILS);
    }
    let has_point = line[start..].contains('.');
    if alternate && !has_point {
        line.push('.');
    } else if !alternate && has_point {
        let end = line[start..]
            .trim_end_matches('0')
            .trim_end_matches('.')
            .len();
        line.truncate(start + end);
    }
    if has_exponent {
        push_exponent(line, exponent, upper);
    }
}

/// Rewrites an exponent as C has it: with its sign, and two digits at least.
fn finish_exponent(line: &mut String, start: usize, alternate: bool, upper: bool) {
    let exponent = split_exponent(line, start);
    if alternate && !line[start..].contains('.') {
        line.push('.');
    }
    push_exponent(line, exponent, upper);
}

/// Takes the exponent off the number that begins at `start`.
fn split_exponent(line: &mut String, start: usize) -> i32 {
    let mark = start
        + line[start..]
            .rfind('e')
            .expect("a number formatted with an exponent");
    let exponent = line[mark + 1..].parse().expect("the digits of an exponent");
    line.truncate(mark);
    exponent
}

fn push_exponent(line: &mut String, exponent: i32, upper: bool) {
    let letter = if upper { 'E' } else { 'e' };
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(line, "{letter}{sign}{:02}", exponent.unsigned_abs()).expect(NEVER_FAILS);
}

/// Puts zeros, prefix and sign before the digits that begin at `start`, then fills the width.
fn finish_number(line: &mut String, start: usize, prefix: &str, min_digits: usize, spec: &Spec) {
    let sign = match spec {
        Spec { plus: true, .. } => "+",
        Spec { space: true, .. } => " ",
        _ => "",
    };
    let digits = line.len() - start;
    let zeros_to = if spec.zero && !spec.left {
        min_digits.max(spec.width.saturating_sub(sign.len() + prefix.len()))
    } else {
        min_digits
    };
    insert_repeated(line, start, '0', zeros_to.saturating_sub(digits));
    if !prefix.is_empty() {
        line.insert_str(start, prefix);
    }
    if !sign.is_empty() {
        line.insert_str(start, sign);
    }
    pad(line, start, spec);
}

/// Applies precision and width to a text: both count characters.
fn cut_and_pad(line: &mut String, start: usize, spec: &Spec) {
    let cut = |precision| line[start..].char_indices().nth(precision);
    if let Some((end, _)) = spec.precision.and_then(cut) {
        line.truncate(start + end);
    }
    pad(line, start, spec);
}

fn pad(line: &mut String, start: usize, spec: &Spec) {
    if spec.width == 0 {
        return;
    }
    let missing = spec.width.saturating_sub(line[start..].chars().count());
    let at = if spec.left { line.len() } else { start };
    insert_repeated(line, at, ' ', missing);
}

fn insert_repeated(line: &mut String, at: usize, fill: char, count: usize) {
    const SPACES: &str = "                                                                ";
    const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    let fill = if fill == '0' { ZEROS } else { SPACES };
    let mut missing = count;
    while missing > 0 {
        let step = missing.min(fill.len());
        line.insert_str(at, &fill[..step]);
        missing -= step;
    }
}

/// Appends Python's `repr` of a text, or its `ascii`.
///
/// Which characters are printable is decided by this Rust's version of Unicode.
fn quote(line: &mut String, text: &str, ascii: bool) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    line.push(quote);
    for character in text.chars() {
        match character {
            '\t' => line.push_str("\\t"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\\' => line.push_str("\\\\"),
            _ if character == quote => {
                line.push('\\');
                line.push(quote);
            }
            ' '..='~' => line.push(character),
            _ if !ascii && is_printable(character) => line.push(character),
            _ => match u32::from(character) {
                code @ ..=0xff => write!(line, "\\x{code:02x}").expect(NEVER_FAILS),
                code @ ..=0xffff => write!(line, "\\u{code:04x}").expect(NEVER_FAILS),
                code => write!(line, "\\U{code:08x}").expect(NEVER_FAILS),
            },
        }
    }
    line.push(quote);
}

fn is_printable(character: char) -> bool {
    // The standard library escapes what is not printable, and combining characters where they come
    // first in a string: a letter before it shows which of the two it is.
    let mut buffer = [b'a'; 5];
    let length = character.encode_utf8(&mut buffer[1..]).len();
    let pair = std::str::from_utf8(&buffer[..=length]).expect("a letter and a character");
    pair.escape_debug().nth(1) != Some('\\')
}

#[cfg(test)]
mod tests;
