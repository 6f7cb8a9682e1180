//! What `cargo doc --workspace` shows: the front page with the guide, and the crates that it leads
//! to. (`cargo xtask docs` reads the pages themselves.)

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// Returns the names of the libraries and programs of the workspace that have pages in the
/// documentation.
fn documented() -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let targets = |package: &Value| package["targets"].as_array().cloned().unwrap_or_default();
    metadata["packages"]
        .as_array()
        .expect("there are packages")
        .iter()
        .flat_map(targets)
        .filter(|target| target["doc"] == true)
        .map(|target| {
            target["name"]
                .as_str()
                .unwrap_or_default()
                .replace('-', "_")
        })
        .collect()
}

#[test]
fn only_the_front_page_and_the_crates_are_documented() {
    let crates = [
        "threading",
        "tl_barrier",
        "tl_condition",
        "tl_core",
        "tl_event",
        "tl_inspect",
        "tl_local",
        "tl_locks",
        "tl_semaphore",
        "tl_thread",
        "tl_timer",
    ];
    assert_eq!(
        documented(),
        crates.map(str::to_owned).into(),
        "a helper of the project, such as an example, has `doc = false` in its manifest"
    );
}

#[test]
fn the_front_page_leads_to_every_crate() {
    let page = include_str!("../src/lib.rs");
    for name in documented() {
        assert!(
            name == "threading" || page.contains(&format!("| [`{name}`] |")),
            "the table has no row for {name}"
        );
    }
}

#[test]
fn every_crate_says_when_to_use_it_and_what_else() {
    for name in documented() {
        let Some(name) = name.strip_prefix("tl_") else {
            continue;
        };
        let file = format!("../crates/tl-{name}/src/lib.rs");
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let text = std::fs::read_to_string(path).expect("it can be read");
        let (_, table) = text
            .split_once("//! # When to use it\n")
            .unwrap_or_else(|| panic!("{file} does not say when to use the crate"));
        let siblings: Vec<String> = documented()
            .iter()
            .filter_map(|sibling| sibling.strip_prefix("tl_"))
            .filter(|sibling| table.contains(&format!("[`tl-{sibling}`]: ")))
            .map(str::to_owned)
            .collect();
        assert!(!siblings.is_empty(), "{file} leads to no other crate");
        for sibling in siblings {
            let link = format!("[`tl-{sibling}`]");
            for address in [
                format!("https://docs.rs/tl-{sibling}"),
                format!("../tl_{sibling}/index.html"),
            ] {
                assert!(
                    table.lines().any(|line| line
                        .trim_end_matches(['"', ')', ']'])
                        .ends_with(&format!("{link}: {address}"))),
                    "{file} has no {link}: {address}"
                );
            }
        }
    }
}

#[test]
fn the_guide_shows_every_example_once() {
    let chapters: String = files("src/guide", "rs").map(|(_, text)| text).collect();
    for (name, _) in files("../examples/src/bin", "rs") {
        let shown = chapters.matches(&format!("program!(\"{name}\")")).count();
        assert_eq!(shown, 1, "how often the guide shows {name}");
    }
}

/// Returns the files with `extension` in a folder: the name of each without it, and its text.
fn files(folder: &str, extension: &'static str) -> impl Iterator<Item = (String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(move |path| path.extension().is_some_and(|found| found == extension))
        .map(|path| {
            let name = path.file_stem().expect("it has a name").to_string_lossy();
            (
                name.into_owned(),
                std::fs::read_to_string(&path).expect("it can be read"),
            )
        })
}
