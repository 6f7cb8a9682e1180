//! Text for a reader: times, and tables of Markdown.

use std::fmt::Write;

/// Nanoseconds as a reader likes them, to three digits.
pub(crate) fn duration(nanos: f64) -> String {
    let (value, unit) = match nanos {
        _ if nanos < 1e3 => (nanos, "ns"),
        _ if nanos < 1e6 => (nanos / 1e3, "µs"),
        _ if nanos < 1e9 => (nanos / 1e6, "ms"),
        _ => (nanos / 1e9, "s"),
    };
    format!("{} {unit}", three_digits(value))
}

fn three_digits(value: f64) -> String {
    match value {
        _ if value < 10.0 => format!("{value:.2}"),
        _ if value < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A Markdown table. The first column is set to the left, and so is every other whose index is in
/// `left`.
pub(crate) fn table(head: &[&str], left: &[usize], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        text.push('|');
        for cell in cells {
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    };
    line(&mut head.iter().copied());
    line(
        &mut (0..head.len()).map(|column| match column == 0 || left.contains(&column) {
            true => "---",
            false => "---:",
        }),
    );
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}
