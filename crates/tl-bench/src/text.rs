//! Text for a reader: times, and Markdown tables.

use std::fmt::Write;

/// Returns a time in a readable unit, to three digits.
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

/// Returns a figure: in bold where it misses its bar, with a tilde where that may be chance.
pub(crate) fn figure(text: &str, is_met: bool, by_chance: bool) -> String {
    match (is_met, by_chance) {
        (true, _) => text.to_owned(),
        (false, true) => format!("**~{text}**"),
        (false, false) => format!("**{text}**"),
    }
}

/// Returns a Markdown table. The first column is set to the left, and so is every other whose index
/// is in `left`.
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
    let is_left = |column| column == 0 || left.contains(&column);
    line(&mut (0..head.len()).map(|column| if is_left(column) { "---" } else { "---:" }));
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}

/// Returns the text with each line that is too wide wrapped at a space, and the further lines of a
/// list item indented. Tables and links are left as they are.
pub(crate) fn wrapped(text: &str) -> String {
    const COLUMNS: usize = 100;
    let mut wrapped = String::new();
    for line in text.lines() {
        if line.starts_with(['|', '!']) || line.chars().count() <= COLUMNS {
            wrapped += line;
            wrapped.push('\n');
            continue;
        }
        let indent = if line.starts_with("- ") { "  " } else { "" };
        let mut width = 0;
        for (index, word) in line.split(' ').enumerate() {
            let length = word.chars().count();
            if index > 0 && width + 1 + length > COLUMNS {
                wrapped.push('\n');
                wrapped += indent;
                width = indent.len();
            } else if index > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped += word;
            width += length;
        }
        wrapped.push('\n');
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_line_is_wrapped_and_a_table_is_not() {
        let row = format!("| {} |\n", "a ".repeat(80));
        assert_eq!(wrapped(&row), row);
        let item = wrapped(&format!("- {}", "four ".repeat(40).trim_end()));
        let lines: Vec<&str> = item.lines().collect();
        assert_eq!(lines.len(), 3, "{item}");
        assert!(lines.iter().all(|line| line.len() <= 100), "{item}");
        assert!(
            lines[0].len() > 94 && lines[1].starts_with("  four"),
            "{item}"
        );
        assert_eq!(item.split_whitespace().count(), 41);
    }
}
