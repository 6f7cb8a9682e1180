//! The examples, built so that each also records what its threads do.
//!
//! They are copied, in a workspace of its own under `target/timeline`, and a `main` that records is
//! put around their own. Nothing else changes, not even the number of a line, so that they print
//! what they always print.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::{BoxedError, examples, workspace};

/// Where a recorded program writes its trace: the name of the variable.
pub const TRACE: &str = "TIMELINE_TRACE";
/// What is put behind each program.
const AROUND: &str = include_str!("around.rs");
/// The `main` of a program, which `AROUND` calls by another name.
const MAIN: &str = "\nfn main()";
const ITS_MAIN: &str = "\nfn example_main()";
/// What a program calls that makes a recording itself: there is one at a time.
const RECORDS: &str = "trace::start()";

/// Builds the examples `names`, and returns where the program of each is. An example that makes a
/// recording itself is built as it is.
///
/// # Errors
///
/// When a source can't be copied, or the build fails.
pub fn build(root: &Path, names: &[String]) -> Result<BTreeMap<String, PathBuf>, BoxedError> {
    let copy = root.join("target/timeline");
    fs::create_dir_all(&copy)?;
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    write(&copy.join("Cargo.toml"), &workspace_of(root, &manifest)?)?;
    fs::copy(root.join("Cargo.lock"), copy.join("Cargo.lock"))?;
    let from = root.join("examples");
    let to = copy.join("examples");
    write(
        &to.join("Cargo.toml"),
        &fs::read_to_string(from.join("Cargo.toml"))?,
    )?;
    for file in sources(&from.join("src"))? {
        let text = fs::read_to_string(from.join("src").join(&file))?;
        write(&to.join("src").join(&file), &text)?;
    }
    for file in sources(&from.join("src/bin"))? {
        let text = fs::read_to_string(from.join("src/bin").join(&file))?;
        let text = around(&text).map_err(|e| format!("{}: {e}", file.display()))?;
        write(&to.join("src/bin").join(&file), &text)?;
    }
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", copy.join("target"));
    examples::build_with(cargo, names)
}

/// Returns the names of the source files in `folder`.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, BoxedError> {
    let names = examples::names_in(folder, "rs")?;
    let with_extension = |name: String| Path::new(&name).with_extension("rs");
    Ok(names.into_iter().map(with_extension).collect())
}

/// Returns the manifest of a workspace that has the copied examples alone, and uses the crates
/// where they are.
fn workspace_of(root: &Path, manifest: &str) -> Result<String, BoxedError> {
    let members = Regex::new(r"(?m)^members = .*$").expect("the pattern is right");
    if !members.is_match(manifest) {
        return Err("the root's manifest has no line `members = …`".into());
    }
    let manifest = members.replace(manifest, "members = [\"examples\"]");
    let crates = format!("path = \"{}/crates/", root.display());
    Ok(manifest.replace("path = \"crates/", &crates))
}

/// Returns the program `source` with a `main` around its own that records.
///
/// # Errors
///
/// When it has no `fn main()` at the beginning of a line.
pub fn around(source: &str) -> Result<String, BoxedError> {
    if source.contains(RECORDS) {
        return Ok(source.to_owned());
    }
    match source.split_once(MAIN) {
        Some((before, after)) => Ok(format!("{before}{ITS_MAIN}{after}\n{AROUND}")),
        None => Err("a program without `fn main()` at the beginning of a line".into()),
    }
}

/// Writes a file, unless it has this text already: then cargo need not build it anew.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|before| before == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
