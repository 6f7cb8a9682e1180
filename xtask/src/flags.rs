//! The command line.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The project's tasks
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    subcommand_value_name = "TASK",
    subcommand_help_heading = "Tasks",
    after_help = "Begin with `verify`. `cargo xtask TASK --help` says more about a task, docs/checking.md what each check proves."
)]
pub struct CommandLine {
    /// The task to run; without one, this help is shown
    #[command(subcommand)]
    pub task: Option<Task>,
}

/// The tasks.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Run the examples and compare what each prints with its golden
    Verify(Verify),
    /// List the examples: the chapter of each and what it teaches
    List,
    /// Build each primitive crate alone, outside the workspace, and check that it brings no logger
    Standalone,
    /// Pack every crate for publication, look into the packages, and run a program that uses each
    /// from there
    Package,
    /// Explore the models of every protocol with the model checker
    Loom(Loom),
    /// Run the tests under ThreadSanitizer, where the nightly toolchain is installed
    Tsan,
    /// Make random operations on every primitive and count that they come out even
    Stress(Stress),
    /// Measure everything beside its peers, and compare it with its bars
    #[command(disable_help_flag = true)]
    Bench(Bench),
    /// Draw runs of the examples: a lane for each thread, a mark for each line
    Timeline(Timeline),
    /// Build the documentation from nothing, and check that every link in it leads somewhere and
    /// every item has an example
    Docs,
    /// Build and test the crates with the oldest Rust that they promise
    Msrv(Msrv),
    /// Test the crates on other platforms, or compile them where their programs can't run here
    Platforms(Platforms),
    /// Run every check that a change must pass, as .ci/run does
    Ci,
}

/// The options of `bench`, which the program that measures reads: `cargo xtask bench --help` shows
/// them.
#[derive(Debug, Clone, Args)]
pub struct Bench {
    /// What to measure and how
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

/// The options of `verify`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A golden is two files in examples/golden: NAME.txt, the output of a run with placeholders for what differs from
run to run, and NAME.toml, which says how far lines may move. Exit status 0 means that everything passed.")]
pub struct Verify {
    /// The examples to run; all when none is named
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// How many times to run each
    #[arg(long, value_name = "N", default_value = "1")]
    pub repeat: NonZeroUsize,

    /// How many to run at a time; one a processor when not given
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// Write the goldens from a run, instead of comparing the run with them
    #[arg(long, conflicts_with_all = ["repeat", "output"])]
    pub bless: bool,

    /// Compare the output recorded in FILE with the golden of NAME, and run nothing
    #[arg(long, value_names = ["FILE", "NAME"], num_args = 2, conflicts_with_all = ["names", "repeat", "jobs"])]
    pub output: Option<Vec<PathBuf>>,
}

/// The options of `loom`.
#[derive(Debug, Clone, Args)]
pub struct Loom {
    /// The crates whose models to explore; all that have any when none is named
    #[arg(value_name = "CRATE")]
    pub names: Vec<String>,

    /// Break the protocols on purpose, one change at a time, and see that the models notice
    #[arg(long)]
    pub mutants: bool,
}

/// The options of `msrv`.
#[derive(Debug, Clone, Args)]
pub struct Msrv {
    /// Fetch what is missing: Debian's packages, which are unpacked in target/platforms
    #[arg(long)]
    pub install: bool,
}

/// The options of `platforms`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A platform that needs what is not installed is not run, and the task says what is missing. That is no failure.")]
pub struct Platforms {
    /// The platforms to try out; all that are known to pass when none is named
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// Install what is missing: Debian's packages
    #[arg(long)]
    pub install: bool,

    /// Begin no further platform after N minutes
    #[arg(long, value_name = "N")]
    pub minutes: Option<u64>,

    /// Compile the crates and run nothing
    #[arg(long)]
    pub build_only: bool,
}

/// The options of `stress`.
#[derive(Debug, Clone, Args)]
pub struct Stress {
    /// What to stress; everything when nothing is named
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// How many seconds to run in total
    #[arg(long, value_name = "N", default_value = "60")]
    pub seconds: u64,

    /// Where the random choices start; a failure prints the one that repeats it
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// The options of `timeline`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "The pictures are docs/timelines/NAME.svg. The guide shows them.")]
pub struct Timeline {
    /// The examples to run and draw
    #[arg(
        value_name = "NAME",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub names: Vec<String>,

    /// Run and draw all of them
    #[arg(long)]
    pub all: bool,

    /// Print where the recordings are, too: https://ui.perfetto.dev opens them
    #[arg(long)]
    pub perfetto: bool,
}
