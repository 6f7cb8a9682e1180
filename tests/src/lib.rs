//! Tests that cross the crates. This library holds the programs of the README, which are compiled as its doctests.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
