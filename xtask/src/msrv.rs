//! `cargo xtask msrv`: the published crates compile, and pass their tests, with the oldest Rust
//! that they promise.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::flags::Msrv;
use crate::platforms::{debian, tests};
use crate::{BoxedError, Outcome, workspace};

/// What the compiler of Debian's packages needs of the system.
const LIBRARIES: [&str; 5] = [
    "libllvm19",
    "libgit2-1.5",
    "libhttp-parser2.9",
    "libpcre3",
    "libssh2-1",
];

/// The crate whose tests use all the others, some of which need a newer Rust than it does itself.
/// It is only compiled.
const ABOVE_ALL: &str = "tl-inspect";

/// Tests the crates of each `rust-version` with that version, where it is installed or Debian has
/// it. The logger is left out: the lock file has the newest versions of its dependencies, which
/// need a newer Rust. (With an older Rust, cargo chooses older versions.)
///
/// # Errors
///
/// When a manifest or the toolchains can't be read, or cargo can't be run.
pub fn run(options: &Msrv) -> Outcome {
    let mut is_well = true;
    let in_use = in_use()?;
    for (version, packages) in versions(&workspace::root())? {
        let names = packages.iter().cloned().collect::<Vec<_>>().join(", ");
        if is_of(&in_use, &version) {
            println!("Rust {version}: the one in use, so `cargo test` itself tests {names}");
            continue;
        }
        let Some(mut cargo) = cargo(&version, options.install)? else {
            println!("Rust {version} is not installed: not run for {names}");
            println!(
                "    `rustup toolchain install {version}`, or Debian's packages, which `--install` fetches"
            );
            continue;
        };
        println!("Rust {version}: {names}");
        let folder = tests::folder(&workspace::root(), &format!("msrv-{version}"));
        cargo
            .current_dir(workspace::root())
            .args(["test", "--quiet", "--locked", "--lib", "--tests"])
            .arg("--no-default-features")
            .arg("--target-dir")
            .arg(&folder)
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        for package in packages.iter().filter(|package| *package != ABOVE_ALL) {
            cargo.args(["--package", package]);
        }
        is_well &= cargo.status()?.success();
        if !packages.contains(ABOVE_ALL) {
            continue;
        }
        if let Some(mut cargo) = self::cargo(&version, false)? {
            cargo
                .current_dir(workspace::root())
                .args(["check", "--quiet", "--locked", "--package", ABOVE_ALL])
                .arg("--target-dir")
                .arg(&folder);
            is_well &= cargo.status()?.success();
        }
    }
    Ok(is_well)
}

/// Returns the published crates of the workspace at `root` by their `rust-version`.
///
/// # Errors
///
/// When a manifest can't be read, or states no version.
pub fn versions(root: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, BoxedError> {
    let read = |path: &Path| -> Result<toml::Table, BoxedError> {
        Ok(fs::read_to_string(path.join("Cargo.toml"))?.parse()?)
    };
    let common = read(root)?;
    let common = common
        .get("workspace")
        .and_then(|workspace| workspace.get("package")?.get("rust-version")?.as_str());
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in workspace::published()? {
        let manifest = read(&root.join("crates").join(&package))?;
        let own = manifest
            .get("package")
            .and_then(|package| package.get("rust-version")?.as_str());
        let version = own.or(common).ok_or("a manifest states no rust-version")?;
        let packages = versions.entry(version.to_owned()).or_default();
        packages.insert(package);
    }
    Ok(versions)
}

/// Returns what the cargo in use prints as its version: `cargo 1.95.0 (f2d3ce0bd 2026-03-21)`.
fn in_use() -> Result<String, BoxedError> {
    let output = workspace::cargo().arg("--version").output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// Returns whether the cargo that printed `printed` as its version is a release of `version`.
#[must_use]
pub fn is_of(printed: &str, version: &str) -> bool {
    let release = printed.split(' ').nth(1).unwrap_or_default();
    release
        .strip_prefix(version)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Returns the cargo of this version, if there is one.
fn cargo(version: &str, may_install: bool) -> Result<Option<Command>, BoxedError> {
    let installed = match Command::new("rustup").args(["toolchain", "list"]).output() {
        Ok(list) => String::from_utf8(list.stdout)?,
        Err(_) => String::new(),
    };
    if let Some(toolchain) = toolchain(&installed, version) {
        let mut cargo = Command::new("rustup");
        cargo
            .args(["run", toolchain, "cargo"])
            // Otherwise those of the cargo in use would be taken.
            .env_remove("RUSTC")
            .env_remove("CARGO")
            .env_remove("RUSTUP_TOOLCHAIN");
        return Ok(Some(cargo));
    }
    debians(version, may_install)
}

/// Returns Debian's cargo of this version, unpacked in a folder of its own, so that it does not get
/// in the way of a newer one.
fn debians(version: &str, may_install: bool) -> Result<Option<Command>, BoxedError> {
    let folder = tests::folder(&workspace::root(), &format!("rust-{version}"));
    let program = |name: &str| folder.join("usr/bin").join(name);
    if !program("cargo").exists() {
        if !may_install || debian::need(&LIBRARIES, true).is_err() {
            return Ok(None);
        }
        let library = format!("libstd-rust-web-{version}");
        let with = ["cargo-web", "libstd-rust-web-dev", &library];
        if !debian::unpack(&folder, "rustc-web", version, &with)? {
            return Ok(None);
        }
    }
    let mut cargo = Command::new(program("cargo"));
    cargo
        .env("RUSTC", program("rustc"))
        .env("RUSTDOC", program("rustdoc"))
        .env("LD_LIBRARY_PATH", folder.join("usr/lib/x86_64-linux-gnu"))
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN");
    Ok(Some(cargo))
}

/// Returns the toolchain of this version among those that `rustup toolchain list` prints, which may
/// name a release of it.
#[must_use]
pub fn toolchain<'l>(installed: &'l str, version: &str) -> Option<&'l str> {
    installed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .find(|name| {
            name.strip_prefix(version)
                .is_some_and(|rest| rest.starts_with(['.', '-']))
        })
}
