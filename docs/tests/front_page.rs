//! What `cargo doc --workspace` shows: the front page with the guide, and the crates that it leads to.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// The names of the libraries and programs of the workspace that have pages in the documentation.
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
fn the_guide_shows_every_example_once() {
    let chapters: String = files("src/guide", "rs").map(|(_, text)| text).collect();
    for (name, _) in files("../examples/src/bin", "rs") {
        let shown = chapters.matches(&format!("program!(\"{name}\")")).count();
        assert_eq!(shown, 1, "how often the guide shows {name}");
    }
}

/// The files with `extension` in a folder: the name of each without it, and its text.
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
