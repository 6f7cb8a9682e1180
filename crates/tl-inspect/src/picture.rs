//! How pictures of runs look, light and dark: those of recordings, and those of the examples.

use std::fmt::{self, Write as _};

/// How many colours there are for lanes.
pub const COLOURS: usize = 6;

/// Returns the style sheet of the picture with this `id`. Each rule names it, so that several
/// pictures on one page don't disturb each other.
///
/// A picture alone is as light or dark as its reader's system. On a page of rustdoc, whose theme
/// the reader can choose, it is as the page is: `data-theme` says which theme that is.
#[must_use]
pub fn style(id: &str) -> String {
    let it = format!("#{id}");
    let mut style = format!(
        "{it}{{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}}\
         {it} text{{white-space:pre;fill:var(--ink)}}\
         {it} .name{{font-weight:bold}}\
         {it} .paper{{fill:var(--paper)}}\
         {it} .time,{it} .legend{{fill:var(--quiet)}}\
         {it} .run{{stroke-width:4}}\
         {it} .wait{{stroke-width:2;stroke-dasharray:2 4}}\
         {it} .hold{{stroke-width:2;opacity:.6}}\
         {it} .tick{{stroke-width:2}}\
         {it} .arrow{{stroke:var(--quiet);stroke-width:1;fill:none}}\
         {it} .leader{{stroke:var(--faint);stroke-width:1;stroke-dasharray:1 3}}\
         {it} .end{{stroke:var(--quiet);stroke-width:1}}"
    );
    for lane in 0..COLOURS {
        let _ = write!(
            style,
            "{it} .c{lane}{{stroke:var(--c{lane})}}{it} text.c{lane},{it} circle.c{lane},{it} path.c{lane}{{fill:var(--c{lane});stroke:none}}"
        );
    }
    let (light, dark) = (variables(&LIGHT), variables(&DARK));
    let _ = write!(
        style,
        "{it}{{{light}}}@media (prefers-color-scheme:dark){{{it}{{{dark}}}}}\
         [data-theme=light] {it}{{{light}}}[data-theme=dark] {it},[data-theme=ayu] {it}{{{dark}}}"
    );
    style
}

struct Palette {
    paper: &'static str,
    ink: &'static str,
    /// Times and the legend.
    quiet: &'static str,
    faint: &'static str,
    lanes: [&'static str; COLOURS],
}

const LIGHT: Palette = Palette {
    paper: "#f6f8fa",
    ink: "#1f2328",
    quiet: "#59636e",
    faint: "#afb8c1",
    lanes: [
        "#0550ae", "#b54708", "#116329", "#6639ba", "#a0206d", "#7a5900",
    ],
};

const DARK: Palette = Palette {
    paper: "#161b22",
    ink: "#e6edf3",
    quiet: "#9198a1",
    faint: "#484f58",
    lanes: [
        "#79c0ff", "#ffa657", "#7ee787", "#d2a8ff", "#ff9bce", "#e3c55b",
    ],
};

fn variables(palette: &Palette) -> String {
    let Palette {
        paper,
        ink,
        quiet,
        faint,
        lanes,
    } = palette;
    let mut variables = format!("--paper:{paper};--ink:{ink};--quiet:{quiet};--faint:{faint}");
    for (lane, colour) in lanes.iter().enumerate() {
        let _ = write!(variables, ";--c{lane}:{colour}");
    }
    variables
}

/// A text as XML has it. Characters that XML does not allow, such as 0, are replaced.
#[derive(Debug)]
pub struct Escaped<'t>(pub &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '\t' | '\n' => f.write_char(char),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => f.write_char(char::REPLACEMENT_CHARACTER),
            _ => f.write_char(char),
        })
    }
}
