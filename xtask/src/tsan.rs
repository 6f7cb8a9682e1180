//! `cargo xtask tsan`: the tests of the crates under ThreadSanitizer, which watches every access to
//! memory for a pair that nothing orders.
//!
//! It needs the nightly toolchain. Where that is not installed the task says so and passes: it
//! can't be had everywhere.
//!
//! The standard library that comes with the toolchain is not built for the sanitizer, so what it
//! orders by atomics of its own is not seen: `xtask/tsan.supp` names those places, and the tests
//! join their threads one by one, which is seen. A planted race, which must be found first, shows
//! that the set-up finds races.

use std::process::{Command, Output};
use std::time::Duration;

use crate::built::Program;
use crate::progress::failed;
use crate::{Outcome, built, parallel, progress, run, workspace};

/// The status with which the sanitizer ends a program that has a race.
const RACE: i32 = 66;

/// How long the tests of one file may run. The longest take ten seconds.
const TIME_LIMIT: Duration = Duration::from_secs(600);

/// Finds the planted race, then runs the tests and expects none.
///
/// # Errors
///
/// When a program can't be run.
pub fn run() -> Outcome {
    let installed = Command::new("rustup")
        .args(["run", "nightly", "rustc", "--version", "--verbose"])
        .output()
        .ok()
        .filter(|output| output.status.success());
    let Some(version) = installed else {
        println!(
            "not run: ThreadSanitizer needs the nightly toolchain (rustup toolchain install nightly)"
        );
        return Ok(true);
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .ok_or("rustc does not say its host")?;
    println!(
        "ThreadSanitizer of {}",
        version.lines().next().unwrap_or_default()
    );

    let planted = cargo(host)
        .args(["run", "--package", "tl-tests", "--bin", "planted_race"])
        .output()?;
    if !is_found(&planted) {
        println!(
            "{} the planted race was not found:\n{}",
            failed(),
            text(&planted)
        );
        return Ok(false);
    }
    println!("the planted race is found");

    let mut tests = cargo(host);
    tests.args(["test", "--no-run", "--lib", "--tests"]);
    let programs = match built::build(workspace::of_published(tests)?)? {
        Ok(programs) => programs,
        Err(why) => {
            println!("{} the tests do not build:\n{why}", failed());
            return Ok(false);
        }
    };
    let name = |program: &Program| format!("{}: {}", program.package, program.target);
    let clean = progress::each(&programs, parallel::workers(), name, |step, program| {
        let mut tests = sanitized(program.command());
        // One test at a time, so that the races of one are not attributed to another.
        tests.arg("--test-threads=1");
        let run = run::run(tests, TIME_LIMIT)?;
        let clean = run.is_well();
        let name = name(program);
        if clean {
            step.say(format_args!("{name}: clean"));
        } else {
            let (output, ending) = (&run.output, run.ending());
            step.say(format_args!("{output}\n{} {name}: {ending}", failed()));
        }
        Ok(clean)
    })?;
    let well = clean.iter().filter(|clean| **clean).count();
    println!(
        "{well} of {} test programs without a race or a failure",
        clean.len()
    );
    Ok(well > 0 && well == clean.len())
}

/// Returns whether the sanitizer found a race in the program that wrote this.
#[must_use]
pub fn is_found(output: &Output) -> bool {
    output.status.code() == Some(RACE) && text(output).contains("data race")
}

/// Returns cargo of the nightly toolchain, building for the sanitizer.
fn cargo(host: &str) -> Command {
    let root = workspace::root();
    let mut cargo = Command::new("rustup");
    cargo
        .current_dir(&root)
        .args(["run", "nightly", "cargo"])
        // The outer cargo's own toolchain must not leak into the inner one.
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env(
            "RUSTFLAGS",
            // Then at least the generic code of the standard library is built here, where it is
            // used, and seen.
            "-Zsanitizer=thread -Zshare-generics=no -Cunsafe-allow-abi-mismatch=sanitizer --cfg sanitize_thread",
        )
        .env("CARGO_BUILD_TARGET", host)
        .env("CARGO_TARGET_DIR", root.join("target/tsan"));
    sanitized(cargo)
}

/// Returns the same command, whose programs know what is not to be reported, and print no
/// backtraces: the standard library holds the loader's lock while it makes one, allocates, and so
/// waits for the sanitizer, which wants that lock for a report of its own. Both wait forever then.
fn sanitized(mut command: Command) -> Command {
    let suppressions = workspace::root().join("xtask/tsan.supp");
    command
        .env(
            "TSAN_OPTIONS",
            format!("suppressions={}", suppressions.display()),
        )
        .env("RUST_BACKTRACE", "0");
    command
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
