//! Generated mutations of the recorded outputs are rejected, except those that a golden cannot tell
//! from a legal run, which a table lists.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use common::{golden, recorded, recorded_names, text};
use regex::Regex;
use xtask::golden::Golden;

/// The swaps that a golden can't tell from a legal run, and the outputs that offer nothing to swap,
/// each with the reason.
const SWAPS_NOT_TOLD: [(&str, &str); 7] = [
    (
        "lock: `(Thread-1  ) Sleeping 0.80` with `(Thread-1  ) Sleeping 0.63`",
        "both times are random",
    ),
    (
        "lock: `(Thread-2  ) Sleeping 0.70` with `(Thread-2  ) Sleeping 0.01`",
        "both times are random",
    ),
    ("simple: nothing", "the lines are all the same"),
    ("simple_args: nothing", "each thread prints one line"),
    ("subclass: nothing", "each thread prints one line"),
    ("subclass_args: nothing", "each thread prints one line"),
    ("with_lock: nothing", "each thread prints one line"),
];

/// The lines that can't be given to another thread, because they don't show which thread printed
/// them.
const THREAD_NOT_SHOWN: [(&str, &str); 6] = [
    ("simple: `Worker`", "the program prints no names"),
    ("lock_reacquire: `First try : True`", "there is one thread"),
    ("lock_reacquire: `Second try: False`", "there is one thread"),
    ("rlock: `First try : True`", "there is one thread"),
    ("rlock: `Second try: True`", "there is one thread"),
    (
        "daemon_join_timeout: `d.is_alive() True`",
        "printed, not logged: the tutorial prints it without a name",
    ),
];

#[test]
fn a_dropped_line_is_rejected() {
    for name in recorded_names() {
        let (golden, output) = (golden(&name), recorded(&name));
        let lines: Vec<&str> = output.lines().collect();
        for dropped in 0..lines.len() {
            let mut mutant = lines.clone();
            mutant.remove(dropped);
            assert_rejected(&golden, &name, &mutant);
        }
    }
}

#[test]
fn a_doubled_line_is_rejected_wherever_the_second_stands() {
    for name in recorded_names() {
        let (golden, output) = (golden(&name), recorded(&name));
        let lines: Vec<&str> = output.lines().collect();
        for doubled in 0..lines.len() {
            for place in doubled..=lines.len() {
                let mut mutant = lines.clone();
                mutant.insert(place, lines[doubled]);
                assert_rejected(&golden, &name, &mutant);
            }
        }
    }
}

#[test]
fn two_swapped_lines_of_one_thread_are_rejected() {
    let mut not_told = BTreeSet::new();
    for name in recorded_names() {
        let (golden, output) = (golden(&name), recorded(&name));
        let lines: Vec<&str> = output.lines().collect();
        let mut swaps = 0;
        for (first, second) in pairs(lines.len()) {
            let (a, b) = (lines[first], lines[second]);
            if printed_by(a) != printed_by(b) || a == b {
                continue;
            }
            swaps += 1;
            let mut mutant = lines.clone();
            mutant.swap(first, second);
            if golden.check(&text(&mutant)).is_ok() {
                not_told.insert(format!("{name}: `{a}` with `{b}`"));
            }
        }
        if swaps == 0 {
            not_told.insert(format!("{name}: nothing"));
        }
    }
    assert_is_table(&not_told, &SWAPS_NOT_TOLD);
}

#[test]
fn a_line_given_to_another_thread_is_rejected() {
    let mut not_shown = BTreeSet::new();
    for name in recorded_names() {
        let (golden, output) = (golden(&name), recorded(&name));
        let lines: Vec<&str> = output.lines().collect();
        let shown: BTreeSet<&str> = lines
            .iter()
            .filter_map(|line| Some(&line[shown_name(line)?]))
            .collect();
        for (place, line) in lines.iter().enumerate() {
            let Some(span) = shown_name(line) else {
                not_shown.insert(format!("{name}: `{line}`"));
                continue;
            };
            let others: Vec<_> = shown
                .iter()
                .filter(|other| **other != &line[span.clone()])
                .collect();
            assert!(
                !others.is_empty(),
                "{name}: there is another thread to give `{line}` to"
            );
            for other in others {
                let mut mutant = lines.clone();
                let given = format!("{}{other}{}", &line[..span.start], &line[span.end..]);
                mutant[place] = &given;
                assert_rejected(&golden, &name, &mutant);
            }
        }
    }
    assert_is_table(&not_shown, &THREAD_NOT_SHOWN);
}

#[track_caller]
fn assert_rejected(golden: &Golden, name: &str, mutant: &[&str]) {
    let mutant = text(mutant);
    assert!(
        golden.check(&mutant).is_err(),
        "{name} must reject:\n{mutant}"
    );
}

/// Returns all pairs of places below `len`, the smaller first.
fn pairs(len: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..len).flat_map(move |first| (first + 1..len).map(move |second| (first, second)))
}

/// Returns where the name of a thread stands in `line`, with the blanks that pad it.
fn shown_name(line: &str) -> Option<Range<usize>> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        let logged = r"^(?:\[DEBUG\] |[-0-9]+ [:,0-9]+ )?\(([^()]+)\) ";
        let printed = r"^([-\w]+) (?:[Ss]tarting|Exiting|waiting|after|aborting)";
        let numbered = r"^Worker: ([0-4])$";
        Regex::new(&format!("{logged}|{printed}|{numbered}")).expect("a constant pattern")
    });
    let found = NAME.captures(line)?;
    found
        .iter()
        .skip(1)
        .flatten()
        .map(|name| name.range())
        .next()
}

/// Returns the thread that printed `line`: the one that it shows, but for what the main thread
/// prints.
fn printed_by(line: &str) -> &str {
    match shown_name(line) {
        Some(_) if line.ends_with(" starting") && !line.starts_with('(') => "MainThread",
        Some(name) => &line[name],
        None => "MainThread",
    }
}

#[track_caller]
fn assert_is_table(found: &BTreeSet<String>, table: &[(&str, &str)]) {
    let table: BTreeMap<&str, &str> = table.iter().copied().collect();
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    for untold in &found {
        assert!(
            table.contains_key(untold),
            "not told, and not in the table: {untold}"
        );
    }
    for (entry, reason) in &table {
        assert!(found.contains(entry), "no longer true: {entry} ({reason})");
    }
}
