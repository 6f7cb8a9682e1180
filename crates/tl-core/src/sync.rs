//! The atomics that the primitives are made of: those of `std`, or, under `--cfg loom`, those of the model checker.
//!
//! Every word on which a protocol runs comes from here, so that what the model checker explores is the source that ships.

#[cfg(loom)]
pub use loom::sync::atomic;
#[cfg(not(loom))]
pub use std::sync::atomic;
