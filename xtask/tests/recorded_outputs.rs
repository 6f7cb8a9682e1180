//! The outputs recorded for the tutorial's programs are accepted by the goldens.

mod common;

use std::collections::BTreeSet;

use common::{accepts, golden_names, recorded, recorded_names};
use xtask::{examples, workspace};

#[test]
fn every_example_has_a_recorded_output_and_a_golden() {
    let names: BTreeSet<String> = recorded_names().into_iter().collect();
    assert_eq!(names.len(), 23);
    // Those that the tutorial does not have.
    let ours = ["contention", "deadlock", "hang_at_exit"].map(str::to_owned);
    let all: BTreeSet<String> = names.into_iter().chain(ours).collect();
    assert_eq!(all, golden_names());
    let examples = examples::names(&workspace::root()).expect("the examples are there");
    assert_eq!(all, examples.into_iter().collect());
}

#[test]
fn every_recorded_output_is_accepted() {
    for name in recorded_names() {
        accepts(&name, &recorded(&name));
    }
}

#[test]
fn the_newline_at_the_end_is_no_line() {
    for name in recorded_names() {
        accepts(&name, recorded(&name).trim_end_matches('\n'));
    }
}
