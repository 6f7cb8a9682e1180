//! The atomics that the primitives are made of: those of `std`, or, under `--cfg loom`, those of
//! the model checker.
//!
//! Every word on which a protocol runs comes from here, so that what the model checker explores is
//! the source that ships. The model checker is [loom](https://docs.rs/loom).

#[cfg(loom)]
pub use loom::{cell::Cell, sync::atomic};
#[cfg(not(loom))]
#[doc(no_inline)]
pub use std::{cell::Cell, sync::atomic};
