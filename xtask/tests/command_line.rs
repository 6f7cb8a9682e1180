//! The program itself: what it prints, and the exit status.

mod common;

use std::process::{Command, Output};

use common::{recorded_directory, recorded_names};
use xtask::examples::describe;

fn xtask(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("it prints text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("it prints text")
}

#[test]
fn without_a_task_it_shows_what_there_is() {
    let output = xtask(&[]);
    assert!(output.status.success());
    for task in ["verify", "list", "standalone", "package", "docs", "ci"] {
        assert!(
            stdout(&output).contains(&format!("\n  {task} ")),
            "{}",
            stdout(&output)
        );
    }
}

#[test]
fn an_unknown_task_or_option_is_an_error() {
    for (arguments, unknown) in [
        (&["verfy"][..], "verfy"),
        (&["verify", "--jbs", "2"], "--jbs"),
        (&["list", "x"], "x"),
    ] {
        let output = xtask(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(unknown), "{}", stderr(&output));
    }
}

#[test]
fn an_unknown_example_is_an_error() {
    let output = xtask(&["verify", "no_such_example"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("no_such_example"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn every_recorded_output_is_accepted() {
    for name in recorded_names() {
        let file = recorded_directory().join(&name).with_extension("out");
        let output = xtask(&[
            "verify",
            "--output",
            file.to_str().expect("a path in text"),
            &name,
        ]);
        assert!(output.status.success(), "{name}: {}", stdout(&output));
        assert_eq!(stdout(&output), "1 passed\n");
    }
}

#[test]
fn the_output_of_another_program_is_rejected() {
    let file = recorded_directory().join("subclass.out");
    let output = xtask(&[
        "verify",
        "--output",
        file.to_str().expect("a path in text"),
        "with_lock",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let printed = stdout(&output);
    assert!(printed.starts_with("FAILED with_lock\n"), "{printed}");
    assert!(
        printed.contains("- (Thread-1  ) Lock acquired via with"),
        "{printed}"
    );
    assert!(printed.contains("+ (Thread-1  ) running"), "{printed}");
    assert!(
        printed.ends_with("0 passed, 1 failed: with_lock\n"),
        "{printed}"
    );
    assert!(
        !printed.contains('\u{1b}'),
        "no colours where there is no terminal"
    );
}

#[test]
fn a_recorded_output_needs_a_file_and_a_golden_that_exist() {
    let file = recorded_directory().join("subclass.out");
    let file = file.to_str().expect("a path in text");
    for (arguments, missing) in [
        (["/no/such/file", "subclass"], "/no/such/file"),
        ([file, "nobody"], "nobody.txt"),
    ] {
        let output = xtask(&["verify", "--output", arguments[0], arguments[1]]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(missing), "{}", stderr(&output));
    }
}

#[test]
fn the_list_has_every_example_with_its_chapter() {
    let output = xtask(&["list"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let printed = stdout(&output);
    for name in recorded_names() {
        assert!(
            printed
                .lines()
                .any(|line| line.trim_start().starts_with(&format!("{name} "))),
            "{name}: {printed}"
        );
    }
    let chapters = printed.lines().filter(|line| !line.starts_with("   "));
    assert_eq!(chapters.count(), 14, "{printed}");
}

#[test]
fn an_example_says_what_it_teaches_and_which_chapter_it_ports() {
    let example = describe(
        "x",
        "//! One thing,\n//! at length.\n//!\n//! Chapter 7: Event. More.\n\nfn main() {}\n",
    );
    let example = example.expect("it says both");
    assert_eq!((example.chapter, example.title.as_str()), (7, "Event"));
    assert_eq!(example.teaches, "One thing, at length.");
    for silent in [
        "fn main() {}\n",
        "//! One thing.\n\nfn main() {}\n",
        "//!\n//! Chapter 7: Event.\n",
    ] {
        describe("x", silent).expect_err("it does not say both");
    }
}

/// Where there is no terminal there are neither colours nor a progress bar. On a terminal
/// `NO_COLOR` takes the colours away.
#[test]
fn colours_are_for_terminals_and_can_be_switched_off() {
    let on_a_terminal = |no_color: bool| {
        let mut command = Command::new("script");
        command
            .args(["--quiet", "--return", "--command"])
            .arg(format!(
                "{} verify no_such_example",
                env!("CARGO_BIN_EXE_xtask")
            ))
            .arg("/dev/null")
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.output()
    };
    let piped = xtask(&["verify", "no_such_example"]);
    assert!(!stderr(&piped).contains('\x1b'), "{}", stderr(&piped));
    // `script`, which gives a program a terminal, is not everywhere.
    if let (Ok(with), Ok(without)) = (on_a_terminal(false), on_a_terminal(true)) {
        assert!(stdout(&with).contains("\x1b["), "{}", stdout(&with));
        assert!(stdout(&without).contains("no_such_example"));
        assert!(!stdout(&without).contains('\x1b'), "{}", stdout(&without));
    }
}
