//! The tests and the examples of one platform: built, run, and counted.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use regex::Regex;

use super::rows::{LEFT_OUT, Linker, Platform, Runner};
use super::tools::Tools;
use crate::built::Program;
use crate::golden::Golden;
use crate::progress::failed;
use crate::run::Run;
use crate::verify::verdict;
use crate::{BoxedError, built, examples, parallel, progress, run, workspace};

/// How long the tests of one program may run. The longest take half a minute.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// How long an example may run. They take a few seconds, and an emulator takes its time.
const EXAMPLE_LIMIT: Duration = Duration::from_secs(120);

/// How long it may take after the limit to end a program with all that it has started.
const GRACE: Duration = Duration::from_secs(30);

/// What became of the tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Count {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed, and programs that did not end well.
    pub failed: usize,
    /// Tests that mean nothing here, by reason.
    pub left_out: BTreeMap<String, usize>,
    /// Programs that failed in an emulator, and did not when they were run again.
    pub passed_again: Vec<String>,
}

impl Count {
    /// Adds what `other` counted.
    pub fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        for (why, count) in other.left_out {
            *self.left_out.entry(why).or_default() += count;
        }
        self.passed_again.extend(other.passed_again);
    }
}

/// How to build for a platform.
#[derive(Debug)]
pub struct Build<'p> {
    /// The platform.
    pub platform: &'p Platform,
    /// The tools that it needs.
    pub tools: &'p Tools,
    /// The folder in which cargo builds.
    pub folder: PathBuf,
}

impl Build<'_> {
    /// Returns cargo with this subcommand, for the platform.
    #[must_use]
    pub fn cargo(&self, subcommand: &str) -> Command {
        let Build {
            platform,
            tools,
            folder,
        } = self;
        let mut cargo = match platform.linker {
            Linker::Host => workspace::cargo(),
            _ => {
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo
                    .current_dir(workspace::root())
                    .env("RUSTC", "/usr/bin/rustc")
                    // Building the standard library is not stable yet.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env_remove("CARGO")
                    .env_remove("RUSTUP_TOOLCHAIN");
                cargo
            }
        };
        cargo.args([
            subcommand,
            "--locked",
            "--quiet",
            "--target",
            platform.target,
        ]);
        cargo.arg("--target-dir").arg(folder);
        let parts = match (platform.linker, subcommand) {
            (Linker::Host, _) => None,
            (_, "check") => Some("-Zbuild-std=std,panic_unwind"),
            _ => Some("-Zbuild-std=std,panic_unwind,test"),
        };
        cargo.args(parts);
        let of_target = |what| {
            let target = platform.target.replace('-', "_").to_uppercase();
            format!("CARGO_TARGET_{target}_{what}")
        };
        if let Some(linker) = &tools.linker {
            cargo.env(of_target("LINKER"), linker);
        }
        cargo
            .env(of_target("RUSTFLAGS"), tools.flags.join(" "))
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            // Debug information would take half of the time and most of the space.
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo
    }

    /// Type-checks the crates. Returns what the compiler says if they do not pass.
    ///
    /// # Errors
    ///
    /// When cargo can't be run.
    pub fn check(&self) -> Result<Result<(), String>, BoxedError> {
        workspace::errors_of(workspace::of_published(self.cargo("check"))?)
    }

    /// Compiles the crate on which all others rest, which the compiler must refuse with one error.
    /// Returns what the compiler says if it does not.
    ///
    /// # Errors
    ///
    /// When cargo can't be run.
    pub fn refused(&self) -> Result<Result<(), String>, BoxedError> {
        let mut check = self.cargo("check");
        check.args(["--package", "tl-core", "--no-default-features"]);
        Ok(match workspace::errors_of(check)? {
            Err(said) if is_refusal(&said) => Ok(()),
            Err(said) => Err(said),
            Ok(()) => Err("nothing refuses it".to_owned()),
        })
    }

    /// Builds the tests, runs them, and counts. Returns what the compiler says if they do not
    /// build.
    ///
    /// # Errors
    ///
    /// When a program can't be run.
    pub fn test(&self) -> Result<Result<Count, String>, BoxedError> {
        let mut tests = workspace::of_published(self.cargo("test"))?;
        tests.args(["--package", "tl-tests", "--no-run", "--lib", "--tests"]);
        let programs = match built::build(tests)? {
            Ok(programs) => programs,
            Err(why) => return Ok(Err(why)),
        };
        // Beside the tests, cargo has built the programs that some of them start.
        let is_test =
            |program: &Program| program.path.parent().is_some_and(|at| at.ends_with("deps"));
        let programs: Vec<Program> = programs.into_iter().filter(is_test).collect();
        let name = |program: &Program| format!("{}/{}", program.package, program.target);
        let counts = progress::each(&programs, parallel::workers(), name, |step, program| {
            let name = name(program);
            if let Some(reason) = self.reason_to_leave_out(&name) {
                let tests = self.tests_in(program)?;
                return Ok(Count {
                    left_out: BTreeMap::from([(format!("{name}: {reason}"), tests)]),
                    ..Count::default()
                });
            }
            // What fails by chance in an emulator may be its fault. It is named all the same.
            let attempts = if self.platform.runner == Runner::Kernel {
                1
            } else {
                2
            };
            let (run, failures) = until_well(
                attempts,
                || run::run(self.limited(program), TIME_LIMIT + GRACE),
                |run| {
                    let (output, ending) = (&run.output, run.ending());
                    step.say(format_args!("{output}\n{} {name}: {ending}", failed()));
                },
            )?;
            let mut counted = count(&run.output, run.is_well());
            if failures > 0 && run.is_well() {
                counted.passed_again.push(name);
            }
            Ok(counted)
        })?;
        let mut all = Count::default();
        counts.into_iter().for_each(|count| all.add(count));
        Ok(Ok(all))
    }

    /// Returns how many tests a program has that is left out. A program without a test harness, or
    /// without a test for this platform, counts as one.
    fn tests_in(&self, program: &Program) -> Result<usize, BoxedError> {
        let mut list = self.limited(program);
        list.args(["--list", "--format", "terse"]);
        let listed = run::run(list, TIME_LIMIT + GRACE)?.output;
        let tests = listed
            .lines()
            .filter(|line| line.trim_end().ends_with(": test"));
        Ok(tests.count().max(1))
    }

    fn reason_to_leave_out(&self, name: &str) -> Option<&'static str> {
        let left_out = self.platform.left_out.iter().chain(LEFT_OUT);
        left_out
            .copied()
            .find_map(|(program, reason)| (program == name).then_some(reason))
    }

    /// Builds the examples, runs each, and compares what it prints with its golden.
    ///
    /// # Errors
    ///
    /// When the examples or their goldens can't be read, or a program can't be run.
    pub fn verify(&self) -> Result<Result<Count, String>, BoxedError> {
        let names = examples::names(&workspace::root())?;
        let mut build = self.cargo("build");
        build.args(["--package", "tl-examples", "--bins"]);
        let programs = match built::build(build)? {
            Ok(programs) => programs,
            Err(why) => return Ok(Err(why)),
        };
        let programs: Vec<&Program> = programs
            .iter()
            .filter(|program| names.contains(&program.target))
            .collect();
        let name = |program: &&Program| program.target.clone();
        let passed = progress::each(&programs, parallel::workers(), name, |step, program| {
            let name = &program.target;
            let golden = Golden::read(&workspace::root().join(examples::GOLDENS), name)?;
            let verdict = verdict::run(&golden, self.limited(program), EXAMPLE_LIMIT);
            if let Err(failure) = &verdict {
                step.say(format_args!("{} {name}: {failure}", failed()));
            }
            Ok(verdict.is_ok())
        })?;
        let well = passed.iter().filter(|passed| **passed).count();
        Ok(Ok(Count {
            passed: well,
            failed: passed.len() - well,
            ..Count::default()
        }))
    }

    /// Returns the command that runs a program, and ends it with all that it has started when its
    /// time is up.
    fn limited(&self, program: &Program) -> Command {
        let mut command = Command::new("timeout");
        command
            .args(["--kill-after=5", &TIME_LIMIT.as_secs().to_string()])
            .args(&self.tools.runner)
            .arg(&program.path)
            .current_dir(&program.folder)
            .env("CARGO_MANIFEST_DIR", &program.folder)
            .env("RUST_BACKTRACE", "0")
            .envs(self.tools.variables.iter().cloned());
        command
    }
}

/// Runs a program up to `attempts` times, until it ends well, and tells of each failure. Returns
/// the last run, and how many failed.
///
/// # Errors
///
/// When the program can't be run.
pub fn until_well(
    attempts: usize,
    attempt: impl Fn() -> io::Result<Run>,
    failure: impl Fn(&Run),
) -> io::Result<(Run, usize)> {
    let mut failures = 0;
    loop {
        let run = attempt()?;
        if run.is_well() {
            return Ok((run, failures));
        }
        failure(&run);
        failures += 1;
        if failures >= attempts {
            return Ok((run, failures));
        }
    }
}

/// Returns whether the one error in what the compiler `said` is that the target has no atomic
/// operations on 64 bits.
#[must_use]
pub fn is_refusal(said: &str) -> bool {
    let errors: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    matches!(errors[..], [why, count]
        if why.starts_with("error: these crates need atomic operations on 64 bits, ")
            && count.ends_with("due to 1 previous error"))
}

/// Returns what a test program's `output` says of its tests. A program without a test harness
/// counts as one test.
#[must_use]
pub fn count(output: &str, is_well: bool) -> Count {
    let result = Regex::new(r"(?m)^test result: \w+\. (\d+) passed; (\d+) failed;")
        .expect("a constant pattern");
    let ignored =
        Regex::new(r"(?m)^test \S+ \.\.\. ignored, (.+?)\r?$").expect("a constant pattern");
    let mut count = Count::default();
    // The last result counts: before it there may be those of programs that the tests have started.
    match result.captures_iter(output).last() {
        Some(found) => {
            let number = |group: usize| found[group].parse::<usize>().unwrap_or(0);
            (count.passed, count.failed) = (number(1), number(2));
        }
        None => count.passed = usize::from(is_well),
    }
    if !is_well && count.failed == 0 {
        count.failed = 1;
    }
    for found in ignored.captures_iter(output) {
        *count.left_out.entry(found[1].to_owned()).or_default() += 1;
    }
    count
}

/// Returns where a platform's programs go.
#[must_use]
pub fn folder(root: &Path, name: &str) -> PathBuf {
    root.join("target/platforms").join(name)
}
