//! A report that is asked for from outside the process, by a signal.

use std::fmt::Write as _;
use std::io;

use tl_core::sys::{Stream, catch_signal};
use tl_thread::{StartError, Thread};

use crate::{deadlocks, lock_orders, observers, snapshot};

/// Writes a [`snapshot`], the [`deadlocks`] and the [`lock_orders`] to standard error whenever the
/// signal comes.
///
/// `kill -QUIT` and `Ctrl-\`, for example, send `SIGQUIT`. The signal then does nothing else:
/// `SIGQUIT` no longer ends the process.
///
/// The signal handler only wakes a daemon thread, `dump-on-signal`, which does the rest. A thread
/// that holds standard error locked delays the report.
///
/// # Errors
///
/// If there is no such signal, or it cannot be caught, such as `SIGKILL`; if this function was
/// called for it before; if the operating system refuses the thread.
///
/// # Examples
///
/// ```
/// tl_inspect::dump_on_signal(libc::SIGQUIT)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dump_on_signal(signal: i32) -> io::Result<()> {
    let signals = catch_signal(signal)?;
    let thread = Thread::new(move || {
        let _observer = observers::enter();
        while signals.wait().is_ok() {
            dump();
        }
    });
    let thread = thread.with_name("dump-on-signal").with_daemon(true);
    thread.start().map_err(|error| match error {
        StartError::Refused(error) => error,
        error => io::Error::other(error),
    })
}

fn dump() {
    let mut text = format!("\n{}\n", snapshot());
    for deadlock in deadlocks() {
        let _ = writeln!(text, "{deadlock}");
    }
    for order in lock_orders() {
        let _ = writeln!(text, "{order}");
    }
    Stream::Error.write(text.as_bytes());
}
