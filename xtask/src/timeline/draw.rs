//! A recorded run as a picture.
//!
//! Time goes down. Every line has a row of its own, so that no label covers another, and what
//! passes between two lines makes their rows lie further apart. On the left is the time, then a
//! lane for each thread, and on the right what was printed.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use tl_inspect::picture::{COLOURS, Escaped, style};

use super::record::Recording;
use crate::golden::Lanes;

/// The width of a character of the labels, in pixels: 0.6 of the size is what monospaced fonts
/// have.
const CHARACTER: f64 = 7.3;
/// The least distance of two rows.
const ROW: f64 = 21.0;
/// How much further apart the rows may be, all in all, for the time between them.
const STRETCH: f64 = 130.0;
/// The time that a pixel stands for in a run so short that it doesn't need all that.
const MILLISECONDS_A_PIXEL: f64 = 2.0;
/// Where the lanes' names stand.
const HEADER: f64 = 24.0;
/// Where the lanes begin.
const LEFT: f64 = 78.0;
const MARGIN: f64 = 14.0;
const NARROWEST_LANE: f64 = 44.0;

/// What is shorter than this, in pixels, is not drawn.
const SHORTEST: f64 = 3.0;

/// A lane's name where the rules give none.
const EVERYBODY: &str = "all threads";
const MAIN: &str = "MainThread";
const LAST: &str = "the process ends";

struct Mark {
    lane: usize,
    y: f64,
    /// Whether the thread sleeps until its next line.
    sleeps: bool,
}

/// A thread, for some time.
struct Span {
    lane: usize,
    from: f64,
    to: f64,
    waits: bool,
}

/// Returns the picture of `recording`, a run of the example `name`.
#[must_use]
pub fn draw(name: &str, recording: &Recording, lanes: &Lanes) -> String {
    let threads: Vec<String> = recording
        .lines
        .iter()
        .map(|(_, line)| {
            lanes
                .thread_of(line)
                .unwrap_or_else(|| EVERYBODY.to_owned())
        })
        .collect();
    let names = lane_names(&threads);
    let lane_width = (widest(&names) * CHARACTER + 18.0).max(NARROWEST_LANE);
    let lane_x = |lane: usize| LEFT + (lane as f64 + 0.5) * lane_width;
    let text_x = LEFT + names.len() as f64 * lane_width + 10.0;
    let messages: Vec<&str> = recording
        .lines
        .iter()
        .map(|(_, line)| lanes.message(line))
        .collect();
    let scale = milliseconds(recording.end).recip()
        * STRETCH.min(milliseconds(recording.end) / MILLISECONDS_A_PIXEL);
    let y_of =
        |row: usize, time: Duration| HEADER + 20.0 + row as f64 * ROW + milliseconds(time) * scale;
    let marks: Vec<Mark> = recording
        .lines
        .iter()
        .zip(&threads)
        .enumerate()
        .map(|(row, ((time, line), thread))| Mark {
            lane: names
                .iter()
                .position(|lane| lane == thread)
                .expect("every thread has a lane"),
            y: y_of(row, *time),
            sleeps: lanes.sleeps_after(line),
        })
        .collect();
    let end_y = y_of(marks.len(), recording.end);
    let times = recording.lines.iter().map(|(time, _)| *time);
    let rows: Vec<(Duration, f64)> = times
        .zip(marks.iter().map(|mark| mark.y))
        .chain([(recording.end, end_y)])
        .collect();
    let spans: Vec<Span> = (0..names.len())
        .filter(|&lane| names[lane] != EVERYBODY)
        .flat_map(|lane| {
            let own: Vec<&Mark> = marks.iter().filter(|mark| mark.lane == lane).collect();
            let waits = recording.waits.iter();
            let waits = waits
                .filter(|wait| wait.thread == names[lane])
                .map(|wait| (y_at(&rows, wait.from), y_at(&rows, wait.to)))
                .filter(|(from, to)| to - from >= SHORTEST)
                .collect::<Vec<_>>();
            spans(&own, &waits, end_y)
        })
        .collect();
    let sleeps = marks.iter().any(|mark| mark.sleeps);
    let legend = legend(&spans, sleeps);
    let width = (text_x + widest(&messages).max(LAST.len() as f64) * CHARACTER)
        .max(LEFT + legend.chars().count() as f64 * CHARACTER + 60.0)
        + MARGIN;
    let height = end_y + 40.0;

    let mut svg = String::new();
    let mut put = |line: std::fmt::Arguments<'_>| {
        svg.write_fmt(line).expect("a string takes everything");
        svg.push('\n');
    };
    put(format_args!(
        r#"<svg id="timeline-{name}" xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="timeline-{name}-title">"#
    ));
    put(format_args!(
        r#"<title id="timeline-{name}-title">A run of {name}: a lane for each thread, a mark for each line</title>"#
    ));
    put(format_args!(
        "<style>{}</style>",
        style(&format!("timeline-{name}"))
    ));
    put(format_args!(
        r#"<rect class="paper" width="{width:.0}" height="{height:.0}" rx="6"></rect>"#
    ));
    for (lane, name) in names.iter().enumerate() {
        put(format_args!(
            r#"<text class="name c{}" x="{:.1}" y="{HEADER:.1}" text-anchor="middle">{}</text>"#,
            lane % COLOURS,
            lane_x(lane),
            Escaped(name)
        ));
    }
    for mark in &marks {
        put(format_args!(
            r#"<line class="leader" x1="{:.1}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}"></line>"#,
            lane_x(mark.lane) + 9.0,
            text_x - 5.0,
            y = mark.y
        ));
    }
    for span in &spans {
        put(format_args!(
            r#"<line class="{} c{}" x1="{x:.1}" y1="{:.1}" x2="{x:.1}" y2="{:.1}"></line>"#,
            if span.waits { "wait" } else { "run" },
            span.lane % COLOURS,
            span.from,
            span.to,
            x = lane_x(span.lane)
        ));
    }
    let time = |time| clock(time, recording.end);
    for (row, mark) in marks.iter().enumerate() {
        let (at, line) = &recording.lines[row];
        let baseline = mark.y + 4.0;
        put(format_args!(
            r#"<g><title>{}</title><text class="time" x="{:.1}" y="{baseline:.1}" text-anchor="end">{}</text><circle class="mark c{}" cx="{:.1}" cy="{:.1}" r="5"></circle><text x="{text_x:.1}" y="{baseline:.1}">{}</text></g>"#,
            Escaped(line),
            LEFT - 12.0,
            time(*at),
            mark.lane % COLOURS,
            lane_x(mark.lane),
            mark.y,
            Escaped(messages[row])
        ));
    }
    put(format_args!(
        r#"<line class="end" x1="{LEFT:.1}" y1="{end_y:.1}" x2="{:.1}" y2="{end_y:.1}"></line>"#,
        text_x - 5.0
    ));
    put(format_args!(
        r#"<text class="time" x="{:.1}" y="{y:.1}" text-anchor="end">{}</text><text class="time" x="{text_x:.1}" y="{y:.1}">{LAST}</text>"#,
        LEFT - 12.0,
        time(recording.end),
        y = end_y + 4.0
    ));
    put(format_args!(
        r#"<text class="legend" x="{LEFT:.1}" y="{:.1}">{legend}</text>"#,
        end_y + 27.0
    ));
    put(format_args!("</svg>"));
    svg
}

/// Returns the threads, the main thread first and the others by name.
fn lane_names(threads: &[String]) -> Vec<&str> {
    let names: BTreeSet<&str> = threads.iter().map(String::as_str).collect();
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_key(|&name| name != MAIN);
    names
}

/// Returns the length of the longest text, in characters.
fn widest(texts: &[&str]) -> f64 {
    let longest = texts.iter().map(|text| text.chars().count()).max();
    longest.unwrap_or(0) as f64
}

/// Returns where a time is, between the rows before and after it.
fn y_at(rows: &[(Duration, f64)], time: Duration) -> f64 {
    let next = rows.partition_point(|(row, _)| *row < time);
    let (Some(before), Some(after)) = (rows.get(next.saturating_sub(1)), rows.get(next)) else {
        return rows.last().map_or(HEADER, |(_, y)| *y);
    };
    let between = milliseconds(after.0 - before.0);
    let part = if between > 0.0 {
        milliseconds(time - before.0) / between
    } else {
        1.0
    };
    before.1 + part * (after.1 - before.1)
}

/// Returns what the thread of these lines did between them: it slept, waited, or neither. After
/// its last line it is drawn as long as it waits.
fn spans(marks: &[&Mark], waits: &[(f64, f64)], end_y: f64) -> Vec<Span> {
    let Some(first) = marks.first() else {
        return Vec::new();
    };
    // A thread that waits prints nothing: a line that lies in a wait came late, or early.
    let beside_lines = |wait: &(f64, f64)| {
        let lines = marks.iter().map(|mark| mark.y);
        lines.fold(*wait, |(from, to), line| {
            if line <= from || line >= to {
                (from, to)
            } else if line - from > to - line {
                (from, line)
            } else {
                (line, to)
            }
        })
    };
    let waits: Vec<(f64, f64)> = waits.iter().map(beside_lines).collect();
    let waits = &waits;
    let span = |from, to, waits| Span {
        lane: first.lane,
        from,
        to,
        waits,
    };
    let within = |from: f64, to: f64| {
        let waits = waits
            .iter()
            .map(move |wait| (wait.0.max(from), wait.1.min(to)));
        waits.filter(|(from, to)| to - from >= SHORTEST)
    };
    let before = within(HEADER, first.y).map(|(from, to)| span(from, to, true));
    let mut spans: Vec<Span> = before.collect();
    for (index, mark) in marks.iter().enumerate() {
        let next = marks.get(index + 1).map(|next| next.y);
        let to = next.unwrap_or(end_y);
        if mark.sleeps {
            spans.push(span(mark.y, to, true));
            continue;
        }
        let mut last = mark.y;
        for (from, to) in within(mark.y, to) {
            if from > last {
                spans.push(span(last, from, false));
            }
            spans.push(span(from, to, true));
            last = to;
        }
        if next.is_some() && last < to {
            spans.push(span(last, to, false));
        }
    }
    spans
}

fn legend(spans: &[Span], sleeps: bool) -> String {
    let mut legend = "● prints a line".to_owned();
    if spans.iter().any(|span| !span.waits) {
        legend += "   ┃ between two lines";
    }
    match (spans.iter().any(|span| span.waits), sleeps) {
        (true, true) => legend += "   ┊ waiting or sleeping",
        (true, false) => legend += "   ┊ waiting",
        (false, _) => {}
    }
    legend
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Returns `time` in the unit that suits a run that ended at `end`.
fn clock(time: Duration, end: Duration) -> String {
    if end < Duration::from_millis(100) {
        format!("{:.2} ms", milliseconds(time))
    } else {
        format!("{:.3} s", time.as_secs_f64())
    }
}
