//! Logging with the names of threads, as Python programmers know it: `basicConfig`, and formats
//! such as `(%(threadName)-10s) %(message)s`.
//!
//! It is a logger for the [`log`](https://docs.rs/log) crate, so every crate that logs with
//! `log::info!` and its sisters logs through it. The semantics are those of Python's
//! [`logging`](https://docs.python.org/3/library/logging.html), the tutorial for which is
//! [here](https://docs.python.org/3/howto/logging.html).
//!
//! | Python | here |
//! | --- | --- |
//! | `logging.basicConfig(level=logging.DEBUG, format="…")` | `BasicConfig::new().level(LevelFilter::Debug).format("…").init()?` |
//! | `basicConfig(filename="app.log", datefmt="%H:%M:%S")` | `BasicConfig::new().file("app.log").datefmt("%H:%M:%S").init()?` |
//! | `basicConfig(stream=sys.stdout)` | `BasicConfig::new().stdout().init()?` |
//! | `logging.getLogger("net").setLevel(logging.INFO)` | `BasicConfig::new().module_level("net", LevelFilter::Info)` |
//! | `logging.debug("x is %s", x)` | `log::debug!("x is {x}")` |
//! | `logging.getLogger("net").debug("…")` | `log::debug!(target: "net", "…")` |
//! | `logging.critical("…")` | `log::error!("…")`: there is no level above it |
//! | `logging.info("…", extra={"user": user})` | `log::info!(user; "…")`: see [below](#key-value-pairs) |
//! | `logging.handlers.WatchedFileHandler("app.log")` | `BasicConfig::new().watched_file("app.log")` |
//! | – | `BasicConfig::new().env()`: levels from `RUST_LOG`, as in `RUST_LOG=warn,net=debug` |
//! | a second `basicConfig` is ignored | a second `init` is an [`InitError::AlreadyInitialized`] |
//!
//! ```
//! use tl_core::logging::{BasicConfig, LevelFilter};
//!
//! BasicConfig::new().level(LevelFilter::Debug).format("(%(threadName)-10s) %(message)s").init()?;
//!
//! std::thread::Builder::new()
//!     .name("worker".into())
//!     .spawn(|| log::debug!("Starting"))?
//!     .join()
//!     .unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! prints, on standard error:
//!
//! ```text
//! (worker    ) Starting
//! ```
//!
//! # Fields of a record
//!
//! | field | value | an example of it |
//! | --- | --- | --- |
//! | `%(asctime)s` | the date in local time, in the format of [`datefmt`](BasicConfig::datefmt) | `2018-05-01 15:39:49,561` |
//! | `%(created)f` | seconds since 1970-01-01 00:00 UTC | `1525181989.561327` |
//! | `%(filename)s` | the last part of `pathname` | `worker.rs` |
//! | `%(levelname)s` | the level's name in Python: see below | `WARNING` |
//! | `%(levelno)d` | the level's number in Python | `30` |
//! | `%(lineno)d` | the line of the call; 0 if the record has none | `42` |
//! | `%(message)s` | the message, and after it the [pairs](#key-value-pairs) of the record | `Starting` |
//! | `%(module)s` | `filename` without its extension | `worker` |
//! | `%(msecs)03d` | the milliseconds of `created`, whole | `561` |
//! | `%(name)s` | the record's target: the path of the module, or what `target:` said | `my_program::worker` |
//! | `%(pathname)s` | the source file of the call; `(unknown file)` if the record has none | `src/worker.rs` |
//! | `%(process)d` | the number of the process | `4711` |
//! | `%(relativeCreated)d` | milliseconds since the logger was made, by the monotonic clock | `1203` |
//! | `%(thread)d` | the thread's [`ThreadIdent`](crate::ThreadIdent) | `3` |
//! | `%(threadName)s` | the thread's name as [`current_name`](crate::current_name) has it | `Thread-1` |
//!
//! The rest of Python's fields has no counterpart in a record of the `log` crate: `funcName`,
//! `processName`, `taskName` and others are a [`FormatError`], which says which fields there are.
//!
//! # Key-value pairs
//!
//! Where Python has `extra`, the `log` crate has
//! [pairs](https://docs.rs/log/latest/log/kv/index.html), which the program names before the
//! message. They follow the message, so that none is lost whatever the format is:
//! `info!(user = "ada", attempts = 3; "logged in")` is the message `logged in user=ada attempts=3`.
//! A value (or a key) that is empty, or has space, quotes, `=` or control characters in it, is
//! quoted as Rust's `Debug` quotes: `path="/my files"`.
//!
//! # Levels
//!
//! | `log` | `levelname` | `levelno` |
//! | --- | --- | --- |
//! | `Error` | `ERROR` | 40 |
//! | `Warn` | `WARNING` | 30 |
//! | `Info` | `INFO` | 20 |
//! | `Debug` | `DEBUG` | 10 |
//! | `Trace` | `TRACE` | 5 |
//!
//! Python's `CRITICAL` (50) has no counterpart in `log`, and `TRACE` none in Python.
//!
//! # Conversions
//!
//! A field is `%(name)`, then, each only if wanted, flags, a width and a precision, then the
//! conversion, with the meaning that they have in
//! [Python's `%` operator](https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting).
//! `%%` is a percent sign.
//!
//! | conversion | of a text | of an integer (`levelno`, `lineno`, `process`, `thread`) | of a float (`created`, `msecs`, `relativeCreated`) |
//! | --- | --- | --- | --- |
//! | `s` | itself | its digits | the fewest digits that tell it, `561.0` |
//! | `r`, `a` | quoted as Python's `repr`, or `ascii`, does | as `s` | as `s` |
//! | `d`, `i`, `u` | – | decimal | decimal, without its fraction |
//! | `o`, `x`, `X` | – | octal, hexadecimal | – |
//! | `e`, `E`, `f`, `F`, `g`, `G` | – | as of a float | with an exponent; with decimals; whichever is shorter |
//! | `c` | – | the character with this number | – |
//!
//! | written | meaning |
//! | --- | --- |
//! | `%(levelname)8s` | at least 8 characters wide, filled with spaces on the left; 10,000 at most |
//! | `%(levelname)-8s` | filled on the right |
//! | `%(lineno)05d` | filled with zeros: only numbers are |
//! | `%(lineno)+d`, `%(lineno) d` | a plus sign, or a space, before a number |
//! | `%(thread)#x` | with `0x`; `0o` before an octal number, and a decimal point in any float |
//! | `%(message).20s` | at most 20 characters of a text |
//! | `%(lineno).4d` | at least 4 digits of an integer |
//! | `%(created).3f` | 3 decimals of a float; 6 when nothing is said |
//!
//! # What it promises
//!
//! - **A record is one `write`**, with its newline, whatever it contains; the operating system may
//!   still take a very long one in several pieces. The line is made up in memory that belongs to
//!   the thread: once a thread has logged, its next record allocates nothing (unless the message's
//!   own `Display` does, or a text is quoted or escaped). What grew beyond 64 KiB is given back.
//! - **Lines never mix**, whichever threads write them: those of several threads, those of a
//!   message whose `Display` itself logs (they come before the line of the message), and, on the
//!   standard streams, those of `println!` and `eprintln!`. (A destination that is in non-blocking
//!   mode and full loses the rest of a line, as it does for every writer of the standard library.)
//! - **Logging is no reason to fail.** A closed pipe, a closed standard error or a full disk loses
//!   the record, and nothing else happens; what follows a record that was cut short begins on a
//!   line of its own. A `Display` that panics loses its record and the logger goes on.
//! - **It works everywhere**: in the destructors of thread-locals, after `main` has returned, in
//!   every thread, whether these crates started it or not. A new name of a thread shows in its next
//!   record.
//! - **A small stack is enough**: also in a debug build the logger's own frames take less than 4
//!   KiB, and 16 KiB with a [`datefmt`](BasicConfig::datefmt).
//! - **What is not logged costs a comparison**:
//!   [`log::max_level`](https://docs.rs/log/latest/log/fn.max_level.html) is set to the most
//!   verbose level of all directives.
//!
//! # Blocking
//!
//! A record waits until the operating system has taken the line, and until other threads have
//! written theirs. For the standard streams it waits for the lock of [`std::io::stderr`] or
//! [`std::io::stdout`]: a thread that holds that lock while it waits for a thread that logs waits
//! forever.
//!
//! # In a child made by `fork`
//!
//! Every logger works there, whatever other threads of the parent were just writing. The standard
//! library's locks of the standard streams may be held forever then, by threads that are not
//! there, and so records go past them: they are whole lines among themselves, but may come between
//! the pieces of what `eprintln!` writes, and before the start of a line that `print!` keeps back.
//! What a test would capture goes to the stream itself.

mod clock;
mod config;
mod error;
mod field;
mod format;
mod logger;
mod pairs;
mod render;
mod scratch;
mod simple;
mod sink;

pub use config::BasicConfig;
pub use error::{FormatError, FormatErrorKind, InitError};
#[doc(no_inline)]
pub use log::LevelFilter;
pub use logger::Logger;
pub use simple::simple;
