//! The builder that sets the logger up.

use std::env;
use std::fmt::Display;
use std::path::PathBuf;

use env_filter::Filter;
use log::LevelFilter;

use super::clock::Clock;
use super::error::InitError;
use super::format::Format;
use super::logger::Logger;
use super::sink::Destination;
use crate::sys::Stream;

/// Python's default format.
const DEFAULT_FORMAT: &str = "%(levelname)s:%(name)s:%(message)s";
/// What Python does with a format that is the empty string.
const EMPTY_FORMAT: &str = "%(message)s";
const DEFAULT_VARIABLE: &str = "RUST_LOG";

/// Sets up logging, as Python's
/// [`logging.basicConfig`](https://docs.python.org/3/library/logging.html#logging.basicConfig)
/// does.
///
/// Each setting has Python's default: level WARNING, format `%(levelname)s:%(name)s:%(message)s`,
/// standard error. Of a setting that is made twice the last counts. Nothing is checked or opened
/// before [`init`](BasicConfig::init) or [`build`](BasicConfig::build).
///
/// # Examples
///
/// ```
/// use tl_core::logging::{BasicConfig, LevelFilter};
///
/// BasicConfig::new()
///     .level(LevelFilter::Debug)
///     .format("[%(levelname)s] (%(threadName)-10s) %(message)s")
///     .init()?;
/// log::debug!("Starting");
/// # Ok::<(), tl_core::logging::InitError>(())
/// ```
///
/// prints, on standard error:
///
/// ```text
/// [DEBUG] (MainThread) Starting
/// ```
#[derive(Debug, Clone)]
#[must_use = "a configuration does nothing before `init` or `build`"]
pub struct BasicConfig {
    level: LevelFilter,
    module_levels: Vec<(String, LevelFilter)>,
    directives: Option<String>,
    variable: Option<String>,
    format: String,
    datefmt: Option<String>,
    escapes: bool,
    is_test: bool,
    destination: Destination,
}

impl BasicConfig {
    /// Creates a configuration with Python's defaults.
    pub fn new() -> BasicConfig {
        BasicConfig {
            level: LevelFilter::Warn,
            module_levels: Vec::new(),
            directives: None,
            variable: None,
            format: DEFAULT_FORMAT.into(),
            datefmt: None,
            escapes: false,
            is_test: false,
            destination: Destination::Stderr,
        }
    }

    /// Sets the most verbose level that is logged, for all targets that have no level of their own.
    pub fn level(mut self, level: LevelFilter) -> BasicConfig {
        self.level = level;
        self
    }

    /// Sets the most verbose level that is logged for a module and the modules in it, or for a
    /// `target:` that the record was given.
    ///
    /// The longest name that a target starts with decides. The comparison is that of `RUST_LOG`,
    /// letter by letter: `net` counts for `net` and `net::http`, and for `network` too.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::{BasicConfig, LevelFilter};
    ///
    /// let logger = BasicConfig::new()
    ///     .level(LevelFilter::Error)
    ///     .module_level("my_program", LevelFilter::Debug)
    ///     .module_level("my_program::chatty", LevelFilter::Info)
    ///     .build()?;
    /// assert_eq!(logger.max_level(), LevelFilter::Debug);
    /// # Ok::<(), tl_core::logging::InitError>(())
    /// ```
    pub fn module_level(mut self, module: impl Into<String>, level: LevelFilter) -> BasicConfig {
        self.module_levels.push((module.into(), level));
        self
    }

    /// Sets levels in the language of `RUST_LOG`: `warn`, `my_program=debug`,
    /// `my_program::chatty=off`, separated by commas, and at the end, if wanted, `/text` to log
    /// only messages that contain the text.
    ///
    /// They go before [`level`](BasicConfig::level) and
    /// [`module_level`](BasicConfig::module_level), and the environment's before them. With a
    /// `/text`, a message is formatted once more, to look at it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::{BasicConfig, LevelFilter};
    ///
    /// let logger = BasicConfig::new().directives("error,my_program=debug").build()?;
    /// assert_eq!(logger.max_level(), LevelFilter::Debug);
    /// # Ok::<(), tl_core::logging::InitError>(())
    /// ```
    pub fn directives(mut self, directives: impl Into<String>) -> BasicConfig {
        self.directives = Some(directives.into());
        self
    }

    /// Lets the environment variable `RUST_LOG` decide the levels, where it says something: see
    /// [`directives`](BasicConfig::directives) for its language. Without the variable, or when it
    /// is empty, everything stays as configured.
    ///
    /// The variable is read by [`init`](BasicConfig::init) and [`build`](BasicConfig::build). It is
    /// the user's, so what is wrong in it does not stop the program: a warning on standard error
    /// says what it is, and the other directives count.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::{BasicConfig, LevelFilter};
    ///
    /// // INFO, unless the program is started as `RUST_LOG=debug my_program`.
    /// BasicConfig::new().level(LevelFilter::Info).env().init()?;
    /// # Ok::<(), tl_core::logging::InitError>(())
    /// ```
    pub fn env(self) -> BasicConfig {
        self.env_var(DEFAULT_VARIABLE)
    }

    /// Reads levels as [`env`](BasicConfig::env) does, from an environment variable of another
    /// name.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::{BasicConfig, LevelFilter};
    ///
    /// // INFO, unless the program is started as `MY_PROGRAM_LOG=debug my_program`.
    /// BasicConfig::new().level(LevelFilter::Info).env_var("MY_PROGRAM_LOG").init()?;
    /// # Ok::<(), tl_core::logging::InitError>(())
    /// ```
    pub fn env_var(mut self, variable: impl Into<String>) -> BasicConfig {
        self.variable = Some(variable.into());
        self
    }

    /// Sets the format of a line: see the [table of fields](super#fields-of-a-record) and the
    /// [conversions](super#conversions).
    ///
    /// A line ends with a newline that the logger adds. An empty format is `%(message)s`, as in
    /// Python.
    pub fn format(mut self, format: impl Into<String>) -> BasicConfig {
        self.format = format.into();
        self
    }

    /// Sets the format of `%(asctime)s`, in the directives of `strftime`.
    ///
    /// Without it the date is `2018-05-01 15:39:49,561`. With it milliseconds show only where the
    /// format asks for them: `%.3f` is `.561`. The directives are those of
    /// [`jiff::fmt::strtime`](https://docs.rs/jiff/latest/jiff/fmt/strtime/index.html), which has
    /// Python's; names of days and months are English, and `%c`, `%x` and `%X` are as in the C
    /// locale.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::BasicConfig;
    ///
    /// BasicConfig::new().format("%(asctime)s %(message)s").datefmt("%H:%M:%S").init()?;
    /// # Ok::<(), tl_core::logging::InitError>(())
    /// ```
    pub fn datefmt(mut self, datefmt: impl Into<String>) -> BasicConfig {
        self.datefmt = Some(datefmt.into());
        self
    }

    /// Logs to standard output instead of standard error.
    pub fn stdout(mut self) -> BasicConfig {
        self.destination = Destination::Stdout;
        self
    }

    /// Logs to the end of a file, which is created if there is none.
    ///
    /// A relative path counts from the directory that is current when the file is opened, in
    /// [`init`](BasicConfig::init) or [`build`](BasicConfig::build).
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::BasicConfig;
    ///
    /// let path = std::env::temp_dir().join("a-log-of-mine.log");
    /// BasicConfig::new().file(&path).init()?;
    /// log::warn!("kept");
    /// assert!(std::fs::read_to_string(&path)?.ends_with("kept\n"));
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn file(mut self, path: impl Into<PathBuf>) -> BasicConfig {
        self.destination = Destination::File(path.into());
        self
    }

    /// Logs to the end of a file, and to the one that has its name when that is another: when
    /// somebody has moved the file away or removed it, as `logrotate` does, the next record makes a
    /// new one.
    ///
    /// It is Python's
    /// [`WatchedFileHandler`](https://docs.python.org/3/library/logging.handlers.html#watchedfilehandler).
    /// Each record asks the system what file has the name. If that cannot be opened, the old file
    /// is written to as before. On systems other than Unix this is [`file`](BasicConfig::file). A
    /// relative path is as it was when the logger was made, wherever the program goes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::fs;
    /// use tl_core::logging::BasicConfig;
    ///
    /// let path = std::env::temp_dir().join("a-log-that-is-rotated.log");
    /// let old = path.with_extension("old");
    /// BasicConfig::new().format("%(message)s").watched_file(&path).init()?;
    /// log::warn!("first");
    /// # #[cfg(unix)] {
    /// fs::rename(&path, &old)?;
    /// log::warn!("second");
    /// assert!(fs::read_to_string(&old)?.ends_with("first\n"));
    /// assert_eq!(fs::read_to_string(&path)?, "second\n");
    /// # fs::remove_file(old)?;
    /// # }
    /// # fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn watched_file(mut self, path: impl Into<PathBuf>) -> BasicConfig {
        self.destination = Destination::WatchedFile(path.into());
        self
    }

    /// Writes control characters as escapes, in messages and all other texts of a record: a new
    /// line as `\n`, a tab as `\t`, a carriage return as `\r`, others as in `\x1b`. A backslash
    /// stays as it is.
    ///
    /// Without this they go through as they are, as in Python, and a message from outside can begin
    /// a line that looks like another record, or tell a terminal what to do. To escape one field
    /// alone, quote it: `%(message)r`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::BasicConfig;
    ///
    /// BasicConfig::new().escape_controls().init()?;
    /// let user = "eve\nWARNING:my_program:all is well";
    /// log::warn!("unknown: {user}"); // one line, in which there is a `\n`
    /// # Ok::<(), tl_core::logging::InitError>(())
    /// ```
    pub fn escape_controls(mut self) -> BasicConfig {
        self.escapes = true;
        self
    }

    /// Sets whether the standard streams are written in the way that `cargo test` captures, so that
    /// what is logged shows with the output of the test that logs it, and only if that test fails.
    ///
    /// It is captured of the thread of a test and of those that it starts; not of the calls of a
    /// `Timer`, whose threads others start. For tests alone: a standard stream that cannot be
    /// written is a panic then, as it is for `println!`. The tests of a program share a process, so
    /// all but the first find a logger there.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::{BasicConfig, LevelFilter};
    ///
    /// fn set_up() {
    ///     // An error says that another test has done so.
    ///     let _ = BasicConfig::new().level(LevelFilter::Debug).is_test(true).init();
    /// }
    ///
    /// set_up();
    /// log::debug!("shown if the test fails");
    /// ```
    pub fn is_test(mut self, is_test: bool) -> BasicConfig {
        self.is_test = is_test;
        self
    }

    /// Makes the logger and installs it for the whole process, and sets the `log` crate's level so
    /// that what is not logged costs next to nothing.
    ///
    /// # Errors
    ///
    /// [`InitError`] says what is wrong with the format, the date format, the directives or the
    /// file; or that the process has a logger already, which stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use tl_core::logging::{BasicConfig, InitError};
    ///
    /// assert_eq!(BasicConfig::new().init(), Ok(()));
    /// assert_eq!(BasicConfig::new().init(), Err(InitError::AlreadyInitialized));
    /// ```
    pub fn init(self) -> Result<(), InitError> {
        let logger = self.build()?;
        let max_level = logger.max_level();
        log::set_boxed_logger(Box::new(logger)).map_err(|_| InitError::AlreadyInitialized)?;
        log::set_max_level(max_level);
        Ok(())
    }

    /// Makes the logger, and leaves what becomes of it to the caller.
    ///
    /// # Errors
    ///
    /// [`InitError`] says what is wrong with the format, the date format, the directives or the
    /// file.
    ///
    /// # Examples
    ///
    /// ```
    /// use log::Log;
    /// use tl_core::logging::BasicConfig;
    ///
    /// let logger = BasicConfig::new().format("%(name)s: %(message)s").stdout().build()?;
    /// let record = log::Record::builder()
    ///     .level(log::Level::Error)
    ///     .target("disk")
    ///     .args(format_args!("full"))
    ///     .build();
    /// logger.log(&record); // prints "disk: full"
    /// # Ok::<(), tl_core::logging::InitError>(())
    /// ```
    pub fn build(self) -> Result<Logger, InitError> {
        let format = if self.format.is_empty() {
            EMPTY_FORMAT
        } else {
            &self.format
        };
        Ok(Logger {
            format: Format::parse(format)?,
            clock: Clock::new(self.datefmt.as_deref())?,
            filter: self.filter()?,
            escapes: self.escapes,
            // Last, so that a mistake elsewhere leaves no empty file behind.
            sink: self.destination.open(self.is_test)?,
        })
    }

    fn filter(&self) -> Result<Filter, InitError> {
        let mut filter = env_filter::Builder::new();
        filter.filter_level(self.level);
        for (module, level) in &self.module_levels {
            filter.filter_module(module, *level);
        }
        if let Some(directives) = &self.directives {
            let parsed = filter.try_parse(directives);
            parsed.map_err(|error| InitError::Directives {
                message: error.to_string().into(),
            })?;
        }
        if let Some(variable) = &self.variable {
            add_environment(&mut filter, variable);
        }
        Ok(filter.build())
    }
}

impl Default for BasicConfig {
    fn default() -> BasicConfig {
        BasicConfig::new()
    }
}

/// Adds what is right in the environment variable, and warns of the rest.
fn add_environment(filter: &mut env_filter::Builder, variable: &str) {
    let value = match env::var(variable) {
        Ok(value) => value,
        Err(env::VarError::NotPresent) => return,
        Err(error @ env::VarError::NotUnicode(_)) => return warn(variable, &error),
    };
    let (directives, text) = match value.split_once('/') {
        Some((directives, text)) => (directives, Some(text)),
        None => (value.as_str(), None),
    };
    let mut right = String::new();
    for directive in directives.split(',') {
        match is_right(directive) {
            Ok(()) => right = right + directive + ",",
            Err(error) => warn(variable, &error),
        }
    }
    if let Some(text) = text {
        let text = format!("/{text}");
        match is_right(&text) {
            Ok(()) => right += &text,
            Err(error) => warn(variable, &error),
        }
    }
    // This does not fail, since each part of it is right.
    let _ = filter.try_parse(&right);
}

fn is_right(directive: &str) -> Result<(), env_filter::ParseError> {
    env_filter::Builder::new().try_parse(directive).map(drop)
}

/// Says on standard error what of the variable is ignored, if that can be written.
fn warn(variable: &str, error: &dyn Display) {
    let line = format!(
        "warning: the environment variable {variable}: {error}; this part of it is ignored: write it as in warn,my_crate=debug\n"
    );
    Stream::Error.write(line.as_bytes());
}
