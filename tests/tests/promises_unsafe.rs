//! Where there is unsafe code, and which operations on atomics order others: the sources are
//! compared with what is promised of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The only crates that have unsafe code.
const WITH_UNSAFE: [&str; 3] = ["tl-core", "tl-locks", "tl-local"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Returns the crates that are published: all but those whose manifest says otherwise.
fn published() -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        if !manifest.contains("publish = false") {
            names.push(folder.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert!(names.len() >= 10, "only {names:?} are published");
    names.sort();
    names
}

/// Returns the sources of a crate: the path of each from the root, and its text.
fn sources(name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("crates").join(name).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let place = path.strip_prefix(root()).unwrap().to_str().unwrap();
                found.push((place.to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{name} has sources");
    found
}

/// Returns the code of a line, without its comment.
fn code(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// Returns how many unsafe blocks a text has, and how many unsafe implementations of traits.
fn count(text: &str) -> (usize, usize) {
    let of = |what: &str| -> usize {
        let lines = text.lines();
        lines.map(|line| code(line).matches(what).count()).sum()
    };
    (of("unsafe {"), of("unsafe impl"))
}

#[test]
fn the_table_of_unsafe_code_is_that_of_the_sources() {
    let text = fs::read_to_string(root().join("docs/checking.md")).unwrap();
    // | `crates/…` | blocks | implementations | what for |
    let table: BTreeMap<String, (usize, usize)> = text
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let place = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?;
            let numbers = (cells.get(2)?.parse().ok()?, cells.get(3)?.parse().ok()?);
            assert!(cells.get(4).is_some_and(|what| what.len() > 10), "{line}");
            Some((place.to_owned(), numbers))
        })
        .collect();
    let counted: BTreeMap<String, (usize, usize)> = published()
        .iter()
        .flat_map(|name| sources(name))
        .map(|(place, text)| (place, count(&text)))
        .filter(|(_, numbers)| *numbers != (0, 0))
        .collect();
    assert_eq!(
        table, counted,
        "the table in docs/checking.md (left) and the sources (right) differ"
    );
}

#[test]
fn only_three_crates_may_have_unsafe_code() {
    for name in published() {
        let forbids = fs::read_to_string(root().join("crates").join(&name).join("src/lib.rs"))
            .unwrap()
            .contains("#![forbid(unsafe_code)]");
        assert_eq!(forbids, !WITH_UNSAFE.contains(&&*name), "{name}");
    }
}

/// Returns whether a comment says with what an operation is ordered.
fn names_its_pair(comment: &str) -> bool {
    let comment = comment.to_lowercase();
    ["pair", "acquire", "release", "acquiring", "releasing"]
        .iter()
        .any(|word| comment.contains(word))
}

#[test]
fn an_operation_that_orders_others_says_with_which_it_pairs() {
    let orders = ["Ordering::Acquire", "Ordering::Release", "Ordering::AcqRel"];
    let mut silent = Vec::new();
    for (place, text) in published().iter().flat_map(|name| sources(name)) {
        // What has been said since the last item of the function's level began, its documentation
        // included.
        let mut said = false;
        let mut in_documentation = false;
        for (number, line) in text.lines().enumerate() {
            let trimmed = line.trim_start();
            let is_function = trimmed.contains("fn ") && code(line).contains("fn ");
            let is_documentation = trimmed.starts_with("///");
            if (is_documentation || is_function) && !in_documentation {
                said = false;
            }
            in_documentation = is_documentation || in_documentation && trimmed.starts_with("#[");
            if let Some((_, comment)) = line.split_once("//") {
                said |= names_its_pair(comment);
            }
            let code = code(line);
            assert!(!code.contains("SeqCst"), "{place}:{}: {line}", number + 1);
            if orders.iter().any(|order| code.contains(order)) && !said {
                silent.push(format!("{place}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
