//! `cargo xtask platforms`: what it counts, and that its rows speak of what is there.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use xtask::platforms::rows::{LEFT_OUT, PLATFORMS, Tier};
use xtask::platforms::tests::{Count, count, is_refusal, until_well};
use xtask::platforms::{debian, select};
use xtask::run::run;
use xtask::workspace;

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn each_row_has_a_name_of_its_own_and_is_found_by_it() {
    let names: BTreeSet<_> = PLATFORMS.iter().map(|platform| platform.name).collect();
    assert_eq!(names.len(), PLATFORMS.len());
    let found = select(&["musl".to_owned(), "macos".to_owned()]).unwrap();
    let found: Vec<_> = found.iter().map(|platform| platform.name).collect();
    assert_eq!(found, ["musl", "macos"]);
    assert!(select(&["amiga".to_owned()]).is_err());
    let all = select(&[]).unwrap();
    assert!(!all.is_empty() && all.len() < PLATFORMS.len());
    assert!(all.iter().all(|platform| platform.tier != Tier::Unfinished));
}

#[test]
fn each_program_that_is_left_out_is_there() {
    let root = workspace::root();
    let rows = PLATFORMS.iter().flat_map(|platform| platform.left_out);
    for (program, reason) in rows.chain(LEFT_OUT) {
        let (package, test) = program.split_once('/').unwrap();
        let folder = match package {
            "tests" => root.join("tests"),
            _ => root.join("crates").join(package),
        };
        let file = folder.join("tests").join(test).with_extension("rs");
        assert!(file.exists(), "{program}");
        assert!(!reason.is_empty(), "{program}");
    }
}

#[test]
fn only_where_tests_run_something_is_left_out() {
    for platform in PLATFORMS {
        let is_tested = matches!(platform.tier, Tier::Tested | Tier::Unfinished);
        assert!(is_tested || platform.left_out.is_empty());
    }
}

#[test]
fn tests_are_counted_and_those_left_out_with_their_reasons() {
    let output = "\
test a ... ok
test b ... ignored, there is no fork
test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out
test c ... ignored, there is no fork\r
test d ... FAILED
test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out
";
    let reasons = [("there is no fork".to_owned(), 2)].into();
    let counted = count(output, false);
    assert_eq!((counted.passed, counted.failed), (2, 1));
    assert_eq!(counted.left_out, reasons);
    // A program that crashes has failed, whatever it said of its tests; one without a harness is
    // a test.
    let ended = |output, is_well| {
        let Count { passed, failed, .. } = count(output, is_well);
        (passed, failed)
    };
    assert_eq!(ended("test result: ok. 7 passed; 0 failed;", false), (7, 1));
    assert_eq!(ended("", false), (0, 1));
    assert_eq!(ended("", true), (1, 0));
}

#[test]
fn a_refusal_is_one_error_that_names_the_reason() {
    let ours = "error: these crates need atomic operations on 64 bits, which this has not\n";
    let count = "error: could not compile `tl-core` (lib) due to 1 previous error\n";
    assert!(is_refusal(&format!("{ours}  --> lib.rs:1\n{count}")));
    assert!(!is_refusal(ours));
    assert!(!is_refusal(count));
    assert!(!is_refusal(&format!("{ours}{ours}{count}")));
    assert!(!is_refusal(&format!("error: another\n{count}")));
}

#[test]
fn the_newest_of_debians_packages_of_a_version_is_found() {
    let listed = "\
 rustc-web | 1.96.0+dfsg1-1 | http://deb.example bookworm/main amd64 Packages
 rustc-web | 1.85.0+dfsg3-1 | http://deb.example bookworm/main amd64 Packages
 rustc-web | 1.8.5 | http://deb.example bookworm/main amd64 Packages
";
    assert_eq!(debian::newest(listed, "1.85"), Some("1.85.0+dfsg3-1"));
    assert_eq!(debian::newest(listed, "1.9"), None);
}

#[test]
fn a_program_that_fails_by_chance_is_run_again_and_each_failure_is_told() {
    let of_runs = |attempts, fails_before: usize| {
        let (runs, told) = (Cell::new(0), Cell::new(0));
        let attempt = || {
            runs.set(runs.get() + 1);
            let is_well = runs.get() > fails_before;
            run(Command::new(if is_well { "true" } else { "false" }), LIMIT)
        };
        let (last, failures) = until_well(attempts, attempt, |_| told.set(told.get() + 1)).unwrap();
        assert_eq!(failures, told.get());
        (runs.get(), failures, last.is_well())
    };
    assert_eq!(of_runs(2, 0), (1, 0, true));
    assert_eq!(of_runs(2, 1), (2, 1, true));
    assert_eq!(of_runs(2, 2), (2, 2, false));
    assert_eq!(of_runs(1, 1), (1, 1, false));
}
