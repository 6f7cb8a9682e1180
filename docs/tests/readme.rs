//! What the README promises: the way from a checkout to a program of one's own, and how much each
//! crate brings along.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const README: &str = include_str!("../../README.md");

/// The path that the README has for the checkout.
const CHECKOUT: &str = "../threading/";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the first fenced block whose opening line and contents begin with `opening`.
fn first_block(opening: &str) -> &str {
    let begin = README
        .find(&format!("```{opening}"))
        .expect("the README has such a block");
    let (_, rest) = README[begin..]
        .split_once('\n')
        .expect("a line opens the block");
    rest.split_once("```").expect("the block ends").0
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the command runs");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[test]
fn five_commands_lead_from_a_checkout_to_a_program_with_two_crates() {
    // Outside the checkout: a new package inside of it would become a member of the workspace.
    let folder = std::env::temp_dir().join(format!("first-hour-{}", std::process::id()));
    let checkout = folder.join("threading");
    fs::create_dir_all(&checkout).unwrap();
    let commands: Vec<&str> = first_block("console\n$ cargo new")
        .lines()
        .map(|line| line.strip_prefix("$ ").expect("each line is a command"))
        .collect();
    assert_eq!(commands.len(), 5, "{commands:?}");

    let mut place = checkout;
    let mut output = None;
    for command in commands {
        if let Some(to) = command.strip_prefix("cd ") {
            place = place.join(to);
            continue;
        }
        if command == "cargo run" {
            fs::write(place.join("src/main.rs"), first_block("rust\n")).unwrap();
        }
        let checkout = format!("{}/", root().canonicalize().unwrap().display());
        let words = command
            .split(' ')
            .map(|word| word.replace(CHECKOUT, &checkout));
        let mut words = words.map(|word| match word.as_str() {
            "cargo" => env!("CARGO").to_owned(),
            _ => word,
        });
        let program = words.next().expect("a command has a first word");
        output = Some(run(Command::new(program)
            .args(words)
            .current_dir(&place)
            // The dependencies of the workspace have been fetched already, and what was built once
            // is not built again.
            .env("CARGO_NET_OFFLINE", "true")
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("first-hour"),
            )));
    }

    let output = String::from_utf8(output.expect("a command ran").stdout).unwrap();
    let lines: BTreeSet<&str> = output.lines().collect();
    let expected: BTreeSet<String> = (1..=4).map(|n| format!("Thread-{n} has a desk")).collect();
    assert!(lines.iter().copied().eq(expected.iter()), "{output}");
    let manifest = fs::read_to_string(place.join("Cargo.toml")).unwrap();
    assert_eq!(manifest.matches("path = ").count(), 2, "{manifest}");
    fs::remove_dir_all(folder).unwrap();
}

/// Returns how many other crates `package` brings along.
fn tree(package: &str, more: &[&str]) -> usize {
    let output = run(Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--package", package])
        .args(more));
    let crates: BTreeSet<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect();
    crates.len() - 1
}

#[test]
fn the_table_says_how_much_each_crate_brings() {
    let mut rows = 0;
    for line in README.lines().filter(|line| line.starts_with("| [`tl-")) {
        let (name, _) = line["| [`".len()..].split_once('`').unwrap();
        let said = line.trim_end_matches(['|', ' ']).rsplit(' ').next();
        assert_eq!(said, Some(tree(name, &[]).to_string().as_str()), "{line}");
        rows += 1;
    }
    assert_eq!(rows, 10);
    let without = tree("tl-core", &["--no-default-features"]);
    let words: Vec<&str> = README.split_whitespace().collect();
    let says = format!("with its logger, and {without} without");
    assert!(words.join(" ").contains(&says), "not {says}");
}
