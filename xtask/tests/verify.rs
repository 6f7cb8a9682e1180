//! How a run is judged: its exit status, the time limit, the order of its output, and the goldens
//! that are missing or left over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::golden::Golden;
use xtask::verify::bless::bless;
use xtask::verify::gaps;
use xtask::verify::verdict::{self, Failure, TIME_LIMIT};

fn golden() -> Golden {
    Golden::parse("one\ntwo\nthree\n", "order = 'listed'").expect("a sound golden")
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

const ALL: &str = "echo one; echo two >&2; echo three";

#[test]
fn both_outputs_are_read_in_the_order_in_which_they_were_written() {
    for _ in 0..20 {
        verdict::run(&golden(), shell(ALL), TIME_LIMIT).expect("the lines stand in order");
    }
    let failure = verdict::run(
        &golden(),
        shell("echo two >&2; echo one; echo three"),
        TIME_LIMIT,
    );
    assert!(matches!(failure, Err(Failure::Mismatch(_))), "{failure:?}");
}

#[test]
fn an_exit_status_other_than_zero_fails_whatever_was_printed() {
    let failure = verdict::run(&golden(), shell(&format!("{ALL}; exit 3")), TIME_LIMIT)
        .expect_err("status 3");
    assert!(matches!(&failure, Failure::Status { status, .. } if status.code() == Some(3)));
    let message = failure.to_string();
    assert!(
        message.contains("exit status: 3") && message.contains("    two"),
        "{message}"
    );
}

#[test]
fn a_signal_fails() {
    let failure = verdict::run(&golden(), shell(&format!("{ALL}; kill -9 $$")), TIME_LIMIT)
        .expect_err("killed");
    assert!(failure.to_string().contains("signal: 9"), "{failure}");
}

#[test]
fn a_program_that_does_not_end_is_killed_at_the_limit() {
    let limit = Duration::from_millis(200);
    let failure =
        verdict::run(&golden(), shell("echo one; exec sleep 1000"), limit).expect_err("no end");
    assert!(
        matches!(&failure, Failure::TimedOut { output, .. } if output == "one\n"),
        "{failure:?}"
    );
    assert!(failure.to_string().contains("200ms"), "{failure}");
}

#[test]
fn a_program_that_closes_its_output_and_does_not_end_is_killed_at_the_limit() {
    let limit = Duration::from_millis(200);
    let failure = verdict::run(
        &golden(),
        shell(&format!("{ALL}; exec sleep 1000 >&- 2>&-")),
        limit,
    );
    assert!(
        matches!(failure, Err(Failure::TimedOut { .. })),
        "{failure:?}"
    );
}

#[test]
fn a_program_that_is_not_there_fails() {
    let failure = verdict::run(&golden(), Command::new("/no/such/program"), TIME_LIMIT);
    assert!(matches!(failure, Err(Failure::Start(_))), "{failure:?}");
}

#[test]
fn output_that_is_no_text_fails() {
    let failure = verdict::run(
        &golden(),
        shell(r"echo one; printf '\377\n'; echo three"),
        TIME_LIMIT,
    );
    assert!(matches!(failure, Err(Failure::Mismatch(_))), "{failure:?}");
}

/// Returns a workspace with these files, each empty.
fn workspace(name: &str, files: &[&str]) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if root.exists() {
        fs::remove_dir_all(&root).expect("the folder is ours");
    }
    fs::create_dir_all(root.join("examples/src/bin")).expect("the folder can be made");
    fs::create_dir_all(root.join("examples/golden")).expect("the folder can be made");
    for file in files {
        fs::write(root.join("examples").join(file), "").expect("the file can be written");
    }
    root
}

#[test]
fn a_golden_for_each_example_leaves_no_gap() {
    let root = workspace("whole", &["src/bin/a.rs", "golden/a.txt", "golden/a.toml"]);
    assert!(gaps(&root).expect("the folders are there").is_empty());
}

#[test]
fn an_example_without_a_golden_is_a_gap() {
    for (name, there, missing) in [
        ("no-text", "golden/a.toml", "a.txt"),
        ("no-rules", "golden/a.txt", "a.toml"),
    ] {
        let root = workspace(name, &["src/bin/a.rs", there]);
        let gaps = gaps(&root).expect("the folders are there");
        assert_eq!(gaps.len(), 1);
        assert!(gaps["a"].contains(missing), "{gaps:?}");
    }
}

#[test]
fn a_golden_without_an_example_is_a_gap() {
    for (name, orphan) in [
        ("orphaned-text", "golden/b.txt"),
        ("orphaned-rules", "golden/b.toml"),
    ] {
        let root = workspace(
            name,
            &["src/bin/a.rs", "golden/a.txt", "golden/a.toml", orphan],
        );
        let gaps = gaps(&root).expect("the folders are there");
        assert_eq!(gaps.len(), 1);
        assert!(
            gaps["b"].contains(orphan) && gaps["b"].contains("no example"),
            "{gaps:?}"
        );
    }
}

fn golden_files(root: &Path) -> (String, String) {
    let golden = root.join("examples/golden/a");
    let read = |extension| fs::read_to_string(golden.with_extension(extension)).unwrap_or_default();
    (read("txt"), read("toml"))
}

#[test]
fn blessing_an_example_without_a_golden_writes_a_first_one() {
    let root = workspace("first", &["src/bin/a.rs"]);
    bless(&root, "a", shell(ALL)).expect("the program runs");
    let (text, rules) = golden_files(&root);
    assert_eq!(
        (text.as_str(), rules.as_str()),
        ("one\ntwo\nthree\n", "order = \"listed\"\n")
    );
}

#[test]
fn blessing_writes_nothing_when_the_golden_accepts_the_run_or_the_program_fails() {
    let root = workspace("unchanged", &["src/bin/a.rs"]);
    let files = (
        "[N]\n".to_owned(),
        "order = 'listed'\n[placeholders]\nN = 'one|two'\n".to_owned(),
    );
    fs::write(root.join("examples/golden/a.txt"), &files.0).expect("the file can be written");
    fs::write(root.join("examples/golden/a.toml"), &files.1).expect("the file can be written");
    bless(&root, "a", shell("echo one")).expect("the golden accepts it");
    assert_eq!(golden_files(&root), files);
    bless(&root, "a", shell("echo three; exit 1")).expect_err("status 1");
    assert_eq!(golden_files(&root), files);
}

#[test]
fn blessing_rewrites_the_text_and_leaves_the_rules() {
    let root = workspace("rewritten", &["src/bin/a.rs"]);
    let rules = "order = 'listed'\n[placeholders]\nN = 'one|two'\n";
    fs::write(root.join("examples/golden/a.txt"), "[N]\n").expect("the file can be written");
    fs::write(root.join("examples/golden/a.toml"), rules).expect("the file can be written");
    bless(&root, "a", shell("echo zero; echo two")).expect("the rules fit");
    assert_eq!(
        golden_files(&root),
        ("zero\n[N]\n".to_owned(), rules.to_owned())
    );
    // A run that the rules don't fit is written down, for the rules to follow it.
    let why = bless(&root, "a", shell("echo zero")).expect_err("`N` is used no more");
    assert!(why.to_string().contains("don't fit"), "{why}");
    assert_eq!(golden_files(&root), ("zero\n".to_owned(), rules.to_owned()));
}
