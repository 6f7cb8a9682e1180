//! `cargo xtask package`: each published crate is complete as a package, and can be used from it.
//!
//! Users do not get the folder of a crate, but the files that its manifest includes. So this packs
//! all published crates, resolved together, unpacks them, looks at what is in them, and builds and
//! runs a program outside the workspace that uses each of them from there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::progress::failed;
use crate::{BoxedError, Outcome, built, progress, run, workspace};

/// The source of the program, which uses every published crate.
const USER: &str = include_str!("user.rs");
/// What the program needs besides the crates.
const OTHERS: &str = "log = \"*\"\nserde_json = \"*\"\n";
/// The features that the program uses.
const FEATURES: [(&str, &str); 1] = [("tl-locks", r#"["arc_lock", "serde"]"#)];
/// What a package has beside `src/`: the first four are required, the others are added by cargo.
const FILES: [&str; 7] = [
    "Cargo.toml",
    "README.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "Cargo.lock",
    "Cargo.toml.orig",
    ".cargo_vcs_info.json",
];
const N_REQUIRED: usize = 4;
/// The most keywords that a registry takes.
const MOST_KEYWORDS: usize = 5;
/// How long the program may run. It takes a second.
const TIME_LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize)]
struct Workspace {
    packages: Vec<Manifest>,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    name: String,
    version: String,
    publish: Option<Vec<String>>,
    description: Option<String>,
    documentation: Option<String>,
    readme: Option<String>,
    license: Option<String>,
    rust_version: Option<String>,
    keywords: Vec<String>,
    categories: Vec<String>,
}

/// Packs, unpacks, looks and builds.
///
/// # Errors
///
/// When cargo or tar can't be run, or a file can't be read or written.
pub fn run() -> Outcome {
    let root = workspace::root();
    let published = published()?;
    let directory = root.join("target/packages");
    let bar = progress::bar(published.len() + 1);
    bar.set_message("packing");
    if let Err(why) = pack(&published, &directory)? {
        bar.finish_and_clear();
        println!("{} the crates cannot be packed:\n{why}", failed());
        return Ok(false);
    }
    bar.inc(1);
    let mut all_well = true;
    let mut unpacked = Vec::new();
    for manifest in &published {
        let folder = unpack(manifest, &directory)?;
        let mistakes = [manifest.mistakes(), mistakes_of_files(&folder, &root)?].concat();
        all_well &= mistakes.is_empty();
        bar.suspend(|| {
            if mistakes.is_empty() {
                println!("{}: the package is complete", manifest.name);
            }
            for mistake in mistakes {
                println!("{} {}: {mistake}", failed(), manifest.name);
            }
        });
        bar.inc(1);
        unpacked.push((manifest, folder));
    }
    bar.set_message("using the packages");
    let used = use_them(&unpacked, &directory)?;
    bar.finish_and_clear();
    match used {
        Ok(()) => println!(
            "a program outside the workspace uses all {} from their packages",
            unpacked.len()
        ),
        Err(why) => {
            all_well = false;
            println!(
                "{} a program outside the workspace cannot use the packages:\n{why}",
                failed()
            );
        }
    }
    Ok(all_well)
}

/// Returns the packages of the workspace that may be published.
fn published() -> Result<Vec<Manifest>, BoxedError> {
    let output = workspace::cargo()
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let mut workspace: Workspace = serde_json::from_slice(&output.stdout)?;
    // An empty list of registries is how cargo reports `publish = false`.
    workspace
        .packages
        .retain(|manifest| manifest.publish.is_none());
    Ok(workspace.packages)
}

impl Manifest {
    /// Returns what a registry, or its readers, would miss.
    fn mistakes(&self) -> Vec<String> {
        let texts = [
            ("description", &self.description),
            ("license", &self.license),
            ("readme", &self.readme),
            ("rust-version", &self.rust_version),
        ];
        let mut mistakes: Vec<String> = texts
            .into_iter()
            .filter(|(_, text)| text.as_ref().is_none_or(String::is_empty))
            .map(|(key, _)| format!("the manifest has no {key}"))
            .collect();
        let documentation = format!("https://docs.rs/{}", self.name);
        if self.documentation.as_ref() != Some(&documentation) {
            mistakes.push(format!(
                "the manifest's documentation is not {documentation}"
            ));
        }
        if self.keywords.is_empty() || self.keywords.len() > MOST_KEYWORDS {
            mistakes.push(format!(
                "there are {} keywords: write 1 to {MOST_KEYWORDS}",
                self.keywords.len()
            ));
        }
        if self.categories.is_empty() {
            mistakes.push("the manifest has no categories".to_owned());
        }
        mistakes
    }
}

/// Packs all crates at once, so that they are resolved among themselves, though no registry has
/// them.
fn pack(published: &[Manifest], directory: &Path) -> Result<Result<(), String>, BoxedError> {
    let mut cargo = workspace::cargo();
    // What is not committed is packed too: this is a check, not a release. It is built later, all
    // together.
    cargo
        .args(["package", "--allow-dirty", "--no-verify", "--target-dir"])
        .arg(directory);
    for manifest in published {
        cargo.arg("--package").arg(&manifest.name);
    }
    workspace::errors_of(cargo)
}

/// Unpacks a package beside the others, and returns its folder.
fn unpack(manifest: &Manifest, directory: &Path) -> Result<PathBuf, BoxedError> {
    let name = format!("{}-{}", manifest.name, manifest.version);
    let into = directory.join("unpacked");
    let folder = into.join(&name);
    fs::create_dir_all(&into)?;
    if folder.exists() {
        // What a package no longer has must not be there from the last time.
        fs::remove_dir_all(&folder)?;
    }
    let archive = directory.join("package").join(format!("{name}.crate"));
    let status = Command::new("tar")
        .arg("--extract")
        .arg("--gzip")
        .arg("--file")
        .arg(&archive)
        .arg("--directory")
        .arg(&into)
        .status()
        .map_err(|e| format!("can't unpack {} with tar: {e}", archive.display()))?;
    if !status.success() {
        return Err(format!("can't unpack {}", archive.display()).into());
    }
    Ok(folder)
}

/// Returns what a package lacks, and what it should not have.
fn mistakes_of_files(folder: &Path, root: &Path) -> Result<Vec<String>, BoxedError> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        found.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    let mut mistakes = Vec::new();
    if !found.remove("src") {
        mistakes.push("the package has no src".to_owned());
    }
    for name in &FILES[..N_REQUIRED] {
        if !found.contains(*name) {
            mistakes.push(format!("the package has no {name}"));
        } else if name.starts_with("LICENSE")
            && fs::read(folder.join(name))? != fs::read(root.join(name))?
        {
            mistakes.push(format!("{name} in the package is not the workspace's"));
        }
    }
    mistakes.extend(
        found
            .iter()
            .filter(|name| !FILES.contains(&name.as_str()))
            .map(|name| {
                format!("the package has {name}: `include` in the manifest says what belongs there")
            }),
    );
    Ok(mistakes)
}

/// Builds and runs a program that depends on all of them as a user's would, but takes each from
/// where it was unpacked.
fn use_them(
    unpacked: &[(&Manifest, PathBuf)],
    directory: &Path,
) -> Result<Result<(), String>, BoxedError> {
    let project = directory.join("user");
    let mut dependencies = String::new();
    let mut patches = String::new();
    for (Manifest { name, version, .. }, folder) in unpacked {
        let features = FEATURES.iter().find(|(of, _)| of == name);
        let features = features.map_or("[]", |(_, features)| features);
        dependencies += &format!("{name} = {{ version = \"{version}\", features = {features} }}\n");
        patches += &format!("{name} = {{ path = {folder:?} }}\n");
    }
    fs::create_dir_all(project.join("src"))?;
    fs::write(
        project.join("Cargo.toml"),
        format!(
            "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}{OTHERS}\n[patch.crates-io]\n{patches}\n[workspace]\n"
        ),
    )?;
    fs::write(project.join("src/main.rs"), USER)?;
    // The same versions as in the workspace: nothing is resolved anew.
    fs::copy(
        workspace::root().join("Cargo.lock"),
        project.join("Cargo.lock"),
    )?;
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", directory.join("user-target"))
        .args(["build", "--quiet"]);
    let programs = match built::build(cargo)? {
        Ok(programs) => programs,
        Err(why) => return Ok(Err(why)),
    };
    let [program] = &programs[..] else {
        return Err(format!("cargo did not build exactly one program: {programs:?}").into());
    };
    let run = run::run(Command::new(&program.path), TIME_LIMIT)?;
    Ok(match run.status {
        Some(status) if status.success() => Ok(()),
        _ => Err(format!("it {}\n{}", run.ending(), run.output)),
    })
}
