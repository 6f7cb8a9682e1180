//! Stress: random operations on every primitive, from 2 to 32 threads, with random timeouts, panics
//! and cancellations, while a signal interrupts every system call that sleeps. Nothing is clocked:
//! what goes in is counted, what comes out is counted, and the two must be even.
//!
//! Run it as `cargo xtask stress [--seconds N] [--seed N] [NAME…]`. Each round has a seed of its
//! own, from which all its random choices follow. A round that fails, panics or hangs prints it:
//! with that seed and the name the same round comes first.

mod allocations;
mod barrier;
mod condition;
mod event;
#[cfg(unix)]
mod heard;
mod local;
mod locks;
mod look;
mod monitor;
mod park;
mod planted;
mod recording;
mod round;
mod semaphore;
mod signals;
mod thread;
mod timer;
mod watch;

use std::io::IsTerminal;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::round::{Report, Round};

/// A primitive's stress: one round of it, which reports what it counted.
struct Scenario {
    name: &'static str,
    run: fn(&Round) -> Report,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "lock",
        run: locks::lock,
    },
    Scenario {
        name: "looking",
        run: look::looking,
    },
    Scenario {
        name: "recording",
        run: recording::recording,
    },
    Scenario {
        name: "rlock",
        run: locks::rlock,
    },
    Scenario {
        name: "mutex",
        run: locks::mutex,
    },
    Scenario {
        name: "reentrant",
        run: locks::reentrant,
    },
    Scenario {
        name: "rwlock",
        run: locks::rwlock,
    },
    Scenario {
        name: "event",
        run: event::storm,
    },
    Scenario {
        name: "ring",
        run: event::ring,
    },
    Scenario {
        name: "baton",
        run: event::baton,
    },
    Scenario {
        name: "condition",
        run: condition::notifications,
    },
    Scenario {
        name: "condvar",
        run: condition::condvar,
    },
    Scenario {
        name: "order",
        run: condition::order,
    },
    Scenario {
        name: "buffer",
        run: condition::buffer,
    },
    Scenario {
        name: "monitor",
        run: monitor::run,
    },
    Scenario {
        name: "further",
        run: monitor::further,
    },
    Scenario {
        name: "barrier",
        run: barrier::run,
    },
    Scenario {
        name: "semaphore",
        run: semaphore::run,
    },
    Scenario {
        name: "closing",
        run: semaphore::closing,
    },
    #[cfg(unix)]
    Scenario {
        name: "heard",
        run: heard::run,
    },
    Scenario {
        name: "local",
        run: local::run,
    },
    Scenario {
        name: "shared",
        run: local::shared,
    },
    Scenario {
        name: "thread",
        run: thread::run,
    },
    Scenario {
        name: "park",
        run: park::ring,
    },
    Scenario {
        name: "timer",
        run: timer::run,
    },
];

/// Scenarios that must fail: they show that this program notices, and that a seed repeats what was
/// noticed. They run only when they are named.
const PLANTED: &[Scenario] = &[
    Scenario {
        name: "planted-leak",
        run: planted::leak,
    },
    Scenario {
        name: "planted-panic",
        run: planted::panic,
    },
    Scenario {
        name: "planted-hang",
        run: planted::hang,
    },
    Scenario {
        name: "planted-garbage",
        run: planted::garbage,
    },
];

/// Random operations on every primitive, counted
#[derive(Parser)]
#[command(name = "cargo xtask stress", bin_name = "cargo xtask stress")]
struct CommandLine {
    /// How many seconds to run in total
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the random choices start; a failure prints the one that repeats it
    #[arg(long)]
    seed: Option<u64>,
    /// After how many seconds a round is taken for hung
    #[arg(long, default_value_t = 120)]
    limit: u64,
    /// What to stress; everything when nothing is named
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// What the rounds of one scenario came to.
#[derive(Default)]
struct Total {
    rounds: u64,
    operations: u64,
    failures: Vec<String>,
    left_allocated: i64,
    /// The seed of the last round.
    seed: u64,
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let chosen: Vec<&Scenario> = match command_line.names.as_slice() {
        [] => SCENARIOS.iter().collect(),
        names => match names.iter().map(|name| find(name)).collect() {
            Ok(chosen) => chosen,
            Err(unknown) => {
                let known: Vec<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
                eprintln!(
                    "there is no stress for {unknown:?}; there is: {}",
                    known.join(", ")
                );
                return ExitCode::FAILURE;
            }
        },
    };
    let seed = command_line.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}");
    signals::interrupt_every_millisecond();
    watch::start(Duration::from_secs(command_line.limit));
    let share = Duration::from_secs(command_line.seconds) / chosen.len() as u32;
    let bar = ProgressBar::new(command_line.seconds).with_style(
        ProgressStyle::with_template("{elapsed_precise} {msg:10} {bar:40} {pos}/{len} s")
            .expect("the template is right"),
    );
    // Where no bar can be drawn, there is a line for each scenario that is done.
    let in_lines = !std::io::stderr().is_terminal();
    let start = Instant::now();
    let totals: Vec<Total> = chosen
        .iter()
        .map(|scenario| {
            bar.set_message(scenario.name);
            let end = Instant::now() + share;
            let total = repeat(scenario, seed, end, || {
                bar.set_position(start.elapsed().as_secs())
            });
            if in_lines {
                eprintln!(
                    "{:3} s: {}: {} operations",
                    start.elapsed().as_secs(),
                    scenario.name,
                    total.operations
                );
            }
            total
        })
        .collect();
    bar.finish_and_clear();
    summary(&chosen, &totals);
    ExitCode::from(u8::from(
        totals.iter().any(|total| !total.failures.is_empty()),
    ))
}

fn find(name: &String) -> Result<&'static Scenario, &String> {
    SCENARIOS
        .iter()
        .chain(PLANTED)
        .find(|scenario| scenario.name == name)
        .ok_or(name)
}

/// The least number of rounds: one to grow what is kept for good, and some to see whether the
/// others leave anything.
const AT_LEAST: u64 = 4;

/// Runs rounds of a scenario until `end`, and stops at the first that fails.
fn repeat(scenario: &Scenario, seed: u64, end: Instant, progress: impl Fn()) -> Total {
    let mut total = Total::default();
    // What the first round leaves is kept for good: tables that have grown, caches of the threads
    // that live on.
    let mut baseline = 0;
    while total.failures.is_empty() && (total.rounds < AT_LEAST || Instant::now() < end) {
        let round = Round::new(seed, total.rounds);
        total.seed = round.seed;
        watch::round_begins(scenario.name, round.seed);
        // A panic where none is meant to be is a failure like any other; the hook has printed it.
        let report = panic::catch_unwind(AssertUnwindSafe(|| (scenario.run)(&round)))
            .unwrap_or_else(|_| Report::default().holds("the round does not panic", false));
        watch::round_ends();
        total.operations += report.operations;
        total.failures.extend(report.failures);
        if total.rounds == 0 {
            baseline = allocations::live();
        }
        total.rounds += 1;
        progress();
    }
    let is_even = total.failures.is_empty();
    if is_even {
        // The last threads of a round may be about to free what they had. What a failure leaves is
        // not freed.
        round::soon(|| allocations::live() <= baseline);
    }
    total.left_allocated = allocations::live() - baseline;
    // A round that leaks leaves something each time. What grows once, such as a table, is less than
    // one a round.
    if is_even && total.rounds > 16 && total.left_allocated >= total.rounds as i64 / 2 {
        total.failures.push(format!(
            "{} allocations are left after {} rounds",
            total.left_allocated, total.rounds
        ));
        total.seed = seed;
    }
    total
}

fn summary(chosen: &[&Scenario], totals: &[Total]) {
    println!("| what | rounds | operations | left allocated | |");
    println!("| --- | ---: | ---: | ---: | --- |");
    for (scenario, total) in chosen.iter().zip(totals) {
        let verdict = if total.failures.is_empty() {
            "even"
        } else {
            "FAILED"
        };
        println!(
            "| {} | {} | {} | {} | {verdict} |",
            scenario.name, total.rounds, total.operations, total.left_allocated
        );
    }
    let operations: u64 = totals.iter().map(|total| total.operations).sum();
    println!("{operations} operations");
    for (scenario, total) in chosen.iter().zip(totals) {
        for failure in &total.failures {
            println!("{}: {failure}", scenario.name);
        }
        if !total.failures.is_empty() {
            println!("{}", round::repeat_with(scenario.name, total.seed));
        }
    }
}
