//! Chapter 2: every thread has a name, and can ask for its own with
//! [`current_thread`](tl_thread::current_thread).
//!
//! A name is for people. Threads that are given none are called `Thread-1`, `Thread-2`, … in the
//! order in which they were made; the first thread of the process is `MainThread`.
//!
#![doc = program!("names")]
//! # Names in log lines
//!
//! It is tedious to print the name by hand. [`tl_core::logging`] is a logger for the
//! [`log`](https://docs.rs/log) crate that knows the name, with the formats of Python's `logging`;
//! it writes to standard error.
//!
#![doc = program!("names_log")]
//! # What differs from Python
//!
//! - **`Thread-1`, not `Thread-1 (worker)`.** Newer Pythons add the function's name; a Rust closure
//!   has none.
//! - **The format is read once**, at [`init`](tl_core::logging::BasicConfig::init), and a mistake
//!   in it is an error that names the place. Python notices an unknown field when it formats the
//!   first record.
//! - **Lines never mix.** A record is one write, whichever threads log at the same time.
//! - **`set_name` is seen everywhere**: by the log, by [`enumerate`](tl_thread::enumerate) and by
//!   the operating system, which shows the first 15 bytes in `top` and `ps`.
//!   [`set_name`](tl_thread::Thread::set_name) may be called by any thread, at any time.
//!
//! # One step further
//!
//! [`with_current_name`](tl_core::with_current_name) lends the name without a copy, and works in
//! threads that somebody else started too. Those keep the name that they have, or are called
//! `Dummy-1`, `Dummy-2`, …:
//!
//! ```
//! let length = std::thread::Builder::new()
//!     .name("borrowed".to_owned())
//!     .spawn(|| tl_core::with_current_name(str::len))
//!     .unwrap();
//! assert_eq!(length.join().unwrap(), 8);
//! ```
//!
//! What is logged can be chosen for each module, and by `RUST_LOG` when the program starts:
//!
//! ```
//! use log::LevelFilter;
//! use tl_core::logging::BasicConfig;
//!
//! BasicConfig::new()
//!     .level(LevelFilter::Info)
//!     .module_level("database", LevelFilter::Warn)
//!     .env() // RUST_LOG=database=debug
//!     .init()?;
//! # Ok::<(), tl_core::logging::InitError>(())
//! ```
//!
//! The next chapter: [3, daemon threads](super::chapter_03_daemon).
