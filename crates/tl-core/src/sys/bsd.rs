//! FreeBSD, DragonFly BSD, NetBSD and OpenBSD.

use std::ffi::CStr;
use std::io;
use std::time::Duration;

/// What the system keeps, less the zero at the end.
pub(super) const OS_NAME_BYTES: usize = if cfg!(target_os = "netbsd") {
    31
} else if cfg!(target_os = "openbsd") {
    23
} else {
    19
};

pub(super) fn native_id() -> u64 {
    // SAFETY: takes nothing, cannot fail.
    #[cfg(target_os = "freebsd")]
    let id = unsafe { libc::pthread_getthreadid_np() };
    // SAFETY: takes nothing, cannot fail.
    #[cfg(target_os = "dragonfly")]
    let id = unsafe { libc::lwp_gettid() };
    // SAFETY: takes nothing, cannot fail.
    #[cfg(target_os = "netbsd")]
    let id = unsafe { libc::_lwp_self() };
    // SAFETY: takes nothing, cannot fail.
    #[cfg(target_os = "openbsd")]
    let id = unsafe { libc::getthrid() };
    id.unsigned_abs().into()
}

pub(crate) fn main_native_id() -> Option<u64> {
    is_main_thread().then(native_id)
}

pub(super) fn is_main_thread() -> bool {
    // The system numbers the threads of a process from 1.
    #[cfg(target_os = "netbsd")]
    return native_id() == 1;
    // SAFETY: takes nothing. It fails, with -1, before threads are in use, when there is but the
    // main one.
    #[cfg(not(target_os = "netbsd"))]
    return unsafe { libc::pthread_main_np() != 0 };
}

pub(super) fn set_os_name(name: &str) {
    let mut bytes = [0; OS_NAME_BYTES + 1];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    // SAFETY: the pointers are to strings that end with a zero and live for the length of the call;
    // what the format asks for is one string.
    #[cfg(target_os = "netbsd")]
    unsafe {
        libc::pthread_setname_np(
            libc::pthread_self(),
            c"%s".as_ptr(),
            bytes.as_ptr().cast_mut().cast(),
        );
    }
    // SAFETY: the pointer is to a string that ends with a zero and lives for the length of the
    // call.
    #[cfg(not(target_os = "netbsd"))]
    unsafe {
        libc::pthread_set_name_np(libc::pthread_self(), bytes.as_ptr().cast());
    }
}

pub(super) fn set_os_name_of(_native_id: u64, _name: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(super) fn os_name() -> String {
    let mut bytes = [0_u8; OS_NAME_BYTES + 1];
    // SAFETY: the pointer is to as many bytes as the length says, and the thread is the calling
    // one.
    #[cfg(target_os = "netbsd")]
    unsafe {
        libc::pthread_getname_np(libc::pthread_self(), bytes.as_mut_ptr().cast(), bytes.len());
    }
    // SAFETY: the pointer is to as many bytes as the length says, and the thread is the calling
    // one.
    #[cfg(not(target_os = "netbsd"))]
    unsafe {
        libc::pthread_get_name_np(libc::pthread_self(), bytes.as_mut_ptr().cast(), bytes.len());
    }
    let name = CStr::from_bytes_until_nul(&bytes).unwrap_or_default();
    name.to_string_lossy().into_owned()
}

pub(super) fn set_timer_slack(_slack: Duration) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
