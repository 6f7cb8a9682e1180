//! The command line, and which cases it asks for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures the threading crates beside their peers and the limit of the machine
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask bench",
    bin_name = "cargo xtask bench",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "\
The cases are 1 and 2 (locks), 3 (locks under contention), 4 (conditions), 5 (events), 6 (barriers),
7 (semaphores), 8 (threads), 9 (timers), 10 (locals), 11 (identity), 12 (logging), 13 (the processor
time of waits), 14 (locks for readers and writers), 15 (snapshots), 16 (parking, auto-reset events,
semaphores that can be closed); lock, semaphore, barrier, condition, timer, enumerate, local, start
(cost as work grows); and memory. A whole run takes four minutes. README.md beside the program says
how each is measured."
)]
pub(crate) struct CommandLine {
    /// The cases to run: 1a, or 1 for all of that number; all when none is named
    #[arg(value_name = "CASE")]
    pub(crate) cases: Vec<String>,

    #[command(flatten)]
    pub(crate) extent: Extent,

    /// Write the figures to FILE too, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write the charts of cost as work grows to DIR, as SVG
    #[arg(long, value_name = "DIR")]
    pub(crate) plot: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) task: Option<Task>,

    /// Be a process that computes beside the others
    #[arg(long, hide = true)]
    pub(crate) loop_child: Option<u32>,

    /// Be the process of one sample of `busy`
    #[arg(long, hide = true, num_args = 5)]
    pub(crate) sample_child: Option<Vec<String>>,

    /// Be a child process that measures what something takes
    #[arg(long, hide = true)]
    pub(crate) footprint_child: Option<usize>,

    /// Be the child process that case 12 measures
    #[arg(long, hide = true, num_args = 3)]
    pub(crate) log_child: Option<Vec<String>>,
}

/// How much of everything a run does.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Extent {
    /// Repeat less, and for less time each
    #[arg(long)]
    pub(crate) quick: bool,

    /// Run everything once and briefly, to see that it works
    #[arg(long, hide = true)]
    pub(crate) once: bool,
}

impl Extent {
    /// Returns the effort that is asked for.
    pub(crate) fn choose<E>(self, full: E, quick: E, once: E) -> E {
        if self.once {
            once
        } else if self.quick {
            quick
        } else {
            full
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Measures waits beside processes that compute, as on a machine that has other work
    Busy(BusyCommandLine),
    /// Makes whole runs of both benches, and a page of what came out
    Results(ResultsCommandLine),
}

#[derive(Debug, Parser)]
pub(crate) struct ResultsCommandLine {
    /// Where the runs, the charts and the page, RESULTS.md, go; runs that are there are not made
    /// anew
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// How many runs of each
    #[arg(long, value_name = "N", default_value = "3")]
    pub(crate) runs: usize,

    #[command(flatten)]
    pub(crate) extent: Extent,
}

#[derive(Debug, Parser)]
#[command(after_help = "\
A whole run takes eleven minutes. A case is named by its id, or by the beginning of it up to a hyphen: monitor-5, barrier-4, lock. \
In the tables a cell is the mean of a wait, in brackets the processor time of an operation, and \
after the dot p50 / p99 / p99.9 / the greatest, all in microseconds, each the median of the \
repetitions.")]
pub(crate) struct BusyCommandLine {
    /// The cases to run; all when none is named
    #[arg(value_name = "CASE")]
    pub(crate) cases: Vec<String>,

    /// How many processes compute meanwhile, one column each
    #[arg(long, value_delimiter = ',', default_value = "0,1,2,4")]
    pub(crate) loads: Vec<usize>,

    #[command(flatten)]
    pub(crate) extent: Extent,

    /// Write the figures to FILE too, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write the charts of p99 against load to DIR, as SVG
    #[arg(long, value_name = "DIR")]
    pub(crate) plot: Option<PathBuf>,
}

/// The cases to run.
pub(crate) struct Wanted(BTreeSet<&'static str>);

impl Wanted {
    /// Returns those of `ids` that `names` ask for; all if there are no names.
    pub(crate) fn new(ids: Vec<&'static str>, names: &[String]) -> Result<Wanted, String> {
        if let Some(name) = names
            .iter()
            .find(|name| !ids.iter().any(|id| is_named(id, name)))
        {
            let ids: BTreeSet<&str> = ids.into_iter().collect();
            let ids: Vec<&str> = ids.into_iter().collect();
            return Err(format!("there is no case {name}, only {}", ids.join(", ")));
        }
        let wanted = ids
            .into_iter()
            .filter(|id| names.is_empty() || names.iter().any(|name| is_named(id, name)));
        Ok(Wanted(wanted.collect()))
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }
}

/// Returns whether `name` is that of the case, or its number without the letter.
fn is_named(id: &str, name: &str) -> bool {
    id == name || id.trim_end_matches(char::is_alphabetic) == name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(names: &[&str]) -> Result<Vec<&'static str>, String> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let wanted = Wanted::new(vec!["1a", "1b", "10", "lock"], &names)?;
        Ok(wanted.0.into_iter().collect())
    }

    #[test]
    fn a_number_names_all_its_cases_and_no_others() {
        assert_eq!(wanted(&["1"]).unwrap(), ["1a", "1b"]);
        assert_eq!(wanted(&["1b", "lock"]).unwrap(), ["1b", "lock"]);
        assert_eq!(wanted(&[]).unwrap().len(), 4);
    }

    #[test]
    fn a_case_that_is_not_there_is_an_error_that_says_which_are() {
        let error = wanted(&["1a", "2"]).unwrap_err();
        assert!(
            error.contains("no case 2") && error.contains("lock"),
            "{error}"
        );
    }
}
