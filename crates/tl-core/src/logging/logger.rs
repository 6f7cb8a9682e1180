//! The logger: takes a record, makes a line of it, writes it.

use std::fmt;
use std::fmt::Write;

use env_filter::Filter;
use log::{Level, LevelFilter, Log, Metadata, Record};

use super::clock::{Clock, Moment};
use super::field::{Field, FloatField, IntegerField, TextField};
use super::format::{Format, Part};
use super::pairs;
use super::render;
use super::scratch::{CachedDate, Scratch};
use super::sink::Sink;
use crate::{current_ident, with_current_name};

/// What Python shows for a record that does not know its file.
const UNKNOWN_FILE: &str = "(unknown file)";

/// A logger that [`BasicConfig::build`](super::BasicConfig::build) made, to be installed in another
/// way than with [`init`](super::BasicConfig::init): several in one process, one inside another
/// logger, one in a test.
///
/// # Examples
///
/// ```
/// use tl_core::logging::{BasicConfig, LevelFilter};
///
/// let logger = BasicConfig::new().level(LevelFilter::Info).build()?;
/// log::set_max_level(logger.max_level());
/// log::set_boxed_logger(Box::new(logger))?;
/// log::info!("installed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Logger {
    pub(super) filter: Filter,
    pub(super) format: Format,
    pub(super) clock: Clock,
    /// Whether control characters are written as escapes.
    pub(super) escapes: bool,
    pub(super) sink: Sink,
}

impl Logger {
    /// Returns the most verbose level that the logger lets through for any target: the argument for
    /// [`log::set_max_level`](https://docs.rs/log/latest/log/fn.set_max_level.html), which makes a
    /// record below it cost a comparison.
    pub fn max_level(&self) -> LevelFilter {
        self.filter.filter()
    }

    fn push_record(&self, line: &mut String, date: &mut CachedDate, record: &Record<'_>) {
        let moment = if self.format.uses_clock() {
            Moment::now()
        } else {
            Moment::UNUSED
        };
        for part in self.format.parts() {
            match part {
                Part::Literal(text) => line.push_str(text),
                Part::Field(Field::Text(field), spec) => {
                    let start = line.len();
                    match field {
                        TextField::Asctime => self.clock.push_date(line, date, moment),
                        TextField::Filename => line.push_str(filename(record)),
                        TextField::LevelName => line.push_str(level_name(record.level())),
                        TextField::Message => {
                            push_message(line, record.args());
                            pairs::push(line, record.key_values());
                        }
                        TextField::Module => line.push_str(module(record)),
                        TextField::Name => line.push_str(record.target()),
                        TextField::Pathname => line.push_str(record.file().unwrap_or(UNKNOWN_FILE)),
                        TextField::ThreadName => with_current_name(|name| line.push_str(name)),
                    }
                    if self.escapes {
                        render::escape_controls(line, start, spec);
                    }
                    render::finish_text(line, start, spec);
                }
                Part::Field(Field::Integer(field), spec) => {
                    render::integer(line, integer(*field, record), spec)
                }
                Part::Field(Field::Float(field), spec) => {
                    render::float(line, self.float(*field, moment), spec)
                }
            }
        }
        line.push('\n');
    }

    /// Returns the value of a field. It is not inlined: most formats have no such field, and the
    /// arithmetic would go before the loop.
    #[inline(never)]
    fn float(&self, field: FloatField, moment: Moment) -> f64 {
        match field {
            FloatField::Created => moment.created(),
            FloatField::Milliseconds => moment.milliseconds(),
            FloatField::RelativeCreated => self.clock.milliseconds_since_start(),
        }
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.filter.matches(record) {
            return;
        }
        // Taken out, not borrowed: a `Display` in the message may log, and may panic.
        let mut scratch = Scratch::take();
        let Scratch { line, date } = &mut *scratch;
        self.push_record(line, date, record);
        self.sink.write(line);
        scratch.put_back();
    }

    fn flush(&self) {
        self.sink.flush();
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logger")
            .field("max_level", &self.max_level())
            .field("sink", &self.sink)
            .finish_non_exhaustive()
    }
}

fn push_message(line: &mut String, message: &fmt::Arguments<'_>) {
    match message.as_str() {
        Some(text) => line.push_str(text),
        // Only a `Display` that reports an error fails here: what it wrote until then is the
        // message.
        None => drop(line.write_fmt(*message)),
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warn => "WARNING",
        Level::Info => "INFO",
        Level::Debug => "DEBUG",
        Level::Trace => "TRACE",
    }
}

fn level_number(level: Level) -> u64 {
    match level {
        Level::Error => 40,
        Level::Warn => 30,
        Level::Info => 20,
        Level::Debug => 10,
        Level::Trace => 5,
    }
}

fn integer(field: IntegerField, record: &Record<'_>) -> u64 {
    match field {
        IntegerField::LevelNumber => level_number(record.level()),
        IntegerField::LineNumber => record.line().unwrap_or(0).into(),
        IntegerField::Process => std::process::id().into(),
        IntegerField::Thread => current_ident().as_u64().get(),
    }
}

fn filename<'a>(record: &Record<'a>) -> &'a str {
    let path = record.file().unwrap_or(UNKNOWN_FILE);
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Returns the file's name without its extension; dots at the start are no extension.
fn module<'a>(record: &Record<'a>) -> &'a str {
    let name = filename(record);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.trim_start_matches('.').is_empty() => stem,
        _ => name,
    }
}
