//! A reentrant lock can be taken again by the thread that holds it.
//!
//! Chapter 9: RLock.

use tl_examples::python;
use tl_locks::RLock;

fn main() {
    let lock = RLock::new();

    println!("First try : {}", python::boolean(lock.try_acquire()));
    println!("Second try: {}", python::boolean(lock.try_acquire()));
}
