//! `cargo xtask docs`: the documentation as a reader meets it, built from nothing and looked
//! through.
//!
//! rustdoc says when a link in the source names nothing. It does not say when it could not find the
//! page of what the link names, which depends on the order in which the crates are documented: then
//! the page shows the brackets of the link, or leads to a file that is not there. And it takes
//! every other link as it comes. So this makes all pages from nothing, as after a fresh clone, and
//! reads them: each link into them leads to a page and a place in it, nothing that was meant as a
//! link stands there as text, and each item of the public interface is used in an example on its
//! page, under the heading *Examples* or another of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use regex::Regex;

use crate::progress::failed;
use crate::{BoxedError, Outcome, progress, workspace};

/// Where the pages are, from the workspace's root.
const PAGES: &str = "target/doc";
/// How the file names of the pages begin whose items must have an example.
const ITEMS: [&str; 7] = ["constant", "enum", "fn", "macro", "struct", "trait", "type"];
/// How the headings begin that are not enough for an example: it would be taken for a part of their
/// subject.
const NOT_OF_EXAMPLES: [&str; 3] = ["blocking", "errors", "panics"];
/// Folders of what rustdoc adds by itself.
const NOT_OURS: [&str; 4] = ["src", "static.files", "search.index", "trait.impl"];

/// Makes the pages and looks through them.
///
/// # Errors
///
/// When cargo can't be run, or a page can't be read.
pub fn run() -> Outcome {
    let pages = workspace::root().join(PAGES);
    let bar = progress::bar(2);
    bar.set_message("making the pages");
    if pages.exists() {
        // A page of the last time would hide that a link to it is broken.
        fs::remove_dir_all(&pages)?;
    }
    let status = workspace::cargo()
        .args(["doc", "--quiet", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .status()?;
    if !status.success() {
        bar.finish_and_clear();
        return Ok(false);
    }
    bar.inc(1);
    bar.set_message("looking through them");
    let mistakes = look(&pages)?;
    bar.finish_and_clear();
    for mistake in &mistakes {
        println!("{} {mistake}", failed());
    }
    if mistakes.is_empty() {
        println!(
            "every link leads somewhere, every item has an example under a heading; begin with {PAGES}/threading/index.html"
        );
    }
    Ok(mistakes.is_empty())
}

/// Returns what is wrong with the pages in the folder `root`, each mistake with its page.
///
/// # Errors
///
/// When a page can't be read.
pub fn look(root: &Path) -> Result<Vec<String>, BoxedError> {
    let patterns = Patterns::new();
    let texts = read(root, root)?;
    let pages: BTreeMap<&Path, Page<'_>> = texts
        .iter()
        .map(|(page, text)| (page.as_path(), patterns.page(page, text)))
        .collect();
    let mut mistakes = BTreeSet::new();
    for (name, page) in &pages {
        for text in &page.unresolved {
            mistakes.insert(format!("{}: {text} was meant as a link", name.display()));
        }
        for item in &page.without_example {
            mistakes.insert(format!("{}: {item} is in no example", name.display()));
        }
        for line in &page.without_heading {
            mistakes.insert(format!(
                "{}: the example that begins `{line}` has no heading",
                name.display()
            ));
        }
        for link in &page.links {
            if let Some(why) = broken(root, &pages, name, link) {
                mistakes.insert(format!("{}: {link}: {why}", name.display()));
            }
        }
    }
    Ok(mistakes.into_iter().collect())
}

/// What a page has.
struct Page<'t> {
    /// What was meant as a link.
    unresolved: BTreeSet<&'t str>,
    links: BTreeSet<&'t str>,
    /// The item, and its methods, that no example of the page uses.
    without_example: Vec<String>,
    /// The first lines of the item's examples that have no heading of their own.
    without_heading: Vec<String>,
    /// What a link `#...` to it can lead to.
    places: BTreeSet<&'t str>,
    /// The page to which it sends its readers on, as rustdoc does where an item is shown in another
    /// place than that of its definition.
    elsewhere: Option<PathBuf>,
}

/// Returns the pages under `folder`, by their paths from `root`. Directly in `root` there are only
/// pages of rustdoc's own, such as its settings.
fn read(root: &Path, folder: &Path) -> Result<BTreeMap<PathBuf, String>, BoxedError> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !(folder == root && NOT_OURS.contains(&name.as_ref())) {
                pages.append(&mut read(root, &path)?);
            }
        } else if folder != root && name.ends_with(".html") {
            pages.insert(
                path.strip_prefix(root)?.to_owned(),
                fs::read_to_string(&path)?,
            );
        }
    }
    Ok(pages)
}

struct Patterns {
    unresolved: Regex,
    elsewhere: Regex,
    example: Regex,
    part: Regex,
    method: Regex,
    tag: Regex,
    link: Regex,
    place: Regex,
}

impl Patterns {
    fn new() -> Self {
        let regex = |pattern| Regex::new(pattern).expect("a constant pattern");
        Self {
            // This is how a link looks if rustdoc knows the item, but not its page.
            unresolved: regex(r"(\[<code>[^<]*</code>\])"),
            elsewhere: regex(r#"http-equiv="refresh" content="0;URL=([^"]*)""#),
            example: regex(r#"(?s)<pre class="rust rust-example-rendered">(.*?)</pre>"#),
            // Documentation begins, or in it a heading or an example.
            part: regex(
                r#"(?s)<div class="docblock|<h[2-6] id="([^"]*)"|<pre class="rust rust-example-rendered">(.*?)</pre>"#,
            ),
            method: regex(r#"<section id="method\.(\w+)" class="method""#),
            tag: regex("<[^>]*>"),
            link: regex(r#"<(?:a|img|link)\b[^>]*?\s(?:href|src)="([^"]*)""#),
            place: regex(r#"\sid="([^"]*)""#),
        }
    }

    fn page<'t>(&self, name: &Path, text: &'t str) -> Page<'t> {
        let all = |pattern: &Regex| -> BTreeSet<&'t str> {
            let found = pattern.captures_iter(text);
            found
                .map(|found| found.get(1).expect("each pattern has a group").as_str())
                .collect()
        };
        Page {
            unresolved: all(&self.unresolved),
            links: all(&self.link),
            places: all(&self.place),
            without_example: self.without_example(name, text),
            without_heading: self.without_heading(name, text),
            elsewhere: all(&self.elsewhere).first().map(|path| follow(name, path)),
        }
    }

    /// Returns "the item" if the page of an item has no example; else its methods that no example
    /// uses.
    fn without_example(&self, name: &Path, text: &str) -> Vec<String> {
        let Some(own) = own_part(name, text) else {
            return Vec::new();
        };
        let examples: Vec<String> = self
            .example
            .captures_iter(own)
            .map(|found| self.tag.replace_all(&found[1], "").into_owned())
            .collect();
        if examples.is_empty() {
            return vec!["the item".to_owned()];
        }
        let is_used = |name: &str| {
            let mut words = examples
                .iter()
                .flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_')));
            words.any(|word| word == name)
        };
        let methods = self
            .method
            .captures_iter(own)
            .map(|found| found[1].to_owned());
        methods.filter(|method| !is_used(method)).collect()
    }

    /// Returns the first line of each example on the page of an item that has no heading, or one of
    /// [`NOT_OF_EXAMPLES`].
    fn without_heading(&self, name: &Path, text: &str) -> Vec<String> {
        let mut heading = "";
        let mut without = Vec::new();
        for part in self.part.captures_iter(own_part(name, text).unwrap_or("")) {
            if let Some(example) = part.get(2) {
                let is_other = NOT_OF_EXAMPLES
                    .iter()
                    .any(|other| heading.starts_with(other));
                if heading.is_empty() || is_other {
                    let example = self.tag.replace_all(example.as_str(), "");
                    without.push(example.lines().next().unwrap_or_default().to_owned());
                }
            } else {
                heading = part.get(1).map_or("", |id| id.as_str());
            }
        }
        without
    }
}

/// Returns the part of a page that speaks of its item alone; `None` if it is of no item. The
/// methods of a trait have their examples on the trait's page.
fn own_part<'t>(name: &Path, text: &'t str) -> Option<&'t str> {
    let file = name.file_name().unwrap_or_default().to_string_lossy();
    let is_item = file
        .split_once('.')
        .is_some_and(|(kind, _)| ITEMS.contains(&kind));
    if !is_item || text.contains("http-equiv=\"refresh\"") {
        return None;
    }
    text.split("id=\"trait-implementations\"").next()
}

/// Returns why a link on the page `name` leads nowhere. Links to other hosts are not followed.
fn broken(
    root: &Path,
    pages: &BTreeMap<&Path, Page<'_>>,
    name: &Path,
    link: &str,
) -> Option<&'static str> {
    if link.contains("://") || link.starts_with("javascript:") || link.starts_with("data:") {
        return None;
    }
    let (path, place) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => name.to_owned(),
        path => follow(name, path),
    };
    if !root.join(&target).is_file() {
        return Some("there is no such page");
    }
    // A page of source code is not among them: its lines are places that only its script knows.
    let mut page = pages.get(target.as_path())?;
    if let Some(elsewhere) = &page.elsewhere {
        let Some(next) = pages.get(elsewhere.as_path()) else {
            return Some("it leads on to no page");
        };
        page = next;
    }
    let known = place.is_empty() || page.places.contains(place);
    (!known).then_some("there is no such place on the page")
}

/// Returns the page to which `path` leads from the page `name`.
fn follow(name: &Path, path: &str) -> PathBuf {
    without_dots(&name.parent().unwrap_or(Path::new("")).join(path))
}

/// Returns `path` without its `..`.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}
