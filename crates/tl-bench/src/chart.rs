//! Charts as SVG, light or dark as the reader's system is.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use crate::text::duration;

pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    pub(crate) is_ours: bool,
    /// The second number of each point is nanoseconds.
    pub(crate) points: Vec<(f64, f64)>,
}

/// How the horizontal axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Horizontal {
    /// A step for each value.
    Steps,
    Logarithmic,
}

/// A chart with a logarithmic axis of times.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: &'a str,
    pub(crate) y: &'a str,
    pub(crate) lines: Vec<Line<'a>>,
    pub(crate) horizontal: Horizontal,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
/// The edges of what the axes span; to the right of it is room for the names of the lines.
const LEFT: f64 = 78.0;
const RIGHT: f64 = 590.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 345.0;

/// How far apart the names of two lines are at least.
const NAME_HEIGHT: f64 = 16.0;

/// Ours is black, or white; the peers have a colour each, by their place.
const STYLE: &str = "\
<style>
svg{--paper:#fff;--ink:#1f2328;--grid:#d8dee4;--c0:#1f2328;--c1:#c4432b;--c2:#1a6fc4;--c3:#8250bf;\
--c4:#1a7f37;--c5:#9a6700;--c6:#5b6b7b}
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#e6edf3;--grid:#30363d;--c0:#fff;\
--c1:#ff8a70;--c2:#6cb6ff;--c3:#cfa5ff;--c4:#57d26f;--c5:#e3b341;--c6:#9fb0c0}}
text{font:13px system-ui,sans-serif;fill:var(--ink)}
.title{font-size:16px;font-weight:600}
.grid{stroke:var(--grid);stroke-width:1}
.axis{stroke:var(--ink);stroke-width:1}
.line{fill:none;stroke-width:2}
.ours{stroke-width:3.5}
.name{font-weight:600}
</style>
";

/// The colours of the peers; more peers would share them.
const COLOURS: usize = 6;

impl Chart<'_> {
    /// Writes the chart to `NAME.svg` in a directory, which is made if it does not exist.
    pub(crate) fn write(&self, directory: &Path, name: &str) -> io::Result<()> {
        fs::create_dir_all(directory)?;
        fs::write(directory.join(format!("{name}.svg")), self.svg())
    }

    /// Draws the chart; only its axes, if there is not one point.
    fn svg(&self) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n<title>{title}</title>\n{STYLE}\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"var(--paper)\"/>\n\
             <text class=\"title\" x=\"16\" y=\"28\">{title}</text>\n",
            title = escaped(self.title)
        );
        let middle = f64::midpoint(TOP, BOTTOM);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"rotate(-90 20 {middle})\" x=\"20\" y=\"{middle}\" \
             text-anchor=\"middle\">{}</text>",
            f64::midpoint(LEFT, RIGHT),
            HEIGHT - 16.0,
            escaped(self.x),
            escaped(self.y)
        );
        self.draw_times(&mut svg);
        self.draw_values(&mut svg);
        self.draw_lines(&mut svg);
        svg + "</svg>\n"
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.lines
            .iter()
            .flat_map(|line| line.points.iter().copied())
    }

    /// Returns the times at the ends of the vertical axis: each is 1, 2 or 5 of a decade.
    fn times(&self) -> (f64, f64) {
        let (low, high) = self
            .points()
            .fold((f64::MAX, 1.0), |(low, high): (f64, f64), (_, time)| {
                (low.min(time), high.max(time))
            });
        let marks = marks();
        let below = marks.iter().rev().find(|mark| **mark <= low);
        let above = marks.iter().find(|mark| **mark >= high);
        let below = below.or(marks.first()).copied().unwrap_or(1.0);
        let above = above.or(marks.last()).copied().unwrap_or(1.0);
        (below, above.max(2.0 * below))
    }

    fn height_of(&self, time: f64) -> f64 {
        let (low, high) = self.times();
        let share = (time / low).ln() / (high / low).ln();
        BOTTOM - share * (BOTTOM - TOP)
    }

    /// Returns all values of the horizontal axis.
    fn values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.points().map(|(value, _)| value).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }

    fn place_of(&self, value: f64) -> f64 {
        let values = self.values();
        let (Some(first), Some(last)) = (values.first(), values.last()) else {
            return LEFT;
        };
        let share = match self.horizontal {
            _ if first == last => 0.5,
            Horizontal::Logarithmic => (value / first).ln() / (last / first).ln(),
            Horizontal::Steps => {
                let before = values.iter().filter(|other| **other < value).count();
                before as f64 / (values.len() - 1) as f64
            }
        };
        // Points at the very edge would be hard to see.
        LEFT + 12.0 + share * (RIGHT - LEFT - 24.0)
    }

    fn draw_times(&self, svg: &mut String) {
        let (low, high) = self.times();
        let is_wide = high / low > 1000.0;
        for mark in marks() {
            // A wide range has room for the decades alone.
            let is_decade = mark.log10().fract().abs() < 1e-9;
            if mark < low || mark > high || is_wide && !is_decade {
                continue;
            }
            let y = self.height_of(mark);
            let _ = writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\"/>\n\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                y + 4.5,
                short_duration(mark)
            );
        }
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{TOP}\" x2=\"{LEFT}\" y2=\"{BOTTOM}\"/>"
        );
    }

    fn draw_values(&self, svg: &mut String) {
        let _ = writeln!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{BOTTOM}\" x2=\"{RIGHT}\" y2=\"{BOTTOM}\"/>"
        );
        for value in self.values() {
            let x = self.place_of(value);
            let _ = writeln!(
                svg,
                "<line class=\"axis\" x1=\"{x:.1}\" y1=\"{BOTTOM}\" x2=\"{x:.1}\" y2=\"{}\"/>\n\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{value}</text>",
                BOTTOM + 5.0,
                BOTTOM + 19.0
            );
        }
    }

    fn draw_lines(&self, svg: &mut String) {
        let mut peers = 0;
        let mut names = Vec::new();
        let mut ours = String::new();
        for line in &self.lines {
            let colour = if line.is_ours {
                0
            } else {
                peers += 1;
                (peers - 1) % COLOURS + 1
            };
            let places: Vec<(f64, f64)> = line
                .points
                .iter()
                .map(|&(value, time)| (self.place_of(value), self.height_of(time)))
                .collect();
            let Some(&(_, end)) = places.last() else {
                continue;
            };
            let points: Vec<String> = places
                .iter()
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            let class = if line.is_ours { "line ours" } else { "line" };
            let mut text = format!(
                "<polyline class=\"{class}\" stroke=\"var(--c{colour})\" points=\"{}\"/>\n",
                points.join(" ")
            );
            let radius = if line.is_ours { 4.5 } else { 3.5 };
            for (x, y) in &places {
                let _ = writeln!(
                    text,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"var(--c{colour})\"/>"
                );
            }
            // Ours lies above the others.
            if line.is_ours {
                ours = text;
            } else {
                *svg += &text;
            }
            names.push((end, line.name, colour));
        }
        *svg += &ours;
        names.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let heights = apart(&names.iter().map(|(y, ..)| *y).collect::<Vec<_>>());
        for ((y, name, colour), height) in names.iter().zip(heights) {
            let _ = writeln!(
                svg,
                "<line x1=\"{:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{height:.1}\" \
                 stroke=\"var(--c{colour})\"/>\n\
                 <text class=\"name\" x=\"{:.1}\" y=\"{:.1}\" style=\"fill:var(--c{colour})\">{}</text>",
                RIGHT - 6.0,
                RIGHT + 12.0,
                RIGHT + 16.0,
                height + 4.5,
                escaped(name)
            );
        }
    }
}

/// Returns 1, 2 and 5 of each decade of nanoseconds, up to a thousand seconds.
fn marks() -> Vec<f64> {
    let decades = (-1..=12).map(|power| 10_f64.powi(power));
    decades
        .flat_map(|decade| [1.0, 2.0, 5.0].map(|times| times * decade))
        .collect()
}

/// Returns a time of one digit, without the zeros after the point.
fn short_duration(nanos: f64) -> String {
    let text = duration(nanos);
    match text.split_once(' ') {
        Some((digits, unit)) if digits.contains('.') => {
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            format!("{digits} {unit}")
        }
        _ => text,
    }
}

/// Moves heights, from the top down, so that each is readable beside the one before, and none
/// lies below the axis.
fn apart(heights: &[f64]) -> Vec<f64> {
    let mut moved: Vec<f64> = Vec::new();
    for &height in heights {
        let least = moved.last().map_or(f64::MIN, |last| last + NAME_HEIGHT);
        moved.push(height.max(least));
    }
    let mut most = BOTTOM;
    for height in moved.iter_mut().rev() {
        *height = height.min(most);
        most = *height - NAME_HEIGHT;
    }
    moved
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart<'a>(horizontal: Horizontal, points: &[(f64, f64)]) -> Chart<'a> {
        Chart {
            title: "a < b",
            x: "loops",
            y: "p99",
            lines: vec![Line {
                name: "ours",
                is_ours: true,
                points: points.to_vec(),
            }],
            horizontal,
        }
    }

    #[test]
    fn the_axes_hold_all_points() {
        let chart = chart(Horizontal::Steps, &[(0.0, 3e3), (1.0, 40e3), (4.0, 3e6)]);
        assert_eq!(chart.times(), (2e3, 5e6));
        assert_eq!((chart.height_of(2e3), chart.height_of(5e6)), (BOTTOM, TOP));
        // A step each, though the last is further away.
        let [first, middle, last] = [0.0, 1.0, 4.0].map(|value| chart.place_of(value));
        assert_eq!(middle - first, last - middle);
        let svg = chart.svg();
        assert!(
            svg.contains("a &lt; b") && svg.contains(">1 ms</text>"),
            "{svg}"
        );
    }

    #[test]
    fn a_logarithmic_axis_has_the_same_room_for_each_doubling() {
        let chart = chart(
            Horizontal::Logarithmic,
            &[(1.0, 1.0), (4.0, 1.0), (16.0, 1.0)],
        );
        let [first, middle, last] = [1.0, 4.0, 16.0].map(|value| chart.place_of(value));
        assert!((middle - first - (last - middle)).abs() < 1e-9);
    }

    #[test]
    fn names_do_not_lie_on_each_other() {
        assert_eq!(apart(&[50.0, 51.0, 200.0]), [50.0, 66.0, 200.0]);
        assert_eq!(
            apart(&[BOTTOM - 1.0, BOTTOM]),
            [BOTTOM - NAME_HEIGHT, BOTTOM]
        );
    }

    #[test]
    fn a_chart_without_a_point_is_drawn() {
        assert!(chart(Horizontal::Steps, &[]).svg().ends_with("</svg>\n"));
    }
}
