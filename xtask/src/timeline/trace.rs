//! What a trace says of the threads of a run: when each of them waited.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use crate::BoxedError;

/// A wait of a thread. Its times are those since the first line, or zero if they were before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// The name of the thread.
    pub thread: String,
    /// When it began.
    pub from: Duration,
    /// When the thread went on.
    pub to: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    other_data: OtherData,
    trace_events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OtherData {
    started_at_micros: f64,
}

#[derive(Deserialize)]
struct Event {
    ph: String,
    tid: u64,
    name: String,
    #[serde(default)]
    cat: String,
    #[serde(default)]
    ts: f64,
    #[serde(default)]
    dur: f64,
    #[serde(default)]
    args: Args,
}

#[derive(Default, Deserialize)]
struct Args {
    name: Option<String>,
}

/// Returns the waits in the trace at `path`, if there is one: an example that makes a recording
/// itself writes none. The first line of the run came at `first_line`.
///
/// # Errors
///
/// When the file can't be read, or is no trace.
pub fn read(path: &Path, first_line: SystemTime) -> Result<Vec<Wait>, BoxedError> {
    match fs::read_to_string(path) {
        Ok(text) => waits(&text, first_line),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("can't read {}: {error}", path.display()).into()),
    }
}

/// Returns the waits in a trace.
///
/// # Errors
///
/// When the text is no trace.
pub fn waits(trace: &str, first_line: SystemTime) -> Result<Vec<Wait>, BoxedError> {
    let trace: Trace = serde_json::from_str(trace)?;
    let first_line = first_line.duration_since(UNIX_EPOCH)?.as_secs_f64() * 1e6;
    let before = first_line - trace.other_data.started_at_micros;
    let since_first_line = |micros: f64| Duration::from_secs_f64((micros - before).max(0.0) / 1e6);
    let named = |event: &&Event| event.ph == "M" && event.name == "thread_name";
    let names: HashMap<u64, &str> = trace
        .trace_events
        .iter()
        .filter(named)
        .filter_map(|event| Some((event.tid, event.args.name.as_deref()?)))
        .collect();
    // The slices inside a wait have names that are no operation's.
    let is_wait = |event: &&Event| event.cat == "wait" && event.name.contains("::");
    let waits = trace.trace_events.iter().filter(is_wait);
    Ok(waits
        .filter_map(|event| {
            Some(Wait {
                thread: (*names.get(&event.tid)?).to_owned(),
                from: since_first_line(event.ts),
                to: since_first_line(event.ts + event.dur),
            })
        })
        .filter(|wait| wait.from < wait.to)
        .collect())
}
