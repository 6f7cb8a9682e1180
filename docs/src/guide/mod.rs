//! Threads in Rust for readers who know them from Python: thirteen chapters, each around one to
//! three programs of a tutorial for Python's `threading`, and a fourteenth around three programs
//! that hang or wait for long.
//!
//! | chapter | title | programs |
//! | --- | --- | --- |
//! | 1 | [Thread](chapter_01_thread) | `simple`, `simple_args` |
//! | 2 | [The current thread and its name](chapter_02_names) | `names`, `names_log` |
//! | 3 | [Daemon threads](chapter_03_daemon) | `daemon`, `daemon_join`, `daemon_join_timeout` |
//! | 4 | [Enumerating all threads](chapter_04_enumerate) | `enumerate` |
//! | 5 | [Subclassing Thread](chapter_05_subclass) | `subclass`, `subclass_args` |
//! | 6 | [Timer](chapter_06_timer) | `timer` |
//! | 7 | [Event](chapter_07_event) | `event` |
//! | 8 | [Lock](chapter_08_lock) | `lock`, `lock_noblock` |
//! | 9 | [RLock](chapter_09_rlock) | `lock_reacquire`, `rlock` |
//! | 10 | [Locks as context managers](chapter_10_with_lock) | `with_lock` |
//! | 11 | [Condition and Barrier](chapter_11_condition_barrier) | `condition`, `barrier`, `barrier_abort` |
//! | 12 | [Semaphore](chapter_12_semaphore) | `semaphore` |
//! | 13 | [Thread-local data](chapter_13_local) | `local`, `local_defaults` |
//! | 14 | [When it hangs](chapter_14_hang) | `deadlock`, `hang_at_exit`, `contention` |
//!
//! Beside the chapters: [signals and Ctrl-C](signals), and how a program ends in good order.
//!
//! The [table of names](crate::names) has every name of Python's `threading` with ours. If you
//! come from other locks for Rust, [*From `parking_lot` and `std`*](crate::from_rust) has theirs.
//!
//! # How to read a chapter
//!
//! The programs are files of the repository, `examples/src/bin/NAME.rs`;
//! `cargo run -p tl-examples --bin NAME` runs one. Below it stands what it printed in a recorded
//! run. Your run prints other times and addresses, and where threads run side by side, perhaps
//! another order of their lines; `cargo xtask verify` checks the rest.
//!
//! A picture shows the same run. Time runs downwards; every thread has a lane, and every line that
//! it printed is a mark in it. A solid line is a thread between two of its lines; a dotted line is
//! a thread that waits, which is recorded, or sleeps, which its output says.
//!
//! # Four differences that are everywhere
//!
//! **Ownership.** A thread may outlive the function that started it, so it can't borrow that
//! function's variables. Give it what it needs with `move`, share with [`Arc`](std::sync::Arc), use
//! a `static`, or start it in a [`scope`](tl_thread::scope), which ends after its threads.
//!
//! **No global interpreter lock.** Threads run at the same time, on all cores. What two of them
//! change must be behind a lock or be atomic. Otherwise the compiler rejects the program, so that a
//! forgotten lock is never a bug that you find later.
//!
//! **Results.** A call that raises an exception in Python returns a [`Result`] here, and one that
//! may have nothing to return, an [`Option`]. `main` in the programs returns a `Result` too, so
//! that `?` ends the program with the error.
//!
//! **Panics.** A panic ends its thread, as an uncaught exception does in Python. `join` returns it
//! as an error, and the [hook](tl_thread::set_excepthook) is called. Locks are released on the way,
//! and are not poisoned as those of the standard library are.

/// The source of an example, what it printed in a recorded run, and a picture of that run.
macro_rules! program {
    ($name:literal) => {
        concat!(
            "```rust,no_run\n",
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../examples/src/bin/",
                $name,
                ".rs"
            )),
            "```\n\nA run of it printed:\n\n```text\n",
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/timelines/",
                $name,
                ".txt"
            )),
            "```\n\n<div style=\"overflow-x:auto;margin:1em 0\">\n",
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/timelines/",
                $name,
                ".svg"
            )),
            "</div>\n\n"
        )
    };
}

pub mod chapter_01_thread;
pub mod chapter_02_names;
pub mod chapter_03_daemon;
pub mod chapter_04_enumerate;
pub mod chapter_05_subclass;
pub mod chapter_06_timer;
pub mod chapter_07_event;
pub mod chapter_08_lock;
pub mod chapter_09_rlock;
pub mod chapter_10_with_lock;
pub mod chapter_11_condition_barrier;
pub mod chapter_12_semaphore;
pub mod chapter_13_local;
pub mod chapter_14_hang;
pub mod signals;
