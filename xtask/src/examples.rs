//! The example programs: which there are, what each teaches, and where the built ones are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;

use crate::{BoxedError, built, workspace};

/// Where the goldens are, from the workspace's root.
pub const GOLDENS: &str = "examples/golden";
/// Where the programs are, from the workspace's root.
const SOURCES: &str = "examples/src/bin";
/// The package that they belong to.
const PACKAGE: &str = "tl-examples";

/// One example program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The name of its source file and program.
    pub name: String,
    /// The number of the chapter that it ports.
    pub chapter: u32,
    /// The chapter's title.
    pub title: String,
    /// What it teaches.
    pub teaches: String,
}

/// Returns the names of the examples in the workspace at `root`, sorted.
///
/// # Errors
///
/// When their folder can't be read.
pub fn names(root: &Path) -> Result<Vec<String>, BoxedError> {
    names_in(&root.join(SOURCES), "rs")
}

/// Returns the names of the examples that are `wanted`, sorted; of all when none is named.
///
/// # Errors
///
/// When their folder can't be read, or there is no example of a name.
pub fn select(root: &Path, wanted: &[String]) -> Result<Vec<String>, BoxedError> {
    let all = names(root)?;
    if wanted.is_empty() {
        return Ok(all);
    }
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        return Err(format!(
            "there is no example `{unknown}`; `cargo xtask list` shows what there is"
        )
        .into());
    }
    let wanted: BTreeSet<String> = wanted.iter().cloned().collect();
    Ok(wanted.into_iter().collect())
}

/// Returns the names of the files with `extension` in `directory`, without it, sorted.
///
/// # Errors
///
/// When the folder can't be read.
pub fn names_in(directory: &Path, extension: &str) -> Result<Vec<String>, BoxedError> {
    let entries =
        fs::read_dir(directory).map_err(|e| format!("can't read {}: {e}", directory.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension)
            && let Some(name) = path.file_stem()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Returns the examples in the workspace at `root`, by chapter and then by name.
///
/// # Errors
///
/// When a source can't be read, or its doc comment does not say what it teaches and which chapter
/// it ports.
pub fn all(root: &Path) -> Result<Vec<Example>, BoxedError> {
    let mut examples = Vec::new();
    for name in names(root)? {
        let path = root.join(SOURCES).join(&name).with_extension("rs");
        let source =
            fs::read_to_string(&path).map_err(|e| format!("can't read {}: {e}", path.display()))?;
        examples.push(describe(&name, &source).map_err(|e| format!("{}: {e}", path.display()))?);
    }
    examples.sort_by(|a, b| (a.chapter, &a.name).cmp(&(b.chapter, &b.name)));
    Ok(examples)
}

/// Returns what the doc comment of `source` says: its first paragraph is what the example teaches,
/// and `Chapter 7: Event.` names the chapter.
///
/// # Errors
///
/// Which of the two it does not say.
pub fn describe(name: &str, source: &str) -> Result<Example, String> {
    let doc: Vec<&str> = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .collect();
    let teaches: Vec<&str> = doc
        .iter()
        .copied()
        .take_while(|line| !line.is_empty())
        .collect();
    if teaches.is_empty() {
        return Err("the file must begin with `//! what the example teaches`".to_owned());
    }
    let chapter = Regex::new(r"(?m)^Chapter ([0-9]+): ([^.]+)\.").expect("a constant pattern");
    let doc = doc.join("\n");
    let found = chapter
        .captures(&doc)
        .ok_or("the doc comment must have a line `Chapter NUMBER: TITLE.`")?;
    Ok(Example {
        name: name.to_owned(),
        chapter: found[1]
            .parse()
            .map_err(|e| format!("chapter {}: {e}", &found[1]))?,
        title: found[2].replace('\n', " "),
        teaches: teaches.join(" "),
    })
}

/// Builds `names` and returns where the program of each is.
///
/// # Errors
///
/// When cargo can't be run, or the build fails.
pub fn build(names: &[String]) -> Result<BTreeMap<String, PathBuf>, BoxedError> {
    build_with(workspace::cargo(), names)
}

/// Builds like [`build`], with a `cargo` that may run in another workspace.
///
/// # Errors
///
/// The same as [`build`]'s.
pub fn build_with(
    mut cargo: Command,
    names: &[String],
) -> Result<BTreeMap<String, PathBuf>, BoxedError> {
    cargo.args(["build", "--package", PACKAGE, built::MESSAGES]);
    if !io::stderr().is_terminal() {
        cargo.arg("--quiet");
    }
    for name in names {
        cargo.args(["--bin", name]);
    }
    let output = cargo.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the examples don't build".into());
    }
    let programs = built::programs(output.stdout)?;
    Ok(programs
        .into_iter()
        .map(|program| (program.target, program.path))
        .collect())
}
