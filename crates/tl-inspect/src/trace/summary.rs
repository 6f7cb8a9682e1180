//! A contention profile: where threads waited, how often, for how long, and which threads held what
//! they waited for.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use super::spans::{End, Trace, TracedWait};
use crate::words::{Count, Span};
use crate::{Place, ThreadName};

/// How many holders are printed for each place.
const PRINTED_HOLDERS: usize = 3;

impl Trace {
    /// Returns where threads waited, and for how long: a row for each operation and place. The row
    /// that took the most time comes first.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_inspect::trace;
    ///
    /// let recording = trace::start()?;
    /// // … what is to be looked at …
    /// println!("{}", recording.stop().summary());
    /// # Ok::<(), trace::AlreadyRecording>(())
    /// ```
    pub fn summary(&self) -> Summary {
        let mut by_call: HashMap<_, Vec<&TracedWait>> = HashMap::new();
        for wait in self.threads.iter().flat_map(|thread| &thread.waits) {
            let call = (wait.primitive, wait.operation, wait.place);
            by_call.entry(call).or_default().push(wait);
        }
        let mut rows: Vec<_> = by_call.into_values().map(|waits| Row::of(&waits)).collect();
        // Rows of the same time are sorted by place, so that the order is always the same.
        rows.sort_by_key(|row| {
            let place = (row.place.file(), row.place.line(), row.place.column());
            (std::cmp::Reverse(row.total), place)
        });
        Summary {
            rows,
            threads: self.threads.len(),
            length: self.length,
            dropped: self.dropped,
        }
    }
}

/// Where threads waited, and for how long. See [`Trace::summary`]. It prints as a table.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::{self, Summary};
///
/// let summary: Summary = trace::start()?.stop().summary();
/// if let Some(worst) = summary.rows().first() {
///     println!("{} waits at {}", worst.waits(), worst.place());
/// }
/// assert_eq!(summary.dropped(), 0);
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
#[derive(Debug, Clone)]
pub struct Summary {
    rows: Vec<Row>,
    threads: usize,
    length: Duration,
    dropped: u64,
}

impl Summary {
    /// Returns the rows. The place at which threads waited longest, all in all, comes first.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns how many events are missing. See [`Trace::dropped`].
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The waits of one operation that was called from one place.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::{self, Row};
///
/// fn describe(row: &Row) -> String {
///     let mut text = format!("{}::{} at {}", row.primitive(), row.operation(), row.place());
///     text += &format!(": {} waits, {} ran out", row.waits(), row.timeouts());
///     text += &format!(", {:?} in total, {:?} at most", row.total(), row.longest());
///     text += &format!(", half of them up to {:?}", row.p50());
///     text += &format!(", and 99 of 100 up to {:?}", row.p99());
///     text + &format!(", {} holders", row.holders().len())
/// }
/// for row in trace::start()?.stop().summary().rows() {
///     println!("{}", describe(row));
/// }
/// # Ok::<(), trace::AlreadyRecording>(())
/// ```
#[derive(Debug, Clone)]
pub struct Row {
    primitive: &'static str,
    operation: &'static str,
    place: Place,
    waits: usize,
    timeouts: usize,
    total: Duration,
    p50: Duration,
    p99: Duration,
    longest: Duration,
    holders: Vec<HeldBy>,
}

impl Row {
    /// Makes the row of these waits, of which there is at least one. All are of the same call.
    fn of(waits: &[&TracedWait]) -> Row {
        let mut lengths: Vec<_> = waits.iter().map(|wait| wait.duration()).collect();
        lengths.sort_unstable();
        // The least length that `part` of a hundred waits do not exceed.
        let percentile = |part: usize| lengths[(lengths.len() * part).div_ceil(100).max(1) - 1];
        let wait = waits[0];
        Row {
            primitive: wait.primitive,
            operation: wait.operation,
            place: wait.place,
            waits: waits.len(),
            timeouts: waits
                .iter()
                .filter(|wait| wait.end == End::TimedOut)
                .count(),
            total: lengths.iter().sum(),
            p50: percentile(50),
            p99: percentile(99),
            longest: percentile(100),
            holders: holders(waits),
        }
    }

    /// Returns the name of what was waited in, as `Semaphore`.
    pub fn primitive(&self) -> &'static str {
        self.primitive
    }

    /// Returns the name of the operation, as `acquire_many`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns where it was called.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Returns how many waits there were. Calls that did not have to wait are not counted.
    pub fn waits(&self) -> usize {
        self.waits
    }

    /// Returns in how many of them the time ran out.
    pub fn timeouts(&self) -> usize {
        self.timeouts
    }

    /// Returns for how long threads waited, all in all.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// Returns how long half of the waits were at most.
    pub fn p50(&self) -> Duration {
        self.p50
    }

    /// Returns how long 99 of 100 waits were at most.
    pub fn p99(&self) -> Duration {
        self.p99
    }

    /// Returns how long the longest wait was.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// Returns the holders of what was waited for, as far as they are known. The holder for which
    /// others waited longest comes first.
    pub fn holders(&self) -> &[HeldBy] {
        &self.holders
    }
}

/// A holder of what others waited for, when their waits began: the place in the program where it
/// was acquired, if that is known, else a thread.
///
/// # Examples
///
/// ```
/// use tl_inspect::trace::HeldBy;
///
/// fn describe(held: &HeldBy) -> String {
///     let place = held.place().map_or("?".into(), |place| place.to_string());
///     let threads = held.threads().len();
///     format!("{place} by {threads} threads: {} waits, {:?}", held.waits(), held.total())
/// }
/// # let _ = describe;
/// ```
#[derive(Debug, Clone)]
pub struct HeldBy {
    place: Option<Place>,
    threads: Vec<ThreadName>,
    waits: usize,
    total: Duration,
}

impl HeldBy {
    /// Returns where it was acquired, if that is known: with the feature `owners` of `tl-locks`.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// Returns the threads that held it: one, if the place is not known.
    pub fn threads(&self) -> &[ThreadName] {
        &self.threads
    }

    /// Returns how many waits there were for it.
    pub fn waits(&self) -> usize {
        self.waits
    }

    /// Returns for how long others waited, all in all. (During a wait, several threads may have
    /// held what was waited for, one after the other: the first one counts.)
    pub fn total(&self) -> Duration {
        self.total
    }
}

fn holders(waits: &[&TracedWait]) -> Vec<HeldBy> {
    let mut found: HashMap<_, HeldBy> = HashMap::new();
    for wait in waits {
        let Some(holder) = &wait.holder else {
            continue;
        };
        let (thread, place) = (holder.thread(), holder.place());
        let ident = place.map_or(thread.ident(), |_| None);
        let held = found.entry((place, ident)).or_insert_with(|| HeldBy {
            place,
            threads: Vec::new(),
            waits: 0,
            total: Duration::ZERO,
        });
        if !held.threads.contains(thread) {
            held.threads.push(thread.clone());
        }
        held.waits += 1;
        held.total += wait.duration();
    }
    let mut found: Vec<_> = found.into_values().collect();
    for held in &mut found {
        held.threads.sort_by_key(ThreadName::ident);
    }
    found.sort_by_key(|held| {
        let first = held.threads.first().and_then(ThreadName::ident);
        (std::cmp::Reverse(held.total), first)
    });
    found
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            write!(
                f,
                "No thread waited in the {} of the recording.",
                Span(self.length)
            )?;
        } else {
            let threads = Count(self.threads, "thread");
            let length = Span(self.length);
            writeln!(f, "Where {threads} waited, in a recording of {length}:")?;
            write!(
                f,
                "{:>7}{:>9}{:>9}{:>9}{:>9}  where",
                "waits", "total", "p50", "p99", "longest"
            )?;
        }
        for row in &self.rows {
            write!(f, "\n{:>7}", row.waits)?;
            for time in [row.total, row.p50, row.p99, row.longest] {
                write!(f, "{:>9}", Span(time).to_string())?;
            }
            write!(f, "  {}::{} at {}", row.primitive, row.operation, row.place)?;
            for held in row.holders.iter().take(PRINTED_HOLDERS) {
                write!(
                    f,
                    "\n{:>7}{:>9}{:>29}{held}",
                    held.waits,
                    Span(held.total).to_string(),
                    ""
                )?;
            }
            let others = row.holders.len().saturating_sub(PRINTED_HOLDERS);
            if others > 0 {
                write!(f, "\n{:>45}held by others, too: {others} more", "")?;
            }
        }
        if self.dropped > 0 {
            let events = Count(self.dropped as usize, "event");
            write!(
                f,
                "\nThere was no room for {events}: they are missing here."
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("held")?;
        if let Some(place) = self.place {
            write!(f, " since {place}")?;
        }
        if let Some((first, others)) = self.threads.split_first() {
            write!(f, " by {:?}", first.name())?;
            if !others.is_empty() {
                write!(f, " and {} more", others.len())?;
            }
        }
        Ok(())
    }
}
