//! Names of threads, and the records that hold them.
//!
//! | thread | its name |
//! | --- | --- |
//! | the main thread: the one on which the operating system started the process | `MainThread` |
//! | one that was given a name | that one |
//! | one that was given none | `Thread-1`, `Thread-2`, …, in the order in which they were made |
//! | one that the library did not start, from its first call on | its name in the standard library, else `Dummy-1`, `Dummy-2`, … |
//!
//! as in Python (<https://docs.python.org/3/library/threading.html#threading.Thread.name>). A name
//! can be changed at any time, by any thread. The log shows the new one at once, and so does the
//! operating system (its first 15 bytes; see [`sys::os_name_form`](crate::sys::os_name_form)).
//!
//! A program asks for its own name, [`current_name`] or [`with_current_name`]. [`ThreadRecord`] is
//! for libraries that start threads.
//!
//! | file | what it has |
//! | --- | --- |
//! | `text.rs` | a name that was given, or a default one |
//! | `record.rs` | the record of a thread: its identity, its name, and what the operating system hears of it |
//! | `own.rs` | what is known of records: that of the main thread; and in each thread its own, and its name |
//! | `forked.rs` | the records around a `fork` |
//! | `made.rs` | how records are made: for new threads, and for the main thread |
//! | `current.rs` | the calling thread's record and its name |

// First, so that its methods come first on the page of `ThreadRecord`.
mod made;

mod current;
#[cfg(not(loom))]
mod forked;
mod own;
mod record;
mod text;

/// The model checker has no forks.
#[cfg(loom)]
mod forked {
    pub(super) fn be_ready() {}
}

pub use current::{current_name, with_current_name};
pub use record::ThreadRecord;
