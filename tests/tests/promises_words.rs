//! One vocabulary: whatever can take long has the same four forms in every crate, `x`, `try_x`,
//! `x_timeout` and `x_deadline`, and a name that ends otherwise has its reason here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// `tl-inspect` has no such methods, but says of others what they waited for.
const CRATES: [&str; 8] = [
    "tl-barrier",
    "tl-condition",
    "tl-event",
    "tl-local",
    "tl-locks",
    "tl-semaphore",
    "tl-thread",
    "tl-timer",
];

/// A method that begins with one of these must have a form that tries.
const TRIED: [&str; 6] = [
    "acquire",
    "lock",
    "permit",
    "read",
    "upgradable_read",
    "write",
];

/// Names that end like a form and are none, or that break the rule for a reason.
const OTHERS: [(&str, &str, &str); 5] = [
    (
        "tl-barrier",
        "with_timeout",
        "makes a barrier whose waits have this timeout",
    ),
    (
        "tl-condition",
        "wait_for",
        "Python's, with what is waited for",
    ),
    (
        "tl-condition",
        "wait_until",
        "deprecated: the contrary of `wait_while`",
    ),
    (
        "tl-condition",
        "wait_until_deadline",
        "deprecated, as `wait_until`",
    ),
    (
        "tl-condition",
        "wait_until_timeout",
        "deprecated, as `wait_until`",
    ),
];

/// The methods of one file: those that are public, and those of public traits, which `lock_api`'s
/// types have besides their own.
#[derive(Default)]
struct Methods {
    own: BTreeSet<String>,
    of_traits: BTreeSet<String>,
}

fn methods(source: &str) -> Methods {
    let mut methods = Methods::default();
    let mut in_trait = false;
    for line in source.lines() {
        if line.starts_with("pub trait ") {
            in_trait = true;
        } else if line.starts_with('}') {
            in_trait = false;
        }
        let words = line.trim_start();
        let public = words
            .strip_prefix("pub fn ")
            .or_else(|| words.strip_prefix("pub const fn "));
        let name = |rest: &str| rest.split(['(', '<']).next().unwrap_or_default().to_owned();
        match (public, words.strip_prefix("fn ")) {
            (Some(rest), _) => drop(methods.own.insert(name(rest))),
            (None, Some(rest)) if in_trait => drop(methods.of_traits.insert(name(rest))),
            _ => {}
        }
    }
    methods
}

/// Returns which forms the methods of one file lack, and which names are no form.
fn deviations(of: &str, methods: &Methods) -> Vec<String> {
    let Methods { own, of_traits } = methods;
    let is_other = |name: &str| OTHERS.iter().any(|other| (other.0, other.1) == (of, name));
    let mut deviations = Vec::new();
    for name in own.union(of_traits).filter(|name| !is_other(name)) {
        if name.ends_with("_for") || name.ends_with("_until") {
            deviations.push(format!("{of}: {name} is no form"));
        }
        let is_there = |form: &String| own.contains(form) || of_traits.contains(form);
        let is_timed = [("_timeout", "_deadline"), ("_deadline", "_timeout")];
        for (end, other) in is_timed {
            let Some(plain) = name.strip_suffix(end) else {
                continue;
            };
            let mut forms = vec![format!("{plain}{other}")];
            if own.contains(name) {
                forms.push(plain.to_owned());
                if TRIED.iter().any(|tried| plain.starts_with(tried)) {
                    forms.push(format!("try_{plain}"));
                }
            }
            let missing = forms.iter().filter(|form| !is_there(form));
            deviations.extend(missing.map(|form| format!("{of}: {name}, but no {form}")));
        }
    }
    deviations
}

/// Returns the sources in a folder and in its folders.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn whatever_takes_long_has_the_same_forms_everywhere() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let (mut all, mut timed) = (Vec::new(), 0);
    for name in CRATES {
        for source in sources(&crates.join(name).join("src")) {
            let methods = methods(&fs::read_to_string(source).unwrap());
            let names = methods.own.union(&methods.of_traits);
            timed += names.filter(|name| name.ends_with("_timeout")).count();
            all.extend(deviations(name, &methods));
        }
    }
    assert_eq!(all, [""; 0]);
    assert!(
        timed >= 30,
        "only {timed} methods with a timeout were found"
    );
}

#[test]
fn a_deviation_is_noticed() {
    let source = "pub fn acquire_timeout(\n\
                  pub fn wait_for<T>(\n\
                  pub trait AnyExt {\n    fn read_deadline(&self);\n}\n\
                  fn private_until()";
    assert_eq!(
        deviations("tl-locks", &methods(source)),
        [
            "tl-locks: acquire_timeout, but no acquire_deadline",
            "tl-locks: acquire_timeout, but no acquire",
            "tl-locks: acquire_timeout, but no try_acquire",
            "tl-locks: read_deadline, but no read_timeout",
            "tl-locks: wait_for is no form",
        ]
    );
    assert_eq!(
        deviations("tl-condition", &methods("pub fn wait_for(")),
        [""; 0]
    );
}
