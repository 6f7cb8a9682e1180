//! A call at the very end of a thread.
//!
//! | file | where | by |
//! | --- | --- | --- |
//! | `key.rs` | Unix | the destructor of a `pthread` key |
//! | `windows.rs` | Windows | the loader's call at the end of a thread, the last of those |
//! | `local.rs` | others | the destructor of a thread-local, which comes too early for some others |
//!
//! Where the standard library emulates thread-locals (Android, OpenBSD, illumos, Haiku,
//! `windows-gnu`), the end comes before some thread-locals are dropped.

#[cfg_attr(unix, path = "key.rs")]
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(any(unix, windows)), path = "local.rs")]
mod imp;

// Where Rust has thread-locals of its own; on others it may.
#[cfg_attr(
    any(
        not(any(
            all(target_os = "linux", not(target_env = "ohos")),
            target_vendor = "apple",
            target_os = "freebsd",
            target_os = "netbsd",
            target_os = "dragonfly",
            target_os = "fuchsia",
            target_os = "redox",
            target_family = "wasm",
            windows,
        )),
        emulated_tls
    ),
    path = "room_emulated.rs"
)]
mod room;

mod ending;
mod kept;

use std::io;

use crate::door;

pub use ending::is_thread_ending;
pub use kept::Kept;

/// A function to be called at the very end of each thread that [`arm`](ThreadEnd::arm)s it, after
/// the destructors of all its thread-locals have run, whichever were used first.
///
/// The destructor of a thread-local cannot do that: it runs before those of thread-locals that were
/// used earlier.
///
/// - In that function thread-locals without a destructor are still there; others must not be used.
/// - Where the standard library emulates thread-locals, those of the thread are dropped after it:
///   on Android, OpenBSD, illumos and Haiku, and on Windows if GNU's tools link (`windows-gnu`; not
///   `windows-gnullvm`, nor `windows-msvc`).
/// - It does not run in the main thread, nor in any thread that lives when the process exits.
/// - Among several of them the order is open.
/// - A panic in the function aborts the process.
/// - The code of a plugin stays loaded for as long as a thread lives that has armed one there,
///   although it is closed: the function is in that code. (On Unix; Windows tells the code that it
///   goes.)
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use tl_core::sys::ThreadEnd;
///
/// static ENDED: AtomicU32 = AtomicU32::new(0);
/// static COUNT: ThreadEnd = ThreadEnd::new(|| {
///     ENDED.fetch_add(1, Ordering::Relaxed);
/// });
///
/// COUNT.prepare()?;
/// std::thread::spawn(|| COUNT.arm().unwrap()).join().unwrap();
/// assert_eq!(ENDED.load(Ordering::Relaxed), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ThreadEnd {
    hook: imp::Hook,
}

impl ThreadEnd {
    /// Calls `at_end` at the end of each thread that arms it.
    pub const fn new(at_end: fn()) -> ThreadEnd {
        ThreadEnd {
            hook: imp::Hook::new(at_end),
        }
    }

    /// Asks for the call at the end of the calling thread. A second time changes nothing, except in
    /// the function itself: it is then called once more.
    ///
    /// # Errors
    ///
    /// When the process has used up its keys (1,024 on Linux, at least 128 elsewhere, 64 on
    /// Windows) or its memory. What [`prepare`](ThreadEnd::prepare) has said does not change: if it
    /// has succeeded once, only the lack of memory for a thread is left to fail here.
    pub fn arm(&'static self) -> io::Result<()> {
        if !is_thread_ending() {
            // The function may have to wait.
            door::prepare_thread();
        }
        self.hook.arm()
    }

    /// Creates the key, so that an error comes to light before threads are started that need it.
    ///
    /// # Errors
    ///
    /// When the process has used up its keys, now or at the first call.
    pub fn prepare(&'static self) -> io::Result<()> {
        self.hook.prepare()
    }
}
