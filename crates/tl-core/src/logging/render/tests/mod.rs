//! The rendering against what CPython does with the same formats and values.

mod facts;

use super::super::field::Field;
use super::super::format::{Format, Part};
use super::{finish_text, float, integer, is_printable};

#[derive(Debug, Clone, Copy)]
enum Value {
    Text(&'static str),
    Integer(u64),
    Float(f64),
}

fn render(format: &Format, value: Value) -> String {
    let mut line = String::from("before ");
    for part in format.parts() {
        match (part, value) {
            (Part::Literal(text), _) => line.push_str(text),
            (Part::Field(Field::Text(_), spec), Value::Text(text)) => {
                let start = line.len();
                line.push_str(text);
                finish_text(&mut line, start, spec);
            }
            (Part::Field(Field::Integer(_), spec), Value::Integer(value)) => {
                integer(&mut line, value, spec)
            }
            (Part::Field(Field::Float(_), spec), Value::Float(value)) => {
                float(&mut line, value, spec)
            }
            _ => panic!("{part:?} has no value of the type of {value:?}"),
        }
    }
    line.strip_prefix("before ")
        .expect("what was in the line stays")
        .to_owned()
}

#[test]
fn every_conversion_is_as_cpython_has_it() {
    let mut wrong = Vec::new();
    let facts = facts::FACTS.concat();
    for &(value, format, expected) in &facts {
        let actual = Format::parse(format)
            .ok()
            .map(|format| render(&format, value));
        if actual.as_deref() != expected {
            wrong.push(format!(
                "{format:?} of {value:?}: {actual:?}, but CPython: {expected:?}"
            ));
        }
    }
    assert!(facts.len() > 500);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_number_that_is_no_character_shows_as_the_replacement_character() {
    for value in [0xd800, 0x11_0000, u64::MAX] {
        let format = Format::parse("%(thread)c").unwrap();
        assert_eq!(render(&format, Value::Integer(value)), "\u{fffd}");
    }
}

#[test]
fn the_largest_width_and_precision_work_and_the_next_are_refused() {
    for (format, length) in [
        ("%(created)10000.3f", 10_000),
        ("%(created)010000.3f", 10_000),
        ("%(created).10000f", 10_002),
        ("%(created)#.10000g", 10_005),
        ("%(created).10000e", 10_006),
    ] {
        let line = render(&Format::parse(format).unwrap(), Value::Float(0.000_15));
        assert_eq!(line.len(), length, "{format}");
    }
    for format in [
        "%(created)10001f",
        "%(created).10001f",
        "%(thread).10001d",
        "%(message)10001s",
    ] {
        assert!(Format::parse(format).is_err(), "{format}");
    }
    let format = Format::parse("%(message).99999999999999999999999s").unwrap();
    assert_eq!(render(&format, Value::Text("all")), "all");
}

#[test]
fn combining_characters_are_printable_and_invisible_ones_are_not() {
    for character in ['\u{301}', 'é', '中', '\u{1f600}'] {
        assert!(is_printable(character), "{character:?}");
    }
    for character in [
        '\u{a0}',
        '\u{ad}',
        '\u{200b}',
        '\u{2028}',
        '\u{e000}',
        '\u{10ffff}',
    ] {
        assert!(!is_printable(character), "{character:?}");
    }
}
