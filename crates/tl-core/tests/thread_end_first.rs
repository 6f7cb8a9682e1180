//! The end of a thread when it was asked for before anything else in the process: before the
//! standard library has asked the C library for what it drops thread-locals with, where it needs
//! such a thing.
//!
//! No test harness, which would use thread-locals first.

use std::cell::RefCell;
use std::sync::Mutex;
use std::thread;

use tl_core::sys::ThreadEnd;

static SEEN: Mutex<Vec<&str>> = Mutex::new(Vec::new());

struct Note(&'static str);

impl Drop for Note {
    fn drop(&mut self) {
        // One that comes into being while the others are dropped.
        if self.0 == "early" {
            LATE.set(Some(Note("late")));
        }
        SEEN.lock().unwrap().push(self.0);
    }
}

thread_local! {
    static EARLY: RefCell<Option<Note>> = const { RefCell::new(None) };
    static LATE: RefCell<Option<Note>> = const { RefCell::new(None) };
}

static END: ThreadEnd = ThreadEnd::new(|| SEEN.lock().unwrap().push("end"));

fn main() {
    END.prepare().unwrap();
    for _ in 0..3 {
        thread::spawn(|| {
            END.arm().unwrap();
            EARLY.set(Some(Note("early")));
        })
        .join()
        .unwrap();
        let mut seen = SEEN.lock().unwrap();
        assert_eq!(*seen, ["early", "late", "end"]);
        seen.clear();
    }
    // As the test harness says it.
    println!("\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}
