//! A lock can't be taken twice, not even by the thread that holds it.
//!
//! Chapter 9: RLock. To acquire it a second time would wait forever, so both are tries.

use tl_examples::python;
use tl_locks::Lock;

fn main() {
    let lock = Lock::new();

    println!("First try : {}", python::boolean(lock.try_acquire()));
    println!("Second try: {}", python::boolean(lock.try_acquire()));
}
