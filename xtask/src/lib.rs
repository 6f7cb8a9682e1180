//! The project's tasks, run as `cargo xtask TASK`.
//!
//! One file a task: [`verify`], [`list`], [`standalone`], [`package`], [`loom`] with its
//! [`mutants`], [`tsan`], [`stress`], [`mod@bench`], [`timeline`], [`docs`], [`msrv`],
//! [`platforms`], [`ci`]. What they share: the command line in [`flags`], the place of things in
//! [`workspace`], the example programs in [`examples`], the programs that cargo builds in
//! [`built`], the models among them in [`models`], running one in [`run`], several at a time in
//! [`parallel`], what each prints in [`golden`], and how far a long task is in [`progress`]. A new
//! task is a file with a `run` function, a line in [`flags::Task`], and one in `main.rs`. A long
//! one shows a progress bar.

pub mod bench;
pub mod built;
pub mod ci;
pub mod docs;
pub mod examples;
pub mod flags;
pub mod golden;
pub mod list;
pub mod loom;
pub mod models;
pub mod msrv;
pub mod mutants;
pub mod package;
pub mod parallel;
pub mod platforms;
pub mod progress;
pub mod run;
pub mod standalone;
pub mod stress;
pub mod timeline;
pub mod tsan;
pub mod verify;
pub mod workspace;

/// Why something could not be done.
pub type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// What a task returns: whether all is well, or why it could not do its work.
pub type Outcome = Result<bool, BoxedError>;
