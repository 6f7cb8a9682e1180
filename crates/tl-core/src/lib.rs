//! What the threading crates share: identities and names of threads, logging with thread names, and the door, the one
//! place where a thread is put to sleep.

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
