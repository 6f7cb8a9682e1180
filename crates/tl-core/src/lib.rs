//! What the threading crates share: identities and names of threads, logging with thread names, and the door, the one
//! place where a thread is put to sleep.
//!
//! # Feature flags
//!
//! | feature | by default | what it brings |
//! | --- | --- | --- |
//! | `logging` | on | the module `logging` and what it rests on: `log`, `env_filter`, `jiff`, `simple_logger` |
//!
//! The sibling crates do without it, so that none of them brings a logger. Without it this crate rests on `libc` and
//! `crossbeam-utils` alone: `tl-core = { version = "…", default-features = false }`.
// So that the pages of its siblings find those of this crate, whichever are made first; `cargo xtask docs` sees to it.
#![doc(html_root_url = "../")]

mod ident;

pub mod door;
#[cfg(feature = "logging")]
pub mod logging;
#[cfg(loom)]
pub mod model;
pub mod names;
#[cfg(sanitize_thread)]
pub mod sanitized;
pub mod sync;
pub mod sys;

pub use ident::{ThreadIdent, current_ident};
pub use names::{current_name, with_current_name};
