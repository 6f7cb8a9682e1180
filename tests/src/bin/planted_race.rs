//! Has a race on purpose: two threads add to a number that nothing guards. `cargo xtask tsan` runs
//! this program under ThreadSanitizer and expects the race to be found, which shows that the set-up
//! finds races at all.

use std::cell::UnsafeCell;
use std::thread;

struct Unguarded(UnsafeCell<u64>);

// SAFETY: there is no reason why this would be sound. The race is the purpose of the program, which
// does nothing else.
unsafe impl Sync for Unguarded {}

static NUMBER: Unguarded = Unguarded(UnsafeCell::new(0));

fn add() {
    for _ in 0..1000 {
        // SAFETY: none, as above.
        unsafe { *NUMBER.0.get() += 1 };
    }
}

fn main() {
    let other = thread::spawn(add);
    add();
    other.join().expect("adding does not panic");
    // SAFETY: the other thread has been joined.
    println!("{}", unsafe { *NUMBER.0.get() });
}
