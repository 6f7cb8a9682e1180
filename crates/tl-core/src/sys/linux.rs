//! Linux and Android.

use std::fs;
use std::io;
use std::time::Duration;

/// What the kernel keeps, less the zero at the end.
pub(super) const OS_NAME_BYTES: usize = 15;

pub(super) fn native_id() -> u64 {
    // SAFETY: takes nothing, cannot fail. (`gettid` itself is not in every C library that Rust
    // links to.)
    let id = unsafe { libc::syscall(libc::SYS_gettid) };
    id.unsigned_abs() as u64
}

pub(crate) fn main_native_id() -> Option<u64> {
    Some(std::process::id().into())
}

pub(super) fn is_main_thread() -> bool {
    main_native_id() == Some(native_id())
}

pub(super) fn set_os_name(name: &str) {
    let mut bytes = [0; OS_NAME_BYTES + 1];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    // SAFETY: the pointer is to a string of at most 16 bytes, its zero included, that lives for the
    // length of the call. It cannot fail with such a string.
    unsafe { libc::prctl(libc::PR_SET_NAME, bytes.as_ptr()) };
}

pub(super) fn set_os_name_of(native_id: u64, name: &str) -> io::Result<()> {
    // Open for writing alone: the file is the system's, and cannot be created or truncated.
    let mut file = fs::OpenOptions::new()
        .write(true)
        .open(format!("/proc/self/task/{native_id}/comm"))?;
    io::Write::write_all(&mut file, name.as_bytes())
}

pub(super) fn os_name() -> String {
    let mut bytes = [0_u8; OS_NAME_BYTES + 1];
    // SAFETY: the pointer is to sixteen bytes, which is what the call may fill, its zero included.
    unsafe { libc::prctl(libc::PR_GET_NAME, bytes.as_mut_ptr()) };
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

pub(super) fn set_timer_slack(slack: Duration) -> io::Result<()> {
    let nanos = libc::c_ulong::try_from(slack.as_nanos()).unwrap_or(libc::c_ulong::MAX);
    // SAFETY: takes a number.
    match unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, nanos) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
