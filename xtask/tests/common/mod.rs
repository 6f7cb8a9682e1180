//! What the tests of the goldens share.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use xtask::examples::{self, GOLDENS};
use xtask::golden::{Golden, Mismatch};
use xtask::workspace;

/// Returns where the recorded outputs are.
pub(crate) fn recorded_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded")
}

/// Returns the names of the programs whose output was recorded.
pub(crate) fn recorded_names() -> Vec<String> {
    examples::names_in(&recorded_directory(), "out")
        .expect("the recorded outputs are in the repository")
}

/// Returns the output recorded for the program `name`.
pub(crate) fn recorded(name: &str) -> String {
    let path = recorded_directory().join(name).with_extension("out");
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Returns the golden of the program `name`.
pub(crate) fn golden(name: &str) -> Golden {
    Golden::read(&workspace::root().join(GOLDENS), name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Returns the names of all goldens.
pub(crate) fn golden_names() -> BTreeSet<String> {
    let directory = workspace::root().join(GOLDENS);
    examples::names_in(&directory, "txt")
        .expect("the goldens are there")
        .into_iter()
        .collect()
}

/// Asserts that the golden of `name` accepts `output`.
#[track_caller]
pub(crate) fn accepts(name: &str, output: &str) {
    if let Err(mismatch) = golden(name).check(output) {
        panic!("{name} must accept:\n{output}\nbut says:\n{mismatch}");
    }
}

/// Asserts that the golden of `name` rejects `output`, and returns why.
#[track_caller]
pub(crate) fn rejects(name: &str, output: &str) -> Mismatch {
    match golden(name).check(output) {
        Ok(()) => panic!("{name} must reject:\n{output}"),
        Err(mismatch) => {
            assert!(!mismatch.problems.is_empty(), "{name} says why");
            mismatch
        }
    }
}

/// Returns `output` with its line `line` moved before the line `before`.
#[track_caller]
pub(crate) fn moved(output: &str, line: &str, before: &str) -> String {
    let mut lines: Vec<&str> = output.lines().collect();
    let from = place(&lines, line);
    let taken = lines.remove(from);
    let to = place(&lines, before);
    lines.insert(to, taken);
    text(&lines)
}

/// Returns `output` with `line` inserted after the line `after`.
#[track_caller]
pub(crate) fn inserted(output: &str, line: &str, after: &str) -> String {
    let mut lines: Vec<&str> = output.lines().collect();
    let to = place(&lines, after) + 1;
    lines.insert(to, line);
    text(&lines)
}

#[track_caller]
fn place(lines: &[&str], line: &str) -> usize {
    lines
        .iter()
        .position(|found| *found == line)
        .unwrap_or_else(|| panic!("the output has the line {line:?}"))
}

/// Returns lines as a program prints them.
pub(crate) fn text(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
