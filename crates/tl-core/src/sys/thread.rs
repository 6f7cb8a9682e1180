//! The calling thread as the system knows it. The [module](super) says what holds on which system.

use std::io;
use std::time::Duration;

use super::imp;

/// How many bytes of a thread's name the system keeps: 15 on Linux.
///
/// # Examples
///
/// ```
/// use tl_core::sys::{OS_NAME_BYTES, os_name};
///
/// assert!(os_name().len() <= OS_NAME_BYTES);
/// ```
pub const OS_NAME_BYTES: usize = imp::OS_NAME_BYTES;

/// Returns the number that the system gives the calling thread: on Linux, what `ps -L`, `top -H`
/// and `/proc/self/task` show. It is not 0.
///
/// Unlike a [`ThreadIdent`](crate::ThreadIdent) the system uses it again once the thread has ended.
/// On Linux this is a system call of about a tenth of a microsecond.
///
/// # Examples
///
/// ```
/// let elsewhere = std::thread::spawn(tl_core::sys::native_id);
/// assert_ne!(tl_core::sys::native_id(), elsewhere.join().unwrap());
/// ```
pub fn native_id() -> u64 {
    imp::native_id()
}

/// Returns whether the calling thread is the one on which the system started the process, in which
/// `main` runs.
///
/// In a child made by `fork` that is the thread that forked.
///
/// # Examples
///
/// ```
/// let elsewhere = std::thread::spawn(tl_core::sys::is_main_thread);
/// assert!(!elsewhere.join().unwrap());
/// ```
pub fn is_main_thread() -> bool {
    imp::is_main_thread()
}

/// Returns the part of a name that the system has room for: the first [`OS_NAME_BYTES`], ended
/// where a character ends.
///
/// A zero byte, which would end the name there, becomes `?`.
///
/// # Examples
///
/// ```
/// use tl_core::sys::{OS_NAME_BYTES, os_name_form};
///
/// assert_eq!(os_name_form("short"), "short");
/// assert!(os_name_form(&"ß".repeat(100)).len() <= OS_NAME_BYTES);
/// ```
pub fn os_name_form(name: &str) -> String {
    let mut end = name.len().min(OS_NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].replace('\0', "?")
}

/// Gives the calling thread a name that the system shows, cut as [`os_name_form`] does.
///
/// On Linux, in the main thread, this changes the name that the system shows for the whole process.
/// A system that does not keep names of threads ignores it.
///
/// # Examples
///
/// ```
/// use tl_core::sys::{os_name, os_name_form, set_os_name};
///
/// set_os_name("collector of waste");
/// # #[cfg(any(target_os = "linux", target_vendor = "apple", windows))]
/// assert_eq!(os_name(), os_name_form("collector of waste"));
/// ```
pub fn set_os_name(name: &str) {
    imp::set_os_name(&os_name_form(name));
}

/// Gives another thread of this process a name that the system shows, cut as [`os_name_form`] does.
///
/// The caller sees to it that the thread does not end meanwhile: its number could then be that of
/// another.
///
/// # Errors
///
/// When there is no such thread; on Linux, when there is no `/proc`. Of the kind
/// [`Unsupported`](io::ErrorKind::Unsupported) where a thread can only name itself: on all systems
/// but Linux and Windows.
///
/// # Examples
///
/// ```
/// use tl_core::sys::{native_id, os_name, set_os_name_of};
///
/// let main = native_id();
/// let renamed = std::thread::spawn(move || set_os_name_of(main, "renamed")).join().unwrap();
/// if renamed.is_ok() {
///     assert_eq!(os_name(), "renamed");
/// }
/// ```
pub fn set_os_name_of(native_id: u64, name: &str) -> io::Result<()> {
    imp::set_os_name_of(native_id, &os_name_form(name))
}

/// Returns the name that the system has for the calling thread; empty where it keeps none.
///
/// On Linux a thread that was not named has that of the thread that started it, and the main thread
/// that of the program.
///
/// # Examples
///
/// ```
/// let named = std::thread::Builder::new().name("reader".into()).spawn(tl_core::sys::os_name)?;
/// # #[cfg(any(target_os = "linux", target_vendor = "apple", windows))]
/// assert_eq!(named.join().unwrap(), "reader");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn os_name() -> String {
    imp::os_name()
}

/// Says how late the system may wake the calling thread, to save power, when a timed wait of its
/// runs out.
///
/// Linux's own choice is 50 microseconds; [`Duration::ZERO`] goes back to what the thread had when
/// it started, one nanosecond is as sharp as it gets.
///
/// # Errors
///
/// Of the kind [`Unsupported`](io::ErrorKind::Unsupported) on all systems but Linux, which choose
/// for themselves.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tl_core::sys::set_timer_slack;
///
/// let is_sharp = set_timer_slack(Duration::from_nanos(1)).is_ok(); // on time, whatever it takes
/// std::thread::sleep(Duration::from_millis(1));
/// if is_sharp {
///     set_timer_slack(Duration::ZERO)?;
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn set_timer_slack(slack: Duration) -> io::Result<()> {
    imp::set_timer_slack(slack)
}

/// Returns what C's functions know the calling thread by, its `pthread_t`, as a number that is not
/// 0.
///
/// # Examples
///
/// ```
/// let here = tl_core::sys::current_pthread();
/// let there = std::thread::spawn(tl_core::sys::current_pthread).join().unwrap();
/// assert_ne!(here, there);
/// ```
#[cfg(unix)]
pub fn current_pthread() -> usize {
    // SAFETY: takes nothing, cannot fail.
    let thread = unsafe { libc::pthread_self() };
    thread as usize
}
