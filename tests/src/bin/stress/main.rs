//! Stress: random operations on every primitive, from 2 to 32 threads, with random timeouts, panics and cancellations, while a
//! signal interrupts every system call that sleeps. Nothing is clocked: what goes in is counted, what comes out is counted, and
//! the two must be even.
//!
//! Run it as `cargo xtask stress [--seconds N] [--seed N] [NAME…]`.

mod allocations;
mod barrier;
mod condition;
mod event;
mod local;
mod locks;
mod monitor;
mod round;
mod semaphore;
mod signals;
mod thread;
mod timer;

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
        name: "rlock",
        run: locks::rlock,
    },
    Scenario {
        name: "mutex",
        run: locks::mutex,
    },
    Scenario {
        name: "event",
        run: event::run,
    },
    Scenario {
        name: "condition",
        run: condition::notifications,
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
        name: "barrier",
        run: barrier::run,
    },
    Scenario {
        name: "semaphore",
        run: semaphore::run,
    },
    Scenario {
        name: "local",
        run: local::run,
    },
    Scenario {
        name: "thread",
        run: thread::run,
    },
    Scenario {
        name: "timer",
        run: timer::run,
    },
];

/// Random operations on every primitive, counted
#[derive(Parser)]
#[command(name = "cargo xtask stress", bin_name = "cargo xtask stress")]
struct CommandLine {
    /// For how long, all in all
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the random choices start; a failure prints the one that repeats it
    #[arg(long)]
    seed: Option<u64>,
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
    let share = Duration::from_secs(command_line.seconds) / chosen.len() as u32;
    let bar = ProgressBar::new(command_line.seconds).with_style(
        ProgressStyle::with_template("{elapsed_precise} {msg:10} {bar:40} {pos}/{len} s")
            .expect("the template is right"),
    );
    let start = Instant::now();
    let totals: Vec<Total> = chosen
        .iter()
        .map(|scenario| {
            bar.set_message(scenario.name);
            let end = Instant::now() + share;
            repeat(scenario, seed, end, || {
                bar.set_position(start.elapsed().as_secs())
            })
        })
        .collect();
    bar.finish_and_clear();
    summary(&chosen, &totals);
    let failed = totals.iter().any(|total| !total.failures.is_empty());
    if failed {
        println!("repeat with --seed {seed} and the NAME");
    }
    ExitCode::from(u8::from(failed))
}

fn find(name: &String) -> Result<&'static Scenario, &String> {
    SCENARIOS
        .iter()
        .find(|scenario| scenario.name == name)
        .ok_or(name)
}

/// Runs rounds of a scenario until `end`, at least two, and stops at the first that fails.
fn repeat(scenario: &Scenario, seed: u64, end: Instant, progress: impl Fn()) -> Total {
    let mut total = Total::default();
    // What the first round leaves is what is kept for good: tables that have grown, caches of the threads that live on.
    let mut baseline = 0;
    while total.failures.is_empty() && (total.rounds < 2 || Instant::now() < end) {
        let report = (scenario.run)(&Round::new(seed, total.rounds));
        total.operations += report.operations;
        total.failures.extend(report.failures);
        if total.rounds == 0 {
            baseline = allocations::live();
        }
        total.rounds += 1;
        progress();
    }
    total.left_allocated = allocations::live() - baseline;
    // A round that leaks leaves something each time. What grows once, such as a table, is less than one a round.
    if total.failures.is_empty()
        && total.rounds > 16
        && total.left_allocated >= total.rounds as i64 / 2
    {
        total.failures.push(format!(
            "{} allocations are left after {} rounds",
            total.left_allocated, total.rounds
        ));
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
    for (scenario, failure) in chosen
        .iter()
        .zip(totals)
        .flat_map(|(s, t)| t.failures.iter().map(move |f| (s, f)))
    {
        println!("{}: {failure}", scenario.name);
    }
}
