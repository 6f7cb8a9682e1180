//! The calling thread as the system knows it.

use std::fs;
use std::io;
use std::time::Duration;

/// What the system keeps of a thread's name, in bytes.
const OS_NAME_BYTES: usize = 15;

/// The number that the system gives the calling thread: what `ps -L`, `top -H` and `/proc/self/task` show.
///
/// Unlike a [`ThreadIdent`](crate::ThreadIdent) the system uses it again once the thread has ended. This is a system call of
/// about a tenth of a microsecond.
///
/// ```
/// assert_eq!(tl_core::sys::native_id(), u64::from(std::process::id())); // in the main thread
/// ```
pub fn native_id() -> u64 {
    // SAFETY: takes nothing, cannot fail.
    let id = unsafe { libc::gettid() };
    id.unsigned_abs().into()
}

/// Whether the calling thread is the one on which the system started the process, in which `main` runs.
///
/// In a child made by `fork` that is the thread that forked.
///
/// ```
/// let elsewhere = std::thread::spawn(tl_core::sys::is_main_thread);
/// assert!(!elsewhere.join().unwrap());
/// ```
pub fn is_main_thread() -> bool {
    native_id() == u64::from(std::process::id())
}

/// The part of a name that the system has room for: the first 15 bytes, ended where a character ends.
///
/// A zero byte, which would end the name there, becomes `?`.
///
/// ```
/// assert_eq!(tl_core::sys::os_name_form("a name that goes on and on"), "a name that goe");
/// assert_eq!(tl_core::sys::os_name_form("Straßenbahnenß"), "Straßenbahnen");
/// ```
pub fn os_name_form(name: &str) -> String {
    let end = name.floor_char_boundary(OS_NAME_BYTES);
    name[..end].replace('\0', "?")
}

/// Gives the calling thread a name that the system shows, cut as [`os_name_form`] does.
///
/// In the main thread this changes the name that the system shows for the whole process.
///
/// ```
/// use tl_core::sys::{os_name, set_os_name};
///
/// set_os_name("collector of waste");
/// assert_eq!(os_name(), "collector of wa");
/// ```
pub fn set_os_name(name: &str) {
    let mut bytes = [0; OS_NAME_BYTES + 1];
    let name = os_name_form(name);
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    // SAFETY: the pointer is to a string of at most 16 bytes, its zero included, that lives for the length of the call.
    // It cannot fail with such a string.
    unsafe { libc::prctl(libc::PR_SET_NAME, bytes.as_ptr()) };
}

/// Gives another thread of this process a name that the system shows, cut as [`os_name_form`] does.
///
/// The caller sees to it that the thread does not end meanwhile: its number could then be that of another.
///
/// # Errors
///
/// When there is no such thread, or no `/proc`.
///
/// ```
/// use tl_core::sys::{native_id, os_name, set_os_name_of};
///
/// let main = native_id();
/// std::thread::spawn(move || set_os_name_of(main, "renamed")).join().unwrap()?;
/// assert_eq!(os_name(), "renamed");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn set_os_name_of(native_id: u64, name: &str) -> io::Result<()> {
    // Open for writing alone: the file is the system's, and cannot be created or truncated.
    let mut file = fs::OpenOptions::new()
        .write(true)
        .open(format!("/proc/self/task/{native_id}/comm"))?;
    io::Write::write_all(&mut file, os_name_form(name).as_bytes())
}

/// The name that the system has for the calling thread. A thread that was not named has that of the thread that started it, and
/// the main thread that of the program.
///
/// ```
/// let named = std::thread::Builder::new().name("reader".into()).spawn(tl_core::sys::os_name)?;
/// assert_eq!(named.join().unwrap(), "reader");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn os_name() -> String {
    let mut bytes = [0_u8; OS_NAME_BYTES + 1];
    // SAFETY: the pointer is to sixteen bytes, which is what the call may fill, its zero included.
    unsafe { libc::prctl(libc::PR_GET_NAME, bytes.as_mut_ptr()) };
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// How late the system may wake the calling thread, to save power, when a timed wait of its runs out. The system's own choice
/// is 50 microseconds; [`Duration::ZERO`] goes back to what the thread had when it started, one nanosecond is as sharp as it gets.
///
/// ```
/// use std::time::Duration;
/// use tl_core::sys::set_timer_slack;
///
/// set_timer_slack(Duration::from_nanos(1)); // on time, whatever it takes
/// std::thread::sleep(Duration::from_millis(1));
/// set_timer_slack(Duration::ZERO);
/// ```
pub fn set_timer_slack(slack: Duration) {
    let nanos = libc::c_ulong::try_from(slack.as_nanos()).unwrap_or(libc::c_ulong::MAX);
    // SAFETY: takes a number, and cannot fail for the calling thread.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, nanos) };
}
