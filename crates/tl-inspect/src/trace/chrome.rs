//! The Trace Event Format, which <https://ui.perfetto.dev> and `chrome://tracing` open: JSON.
//!
//! Each thread has a track with its waits, and what happened to it. Inside a wait, one slice begins
//! when the thread takes its lock back, and another when it is woken: there the arrow from the
//! waker ends. The locks that a thread held are on tracks of their own, below, since locks may be
//! released in another order than slices can end in.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use tl_core::ThreadIdent;

use super::spans::{End, Trace, TracedHold, TracedThread, TracedWait, Wakeup};

/// How long the mark of a wake-up on the waker's track is, at most.
const MARK: Duration = Duration::from_micros(1);

impl Trace {
    /// Writes the trace to a file in the Trace Event Format, which opens in
    /// [Perfetto](https://ui.perfetto.dev) and in `chrome://tracing`: a track for each thread, with
    /// its waits; arrows from the thread that wakes to the one that is woken; the locks that it
    /// held, on tracks of their own; and marks where threads begin and end and timers fire.
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
    /// let path = std::env::temp_dir().join("trace-of-an-example.json");
    /// trace.write_chrome(&path)?;
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_chrome(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        self.write_chrome_to(&mut file)?;
        file.flush()
    }

    /// Writes what [`write_chrome`](Trace::write_chrome) does to a writer.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_inspect::trace;
    ///
    /// let mut json = Vec::new();
    /// trace::start()?.stop().write_chrome_to(&mut json)?;
    /// assert!(json.starts_with(b"{"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_chrome_to(&self, out: &mut impl Write) -> io::Result<()> {
        let started_at = self.started_at.duration_since(UNIX_EPOCH);
        writeln!(
            out,
            "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"startedAtMicros\":{},\"dropped\":{}}},\
             \"traceEvents\":[",
            Micros(started_at.unwrap_or_default()),
            self.dropped
        )?;
        let mut events = Events {
            out,
            process: std::process::id(),
            is_first: true,
        };
        let arrows = self.arrows();
        let last = self.threads.iter().map(track_of).max().unwrap_or(0);
        let mut free_tracks = last + 1..;
        for thread in &self.threads {
            let track = track_of(thread);
            events.name_track(track, thread.name(), track * 1_000)?;
            events.items(track, items_of(thread, &arrows))?;
            for (lane, holds) in lanes(&thread.holds).into_iter().enumerate() {
                let name = format!("{}: holds", thread.name());
                let hold_track = free_tracks.next().unwrap_or(last);
                events.name_track(hold_track, &name, track * 1_000 + 1 + lane as u64)?;
                events.items(hold_track, holds.into_iter().map(Item::hold).collect())?;
            }
        }
        writeln!(out, "\n]}}")
    }

    /// Returns the wake-ups, by the thread that woke.
    fn arrows(&self) -> Arrows<'_> {
        let mut arrows = Arrows::default();
        let mut last = 0;
        for thread in &self.threads {
            for (index, wait) in thread.waits.iter().enumerate() {
                for (what, wakeup) in [("wakes", &wait.woken_by), ("notifies", &wait.notified_by)] {
                    let Some(wakeup) = wakeup else {
                        continue;
                    };
                    last += 1;
                    arrows.ids.insert((thread.ident(), index, what), last);
                    let by = arrows.by_waker.entry(wakeup.thread.ident()).or_default();
                    by.push((wakeup.at, last, what, thread.name()));
                }
            }
        }
        arrows
            .by_waker
            .values_mut()
            .for_each(|arrows| arrows.sort());
        arrows
    }
}

#[derive(Default)]
struct Arrows<'t> {
    /// By the woken thread and the index of its wait.
    ids: HashMap<(Option<ThreadIdent>, usize, &'static str), u64>,
    by_waker: HashMap<Option<ThreadIdent>, Vec<Start<'t>>>,
}

/// The beginning of an arrow: when, its number, what the waker does, and which thread it wakes.
type Start<'t> = (Duration, u64, &'static str, &'t str);

fn track_of(thread: &TracedThread) -> u64 {
    thread.ident().map_or(0, |ident| ident.as_u64().get())
}

/// A slice, a mark, or an end of an arrow.
struct Item {
    at: Duration,
    phase: &'static str,
    /// Of a slice alone.
    length: Option<Duration>,
    category: &'static str,
    name: String,
    /// The rest, as JSON: it begins with a comma, or is empty.
    rest: String,
}

impl Item {
    fn slice(from: Duration, length: Duration, category: &'static str, name: String) -> Item {
        Item {
            at: from,
            phase: "X",
            length: Some(length),
            category,
            name,
            rest: String::new(),
        }
    }

    fn mark(at: Duration, category: &'static str, name: &str) -> Item {
        Item {
            at,
            phase: "i",
            length: None,
            category,
            name: name.to_owned(),
            rest: r#","s":"t""#.to_owned(),
        }
    }

    fn arrow(at: Duration, phase: &'static str, id: u64) -> Item {
        let binding = if phase == "f" { r#","bp":"e""# } else { "" };
        Item {
            at,
            phase,
            length: None,
            category: "wake",
            name: "wake-up".to_owned(),
            rest: format!(r#","id":{id}{binding}"#),
        }
    }

    fn hold(hold: &TracedHold) -> Item {
        let length = hold.ended_at.saturating_sub(hold.began_at);
        let name = format!("{} {:#x}", hold.primitive.unwrap_or("lock"), hold.address);
        let mut args = Args::new();
        args.text("acquired at", &hold.place);
        if hold.is_open {
            args.text("released", &"not before the recording ended");
        }
        Item {
            rest: args.finish(),
            ..Item::slice(hold.began_at, length, "hold", name)
        }
    }

    fn wait(wait: &TracedWait) -> Item {
        let name = format!("{}::{}", wait.primitive, wait.operation);
        let mut args = Args::new();
        args.text("called at", &wait.place);
        args.text("address", &format_args!("{:#x}", wait.address));
        if let Some(amount) = wait.amount {
            args.text("amount", &amount);
        }
        if let Some(holder) = &wait.holder {
            args.text("held by", &holder.thread().name());
            if let Some(place) = holder.place() {
                args.text("held since", &place);
            }
        }
        let end = match wait.end {
            End::Woken => "woken",
            End::TimedOut => "its time ran out",
            End::Open => "not before the recording ended",
        };
        args.text("ended", &end);
        for (key, wakeup) in [
            ("notified by", &wait.notified_by),
            ("woken by", &wait.woken_by),
        ] {
            if let Some(wakeup) = wakeup {
                args.text(key, &wakeup.thread.name());
            }
        }
        Item {
            rest: args.finish(),
            ..Item::slice(wait.began_at, wait.duration(), "wait", name)
        }
    }
}

/// Returns what is on the track of a thread.
fn items_of(thread: &TracedThread, arrows: &Arrows<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for (at, name) in [(thread.began_at, "begins"), (thread.ended_at, "ends")] {
        items.extend(at.map(|at| Item::mark(at, "thread", name)));
    }
    for timer in &thread.timers {
        items.push(Item::mark(timer.due_at, "timer", "timer is due"));
        items.push(Item::mark(timer.fired_at, "timer", "timer fires"));
    }
    // Where slices begin and end: the mark of a wake-up must not lie across.
    let mut edges = Vec::new();
    for (index, wait) in thread.waits.iter().enumerate() {
        items.push(Item::wait(wait));
        edges.extend([wait.began_at, wait.ended_at]);
        let mut part = |from: Duration, name: &str| {
            let from = from.clamp(wait.began_at, wait.ended_at);
            edges.push(from);
            let length = wait.ended_at - from;
            items.push(Item::slice(from, length, "wait", name.to_owned()));
            from
        };
        let mut ends = Vec::new();
        if let Some(from) = wait.takes_lock_back_at {
            let from = part(from, "takes the lock back");
            ends.extend(wait.notified_by.as_ref().map(|_| (from, "notifies")));
        }
        if let Some(Wakeup { at, .. }) = wait.woken_by {
            ends.push((part(at, "wakes up"), "wakes"));
        }
        for (at, what) in ends {
            let id = arrows.ids.get(&(thread.ident(), index, what));
            // An arrow that ends when it begins is lost where its end comes first in the file.
            let at = (at + Duration::from_nanos(1)).min(wait.ended_at);
            items.extend(id.map(|id| Item::arrow(at, "f", *id)));
        }
    }
    let wakes = arrows.by_waker.get(&thread.ident());
    let wakes = wakes.map_or(&[][..], Vec::as_slice);
    edges.extend(wakes.iter().map(|wake| wake.0));
    edges.sort();
    for (at, id, what, whom) in wakes {
        let next = edges.get(edges.partition_point(|edge| edge <= at));
        let length = next.map_or(MARK, |next| MARK.min(*next - *at));
        items.push(Item::slice(*at, length, "wake", format!("{what} {whom}")));
        items.push(Item::arrow(*at, "s", *id));
    }
    items
}

/// Returns the locks that a thread held, on as few tracks as possible. Of two locks on a track, the
/// one that begins later ends earlier, or begins when the other has ended.
fn lanes(holds: &[TracedHold]) -> Vec<Vec<&TracedHold>> {
    let mut lanes: Vec<(Vec<Duration>, Vec<&TracedHold>)> = Vec::new();
    for hold in holds {
        let place = lanes.iter_mut().find_map(|(open, lane)| {
            open.retain(|end| *end > hold.began_at);
            let fits = open.iter().all(|end| *end >= hold.ended_at);
            fits.then_some((open, lane))
        });
        match place {
            Some((open, lane)) => {
                open.push(hold.ended_at);
                lane.push(hold);
            }
            None => lanes.push((vec![hold.ended_at], vec![hold])),
        }
    }
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

struct Events<'w, W> {
    out: &'w mut W,
    process: u32,
    is_first: bool,
}

impl<W: Write> Events<'_, W> {
    fn put(&mut self, track: u64, phase: &str, name: &str, rest: &str) -> io::Result<()> {
        let comma = if self.is_first { "" } else { ",\n" };
        self.is_first = false;
        let process = self.process;
        let name = Json(&name);
        write!(
            self.out,
            r#"{comma}{{"ph":"{phase}","pid":{process},"tid":{track},"name":{name}{rest}}}"#
        )
    }

    fn name_track(&mut self, track: u64, name: &str, place: u64) -> io::Result<()> {
        let args = format!(r#","args":{{"name":{}}}"#, Json(&name));
        self.put(track, "M", "thread_name", &args)?;
        let args = format!(r#","args":{{"sort_index":{place}}}"#);
        self.put(track, "M", "thread_sort_index", &args)
    }

    /// Writes what is on one track in the order of time, and slices before those inside them.
    fn items(&mut self, track: u64, mut items: Vec<Item>) -> io::Result<()> {
        items.sort_by_key(|item| (item.at, item.length.is_none(), Reverse(item.length)));
        for item in items {
            let mut rest = format!(r#","cat":"{}","ts":{}"#, item.category, Micros(item.at));
            if let Some(length) = item.length {
                let _ = write!(rest, r#","dur":{}"#, Micros(length));
            }
            rest += &item.rest;
            self.put(track, item.phase, &item.name, &rest)?;
        }
        Ok(())
    }
}

/// What is said of a slice.
struct Args(String);

impl Args {
    fn new() -> Args {
        Args(String::new())
    }

    fn text(&mut self, key: &str, value: &dyn fmt::Display) {
        let comma = if self.0.is_empty() { "" } else { "," };
        let _ = write!(self.0, "{comma}{}:{}", Json(&key), Json(value));
    }

    fn finish(self) -> String {
        format!(r#","args":{{{}}}"#, self.0)
    }
}

/// A time in microseconds, with the nanoseconds behind the point.
struct Micros(Duration);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        write!(f, "{}.{:03}", nanos / 1_000, nanos % 1_000)
    }
}

/// A text as JSON has it.
struct Json<'t>(&'t dyn fmt::Display);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        write!(Escaped(f), "{}", self.0)?;
        f.write_char('"')
    }
}

struct Escaped<'f, 'a>(&'f mut fmt::Formatter<'a>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| match char {
            '"' | '\\' => write!(self.0, "\\{char}"),
            '\0'..' ' => write!(self.0, "\\u{:04x}", u32::from(char)),
            _ => self.0.write_char(char),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::*;
    use crate::snapshot::Names;

    #[test]
    fn every_character_is_escaped_as_a_reader_of_json_expects() {
        let text: String = ('\0'..=char::MAX)
            .step_by(7)
            .chain('\0'..'\u{300}')
            .collect();
        let written = Json(&text).to_string();
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }

    fn hold(from: u64, to: u64) -> TracedHold {
        TracedHold {
            primitive: None,
            address: 0,
            place: crate::Place::new(Location::caller()),
            began_at: Duration::from_nanos(from),
            ended_at: Duration::from_nanos(to),
            is_open: false,
        }
    }

    /// On a clock that is read in large steps.
    #[test]
    fn two_waits_that_begin_at_the_same_time_have_an_arrow_each() {
        let main = Names::default().of(Some(ThreadIdent::MAIN));
        let wait = TracedWait {
            primitive: "Event",
            operation: "wait",
            amount: None,
            place: crate::Place::new(Location::caller()),
            address: 0,
            began_at: Duration::ZERO,
            ended_at: Duration::ZERO,
            end: End::Woken,
            takes_lock_back_at: None,
            holder: None,
            notified_by: None,
            woken_by: Some(Wakeup {
                thread: main.clone(),
                at: Duration::ZERO,
            }),
        };
        let trace = Trace {
            threads: vec![TracedThread {
                thread: main,
                began_at: None,
                ended_at: None,
                waits: vec![wait.clone(), wait],
                holds: Vec::new(),
                timers: Vec::new(),
            }],
            ..Trace::empty(UNIX_EPOCH)
        };
        let mut json = Vec::new();
        trace.write_chrome_to(&mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let arrows = |phase: &str| {
            let events = json["traceEvents"].as_array().unwrap().iter();
            let ends = events.filter(|event| event["ph"] == phase);
            let mut ids: Vec<_> = ends.map(|end| end["id"].as_u64().unwrap()).collect();
            ids.sort();
            ids
        };
        assert_eq!(arrows("s"), [1, 2]);
        assert_eq!(arrows("f"), [1, 2]);
    }

    #[test]
    fn locks_that_are_not_released_in_the_order_of_slices_have_tracks_of_their_own() {
        let count = |holds: &[TracedHold]| lanes(holds).len();
        assert_eq!(
            count(&[hold(0, 10), hold(2, 4), hold(4, 10), hold(12, 13)]),
            1
        );
        assert_eq!(count(&[hold(0, 10), hold(2, 14)]), 2);
        assert_eq!(
            count(&[hold(0, 10), hold(2, 14), hold(12, 20), hold(13, 15)]),
            2
        );
    }
}
