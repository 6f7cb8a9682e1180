//! Timers that can be cancelled, as Python's
//! [`threading.Timer`](https://docs.python.org/3/library/threading.html#timer-objects): any number of them on one
//! thread.
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
//! | a pause in the thread itself, which another can cut short | `Event::wait_timeout` of [`tl-event`] |
//! | to wait for something, but not for too long | the `_timeout` form of whatever you wait for |
//! | timers inside an asynchronous runtime | that runtime's own |
//!
//! # What a timer costs
//!
//! A pending timer is a [`Thread`](tl_thread::Thread) to everybody who asks: it is listed, named, alive, and can be
//! joined. But it has no thread of the operating system. One thread, named `timer-scheduler`, waits for the earliest
//! of all pending timers; it exists while something is pending and ten milliseconds longer, sleeps until something is
//! due, and is neither listed nor waited for. A pending timer takes about 400 bytes besides what its function holds.
//! Starting and cancelling take time that grows with the logarithm of the number of pending timers, at most.
//!
//! A timer that is due gets a fresh thread, so that its function has thread-locals of its own and may block as long
//! as it likes: no other timer waits for it, as long as no more than [`MAX_RUNNING`] run at once. That thread is
//! started some eighty microseconds ahead and waits, awake, for the moment: so the call is seldom more than a few
//! microseconds late when the machine has a core to spare, and [`cancel`](Timer::cancel) prevents it until that
//! moment. It is never early.
//!
//! # When threads are refused
//!
//! If the operating system refuses the thread of a timer that is due, the timer stays pending, and can be cancelled.
//! It is tried again after a millisecond, then less and less often, down to four times a second; nothing fires until then,
//! and those that are due meanwhile go first. The
//! [excepthook](tl_thread::set_excepthook) hears of it, once for each timer; it runs on the scheduler's thread then,
//! so nothing fires while it does.
//!
//! # Clock and `fork`
//!
//! Time is that of the monotonic clock: setting the system's clock changes nothing. It stands still while the machine
//! is suspended.
//!
//! In a child process made by `fork` timers do not fire, neither those that were pending nor new ones: the scheduler's
//! thread is not there.
//!
//! Linux only.
//!
// The pages of its siblings: on docs.rs each has an address of its own, elsewhere they are side by side.
#![cfg_attr(docsrs, doc = "[`tl-event`]: https://docs.rs/tl-event")]
#![cfg_attr(not(docsrs), doc = "[`tl-event`]: ../tl_event/index.html")]
// So that the pages of its siblings find those of this crate, whichever are made first; `cargo xtask docs` sees to it.
#![doc(html_root_url = "../")]
#![forbid(unsafe_code)]

mod every;
mod heap;
mod once;
mod repeat;
mod schedule;
mod timer;

pub use once::MAX_RUNNING;
pub use timer::Timer;
