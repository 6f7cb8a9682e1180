//! Debian's packages: which are installed, and how to get the others.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{BoxedError, Outcome};

/// Checks that these packages are installed, and installs those that are missing if `may_install`
/// allows it.
///
/// # Errors
///
/// Why they are not there, as a sentence to show.
pub fn need(packages: &[&str], may_install: bool) -> Result<(), String> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !may_install {
        return Err(format!(
            "needs Debian's packages {names}, which `--install` installs"
        ));
    }
    println!("installing {names}");
    update();
    let is_well = quietly(
        apt()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing),
    );
    if is_well {
        Ok(())
    } else {
        Err(format!(
            "Debian's packages {names} cannot be installed here: `apt-get install` says why"
        ))
    }
}

/// Fetches `package` of a version that begins with `version`, with the packages in `with`, and
/// unpacks them in `folder`, where they do not mix with what is installed.
///
/// # Errors
///
/// When a program can't be run. `false` means that the packages can't be had.
pub fn unpack(folder: &Path, package: &str, version: &str, with: &[&str]) -> Outcome {
    update();
    let listed = Command::new("apt-cache")
        .args(["madison", package])
        .output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let Some(exact) = newest(&listed, version) else {
        return Ok(false);
    };
    std::fs::create_dir_all(folder)?;
    for name in [package].iter().chain(with) {
        let wanted = format!("{name}={exact}");
        if !quietly(apt().current_dir(folder).args(["download", &wanted])) {
            return Ok(false);
        }
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            let unpacked = Command::new("dpkg")
                .arg("-x")
                .args([&path, folder])
                .status()?;
            if !unpacked.success() {
                return Err(format!("dpkg can't unpack {}", path.display()).into());
            }
            std::fs::remove_file(path)?;
        }
    }
    Ok(true)
}

/// Returns the first version in the lines of `apt-cache madison` that begins with `version`.
#[must_use]
pub fn newest<'l>(listed: &'l str, version: &str) -> Option<&'l str> {
    listed
        .lines()
        .filter_map(|line| line.split('|').nth(1).map(str::trim))
        .find(|found| {
            found
                .strip_prefix(version)
                .is_some_and(|rest| rest.starts_with('.'))
        })
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout == b"installed")
}

/// Brings the list of packages up to date, once; without a network it stays as it is.
fn update() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        quietly(apt().arg("update"));
    });
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

/// Runs a command, and shows what it prints only if it fails.
fn quietly(command: &mut Command) -> bool {
    let run: Result<_, BoxedError> = command.stdin(Stdio::null()).output().map_err(Into::into);
    match run {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            false
        }
        Err(error) => {
            eprintln!("{error}");
            false
        }
    }
}
