//! Timers that can be cancelled, as Python's
//! [`threading.Timer`](https://docs.python.org/3/library/threading.html#timer-objects): any number
//! of them on one thread.
//!
//! ```
//! use std::time::Duration;
//! use tl_timer::Timer;
//!
//! let late = Timer::new(Duration::from_secs(3600), || println!("this takes too long"));
//! late.start()?;
//! // ... the work that may take too long ...
//! assert!(late.cancel());
//! # Ok::<(), tl_thread::StartError>(())
//! ```
//!
//! # When to use it
//!
//! | you want | take |
//! | --- | --- |
//! | one call, later, unless it is cancelled | [`Timer::new`] |
//! | a call every so often, without drift | [`Timer::every`] |
//! | the same, until the function has enough, or after a pause that it chooses | [`Timer::repeat`] |
//! | a call once it has been quiet for a while | [`Timer::restart`], each time that it is not quiet |
//! | a call unless a part of the program is done by then | [`Timer::cancel_on_drop`] |
//! | a pause in the thread itself, which another can cut short | `Event::wait_timeout` of [`tl-event`] |
//! | to wait for something, but not for too long | the `_timeout` form of whatever you wait for |
//! | timers inside an asynchronous runtime | that runtime's own |
//!
//! # What a timer costs
//!
//! A pending timer looks like a [`Thread`](tl_thread::Thread): it is listed, has a name, is alive,
//! and can be joined. But it has no thread of the operating system. One thread, named
//! `timer-scheduler`, waits for the earliest of all pending timers; it exists while something is
//! pending and ten milliseconds longer, sleeps until something is due, and is neither listed nor
//! waited for. A pending timer takes about 400 bytes besides what its function holds. Starting and
//! cancelling take time that grows with the logarithm of the number of pending timers, at most.
//!
//! A timer that is due gets a fresh thread, so that its function has thread-locals of its own and
//! may block as long as it likes: no other timer waits for it, as long as no more than
//! [`MAX_RUNNING`] run at once. That thread is started some eighty microseconds ahead and waits,
//! awake, for the moment: so the call is seldom more than a few microseconds late when the machine
//! has a core to spare, and [`cancel`](Timer::cancel) prevents it until that moment. It is never
//! early.
//!
//! # What a call takes over
//!
//! Python makes the thread of a timer when the timer is started, so that thread takes over what the
//! starting thread has. Here the scheduler makes it, and gives it what the thread that called
//! [`start`](Timer::start) had at that moment:
//!
//! | | the thread of the call has |
//! | --- | --- |
//! | processors that it may run on, niceness, real-time priority, blocked signals | those of the thread that started the timer |
//! | daemon flag, name, stack size | the timer's |
//! | timer slack, and what else a thread of the system takes over | those of the thread that had to start a scheduler |
//! | the capture of what a test prints | none: see below |
//!
//! A process without privileges may lower the rank of a thread (its niceness or real-time
//! priority), but not raise it. So the scheduler has the rank of the main thread, or of the thread
//! that made it if that is higher, and it is replaced when a thread of a higher rank starts a
//! timer. The scheduler itself blocks all signals that can come from elsewhere. If the system does
//! not grant one of these things to the thread of a call, that thread has what the scheduler has.
//! Asking for all this is most of what [`start`](Timer::start) costs.
//!
//! `cargo test` captures what a test prints, in its thread and in those that it starts with the
//! standard library. The scheduler starts the thread of a call, so what the call prints is not
//! captured: the line is shown at once, even if the test passes. [`Timer::every`] and
//! [`Timer::repeat`] start a thread of their own from the thread that starts them, so what they
//! print is captured.
//!
//! # Deadlocks
//!
//! A function that waits for another timer's call (that joins it, or waits for an event that it
//! sets) holds one of [`MAX_RUNNING`] places while it waits. When all of them are taken by
//! functions that wait for timers which are due, but have no place, none of them ever goes on, and
//! no timer of the process fires any more, as in any pool of threads that wait for each other.
//! Start a thread for such a function; or let the second timer's function do what comes after it.
//!
//! # When threads are refused
//!
//! A stack of a size that no thread can have is refused by [`start`](Timer::start); one of more
//! than 64 MiB is tried there, with a thread that ends at once.
//!
//! If the operating system refuses the thread of a timer that is due, the timer stays pending, and
//! can be cancelled. It is tried again after a millisecond, then less and less often, down to four
//! times a second; where thousands are refused, all of them together no more than 4,000 times a
//! second. No other timer waits for that. The [excepthook](tl_thread::set_excepthook) is told, once
//! for each timer; it then runs on the scheduler's thread, so nothing fires while it does.
//!
//! # Clock and `fork`
//!
//! Time is that of the monotonic clock: setting the system's clock changes nothing. It stands still
//! while the machine is suspended.
//!
//! In a child process made by `fork` the timers that were started in the parent do not call: they
//! have ended there, and cannot be cancelled or restarted. New ones work as in any process. See
//! [*In a child made by `fork`*](tl_thread#in-a-child-made-by-fork).
//!
//! A signal handler must not start, restart or cancel a timer.
//! [A thread that learns of the signal](tl_core::door#in-a-signal-handler) may.
//!
//! # Platforms
//!
//! | | systems |
//! | --- | --- |
//! | tested | Linux on x86_64, i686 and aarch64 with glibc, and on x86_64 with musl; Windows on x86_64; programs that are linked statically; Linux on the portable door, which all systems but Linux and Android have |
//! | compiled | Windows with Microsoft's linker, macOS, FreeBSD, Android, Linux on ARM with 32 bits and on RISC-V |
//! | others | wherever Rust's standard library has threads, and the processor has atomic operations on 64 bits |
//!
//! It takes Rust 1.85 or newer. [`tl_core::sys`] lists what differs from system to system.
//!
//! Windows ends a timed wait with a tick of its clock, so a timer can be up to 16 milliseconds late
//! there.
//!
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by
// side.
#![cfg_attr(docsrs, doc = "[`tl-event`]: https://docs.rs/tl-event")]
#![cfg_attr(not(docsrs), doc = "[`tl-event`]: ../tl_event/index.html")]
// Lets the pages of its siblings link to those of this crate, whichever are built first;
// `cargo xtask docs` checks that.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

// First, so that its methods come first on the page of `Timer`.
mod timer;

mod every;
mod guard;
mod heap;
mod once;
mod origin;
mod repeat;
mod schedule;

pub use guard::CancelOnDrop;
pub use once::MAX_RUNNING;
pub use timer::Timer;
