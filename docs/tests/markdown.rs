//! The Markdown files of the repository: their links lead somewhere, and their Rust programs are
//! compiled.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the programs of Markdown files are made doctests.
const DOCTESTS: &str = "tests/src/lib.rs";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the Markdown files of the repository, from its root.
fn markdown_files() -> Vec<PathBuf> {
    let root = root();
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !name.starts_with('.') && !name.starts_with("target") {
                    folders.push(path);
                }
            } else if name.ends_with(".md") {
                files.push(path.strip_prefix(&root).expect("it is inside").to_owned());
            }
        }
    }
    files.sort();
    assert!(files.contains(&PathBuf::from("README.md")));
    files
}

/// A Markdown text in parts.
#[derive(Debug, Default)]
struct Markdown {
    /// What is outside of code.
    prose: String,
    /// The language of each fenced block.
    fences: Vec<String>,
}

impl Markdown {
    fn parse(text: &str) -> Self {
        let mut markdown = Self::default();
        let mut open: Option<&str> = None;
        for line in text.lines() {
            let fence = line.trim_start();
            let ticks = &fence[..fence.len() - fence.trim_start_matches('`').len()];
            match open {
                Some(opening) => {
                    if ticks.len() >= opening.len() && fence == ticks {
                        open = None;
                    }
                }
                None if ticks.len() >= 3 => {
                    open = Some(ticks);
                    markdown.fences.push(fence[ticks.len()..].trim().to_owned());
                }
                None => {
                    markdown.prose.push_str(line);
                    markdown.prose.push('\n');
                }
            }
        }
        assert_eq!(open, None, "a block of code is not closed");
        markdown
    }

    /// Returns whether rustdoc takes any of the blocks for Rust.
    fn has_rust(&self) -> bool {
        self.fences.iter().any(|fence| {
            let words = ["rust", "no_run", "should_panic", "compile_fail", "ignore"];
            fence.is_empty() || fence.split([',', ' ']).any(|word| words.contains(&word))
        })
    }

    /// Returns the targets of links and pictures, and of references at the beginning of a line.
    fn links(&self) -> Vec<String> {
        let prose = without_inline_code(&self.prose);
        let mut links = Vec::new();
        for (opening, closing) in [
            ("](", [')', ' ']),
            ("href=\"", ['"', '"']),
            ("src=\"", ['"', '"']),
        ] {
            for (place, _) in prose.match_indices(opening) {
                let rest = &prose[place + opening.len()..];
                let end = rest.find(closing).expect("a link has an end");
                links.push(rest[..end].to_owned());
            }
        }
        for line in prose.lines() {
            if let Some((label, target)) = line.split_once("]: ")
                && label.starts_with('[')
            {
                links.push(target.split(' ').next().unwrap_or_default().to_owned());
            }
        }
        links
    }

    /// Returns what a link `#...` can lead to, as GitHub makes it of a heading.
    fn anchors(&self) -> Vec<String> {
        let headings = self.prose.lines().filter(|line| line.starts_with('#'));
        headings
            .map(|heading| {
                let heading = heading.trim_start_matches('#').trim().to_lowercase();
                let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
                heading
                    .chars()
                    .filter(kept)
                    .collect::<String>()
                    .replace(' ', "-")
            })
            .collect()
    }
}

/// Returns `prose` without inline code, so that an example of a link is not taken for one.
fn without_inline_code(prose: &str) -> String {
    let paragraphs = prose.split("\n\n").map(|paragraph| {
        let pieces: Vec<&str> = paragraph.split('`').collect();
        pieces
            .iter()
            .step_by(2)
            .copied()
            .collect::<Vec<_>>()
            .join("`")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Returns what is wrong with the links of `file`, a path from the repository's root.
fn broken_links(file: &Path, text: &str) -> Vec<String> {
    let folder = root()
        .join(file)
        .parent()
        .expect("a file has a folder")
        .to_owned();
    let mut broken = Vec::new();
    for link in Markdown::parse(text).links() {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let target = match path {
            "" => root().join(file),
            path => folder.join(path),
        };
        if !target.exists() {
            broken.push(format!("{}: there is no {link}", file.display()));
        } else if !anchor.is_empty() && target.extension().is_some_and(|found| found == "md") {
            let other = if path.is_empty() {
                text.to_owned()
            } else {
                fs::read_to_string(&target).expect("it can be read")
            };
            if !Markdown::parse(&other)
                .anchors()
                .contains(&anchor.to_owned())
            {
                broken.push(format!("{}: nothing is headed {link}", file.display()));
            }
        }
    }
    broken
}

#[test]
fn links_lead_to_files_that_exist() {
    let broken: Vec<String> = markdown_files()
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(root().join(file)).expect("it can be read");
            broken_links(file, &text)
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn rust_programs_are_doctests() {
    let doctests = fs::read_to_string(root().join(DOCTESTS)).expect("it can be read");
    for file in markdown_files() {
        let text = fs::read_to_string(root().join(&file)).expect("it can be read");
        let markdown = Markdown::parse(&text);
        let ignored = markdown.fences.iter().any(|fence| fence.contains("ignore"));
        assert!(
            !ignored,
            "{}: an ignored block is not compiled",
            file.display()
        );
        let included = format!("include_str!(\"../../{}\")", file.display());
        assert!(
            !markdown.has_rust() || doctests.contains(&included),
            "{} has Rust programs (a block without a language is one, too): add it to {DOCTESTS}",
            file.display()
        );
    }
}

#[test]
fn what_is_broken_is_noticed() {
    let text = "# One heading\n[a](no/such/file) [b](README.md) [c](#one-heading) [d](#another)\n\
                ![e](f.svg) `[g](h)` <img src=\"i.png\">\n[j]: k.md\n[l](https://docs.rs)\n\
                ```text\n[m](n)\n```\n";
    let broken = broken_links(Path::new("README.md"), text);
    let expected = [
        "README.md: there is no no/such/file",
        "README.md: nothing is headed #another",
        "README.md: there is no f.svg",
        "README.md: there is no i.png",
        "README.md: there is no k.md",
    ];
    assert_eq!(broken, expected);
}

#[test]
fn rust_programs_are_recognised() {
    for (fence, is_rust) in [
        ("rust", true),
        ("rust,no_run", true),
        ("", true),
        ("compile_fail,E0373", true),
        ("text", false),
        ("console", false),
        ("toml", false),
    ] {
        let markdown = Markdown::parse(&format!("before\n```{fence}\ncode\n```\nafter\n"));
        assert_eq!(markdown.has_rust(), is_rust, "{fence}");
        assert_eq!(markdown.prose, "before\nafter\n");
    }
}
