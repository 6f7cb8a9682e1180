//! What `cargo xtask docs` notices: links that lead nowhere, and what was meant as a link.

use std::fs;
use std::path::PathBuf;

use xtask::docs::look;

/// A folder of pages, which is gone with it.
struct Pages(PathBuf);

impl Pages {
    fn new(name: &str, pages: &[(&str, &str)]) -> Self {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
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
                r##"<h2 id="top">One</h2><a href="#top">up</a> <a class="struct" href="../two/struct.S.html#method.new">S</a>
                <a href="../two/private/struct.S.html#method.new">S</a> <a href="https://docs.rs/no/such">elsewhere</a>
                <a class="src" href="../src/one/lib.rs.html#1-7">Source</a> <code>[u8]</code>"##,
            ),
            (
                "two/struct.S.html",
                r#"<section id="method.new">new</section>"#,
            ),
            (
                "two/private/struct.S.html",
                r#"<meta http-equiv="refresh" content="0;URL=../../two/struct.S.html">"#,
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
                r##"<a href="#nothing">a</a> <a class="mod" href="../two/index.html">b</a> <a href="struct.S.html#method.old">c</a>
                <a href="tl_thread::Thread">d</a> see [<code>Thread</code>] <img src="no.svg">
                <a href="moved.html#there">e</a> <a href="lost.html">f</a>"##,
            ),
            (
                "one/struct.S.html",
                r#"<section id="method.new">new</section>"#,
            ),
            (
                "one/moved.html",
                r#"<meta http-equiv="refresh" content="0;URL=struct.S.html">"#,
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
        "one/index.html: struct.S.html#method.old: there is no such place on the page",
        "one/index.html: tl_thread::Thread: there is no such page",
    ];
    assert_eq!(look(&pages.0).unwrap(), expected);
}
