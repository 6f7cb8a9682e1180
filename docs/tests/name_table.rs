//! The table of names is complete: every public name of Python's `threading` stands in it once.

use std::collections::BTreeMap;

const TABLE: &str = include_str!("../src/names.rs");

/// `threading.__all__` of Python 3.14, besides the classes and exceptions, which are below with
/// their members.
const FUNCTIONS_AND_CONSTANTS: &[&str] = &[
    "active_count",
    "current_thread",
    "enumerate",
    "excepthook",
    "get_ident",
    "get_native_id",
    "getprofile",
    "gettrace",
    "main_thread",
    "setprofile",
    "setprofile_all_threads",
    "settrace",
    "settrace_all_threads",
    "stack_size",
    "TIMEOUT_MAX",
];

/// What the documentation of 3.14 describes beside `__all__`.
const DOCUMENTED_BESIDES: &[&str] = &["activeCount", "currentThread", "__excepthook__"];

/// The classes and exceptions of `threading.__all__`, each with what 3.14 documents of it: the
/// parameters of its constructor, its methods and attributes, and whether `with` takes it.
const CLASSES: &[Class] = &[
    Class {
        name: "Thread",
        parameters: &[
            "group", "target", "name", "args", "kwargs", "daemon", "context",
        ],
        members: &[
            "start",
            "run",
            "join",
            "name",
            "getName",
            "setName",
            "ident",
            "native_id",
            "is_alive",
            "daemon",
            "isDaemon",
            "setDaemon",
        ],
        with: false,
    },
    Class {
        name: "Timer",
        parameters: &["interval", "function", "args", "kwargs"],
        members: &["cancel"],
        with: false,
    },
    Class {
        name: "Lock",
        parameters: &[],
        members: &["acquire", "release", "locked"],
        with: true,
    },
    Class {
        name: "RLock",
        parameters: &[],
        members: &["acquire", "release", "locked"],
        with: true,
    },
    Class {
        name: "Condition",
        parameters: &["lock"],
        members: &[
            "acquire",
            "release",
            "locked",
            "wait",
            "wait_for",
            "notify",
            "notify_all",
            "notifyAll",
        ],
        with: true,
    },
    Class {
        name: "Semaphore",
        parameters: &["value"],
        members: &["acquire", "release"],
        with: true,
    },
    Class {
        name: "BoundedSemaphore",
        parameters: &["value"],
        members: &["acquire", "release"],
        with: true,
    },
    Class {
        name: "Event",
        parameters: &[],
        members: &["is_set", "isSet", "set", "clear", "wait"],
        with: false,
    },
    Class {
        name: "Barrier",
        parameters: &["parties", "action", "timeout"],
        members: &["wait", "reset", "abort", "parties", "n_waiting", "broken"],
        with: false,
    },
    Class {
        name: "ExceptHookArgs",
        parameters: &[],
        members: &["exc_type", "exc_value", "exc_traceback", "thread"],
        with: false,
    },
    Class {
        name: "local",
        parameters: &[],
        members: &[],
        with: false,
    },
    Class {
        name: "ThreadError",
        parameters: &[],
        members: &[],
        with: false,
    },
    Class {
        name: "BrokenBarrierError",
        parameters: &[],
        members: &[],
        with: false,
    },
];

struct Class {
    name: &'static str,
    parameters: &'static [&'static str],
    members: &'static [&'static str],
    with: bool,
}

fn python_names() -> Vec<String> {
    let mut names: Vec<String> = FUNCTIONS_AND_CONSTANTS
        .iter()
        .chain(DOCUMENTED_BESIDES)
        .map(|&name| name.to_owned())
        .collect();
    for class in CLASSES {
        names.push(class.name.to_owned());
        names.extend(
            class
                .parameters
                .iter()
                .map(|p| format!("{}({p})", class.name)),
        );
        names.extend(class.members.iter().map(|m| format!("{}.{m}", class.name)));
        names.extend(class.with.then(|| format!("with {}", class.name)));
    }
    names
}

/// A row of the tables of names: Python's name, ours, and what differs.
#[derive(Debug)]
struct Row {
    ours: String,
    differs: String,
}

/// Returns the rows by Python's name; `Err` is a name that has two.
fn rows(page: &str) -> Result<BTreeMap<String, Row>, String> {
    let (names, _errors) = page
        .split_once("//! # Errors\n")
        .expect("the table of errors ends the page");
    let mut rows = BTreeMap::new();
    for line in names.lines() {
        let Some(row) = line.strip_prefix("//! | `") else {
            continue;
        };
        let cells: Vec<&str> = row.split(" | ").collect();
        let [python, ours, differs] = cells[..] else {
            return Err(format!("{line} has not three cells"));
        };
        let name = python.trim_end_matches('`').to_owned();
        let row = Row {
            ours: ours.to_owned(),
            differs: differs.trim_end_matches('|').trim().to_owned(),
        };
        if rows.insert(name.clone(), row).is_some() {
            return Err(format!("{name} has two rows"));
        }
    }
    Ok(rows)
}

#[test]
fn every_name_of_python_has_one_row() {
    let rows = rows(TABLE).unwrap();
    let names = python_names();
    let missing: Vec<&String> = names
        .iter()
        .filter(|&name| !rows.contains_key(name))
        .collect();
    assert!(missing.is_empty(), "the table has no row for {missing:?}");
    let unknown: Vec<&String> = rows.keys().filter(|name| !names.contains(name)).collect();
    assert!(unknown.is_empty(), "Python has no {unknown:?}");
}

/// rustdoc checks that the links lead somewhere.
#[test]
fn every_row_links_to_ours_or_says_why_there_is_none() {
    for (name, row) in rows(TABLE).unwrap() {
        if row.ours == "left out" {
            assert!(
                !row.differs.is_empty(),
                "{name} is left out without a reason"
            );
        } else {
            assert!(
                row.ours.starts_with("[`") && row.ours.contains("](tl_"),
                "{name} does not link to ours: {}",
                row.ours
            );
        }
    }
}

#[test]
fn a_name_in_two_rows_is_noticed() {
    let twice = "//! | `Lock` | [`Lock`](tl_locks::Lock) | |\n\
                 //! | `Lock` | left out | why not |\n\
                 //! # Errors\n";
    assert_eq!(rows(twice).unwrap_err(), "Lock has two rows");
}
