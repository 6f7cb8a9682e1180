//! What `cargo xtask docs` notices: links that lead nowhere, what was meant as a link, what is in
//! no example, and examples without a heading.

use std::fs;
use std::path::PathBuf;

use xtask::docs::look;

/// A folder of pages, which is gone with it.
struct Pages(PathBuf);

impl Pages {
    fn new(name: &str, pages: &[(&str, &str)]) -> Self {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{name}-{}", std::process::id()));
        for (page, text) in pages {
            let path = root.join(page);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(root)
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn links_that_lead_somewhere_are_well() {
    let pages = Pages::new(
        "docs-well",
        &[
            (
                "one/index.html",
                r##"<h2 id="top">One</h2><a href="#top">up</a> <a class="struct" href="../two/s.html#method.new">S</a>
                <a href="../two/private/s.html#method.new">S</a> <a href="https://docs.rs/no/such">elsewhere</a>
                <a class="src" href="../src/one/lib.rs.html#1-7">Source</a> <code>[u8]</code>"##,
            ),
            ("two/s.html", r#"<section id="method.new">new</section>"#),
            (
                "two/private/s.html",
                r#"<meta http-equiv="refresh" content="0;URL=../../two/s.html">"#,
            ),
            (
                "src/one/lib.rs.html",
                r#"<a href="nowhere.html">not looked at</a>"#,
            ),
        ],
    );
    assert_eq!(look(&pages.0).unwrap(), [""; 0]);
}

#[test]
fn each_way_to_be_broken_is_noticed() {
    let pages = Pages::new(
        "docs-broken",
        &[
            (
                "one/index.html",
                r##"<a href="#nothing">a</a> <a class="mod" href="../two/index.html">b</a> <a href="s.html#method.old">c</a>
                <a href="tl_thread::Thread">d</a> see [<code>Thread</code>] <img src="no.svg">
                <a href="moved.html#there">e</a> <a href="lost.html">f</a>"##,
            ),
            ("one/s.html", r#"<section id="method.new">new</section>"#),
            (
                "one/moved.html",
                r#"<meta http-equiv="refresh" content="0;URL=s.html">"#,
            ),
            (
                "one/lost.html",
                r#"<meta http-equiv="refresh" content="0;URL=gone.html">"#,
            ),
        ],
    );
    let expected = [
        "one/index.html: #nothing: there is no such place on the page",
        "one/index.html: ../two/index.html: there is no such page",
        "one/index.html: [<code>Thread</code>] was meant as a link",
        "one/index.html: lost.html: it leads on to no page",
        "one/index.html: moved.html#there: there is no such place on the page",
        "one/index.html: no.svg: there is no such page",
        "one/index.html: s.html#method.old: there is no such place on the page",
        "one/index.html: tl_thread::Thread: there is no such page",
    ];
    assert_eq!(look(&pages.0).unwrap(), expected);
}

#[test]
fn what_no_example_uses_is_noticed() {
    let example = r#"<h2 id="examples"></h2><pre class="rust rust-example-rendered"><code>S::<span class="number">new</span>()</code></pre>"#;
    let methods = r#"<section id="method.new" class="method">new</section><section id="method.renew" class="method">renew</section>"#;
    let of_a_trait = r#"<h2 id="trait-implementations"></h2><section id="method.fmt" class="method trait-impl">fmt</section>"#;
    let pages = Pages::new(
        "docs-examples",
        &[
            (
                "one/struct.S.html",
                &format!("{example}{methods}{of_a_trait}"),
            ),
            ("one/fn.f.html", "f"),
            ("one/index.html", "a module needs none"),
        ],
    );
    let expected = [
        "one/fn.f.html: the item is in no example",
        "one/struct.S.html: renew is in no example",
    ];
    assert_eq!(look(&pages.0).unwrap(), expected);
}

#[test]
fn an_example_without_a_heading_is_noticed() {
    let example = |line: &str| {
        format!(r#"<pre class="rust rust-example-rendered"><code>{line};</code></pre>"#)
    };
    let headed = |id: &str, line: &str| format!(r#"<h5 id="{id}"></h5>{}"#, example(line));
    let docs = [
        example("S::bare()"),
        headed("errors-2", "S::after_errors()"),
        headed("blocking", "S::after_blocking()"),
        headed("examples-1", "S::headed()"),
        headed("mistakes-that-do-not-compile", "S::mistake()"),
    ];
    let page: String = docs
        .iter()
        .map(|docs| format!(r#"<div class="docblock">{docs}</div>"#))
        .collect();
    let pages = Pages::new("docs-headings", &[("one/struct.S.html", &page)]);
    let expected = [
        "one/struct.S.html: the example that begins `S::after_blocking();` has no heading",
        "one/struct.S.html: the example that begins `S::after_errors();` has no heading",
        "one/struct.S.html: the example that begins `S::bare();` has no heading",
    ];
    assert_eq!(look(&pages.0).unwrap(), expected);
}
