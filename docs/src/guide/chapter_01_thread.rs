//! Chapter 1: a [`Thread`](tl_thread::Thread) runs a function beside the rest of the program.
//!
//! [`Thread::new`](tl_thread::Thread::new) takes the function, [`start`](tl_thread::Thread::start)
//! runs it in a new thread. Nothing in `main` has to wait for it: the program ends when all its
//! threads have ended.
//!
#![doc = program!("simple")]
//! # Arguments
//!
//! There is no `args` and no `kwargs`. A closure calls the function and brings the arguments along;
//! `move` makes them its own.
//!
#![doc = program!("simple_args")]
//! # What differs from Python
//!
//! - **The five run at once.** Without an interpreter lock nothing keeps them in order, so the
//!   lines of `simple_args` come in any order.
//! - **`start` can fail.** It returns a [`StartError`](tl_thread::StartError): the thread was
//!   started before, or the system has no thread to give. Python raises `RuntimeError` for both.
//! - **What a thread uses, it owns.** Without `move` the closure would borrow `number`, which may
//!   be gone while the thread still runs. The compiler does not accept that:
//!
//! ```compile_fail,E0373
//! use tl_thread::Thread;
//!
//! for number in 0..5 {
//!     Thread::new(|| println!("Worker: {number}")).start().unwrap();
//! }
//! ```
//!
//! # One step further
//!
//! A thread in Python has no result. [`spawn`](tl_thread::spawn) starts one that has, and its
//! `join` returns it:
//!
//! ```
//! let sum = tl_thread::spawn(|| (1..=100).sum::<u32>());
//! assert_eq!(sum.join().unwrap(), 5050);
//! ```
//!
//! In a [`scope`](tl_thread::scope) threads may borrow, since none of them outlives it:
//!
//! ```
//! let numbers = [1, 2, 3, 4];
//! let (left, right) = numbers.split_at(2);
//! let sum: u32 = tl_thread::scope(|scope| {
//!     let halves = [left, right].map(|half| scope.spawn(|| half.iter().sum::<u32>()));
//!     halves.into_iter().map(|half| half.join().unwrap()).sum()
//! });
//! assert_eq!(sum, 10);
//! ```
//!
//! The next chapter: [2, names](super::chapter_02_names).
