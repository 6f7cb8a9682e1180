//! A record takes no memory once its thread has made one.

#![cfg(all(feature = "logging", not(loom)))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::thread;
use std::time::Duration;

use log::{Level, Log, Record};
use tl_core::logging::{BasicConfig, Logger};

const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of the same method.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc`, and so from the system's allocator, with this
        // layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

fn log(logger: &Logger, number: usize) {
    let mut record = Record::builder();
    record
        .level(Level::Error)
        .target("net")
        .file(Some("src/net.rs"))
        .line(Some(7));
    logger.log(
        &record
            .args(format_args!("record {number:>4} of {}", "many"))
            .build(),
    );
}

#[test]
fn a_record_of_all_fields_takes_no_memory_after_the_first() {
    let format = "%(asctime)s %(created).3f %(filename)s %(levelname)-8s %(levelno)05d %(lineno)x %(message)-80.60s \
                  %(module)10s %(msecs)03d %(msecs)g %(name)s %(pathname)s %(process)d %(relativeCreated)12.1f \
                  %(thread)#x %(threadName)s %(created)e %(created)s";
    let logger = BasicConfig::new()
        .format(format)
        .file(NOWHERE)
        .build()
        .unwrap();
    assert!(
        allocations(|| log(&logger, 0)) > 0,
        "the first one needs its line"
    );
    // A new second, whose date is written into the memory of the old one.
    thread::sleep(Duration::from_millis(1100));
    let count = allocations(|| (1..1000).for_each(|number| log(&logger, number)));
    assert_eq!(count, 0);
}

#[test]
fn a_record_that_is_not_logged_takes_no_memory() {
    let logger = BasicConfig::new()
        .level(log::LevelFilter::Off)
        .file(NOWHERE)
        .build()
        .unwrap();
    assert_eq!(allocations(|| log(&logger, 0)), 0);
}
