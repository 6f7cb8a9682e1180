//! A trace as a picture: time goes down, and each thread has a lane.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use tl_core::ThreadIdent;

use super::spans::{End, Trace, TracedThread, TracedWait, Wakeup};
use crate::picture::{COLOURS, Escaped, style};
use crate::words::Span;

/// The width of a character, in pixels: 0.6 of the size is what monospaced fonts have.
const CHARACTER: f64 = 7.3;
/// Where the lanes' names stand.
const HEADER: f64 = 24.0;
/// Where the recording begins, and where the lanes do.
const TOP: f64 = 44.0;
const LEFT: f64 = 86.0;
const MARGIN: f64 = 14.0;
const NARROWEST_LANE: f64 = 44.0;
/// With more lanes than this the waits are not labelled.
const LABELLED_LANES: usize = 16;
/// The height for each wait, and the least and the greatest one for all of them.
const HEIGHT: f64 = 24.0;
const HEIGHTS: (f64, f64) = (240.0, 2400.0);
/// Two labels of a lane are no nearer than this.
const LINE: f64 = 14.0;
/// What the picture is called on a page that has several.
const NAME: &str = "trace";

impl Trace {
    /// Writes the trace as a picture, in SVG: time goes down, each thread has a lane, waits are
    /// dotted, and arrows lead from the thread that wakes to the one that is woken. The picture is
    /// as light or dark as its reader's system.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_inspect::trace;
    ///
    /// let trace = trace::start()?.stop();
    /// let path = std::env::temp_dir().join("trace-of-an-example.svg");
    /// trace.write_svg(&path)?;
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_svg(&self, path: impl AsRef<Path>) -> io::Result<()> {
        fs::write(path, self.to_svg())
    }

    /// Returns what [`write_svg`](Trace::write_svg) writes: the picture as a text.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_inspect::trace;
    ///
    /// let picture = trace::start()?.stop().to_svg();
    /// assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    /// # Ok::<(), trace::AlreadyRecording>(())
    /// ```
    pub fn to_svg(&self) -> String {
        Picture::of(self).draw()
    }
}

struct Picture<'t> {
    trace: &'t Trace,
    lanes: HashMap<Option<ThreadIdent>, usize>,
    has_labels: bool,
    lane_width: f64,
    /// How high the recording is.
    height: f64,
    svg: String,
}

impl<'t> Picture<'t> {
    fn of(trace: &'t Trace) -> Picture<'t> {
        let waits = trace.threads.iter().flat_map(|thread| &thread.waits);
        let (least, most) = HEIGHTS;
        let height = (waits.clone().count() as f64 * HEIGHT).clamp(least, most);
        let has_labels = trace.threads.len() <= LABELLED_LANES;
        let names = trace.threads.iter().map(|thread| thread.name().to_owned());
        let labels = waits.map(label).filter(|_| has_labels);
        let widest = names
            .map(|name| (name, 0.0))
            .chain(labels.map(|label| (label, NARROWEST_LANE)))
            .map(|(text, more)| text.chars().count() as f64 * CHARACTER + 18.0 + more)
            .fold(NARROWEST_LANE, f64::max);
        let lanes = trace.threads.iter().enumerate();
        Picture {
            trace,
            lanes: lanes.map(|(lane, thread)| (thread.ident(), lane)).collect(),
            has_labels,
            lane_width: widest,
            height,
            svg: String::new(),
        }
    }

    /// Returns where the line of a lane is. Labels stand to the right of it.
    fn x(&self, lane: usize) -> f64 {
        let place = if self.has_labels { 0.2 } else { 0.5 };
        LEFT + (lane as f64 + place) * self.lane_width
    }

    fn y(&self, time: Duration) -> f64 {
        let length = self.trace.length.as_secs_f64();
        if length > 0.0 {
            TOP + time.as_secs_f64() / length * self.height
        } else {
            TOP
        }
    }

    fn put(&mut self, line: fmt::Arguments<'_>) {
        // A string takes everything.
        let _ = self.svg.write_fmt(line);
        self.svg.push('\n');
    }

    fn draw(mut self) -> String {
        let trace = self.trace;
        let legend = "┃ runs   ┊ waits   → wakes   ◆ a timer calls   ▏ holds a lock";
        let width = (LEFT + trace.threads.len() as f64 * self.lane_width)
            .max(LEFT + legend.chars().count() as f64 * CHARACTER)
            + MARGIN;
        let bottom = TOP + self.height;
        let height = bottom + 40.0;
        self.put(format_args!(
            r#"<svg id="{NAME}" xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="{NAME}-title">"#
        ));
        self.put(format_args!(
            r#"<title id="{NAME}-title">A recording of {}: a lane for each thread</title>"#,
            Span(trace.length)
        ));
        self.put(format_args!("<style>{}</style>", style(NAME)));
        self.put(format_args!(
            r#"<rect class="paper" width="{width:.0}" height="{height:.0}" rx="6"></rect>"#
        ));
        self.scale(width);
        for (lane, thread) in trace.threads.iter().enumerate() {
            self.lane(lane, thread);
        }
        for (lane, thread) in trace.threads.iter().enumerate() {
            for wait in &thread.waits {
                for wakeup in [&wait.notified_by, &wait.woken_by].into_iter().flatten() {
                    self.arrow(wakeup, lane);
                }
            }
        }
        self.put(format_args!(
            r#"<text class="legend" x="{LEFT:.1}" y="{:.1}">{legend}</text>"#,
            bottom + 27.0
        ));
        self.put(format_args!("</svg>"));
        self.svg
    }

    /// Draws the times on the left, and a line across for each.
    fn scale(&mut self, width: f64) {
        let Some(step) = step(self.trace.length) else {
            return;
        };
        let mut time = Duration::ZERO;
        while time <= self.trace.length {
            let y = self.y(time);
            self.put(format_args!(
                r#"<line class="leader" x1="{LEFT:.1}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}"></line><text class="time" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
                width - MARGIN,
                LEFT - 10.0,
                y + 4.0,
                clock(time, step)
            ));
            time += step;
        }
    }

    fn lane(&mut self, lane: usize, thread: &TracedThread) {
        let (x, colour) = (self.x(lane), lane % COLOURS);
        self.put(format_args!(
            r#"<text class="name c{colour}" x="{:.1}" y="{HEADER:.1}"{}>{}</text>"#,
            if self.has_labels { x - 4.0 } else { x },
            if self.has_labels {
                ""
            } else {
                r#" text-anchor="middle""#
            },
            Escaped(thread.name())
        ));
        let mut last = thread.began_at.unwrap_or_default();
        let end = thread.ended_at.unwrap_or(self.trace.length);
        let mut last_label = 0.0;
        for wait in &thread.waits {
            self.segment("run", lane, last, wait.began_at, "");
            self.segment("wait", lane, wait.began_at, wait.ended_at, &describe(wait));
            let (from, to) = (self.y(wait.began_at), self.y(wait.ended_at));
            let y = from.max(last_label + LINE).max(HEADER + LINE);
            // A wait too short for its label has one if the place is free.
            if self.has_labels && (y <= to || y <= from + 1.0) {
                last_label = y;
                self.put(format_args!(
                    r#"<text x="{:.1}" y="{:.1}">{}</text>"#,
                    x + 9.0,
                    y + 4.0,
                    Escaped(&label(wait))
                ));
            }
            last = wait.ended_at;
        }
        self.segment("run", lane, last, end, "");
        for hold in &thread.holds {
            let text = format!(
                "{} {:#x}, acquired at {}",
                hold.primitive.unwrap_or("lock"),
                hold.address,
                hold.place
            );
            self.segment("hold", lane, hold.began_at, hold.ended_at, &text);
        }
        for timer in &thread.timers {
            let y = self.y(timer.fired_at);
            self.put(format_args!(
                r#"<path class="timer c{colour}" d="M{x:.1} {:.1}l5 5l-5 5l-5 -5z"><title>a timer that was due at {:?} calls its function at {:?}</title></path>"#,
                y - 5.0,
                timer.due_at,
                timer.fired_at
            ));
        }
        for at in [thread.began_at, thread.ended_at].into_iter().flatten() {
            let y = self.y(at);
            self.put(format_args!(
                r#"<line class="tick c{colour}" x1="{:.1}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}"></line>"#,
                x - 6.0,
                x + 6.0
            ));
        }
    }

    fn segment(&mut self, class: &str, lane: usize, from: Duration, to: Duration, title: &str) {
        if from >= to && class == "run" {
            return;
        }
        let x = self.x(lane) - if class == "hold" { 6.0 } else { 0.0 };
        let (from, to) = (self.y(from), self.y(to));
        self.put(format_args!(
            r#"<line class="{class} c{}" x1="{x:.1}" y1="{from:.1}" x2="{x:.1}" y2="{:.1}"><title>{}</title></line>"#,
            lane % COLOURS,
            to.max(from + 1.0),
            Escaped(title)
        ));
    }

    fn arrow(&mut self, wakeup: &Wakeup, to: usize) {
        let Some(from) = self.lanes.get(&wakeup.thread.ident()).copied() else {
            return;
        };
        if from == to {
            return;
        }
        let y = self.y(wakeup.at);
        let (from, to) = (self.x(from), self.x(to));
        let side = if from < to { -1.0 } else { 1.0 };
        let (start, tip) = (from - 3.0 * side, to + 3.0 * side);
        self.put(format_args!(
            r#"<path class="arrow" d="M{start:.1} {y:.1}H{tip:.1}m{:.1} -3.5l{:.1} 3.5l{:.1} 3.5"></path>"#,
            6.0 * side,
            -6.0 * side,
            6.0 * side
        ));
    }
}

fn label(wait: &TracedWait) -> String {
    format!("{}::{}", wait.primitive, wait.operation)
}

/// Returns what is seen of a wait when the pointer is on it.
fn describe(wait: &TracedWait) -> String {
    let mut text = format!(
        "{} at {}, for {}",
        label(wait),
        wait.place,
        Span(wait.duration())
    );
    if let Some(holder) = &wait.holder {
        let _ = write!(text, ", for what {:?} held", holder.thread().name());
    }
    match (wait.end, &wait.woken_by) {
        (End::TimedOut, _) => text += ", until its time ran out",
        (End::Open, _) => text += ", and on",
        (_, Some(wakeup)) => {
            let _ = write!(text, ", until {:?} woke it", wakeup.thread.name());
        }
        _ => {}
    }
    text
}

/// Returns how far apart the times on the left are: a round number, so that there are some ten of
/// them.
fn step(length: Duration) -> Option<Duration> {
    let nanos = u64::try_from(length.as_nanos())
        .ok()
        .filter(|nanos| *nanos > 0)?;
    let rough = (nanos / 10).max(1);
    let power = 10_u64.pow(rough.ilog10());
    let step = [1, 2, 5, 10].map(|factor| factor * power);
    step.into_iter()
        .find(|step| *step >= rough)
        .map(Duration::from_nanos)
}

/// Returns a time with as many digits as tell it from those a step away.
fn clock(time: Duration, step: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match step.as_nanos() {
        0..10_000 => format!("{:.3} ms", millis),
        10_000..1_000_000 => format!("{:.2} ms", millis),
        1_000_000..100_000_000 => format!("{:.0} ms", millis),
        _ => format!("{:.1} s", millis / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_on_the_left_are_round_and_about_ten() {
        for (nanos, expected) in [(1, 1), (1_000, 100), (120_000_000, 20_000_000)] {
            assert_eq!(
                step(Duration::from_nanos(nanos)),
                Some(Duration::from_nanos(expected))
            );
        }
        assert_eq!(step(Duration::ZERO), None);
        let millis = Duration::from_millis;
        assert_eq!(clock(millis(40), millis(20)), "40 ms");
        assert_eq!(clock(millis(2_500), millis(500)), "2.5 s");
        assert_eq!(
            clock(Duration::from_micros(150), Duration::from_micros(50)),
            "0.15 ms"
        );
    }
}
