//! Chapter 14: what to do when a program hangs.
//!
//! The program stands still, and you want to know which thread waits for what.
//! [`snapshot`](tl_inspect::snapshot) says so for every thread: in which operation it waits, since
//! when, where in the program it called that operation, and which thread holds what it waits for.
//! [`deadlocks`](tl_inspect::deadlocks) says which threads wait for each other in a circle.
//!
#![doc = program!("deadlock")]
//! # A program that does not end
//!
//! `main` has returned, but the process is still there: it waits for a thread that is no daemon. A
//! [`watch`](tl_inspect::watch) says for which thread, and where that thread waits.
//!
#![doc = program!("hang_at_exit")]
//! # From outside
//!
//! [`dump_on_signal`](tl_inspect::dump_on_signal) lets a program print all this when it gets a
//! signal such as `SIGQUIT`, which the terminal sends for `Ctrl-\`:
//!
//! ```no_run
//! const SIGQUIT: i32 = 3; // as `libc::SIGQUIT`
//! tl_inspect::dump_on_signal(SIGQUIT)?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Who holds a lock
//!
//! An [`RLock`](tl_locks::RLock) has an owner. A [`Lock`](tl_locks::Lock) and a
//! [`Mutex`](tl_locks::Mutex) have four bytes and no owner. If `tl-locks` is built with its feature
//! `owners`, it notes which thread holds each of them, and where that thread acquired it. The
//! feature makes each acquire and release slower, so switch it on to find a hang, and off again:
//!
//! ```toml
//! tl-locks = { version = "0.1", features = ["owners"] }
//! ```
//!
//! # Before it hangs
//!
//! Two threads that take two locks in opposite order hang once in a thousand runs, and rarely on
//! the machine of their author. With the feature `lock-order` of `tl-locks` it need not come to
//! that. The locks note which of them is wanted while which is held, and the first time that these
//! notes close a circle, a warning says so, whether or not anything waits:
//!
//! ```text
//! Lock order: 2 threads that do this at the same time can wait for each other forever
//!   "transfer" took A at src/bank.rs:41, and with it wanted B at src/bank.rs:42
//!   "refund" took B at src/bank.rs:97, and with it wanted A at src/bank.rs:98
//!   Here A is the lock at 0x55d0c8a4e010 and B is the lock at 0x55d0c8a4e018.
//!   Take them in the same order everywhere, or one at a time.
//! ```
//!
//! The warning goes through `log`; [`lock_orders`](tl_inspect::lock_orders) has all that were
//! found, and a [`watch`](tl_inspect::watch) reports them as it reports deadlocks. So switch the
//! feature on for the tests, if they take the locks in each order at least once:
//!
//! ```toml
//! [dev-dependencies]
//! tl-locks = { version = "0.1", features = ["lock-order"] }
//! ```
//!
//! [`tl_locks`](tl_locks#the-order-of-locks) says what counts as an order. These, for example, do
//! not: a try or a time limit, a further level of an `RLock`, two readers, two locks that are only
//! taken while a third lock is held.
//!
//! # Where the time goes
//!
//! A program that is slow rather than stuck waits, too. A recording has every wait of every thread;
//! its [`summary`](tl_inspect::trace::Trace::summary) says where the threads waited, how often and
//! for how long, and which threads held what they waited for.
//!
#![doc = program!("contention")]
//! The recording also has the order of events.
//! [`write_chrome`](tl_inspect::trace::Trace::write_chrome) writes a file that
//! [Perfetto](https://ui.perfetto.dev) opens, with a track for each thread and an arrow for each
//! wake-up, and [`write_svg`](tl_inspect::trace::Trace::write_svg) draws a picture. The page of
//! [`trace`](tl_inspect::trace) says what a recording costs.
//!
//! # What Python offers
//!
//! | Python | here |
//! | --- | --- |
//! | [`faulthandler.dump_traceback`](https://docs.python.org/3/library/faulthandler.html#faulthandler.dump_traceback) prints the stack of every thread | [`snapshot`](tl_inspect::snapshot) has no stacks, but says what each thread waits for, and which thread holds it |
//! | [`faulthandler.dump_traceback_later`](https://docs.python.org/3/library/faulthandler.html#faulthandler.dump_traceback_later) prints them after a time | [`watch`](tl_inspect::watch) reports deadlocks, long waits, and an end that does not come |
//! | [`faulthandler.register`](https://docs.python.org/3/library/faulthandler.html#faulthandler.register) prints them at a signal | [`dump_on_signal`](tl_inspect::dump_on_signal) |
//! | nothing says which thread holds a `Lock` | the feature `owners` |
//! | nothing says that two locks are taken in opposite order | the feature `lock-order` |
//! | nothing records waits; [`sys.setprofile`](https://docs.python.org/3/library/sys.html#sys.setprofile) sees the calls | [`trace`](tl_inspect::trace) |
//!
//! That was the last chapter. The [table of names](crate::names) has the rest of Python's
//! `threading`.
