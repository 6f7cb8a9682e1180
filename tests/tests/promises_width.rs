//! Prose is as narrow as code: comments, documentation and Markdown are wrapped at 100 columns.

use std::fs;
use std::path::{Path, PathBuf};

const COLUMNS: usize = 100;

/// Adds to `found` the sources and the Markdown under `folder`, except what is built, recorded, or
/// linked.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry of it").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_recorded = path.ends_with("examples/golden");
        if path.is_symlink() || name.starts_with('.') || name == "target" || is_recorded {
            continue;
        }
        if path.is_dir() {
            texts(&path, found);
        } else if name.ends_with(".rs") || name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// Returns the prose of a line: what follows the marker of a comment, or the whole line of
/// Markdown.
fn prose(line: &str, is_markdown: bool) -> Option<&str> {
    if is_markdown {
        return Some(line);
    }
    let comment = line.trim_start().strip_prefix("//")?;
    Some(comment.trim_start_matches(['/', '!']))
}

/// Returns the numbers of the lines that are too wide. A table and an address cannot be wrapped,
/// and code is rustfmt's business.
fn too_wide(text: &str, is_markdown: bool) -> Vec<usize> {
    let mut in_code = false;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some(prose) = prose(line, is_markdown) else {
            in_code = false;
            continue;
        };
        let prose = prose.trim_start();
        if prose.starts_with("```") {
            in_code = !in_code;
        }
        let may_be_wide = in_code || prose.starts_with('|') || prose.contains("://");
        if !may_be_wide && line.chars().count() > COLUMNS {
            found.push(number + 1);
        }
    }
    found
}

#[test]
fn comments_and_markdown_are_wrapped_at_100_columns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    texts(&root, &mut paths);
    assert!(paths.len() > 200, "only {} texts found", paths.len());
    let wide: Vec<String> = paths
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).expect("a text of the project");
            let is_markdown = path.extension().is_some_and(|extension| extension == "md");
            let lines = too_wide(&text, is_markdown);
            lines
                .into_iter()
                .map(|line| format!("{}:{line}", path.display()))
        })
        .collect();
    assert!(
        wide.is_empty(),
        "over {COLUMNS} columns:\n{}",
        wide.join("\n")
    );
}

#[test]
fn what_is_too_wide_is_found() {
    let wide = "a ".repeat(60);
    let narrow = "a ".repeat(20);
    let source = format!(
        "//! {wide}\n{wide}\n/// | {wide} |\n// {narrow}\n/// ```\n/// {wide}\n/// ```\n// {wide}\n"
    );
    assert_eq!(too_wide(&source, false), [1, 8]);
    assert_eq!(too_wide(&format!("{narrow}\n{wide}\n"), true), [2]);
    assert_eq!(too_wide(&format!("see https://{wide}\n"), true), [0; 0]);
}
