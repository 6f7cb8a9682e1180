//! Chapter 13: a [`Local<T>`](tl_local::Local) has a value for each thread.
//!
//! What one thread sets, no other sees. A thread that has set no value has none.
//!
#![doc = program!("local")]
//! # With a first value
//!
//! Python's way to a first value is a subclass whose `__init__` is called in each thread. Here it
//! is a function, called in each thread at first use.
//!
#![doc = program!("local_defaults")]
//! # What differs from Python
//!
//! - **One value with a type**, not attributes that come and go. For several, let `T` be a struct.
//! - **`get` returns an `Option`** and a copy. [`with`](tl_local::Local::with) and
//!   [`with_mut`](tl_local::Local::with_mut) lend the value itself, to a closure: a reference could
//!   outlive the thread.
//! - **A value ends with its thread**, before `join` returns, or with the `Local`; each is dropped
//!   once, in its own thread if that ends first.
//! - **An initialiser may run in any thread**, so it is `Send` and `Sync`; one that panics leaves
//!   nothing set.
//!
//! # One step further
//!
//! The exclusive owner of a `Local` can collect what the threads have left in it, as long as they
//! live:
//!
//! ```
//! use tl_local::Local;
//!
//! let mut counts = Local::with_init(|| 0_u32);
//! counts.with_mut(|count| *count.unwrap() += 1);
//! let mut total = 0;
//! counts.for_each_mut(|count| total += *count);
//! assert_eq!(total, 1);
//! ```
//!
//! For a plain static, [`thread_local!`](std::thread_local) of the standard library is enough.
//!
//! The next chapter: [14, when it hangs](super::chapter_14_hang).
