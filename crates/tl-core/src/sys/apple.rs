//! macOS, iOS and their siblings.

use std::ffi::CStr;
use std::io;
use std::time::Duration;

/// What the system keeps, less the zero at the end.
pub(super) const OS_NAME_BYTES: usize = libc::MAXTHREADNAMESIZE - 1;

pub(super) fn native_id() -> u64 {
    let mut id = 0;
    // SAFETY: no thread (0) stands for the calling one, and the pointer is to a place for its
    // number. So it cannot fail.
    unsafe { libc::pthread_threadid_np(0, &mut id) };
    id
}

pub(crate) fn main_native_id() -> Option<u64> {
    is_main_thread().then(native_id)
}

pub(super) fn is_main_thread() -> bool {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::pthread_main_np() != 0 }
}

pub(super) fn set_os_name(name: &str) {
    let mut bytes = [0; OS_NAME_BYTES + 1];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    // SAFETY: the pointer is to a string of at most 64 bytes, its zero included, that lives for the
    // length of the call.
    unsafe { libc::pthread_setname_np(bytes.as_ptr().cast()) };
}

pub(super) fn set_os_name_of(_native_id: u64, _name: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn os_name() -> String {
    let mut bytes = [0_u8; OS_NAME_BYTES + 1];
    // SAFETY: the pointer is to as many bytes as the length says, and the thread is the calling
    // one. The call ends the name with a zero.
    unsafe {
        libc::pthread_getname_np(libc::pthread_self(), bytes.as_mut_ptr().cast(), bytes.len());
    }
    let name = CStr::from_bytes_until_nul(&bytes).unwrap_or_default();
    name.to_string_lossy().into_owned()
}

pub(super) fn set_timer_slack(_slack: Duration) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
