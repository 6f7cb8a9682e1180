//! `cargo xtask platforms`: the crates on other platforms than this machine's own.
//!
//! A platform whose programs can run here, by this kernel or in an emulator, is *tested*: its tests
//! run, and the examples print what they should. Of others the crates are *compiled*. Either way
//! the standard library is built from its source, since the platform's own can't be had everywhere.

pub mod debian;
pub mod rows;
pub mod tests;
pub mod tools;

use std::time::{Duration, Instant};

use console::style;

use crate::flags::Platforms;
use crate::progress::failed;
use crate::{BoxedError, Outcome, workspace};
use rows::{Linker, PLATFORMS, Platform, TOOLCHAIN, Tier};
use tests::{Build, Count};

/// How it went on one platform.
#[derive(Debug)]
enum Result {
    Tested { tests: Count, examples: Count },
    Compiled,
    Refused,
    Failed,
    NotRun(String),
}

/// Tries the platforms out, one after the other, and prints a table.
///
/// # Errors
///
/// When a platform is not known, or a file or a program that should be there is not.
pub fn run(options: &Platforms) -> Outcome {
    let mut results = Vec::new();
    let begin = Instant::now();
    let limit = options
        .minutes
        .map(|minutes| Duration::from_secs(60 * minutes));
    for platform in select(&options.names)? {
        let began = Instant::now();
        println!("{}: {}", style(platform.name).bold(), platform.what);
        let result = if limit.is_some_and(|limit| begin.elapsed() >= limit) {
            Result::NotRun("the minutes that `--minutes` allows are over".to_owned())
        } else {
            attempt(platform, options)?
        };
        if let Result::NotRun(why) = &result {
            println!("not run: {why}");
        }
        results.push((platform, result, began.elapsed().as_secs()));
    }
    println!();
    Ok(print(&results))
}

/// Returns the platforms of these names; all that are finished when none is named.
///
/// # Errors
///
/// When one is not known.
pub fn select(names: &[String]) -> std::result::Result<Vec<&'static Platform>, BoxedError> {
    if names.is_empty() {
        let is_finished = |platform: &&Platform| platform.tier != Tier::Unfinished;
        return Ok(PLATFORMS.iter().filter(is_finished).collect());
    }
    let known = |name: &String| {
        PLATFORMS
            .iter()
            .find(|platform| platform.name == name)
            .ok_or_else(|| {
                let all: Vec<&str> = PLATFORMS.iter().map(|platform| platform.name).collect();
                format!(
                    "there is no platform `{name}`; there are {}",
                    all.join(", ")
                )
                .into()
            })
    };
    names.iter().map(known).collect()
}

fn attempt(platform: &Platform, options: &Platforms) -> std::result::Result<Result, BoxedError> {
    let mut packages = platform.packages.to_vec();
    if platform.linker != Linker::Host {
        packages.extend(TOOLCHAIN);
    }
    if let Err(why) = debian::need(&packages, options.install) {
        return Ok(Result::NotRun(why));
    }
    let common = tests::folder(&workspace::root(), "");
    let tools = match tools::make(platform, &common) {
        Ok(tools) => tools,
        Err(why) => return Ok(Result::NotRun(why.to_string())),
    };
    let is_compiled = matches!(platform.tier, Tier::Compiled | Tier::Refused);
    let build = Build {
        platform,
        tools: &tools,
        // What runs while cargo compiles is built for this machine, and is the same for all
        // platforms that are only checked.
        folder: common.join(if is_compiled { "check" } else { platform.name }),
    };
    let outcome = if platform.tier == Tier::Refused {
        build.refused()?.map(|()| Result::Refused)
    } else if is_compiled || options.build_only {
        build.check()?.map(|()| Result::Compiled)
    } else {
        match build.test()? {
            Err(why) => Err(why),
            Ok(tests) => build
                .verify()?
                .map(|examples| Result::Tested { tests, examples }),
        }
    };
    Ok(outcome.unwrap_or_else(|why| {
        println!("{} {}:\n{why}", failed(), platform.name);
        Result::Failed
    }))
}

/// Prints the table; true when nothing failed.
fn print(results: &[(&Platform, Result, u64)]) -> bool {
    let mut is_well = true;
    println!(
        "{:14}{:40}{:>7}{:>8}{:>10}{:>10}{:>9}",
        "platform", "", "tests", "failed", "left out", "examples", "seconds"
    );
    for (platform, result, seconds) in results {
        let cells = match result {
            Result::Tested { tests, examples } => {
                is_well &= tests.failed == 0 && examples.failed == 0;
                let left_out: usize = tests.left_out.values().sum();
                format!(
                    "{:>7}{:>8}{:>10}{:>10}",
                    tests.passed + tests.failed,
                    tests.failed,
                    left_out,
                    format!("{}/{}", examples.passed, examples.passed + examples.failed),
                )
            }
            Result::Compiled => format!("{:35}", "   compiles"),
            Result::Refused => format!("{:35}", "   is refused, as it should be"),
            Result::Failed => {
                is_well = false;
                format!("{:35}", "   FAILED to compile, or to be refused")
            }
            Result::NotRun(_) => format!("{:35}", "   not run"),
        };
        println!(
            "{:14}{:40}{cells}{seconds:>9}",
            platform.name, platform.what
        );
    }
    for (platform, result, _) in results {
        match result {
            Result::Tested { tests, .. } => print_besides(platform.name, tests),
            Result::NotRun(why) => println!("\n{} not run: {why}", platform.name),
            _ => {}
        }
    }
    is_well
}

fn print_besides(platform: &str, tests: &Count) {
    if !tests.left_out.is_empty() {
        println!("\nleft out on {platform}:");
    }
    for (why, count) in &tests.left_out {
        println!("{count:>5}  {why}");
    }
    for program in &tests.passed_again {
        println!("\n{platform}: {program} failed at first, and passed when it was run again");
    }
}
