//! `bench results`, with everything measured once and for a moment: each contender of each case
//! does what it should, and the page and its charts come out. The figures mean nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{self, Command};

use serde_json::Value;

fn rows(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("the run has written its figures");
    let value: Value = serde_json::from_str(&text).expect("the figures are JSON");
    value["rows"].as_array().expect("there are rows").clone()
}

fn results(folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tl-bench"))
        .args(["results", "--runs", "1", "--once"])
        .arg(folder)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{output:?}");
    fs::read_to_string(folder.join("RESULTS.md")).expect("there is a page")
}

#[test]
fn each_case_runs_and_the_page_has_it() {
    // A folder of its own, since results that exist already are read instead of measured.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("once-{}", process::id()));
    let page = results(&folder);

    let (idle, busy) = (
        rows(&folder.join("idle-1.json")),
        rows(&folder.join("busy-1.json")),
    );
    let cases = |rows: &[Value]| -> BTreeSet<String> {
        rows.iter().map(|row| row["case"].to_string()).collect()
    };
    assert!(cases(&idle).len() > 35, "{:?}", cases(&idle));
    assert!(cases(&busy).len() > 45, "{:?}", cases(&busy));
    // On a busy machine a moment may be too short for a single wait, and a sample that is slow is
    // taken for one that hangs.
    let is_too_slow = |row: &Value| {
        let hung = row["error"] == "hung, and was killed" && row["disturbed"].is_string();
        hung || row["error"] == "not one wait ended in a sample"
    };
    let ours_failed: Vec<&Value> = idle
        .iter()
        .chain(&busy)
        .filter(|row| row["role"] == "ours")
        .filter(|row| row["failed"] == true || row["error"].is_string() && !is_too_slow(row))
        .collect();
    assert!(ours_failed.is_empty(), "{ours_failed:?}");
    assert!(idle.iter().all(|row| row["median_ns"].is_number()));
    let measured = busy.iter().filter(|row| row["mean_ns"].is_number()).count();
    assert!(2 * measured > busy.len(), "{measured} of {}", busy.len());

    for title in [
        "## Bars, idle",
        "## Bars, busy",
        "### Every bar, busy",
        "## Memory",
    ] {
        let is_expected = title != "## Memory";
        assert_eq!(page.contains(title), is_expected, "{title}");
    }
    // Like all Markdown of the project.
    let is_wide = |line: &&str| line.chars().count() > 100 && !line.starts_with('|');
    assert_eq!(page.lines().find(is_wide), None);
    for link in page.split("](charts/").skip(1) {
        let file = link.split(')').next().unwrap_or_default();
        assert!(
            folder.join("charts").join(file).is_file(),
            "no chart {file}"
        );
    }

    // What exists is not measured again.
    let before = fs::metadata(folder.join("busy-1.json"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(results(&folder), page);
    let after = fs::metadata(folder.join("busy-1.json"))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after);
    fs::remove_dir_all(&folder).expect("the folder can be removed");
}

#[test]
fn each_picture_that_the_pages_show_is_there() {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["README.md", "RESULTS.md", "../../README.md"] {
        let text = fs::read_to_string(bench.join(page)).expect("the page is there");
        let folder = bench.join(page);
        let folder = folder.parent().expect("a file lies in a folder");
        let mut charts = 0;
        for link in text.split("](").skip(1) {
            let target = link.split(')').next().unwrap_or_default();
            if target.ends_with(".svg") {
                assert!(folder.join(target).is_file(), "{page} shows {target}");
                charts += 1;
            }
        }
        assert!(charts > 0 || page == "README.md", "{page} shows no picture");
    }
}
