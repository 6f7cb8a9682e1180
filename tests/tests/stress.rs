//! The stress program itself: it notices what is planted, prints the seed, and with that seed
//! notices it again at once.

use std::process::{Command, Output};

fn stress(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stress"))
        .args(arguments)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the seed in the line that says how to repeat a failure.
fn seed_to_repeat(printed: &str, name: &str) -> String {
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("repeat with: cargo xtask stress --seed "))
        .unwrap_or_else(|| panic!("no seed is printed:\n{printed}"));
    line.strip_suffix(&format!(" {name}")).unwrap().to_owned()
}

/// Returns the number of rounds in the summary.
fn rounds(printed: &str, name: &str) -> u64 {
    let row = printed
        .lines()
        .find_map(|line| line.strip_prefix(&format!("| {name} | ")))
        .unwrap_or_else(|| panic!("no summary of {name}:\n{printed}"));
    row.split(" |").next().unwrap().parse().unwrap()
}

#[test]
fn a_mistake_is_noticed_and_its_seed_repeats_it_in_the_first_round() {
    for (name, told) in [
        ("planted-leak", "permits at the end and at the start"),
        ("planted-panic", "the round does not panic"),
    ] {
        let first = stress(&["--seconds", "60", "--seed", "1", name]);
        let printed = text(&first);
        assert_eq!(first.status.code(), Some(1), "{printed}");
        assert!(printed.contains(told), "{printed}");
        assert!(
            rounds(&printed, name) > 1,
            "the seed shows nothing: {printed}"
        );

        let seed = seed_to_repeat(&printed, name);
        let again = stress(&["--seconds", "60", "--seed", &seed, name]);
        let printed = text(&again);
        assert_eq!(again.status.code(), Some(1), "{printed}");
        assert!(printed.contains(told), "{printed}");
        assert_eq!(rounds(&printed, name), 1, "{printed}");
        assert_eq!(seed_to_repeat(&printed, name), seed);
    }
}

#[test]
fn a_round_that_hangs_is_noticed_and_its_seed_repeats_it() {
    let name = "planted-hang";
    let mut seed = "1".to_owned();
    for _ in 0..2 {
        let hung = stress(&["--seconds", "60", "--limit", "1", "--seed", &seed, name]);
        let printed = text(&hung);
        assert_eq!(hung.status.code(), Some(1), "{printed}");
        assert!(printed.contains("has not ended"), "{printed}");
        seed = seed_to_repeat(&printed, name);
    }
}

#[test]
fn what_is_left_allocated_is_noticed() {
    let left = stress(&["--seconds", "1", "planted-garbage"]);
    let printed = text(&left);
    assert_eq!(left.status.code(), Some(1), "{printed}");
    assert!(printed.contains("allocations are left"), "{printed}");
}

#[test]
fn what_is_planted_runs_only_when_it_is_named() {
    let unknown = stress(&["nothing"]);
    assert_eq!(unknown.status.code(), Some(1));
    let told = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(told.contains("rlock, mutex"), "{told}");
    assert!(!told.contains("planted"), "{told}");
}
