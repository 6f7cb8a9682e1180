//! Chapter 5: instead of a subclass of `Thread`, write a type that is
//! [`Runnable`](tl_thread::Runnable).
//!
//! The trait has one method, `run`. [`Thread::from_runnable`](tl_thread::Thread::from_runnable)
//! makes a thread of such a value.
//!
#![doc = program!("subclass")]
//! # With arguments
//!
//! In Python `args` and `kwargs` are private to `Thread`, so a subclass stores its own. Here they
//! are the fields of the struct, each with its type.
//!
#![doc = program!("subclass_args")]
//! # What differs from Python
//!
//! - **A `Runnable` is not a thread; it is run by one.** Its name, its daemon flag and `join`
//!   belong to the [`Thread`](tl_thread::Thread), and no constructor of a base class can be
//!   forgotten.
//! - **`run` gets `&mut self`**: nobody else can touch the fields while it runs.
//!
//! # One step further
//!
//! [`spawn_runnable`](tl_thread::spawn_runnable) gives the struct back, with what `run` left in it:
//!
//! ```
//! use tl_thread::{Runnable, spawn_runnable};
//!
//! struct WordCount {
//!     text: &'static str,
//!     words: usize,
//! }
//!
//! impl Runnable for WordCount {
//!     fn run(&mut self) {
//!         self.words = self.text.split_whitespace().count();
//!     }
//! }
//!
//! let counted = spawn_runnable(WordCount { text: "to be or not to be", words: 0 });
//! assert_eq!(counted.join().unwrap().words, 6);
//! ```
//!
//! The next chapter: [6, Timer](super::chapter_06_timer).
