//! What the manifests state once is repeated right elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use xtask::{msrv, workspace};

fn manifest(path: &Path) -> toml::Table {
    let text = fs::read_to_string(path).expect("the manifest can be read");
    text.parse().expect("the manifest is TOML")
}

fn manifests_of_members() -> Vec<PathBuf> {
    let root = workspace::root();
    let folders = fs::read_dir(root.join("crates")).expect("there are crates");
    let mut members: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    members.extend(["docs", "examples", "tests", "xtask"].map(|name| root.join(name)));
    members
        .into_iter()
        .map(|folder| folder.join("Cargo.toml"))
        .collect()
}

#[test]
fn the_readme_names_the_rust_versions_of_the_manifests() {
    let root = workspace::root();
    let manifest = manifest(&root.join("Cargo.toml"));
    let stated = manifest["workspace"]["package"]["rust-version"].as_str();
    let readme = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let line = Regex::new(r"Rust (\d[\d.]*\d) or newer").expect("a valid pattern");
    let named: Vec<&str> = line
        .captures_iter(&readme)
        .map(|found| found.extract::<1>().1[0])
        .collect();
    let locks = self::manifest(&root.join("crates/tl-locks/Cargo.toml"));
    let newer = locks["package"]["rust-version"].as_str();
    assert_eq!(
        named,
        [stated, newer].map(|version| version.expect("the manifests state it"))
    );
}

#[test]
fn the_oldest_rust_is_found_among_the_toolchains() {
    let versions = msrv::versions(&workspace::root()).unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions.values().map(BTreeSet::len).sum::<usize>(), 10);
    let installed = "stable-x (active, default)\nnightly-x\n1.9.0-x\n1.95.0-x\n1.95-y\n";
    assert_eq!(msrv::toolchain(installed, "1.95"), Some("1.95.0-x"));
    assert_eq!(msrv::toolchain(installed, "1.9"), Some("1.9.0-x"));
    assert_eq!(msrv::toolchain(installed, "1.96"), None);
    let said = "cargo 1.95.0 (f2d3ce0bd 2026-03-21)";
    assert!(msrv::is_of(said, "1.95") && !msrv::is_of(said, "1.9"));
}

#[test]
fn no_member_states_for_itself_what_the_workspace_states() {
    for path in manifests_of_members() {
        let package = &manifest(&path)["package"];
        for key in ["version", "edition", "license"] {
            let inherits = package.get(key).and_then(|value| value.get("workspace"));
            assert_eq!(
                inherits.and_then(toml::Value::as_bool),
                Some(true),
                "{}: {key}.workspace = true",
                path.display()
            );
        }
    }
}
